"""SQL on the acks that reach a story, and on what was told of it: what it takes to say whether one covers it.

Every function takes the connection of its commit.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Column, CompoundSelect, Connection, Integer, Table, Text, bindparam, func, select

from alerts.alert import Ack, Kind, Reason, Severity
from alerts.decide.acks import Given, ToldRevision
from alerts.decide.first_dead import tells_first_dead
from alerts.store import snapshot, statuses
from alerts.store.decisions import alerts, metadata
from alerts.store.former_acks import BY_COMMAND
from alerts.store.outbox import deliveries
from crawler.store import articles as archive
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


def given_to(connection: Connection, stories: Collection[str]) -> dict[str, list[Given]]:
    """Return by story the acks of it and of the other stories of its event, oldest first."""
    found: dict[str, list[Given]] = {}
    for row in connection.execute(_GIVEN, {"stories": list(stories)}).mappings():
        made = Ack(row["story"], row["at"], row["by"], row["via"], row["revision"])
        seen, shown = made.at, made.at
        if made.via != BY_COMMAND:
            seen = row["made_at"] or made.at
            shown = row["sent_at"] or seen
        found.setdefault(row["of"], []).append(Given(made, row["severity"], seen, shown))
    return found


def _given_query() -> CompoundSelect[Any]:
    stories: BindParameter[Any] = bindparam("stories", expanding=True)
    mine, theirs = archive.stories.alias("mine"), archive.stories.alias("theirs")
    severity = (
        select(func.coalesce(func.max(alerts.c.severity), 0))
        .where(alerts.c.story == acks.c.story, alerts.c.revision <= acks.c.revision)
        .scalar_subquery()
    )
    made_at = (
        select(alerts.c.created)
        .where(alerts.c.story == acks.c.story, alerts.c.revision == acks.c.revision)
        .scalar_subquery()
    )
    sent_at = (
        select(func.min(deliveries.c.sent))
        .where(deliveries.c.subject == acks.c.story, deliveries.c.revision == acks.c.revision)
        .scalar_subquery()
    )
    columns = (acks, severity.label("severity"), made_at.label("made_at"), sent_at.label("sent_at"))
    event = (
        select(*columns, mine.c.id.label("of"))
        .join(theirs, theirs.c.id == acks.c.story)
        .join(mine, mine.c.thread == theirs.c.thread)
        .where(mine.c.id.in_(stories), mine.c.id != acks.c.story)
    )
    own = select(*columns, acks.c.story.label("of")).where(acks.c.story.in_(stories))
    return own.union_all(event).order_by("at")


_GIVEN = _given_query()  # built once: each attempt to send asks


def told_revisions(connection: Connection, stories: Collection[str]) -> dict[str, list[ToldRevision]]:
    """Return the alert revisions of each story, in order."""
    if not stories:
        return {}
    told_as: dict[tuple[str, int], set[tuple[Kind, Reason]]] = {}
    kinds = select(deliveries.c.subject, deliveries.c.revision, deliveries.c.kind, deliveries.c.reason).where(
        deliveries.c.subject.in_(stories), deliveries.c.kind.in_(ANSWERABLE)
    )
    for row in connection.execute(kinds):
        told_as.setdefault((row.subject, row.revision), set()).add((Kind(row.kind), Reason(row.reason)))
    shown, found = statuses.shown_at(connection, stories), dict[str, list[ToldRevision]]()
    columns = (alerts.c.story, alerts.c.revision, alerts.c.severity, alerts.c.created, alerts.c.content)
    in_order = select(*columns).where(alerts.c.story.in_(stories)).order_by(alerts.c.revision)
    for made in connection.execute(in_order):
        reasons = frozenset(told_as.get((made.story, made.revision), ()))
        # what a later revision says was shown with that
        first = min((at for number, at in shown.get(made.story, ()) if number >= made.revision), default=None)
        # most contents say nothing of anybody killed, and need not be read
        dead = "killed" in made.content and any(map(tells_first_dead, snapshot.changes_of(made.content)))
        told = ToldRevision(made.revision, Severity(made.severity), made.created, reasons, first, dead)
        found.setdefault(made.story, []).append(told)
    return found
