"""SQL on acknowledgements: who has taken notice of which event, and which messages nobody has answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, not_, select

from alerts.alert import Ack, Kind, Severity
from alerts.decide.acks import Given, Reach, covers, reach
from alerts.delivery import Delivery, DeliveryState, NewDelivery
from alerts.render.words import time
from alerts.store import audit, decisions, digests, former_acks, outbox
from alerts.store.decisions import alerts
from alerts.store.former_acks import FOLLOWED, logged
from alerts.store.given_acks import ANSWERABLE, acks, given_to, told_revisions
from alerts.store.outbox import deliveries
from crawler.store import articles as archive
from crawler.store.members import members_of, placement_of
from crawler.store.saving import save

WITHDRAWN = "acknowledged by "  # how the detail of an escalation begins that an ack cancelled
UNDONE = "the acknowledgement was taken back"  # its detail since; it may escalate anew


def ack(connection: Connection, story: str, by: str, via: str, now: datetime, revision: int) -> tuple[Ack, bool]:
    """Store an ack of a story; return the one that counts, and whether it is this one.

    `revision` is the alert revision it covers. Where an earlier ack of the event covers that, it stays (decisions 173,
    178). Escalations that wait to be sent and that the ack covers are cancelled: nobody need be rung any more.
    """
    if before := _first(connection, story, given_to(connection, [story]).get(story, []), revision):
        return before, False
    made = Ack(story, now, by, via, revision)
    if replaced := own_ack(connection, story):
        audit.record(connection, logged(replaced, FOLLOWED))
    values = {"story": story, "at": now, "by": by, "via": via, "revision": revision}
    save(connection, acks, values, "story")
    _withdraw_escalations(connection, made)
    return made, True


def take_back(connection: Connection, story: str, now: datetime) -> tuple[Ack, Ack | None] | None:
    """Delete the ack that covers what was told last of a story, or else its own; return it, None where there is none.

    With it the one that it had replaced, None for none: that one is stored again, for what it covered. Escalations that
    the deleted ack had cancelled, and that no other covers, are open again: what of them is still owed (`requeue`)
    waits for its target once more.
    """
    # or else the story's own, which does not cover what waits to be sent
    if (known := ack_of(connection, story) or own_ack(connection, story)) is None:
        return None
    connection.execute(acks.delete().where(acks.c.story == known.story))
    if earlier := former_acks.replaced_by(connection, known):
        save(connection, acks, asdict(earlier), "story")
    cancelled = outbox.deliveries_that(
        connection,
        deliveries.c.kind == Kind.ESCALATION.value,
        deliveries.c.state == DeliveryState.CANCELLED.value,
        deliveries.c.subject.in_([known.story, *others_of(connection, known.story)]),
        deliveries.c.detail.startswith(f"{WITHDRAWN}{known.by} ", autoescape=True),
        deliveries.c.changed == known.at,  # not by an earlier one of the same person
    )
    covered = {each.id for each in _covered(connection, cancelled)} if cancelled else set()
    for each in cancelled:
        if each.id not in covered:
            outbox.record(connection, each.id, DeliveryState.CANCELLED, now, UNDONE)
    return known, earlier


def requeue(connection: Connection, owed: NewDelivery, now: datetime) -> None:
    """Let an escalation wait again that is owed anew since the ack that cancelled it was taken back."""
    same = (
        deliveries.c.subject == owed.subject,
        deliveries.c.kind == Kind.ESCALATION.value,
        deliveries.c.revision == owed.revision,
        deliveries.c.target == owed.target,
    )
    for each in outbox.deliveries_that(connection, *same, _OPEN_AGAIN):
        outbox.record(connection, each.id, DeliveryState.QUEUED, now, UNDONE)


_OPEN_AGAIN = and_(deliveries.c.state == DeliveryState.CANCELLED.value, deliveries.c.detail == UNDONE)


def _withdraw_escalations(connection: Connection, made: Ack) -> None:
    """Cancel the escalations an ack covers that wait, also one that may have arrived: it need not ring again."""
    waits = (
        deliveries.c.kind == Kind.ESCALATION.value,
        deliveries.c.state.in_(outbox.WAITING),
        deliveries.c.subject.in_([made.story, *others_of(connection, made.story)]),
    )
    waiting = outbox.deliveries_that(connection, *waits)
    for each in _covered(connection, waiting):
        when = "after an attempt that may have arrived" if each.repeat else "before it went"
        outbox.record(connection, each.id, DeliveryState.CANCELLED, made.at, f"{WITHDRAWN}{made.by} {when}")


def ack_of(connection: Connection, story: str) -> Ack | None:
    """Return the ack that covers what was told last of a story, its own or else the first of its event; or None."""
    if not (given := given_to(connection, [story]).get(story, [])):
        return None  # of most events; it is asked at each attempt to send
    last = connection.scalar(select(func.max(alerts.c.revision)).where(alerts.c.story == story)) or 0
    return _first(connection, story, given, last)


def own_ack(connection: Connection, story: str) -> Ack | None:
    """Return the ack that was given of a story itself, whatever it covers; None where there is none."""
    row = connection.execute(select(acks).where(acks.c.story == story)).mappings().first()
    return Ack(**row) if row else None


def acks_of(connection: Connection, stories: Collection[str]) -> dict[str, Ack]:
    """Return for each of these stories that somebody acknowledged the ack that `ack_of` returns of it."""
    return acks_and_earlier(connection, stories)[0]


def acks_and_earlier(connection: Connection, stories: Collection[str]) -> tuple[dict[str, Ack], dict[str, Ack]]:
    """Return by story the ack that `ack_of` returns, and the one given before what was told last became graver.

    Where an ack covers that too, the earlier one is what it replaced, or of another story of the event. An ack of what
    was another attack is none.
    """
    given, found, earlier = given_to(connection, stories), dict[str, Ack](), dict[str, Ack]()
    for story, revisions in told_revisions(connection, list(given)).items():
        newest, severity = revisions[-1].revision, max(each.severity for each in revisions)
        own_first = sorted(given[story], key=lambda each: each.ack.story != story)
        reached = [(each.ack, reach(each, story, revisions, newest, severity)) for each in own_first]
        if first := next((ack for ack, how in reached if how is Reach.COVERS), None):
            found[story] = first
        if graver := [ack for ack, how in reached if how is Reach.GRAVER]:
            earlier[story] = max(graver, key=lambda ack: ack.at)
    own = [each for story, each in found.items() if each.story == story]
    return found, earlier | former_acks.replaced(connection, own)


def _first(connection: Connection, story: str, given: Sequence[Given], revision: int) -> Ack | None:
    """Return the ack of a story, or else the first of its event, that covers an alert revision; None if none does."""
    severity, told = _severity(connection, story, revision), told_revisions(connection, [story])
    own_first = sorted(given, key=lambda each: each.ack.story != story)
    covering = (each.ack for each in own_first if covers(each, story, told.get(story, ()), revision, severity))
    return next(covering, None)


def _severity(connection: Connection, story: str, revision: int) -> Severity:
    """Return the highest severity of a story up to an alert revision."""
    until = (alerts.c.story == story, alerts.c.revision <= revision)
    return Severity(connection.scalar(select(func.max(alerts.c.severity)).where(*until)) or Severity.ROUTINE)


def _covered(connection: Connection, found: Sequence[Delivery]) -> list[Delivery]:
    """Return those of the messages that an ack covers."""
    given = given_to(connection, list({each.subject for each in found}))
    told = told_revisions(connection, list(given))
    return [
        each
        for each in found
        if any(
            covers(one, each.subject, told.get(each.subject, ()), each.revision, each.severity)
            for one in given.get(each.subject, ())
        )
    ]


def sent_revisions(connection: Connection, stories: Collection[str]) -> dict[str, int]:
    """Return of each story the newest alert revision that somebody was sent; nothing of one of which nobody was."""
    sent: dict[str, int] = {}
    for story, revisions in told_revisions(connection, stories).items():
        for each in revisions:
            if each.shown or each.resent:
                sent[story] = each.revision
    return sent


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
    """Return the line for messages on a story who acknowledged it, or what was less grave; () where nobody did."""
    known, earlier = acks_and_earlier(connection, [story])
    if by := known.get(story):
        return (f"Acknowledged by {by.by} at {time(by.at, timezone)}",)
    if by := earlier.get(story):
        return (f"{by.by} acknowledged the earlier report at {time(by.at, timezone)}",)
    return ()


def unacked(connection: Connection, since: datetime, least: Severity, targets: Sequence[str]) -> list[Delivery]:
    """Return the messages on a story sent since then to `targets` that no ack covers, oldest first.

    `least` is their lowest severity.
    """
    found = outbox.deliveries_that(
        connection,
        deliveries.c.state == DeliveryState.SENT.value,
        deliveries.c.sent >= since,
        deliveries.c.severity >= int(least),
        deliveries.c.kind.in_(ANSWERABLE),
        deliveries.c.target.in_(targets),
    )
    covered = {each.id for each in _covered(connection, found)} if found else set()
    return [each for each in found if each.id not in covered]


def escalated_since(connection: Connection, since: datetime) -> set[tuple[str, int, str]]:
    """Return the story, alert revision and target of each escalation queued since then, in whatever state.

    Not of one whose ack was taken back: it may be owed anew.
    """
    mine = (deliveries.c.kind == Kind.ESCALATION.value, deliveries.c.queued >= since, not_(_OPEN_AGAIN))
    return {(each.subject, each.revision, each.target) for each in outbox.deliveries_that(connection, *mine)}


def stories_of(connection: Connection, identity: str) -> tuple[str, ...]:
    """Return the told stories that an id stands for: the id of a delivery, story, thread or article.

    A digest stands for all it lists. Return () for an unknown id, and for a notice.
    """
    if each := outbox.find(connection, identity):
        if each.kind is Kind.DIGEST:
            return tuple(dict.fromkeys(a.story for a in digests.digest_of(connection, each.subject, each.target)))
        return () if each.kind is Kind.NOTICE else (each.subject,)
    members = members_of(connection, identity)
    articles = () if members else archive.articles_of(connection, identity)
    named = {each.story for each in members} | {placement_of(connection, a.id).story for a in articles}
    named |= {identity}
    return told_of(connection, named) or _only_listed(connection, named)


def _only_listed(connection: Connection, stories: Collection[str]) -> tuple[str, ...]:
    """Return those of the stories that a digest listed which have no alert revision: too old to interrupt when found.

    Only what some target knows is looked for, since that goes through all lists.
    """
    known = {story for told in decisions.told_of_stories(connection, stories).values() for story in told}
    return tuple(each for each in sorted(known) if digests.last_listed(connection, each))


def told_of(connection: Connection, stories: Collection[str]) -> tuple[str, ...]:
    """Return those of the stories that were told, in the order in which they were."""
    return _told(connection, alerts.c.story.in_(stories))


def stories_told_since(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Return the stories with an alert revision made since then, in the order of the first of those."""
    return _told(connection, alerts.c.created >= since)


def _told(connection: Connection, wanted: ColumnElement[bool]) -> tuple[str, ...]:
    # not grouped by the database, which would go through all alerts in the order of their stories
    return tuple(dict.fromkeys(connection.scalars(select(alerts.c.story).where(wanted).order_by(alerts.c.created))))
