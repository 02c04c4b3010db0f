"""SQL on acknowledgements: who has taken notice of which story, and which messages nobody has answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Integer, Table, Text, func, or_, select

from alerts.alert import Ack, Delivery, DeliveryState, Kind, Severity
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
ANSWERABLE = (Kind.ALERT.value, Kind.UPDATE.value, Kind.ESCALATION.value)


def ack(connection: Connection, story: str, by: str, via: str, now: datetime, revision: int) -> tuple[Ack, bool]:
    """Record that somebody has taken notice of a story; gives the ack that holds, and whether it is this one.

    The first one stays: an ack is for the story, not for each of its messages. Only where the severity has risen
    since does a later one take its place.
    """
    before = ack_of(connection, story)
    if before and not _risen(connection, before, revision):
        return before, False
    made = Ack(story, now, by, via, revision)
    values = {"story": story, "at": now, "by": by, "via": via, "revision": revision}
    save(connection, acks, values, "story")
    return made, True


def ack_of(connection: Connection, story: str) -> Ack | None:
    """Give the ack of a story, None where nobody has taken notice."""
    row = connection.execute(select(acks).where(acks.c.story == story)).mappings().first()
    return Ack(**row) if row else None


def noted(connection: Connection, story: str) -> tuple[str, ...]:
    """Return the line ("Acknowledged by ...",) for messages on a story; () where nobody acknowledged it."""
    known = ack_of(connection, story)
    return (f"Acknowledged by {known.by} at {known.at:%d %b %H:%M} UTC",) if known else ()


def _risen(connection: Connection, before: Ack, revision: int) -> bool:
    wanted = select(alerts.c.revision, alerts.c.severity).where(alerts.c.story == before.story)
    severity: dict[int, int] = {row.revision: row.severity for row in connection.execute(wanted)}
    return severity.get(revision, 0) > severity.get(before.revision, 0)


def unacked(connection: Connection, since: datetime, least: Severity, targets: Sequence[str]) -> list[Delivery]:
    """Give the messages sent since then to the targets, at least so urgent, that no ack covers; oldest first."""
    told = alerts.alias("told_then")
    covered = (
        select(acks.c.story)
        .outerjoin(told, (told.c.story == acks.c.story) & (told.c.revision == acks.c.revision))
        .where(
            acks.c.story == deliveries.c.subject,
            or_(deliveries.c.revision <= acks.c.revision, deliveries.c.severity <= func.coalesce(told.c.severity, 0)),
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
    )


def escalated_since(connection: Connection, since: datetime) -> set[tuple[str, int, str]]:
    """Give what was escalated since then: story, alert revision and target."""
    mine = (deliveries.c.kind == Kind.ESCALATION.value, deliveries.c.queued >= since)
    return {(each.subject, each.revision, each.target) for each in outbox.deliveries_that(connection, *mine)}


def stories_of(connection: Connection, identity: str) -> tuple[str, ...]:
    """Give the stories that any id printed in a message stands for: delivery, story, thread or article.

    A digest stands for all it lists. Nothing where the id is unknown, or that of a notice.
    """
    if each := outbox.find(connection, identity):
        if each.kind is Kind.DIGEST:
            return tuple(dict.fromkeys(a.story for a in digests.digest_of(connection, each.subject, each.target)))
        return () if each.kind is Kind.NOTICE else (each.subject,)
    members = archive.members_of(connection, identity)
    articles = () if members else archive.articles_of(connection, identity)
    named = {each.story for each in members} | {archive.placement_of(connection, a.id).story for a in articles}
    return _told(connection, alerts.c.story.in_(named | {identity}))


def stories_told_since(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Give the stories that told anything since then, in the order of their first word."""
    return _told(connection, alerts.c.created >= since)


def _told(connection: Connection, wanted: ColumnElement[bool]) -> tuple[str, ...]:
    first = func.min(alerts.c.created)
    return tuple(connection.scalars(select(alerts.c.story).where(wanted).group_by(alerts.c.story).order_by(first)))
