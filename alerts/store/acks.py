"""SQL on acknowledgements: who has taken notice of which event, and which messages nobody has answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Integer, Table, Text, func, or_, select

from alerts.alert import Ack, Delivery, DeliveryState, Kind, Reason, Severity
from alerts.render.words import time
from alerts.store import digests, outbox
from alerts.store.decisions import alerts, metadata
from alerts.store.outbox import deliveries
from crawler.store import articles as archive
from crawler.store.articles import save
from crawler.store.db import UtcTime

acks = Table(
    "acks",
    metadata,
    Column("story", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)
# kinds of message that are on one story: a digest or a notice has no story to acknowledge
ANSWERABLE = (Kind.ALERT.value, Kind.UPDATE.value, Kind.ESCALATION.value)

_APART = (Reason.ANOTHER.value, Reason.ESCALATED.value)
_on = alerts.alias("given_on")  # the alert revision that an ack was given on


def ack(connection: Connection, story: str, by: str, via: str, now: datetime, revision: int) -> tuple[Ack, bool]:
    """Store an ack of a story; return the one that counts, and whether it is this one.

    `revision` is the alert revision it covers. The first ack of an event stays, as it is not for one message or story
    alone (decision 173); a later one replaces it only where the severity has risen since. Escalations that wait to be
    sent and that the ack covers are cancelled: nobody need be rung any more.
    """
    before = ack_of(connection, story)
    if before and (before.story != story or not _risen(connection, before, revision)):
        return before, False
    made = Ack(story, now, by, via, revision)
    values = {"story": story, "at": now, "by": by, "via": via, "revision": revision}
    save(connection, acks, values, "story")
    _withdraw_escalations(connection, made)
    return made, True


def _withdraw_escalations(connection: Connection, made: Ack) -> None:
    """Cancel the escalations an ack covers that wait; one whose attempt may have arrived keeps its course."""
    severity = _severities(connection, made.story).get(made.revision, 0)
    own = (deliveries.c.subject == made.story) & (deliveries.c.revision <= made.revision)
    event = deliveries.c.subject.in_([made.story, *others_of(connection, made.story)])
    waits = (
        deliveries.c.kind == Kind.ESCALATION.value,
        deliveries.c.state.in_((DeliveryState.QUEUED.value, DeliveryState.HELD.value)),
        or_(own, event & (deliveries.c.severity <= severity)),
    )
    for each in outbox.deliveries_that(connection, *waits):
        outbox.record(
            connection, each.id, DeliveryState.CANCELLED, made.at, f"acknowledged by {made.by} before it went"
        )


def ack_of(connection: Connection, story: str) -> Ack | None:
    """Return the ack of a story, or else the first of another story of its event that covers it; None if none does."""
    row = connection.execute(select(acks).where(acks.c.story == story)).mappings().first()
    return Ack(**row) if row else _event_ack(connection, story)


def _event_ack(connection: Connection, story: str) -> Ack | None:
    """Return the first ack of another story of the event that was given on no less than what this story is."""
    given = select(acks, _on.c.severity.label("severity")).join(
        _on, (_on.c.story == acks.c.story) & (_on.c.revision == acks.c.revision)
    )
    others = given.where(acks.c.story.in_(others_of(connection, story))).order_by(acks.c.at)
    found = [dict(row) for row in connection.execute(others).mappings()]
    if not found:
        return None
    severity = max(_severities(connection, story).values(), default=0)
    apart = select(func.max(deliveries.c.queued)).where(
        deliveries.c.subject == story, deliveries.c.reason == Reason.ANOTHER.value
    )
    another = connection.scalar(apart)
    covering = (Ack(**row) for row in found if row.pop("severity") >= severity)
    return next((each for each in covering if another is None or another <= each.at), None)


def others_of(connection: Connection, story: str) -> list[str]:
    """Return the other stories of a story's event."""
    mine = select(archive.stories.c.thread).where(archive.stories.c.id == story).scalar_subquery()
    return list(
        connection.scalars(
            select(archive.stories.c.id).where(archive.stories.c.thread == mine, archive.stories.c.id != story)
        )
    )


def acks_since(connection: Connection, since: datetime) -> list[Ack]:
    """Return the acks given since then that still count, oldest first."""
    found = select(acks).where(acks.c.at >= since).order_by(acks.c.at)
    return [Ack(**row) for row in connection.execute(found).mappings()]


