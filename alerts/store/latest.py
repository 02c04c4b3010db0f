"""SQL for lists of what was told last: stories by their newest alert, in pages. Every function takes a connection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, tuple_

from alerts.alert import Alert, Severity
from alerts.store import snapshot
from alerts.store.audit import audit
from alerts.store.decisions import alerts
from alerts.store.given_acks import acks
from alerts.store.outbox import deliveries
from alerts.store.silences import silences
from crawler.store.asked import parts


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time, from `since` until just before `until`; None where it has no end."""

    since: datetime
    until: datetime | None = None


Place = tuple[datetime, str]  # of a story in the list: when its newest revision was made, its id


def latest_told(
    connection: Connection, span: Span, severities: Collection[Severity] = (), after: Place | None = None
) -> Iterator[tuple[str, int, Place]]:
    """Yield the stories with an alert made in a span: story, its newest revision there, its place; newest first.

    `severities` are those that the revision may have, all where it is empty; `after` is where a page before ended.
    """
    in_span = [alerts.c.created >= span.since, *([alerts.c.created < span.until] if span.until else [])]
    newest = select(alerts.c.story, func.max(alerts.c.revision).label("revision")).where(*in_span)
    found = newest.group_by(alerts.c.story).subquery()
    wanted = (
        select(alerts.c.story, alerts.c.revision, alerts.c.created)
        .join(found, (found.c.story == alerts.c.story) & (found.c.revision == alerts.c.revision))
        .order_by(alerts.c.created.desc(), alerts.c.story.desc())
    )
    if severities:
        wanted = wanted.where(alerts.c.severity.in_([int(each) for each in severities]))
    if after:
        at, story = after
        older = and_(alerts.c.created == at, alerts.c.story < story)
        wanted = wanted.where(or_(alerts.c.created < at, older))
    for row in connection.execute(wanted):
        yield row.story, row.revision, (row.created, row.story)


def first_told(connection: Connection, span: Span) -> list[tuple[str, datetime, Severity]]:
    """Return the stories first told in a span, with when that was and how grave they were then; oldest first."""
    in_span = [alerts.c.created >= span.since, *([alerts.c.created < span.until] if span.until else [])]
    found = select(alerts.c.story, alerts.c.created, alerts.c.severity).where(alerts.c.revision == 1, *in_span)
    return [
        (row.story, row.created, Severity(row.severity)) for row in connection.execute(found.order_by(alerts.c.created))
    ]


def newest_revisions(connection: Connection, stories: Iterable[str]) -> list[tuple[str, int]]:
    """Return the newest alert revision of each story that has one."""
    found: list[tuple[str, int]] = []
    for part in parts(sorted(stories)):
        newest = select(alerts.c.story, func.max(alerts.c.revision).label("revision"))
        rows = connection.execute(newest.where(alerts.c.story.in_(part)).group_by(alerts.c.story))
        found += [(row.story, row.revision) for row in rows]
    return found


def load_alerts(connection: Connection, revisions: Collection[tuple[str, int]]) -> list[Alert]:
    """Return alert revisions in the order asked for; what is not there is left out."""
    found: dict[tuple[str, int], Alert] = {}
    for part in parts(revisions):
        wanted = select(alerts.c.story, alerts.c.revision, alerts.c.content).where(
            tuple_(alerts.c.story, alerts.c.revision).in_(part)
        )
        found |= {(row.story, row.revision): snapshot.load(row.content) for row in connection.execute(wanted)}
    return [found[each] for each in revisions if each in found]


def newest_marks(connection: Connection) -> str:
    """Return a text that changes whenever something is told, acknowledged, silenced, delivered or done to the watch."""
    newest = (alerts.c.created, acks.c.at, silences.c.begins, silences.c.ends, deliveries.c.changed, audit.c.at)
    return " ".join(str(connection.scalar(select(func.max(each)))) for each in newest)