def ack_notes(connection: Connection, story: str, timezone: str) -> tuple[str, ...]:
    """Return the line ("Acknowledged by ...",) for messages on a story; () where nobody acknowledged it."""
    known = ack_of(connection, story)
    return (f"Acknowledged by {known.by} at {time(known.at, timezone)}",) if known else ()


def _risen(connection: Connection, before: Ack, revision: int) -> bool:
    severity = _severities(connection, before.story)
    return severity.get(revision, 0) > severity.get(before.revision, 0)


def _severities(connection: Connection, story: str) -> dict[int, int]:
    """Return the severity of each alert revision of a story."""
    wanted = select(alerts.c.revision, alerts.c.severity).where(alerts.c.story == story)
    return {row.revision: row.severity for row in connection.execute(wanted)}


def unacked(connection: Connection, since: datetime, least: Severity, targets: Sequence[str]) -> list[Delivery]:
    """Return the messages on a story sent since then to `targets` that no ack covers, oldest first.

    `least` is their lowest severity.
    """
    # An ack covers the alert revisions up to its own, and later ones that are no more severe than what it was given on.
    covered = (
        select(acks.c.story)
        .outerjoin(_on, (_on.c.story == acks.c.story) & (_on.c.revision == acks.c.revision))
        .where(
            acks.c.story == deliveries.c.subject,
            or_(deliveries.c.revision <= acks.c.revision, deliveries.c.severity <= func.coalesce(_on.c.severity, 0)),
        )
        .exists()
    )
    return outbox.deliveries_that(
        connection,
        deliveries.c.state == DeliveryState.SENT.value,
        deliveries.c.sent >= since,
        deliveries.c.severity >= int(least),
        deliveries.c.kind.in_(ANSWERABLE),
        deliveries.c.target.in_(targets),
        ~covered,
        ~_covered_by_event(),
    )


def _covered_by_event() -> ColumnElement[bool]:
    """Return whether an ack of another story of the event covers a delivery.

    It covers what is no more severe than what it was given on. What was told later as another deed it does not, nor an
    escalation made later: that there was one shows that something was not covered.
    """
    mine, theirs = archive.stories.alias("mine"), archive.stories.alias("theirs")
    given = acks.alias("given")
    return (
        select(given.c.story)
        .select_from(mine)
        .join(theirs, (theirs.c.thread == mine.c.thread) & (theirs.c.id != mine.c.id))
        .join(given, given.c.story == theirs.c.id)
        .join(_on, (_on.c.story == given.c.story) & (_on.c.revision == given.c.revision))
        .where(
            mine.c.id == deliveries.c.subject,
            deliveries.c.severity <= _on.c.severity,
            or_(deliveries.c.reason.not_in(_APART), deliveries.c.queued <= given.c.at),
        )
        .exists()
    )


def escalated_since(connection: Connection, since: datetime) -> set[tuple[str, int, str]]:
    """Return the story, alert revision and target of each escalation queued since then, in whatever state."""
    mine = (deliveries.c.kind == Kind.ESCALATION.value, deliveries.c.queued >= since)
    return {(each.subject, each.revision, each.target) for each in outbox.deliveries_that(connection, *mine)}


def stories_of(connection: Connection, identity: str) -> tuple[str, ...]:
    """Return the told stories that an id stands for: the id of a delivery, story, thread or article.

    A digest stands for all it lists. Return () for an unknown id, and for a notice.
    """
    if each := outbox.find(connection, identity):
        if each.kind is Kind.DIGEST:
            return tuple(dict.fromkeys(a.story for a in digests.digest_of(connection, each.subject, each.target)))
        return () if each.kind is Kind.NOTICE else (each.subject,)
    members = archive.members_of(connection, identity)
    articles = () if members else archive.articles_of(connection, identity)
    named = {each.story for each in members} | {archive.placement_of(connection, a.id).story for a in articles}
    return told_of(connection, named | {identity})


def told_of(connection: Connection, stories: Collection[str]) -> tuple[str, ...]:
    """Return those of the stories that were told, in the order in which they were."""
    return _told(connection, alerts.c.story.in_(stories))


def stories_told_since(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Return the stories with an alert revision made since then, in the order of the first of those."""
    return _told(connection, alerts.c.created >= since)


def _told(connection: Connection, wanted: ColumnElement[bool]) -> tuple[str, ...]:
    # not grouped by the database, which would go through all alerts in the order of their stories
    return tuple(dict.fromkeys(connection.scalars(select(alerts.c.story).where(wanted).order_by(alerts.c.created))))
