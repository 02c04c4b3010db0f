"""SQL: how many deliveries there are, by kind, state and target, how many wait, and since when."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, func, select

from alerts.alert import URGENT_KINDS, Kind
from alerts.delivery import DeliveryState
from alerts.store.decisions import counts
from alerts.store.outbox import WAITING, deliveries
from crawler.store.articles import load_counts

GONE = "gone:"  # begins the names under which the ledger counts deleted deliveries, by kind and state


def delivered(connection: Connection) -> dict[tuple[str, str], int]:
    """Return the number of deliveries by (kind, state), with those that were deleted for their age."""
    rows = connection.execute(
        select(deliveries.c.kind, deliveries.c.state, func.count().label("n")).group_by(
            deliveries.c.kind, deliveries.c.state
        )
    )
    found: Counter[tuple[str, str]] = Counter({(row.kind, row.state): row.n for row in rows})
    for name, n in load_counts(connection, counts).items():
        if name.startswith(GONE):
            _, kind, state = name.split(":")
            found[kind, state] += n
    return dict(found)


def by_target(connection: Connection) -> dict[tuple[str, str], int]:
    """Return the number of deliveries by (target, state), from an index alone."""
    rows = connection.execute(
        select(deliveries.c.state, deliveries.c.target, func.count().label("n")).group_by(
            deliveries.c.state, deliveries.c.target
        )
    )
    return {(row.target, row.state): row.n for row in rows}


def next_due(connection: Connection) -> datetime | None:
    """Return when the next waiting delivery is due, None if nothing waits."""
    due: datetime | None = connection.scalar(_NEXT_DUE)
    return due


# built once: a replay asks after every line
_NEXT_DUE = select(func.min(deliveries.c.due)).where(deliveries.c.state.in_(WAITING))


def count_waiting(connection: Connection, target: str) -> int:
    """Return how many deliveries wait for a target."""
    waits = (deliveries.c.target == target, deliveries.c.state.in_(WAITING))
    return connection.scalar(select(func.count()).select_from(deliveries).where(*waits)) or 0


def oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return since when the message is due that waits longest, of those that are due; None if none is."""
    waits = (deliveries.c.state.in_(WAITING), deliveries.c.due <= now)
    since: datetime | None = connection.scalar(select(func.min(deliveries.c.due)).where(*waits))
    return since


def count_due(connection: Connection, now: datetime) -> int:
    """Return how many messages are due."""
    waits = (deliveries.c.state.in_(WAITING), deliveries.c.due <= now)
    return connection.scalar(select(func.count()).select_from(deliveries).where(*waits)) or 0


def told_count(connection: Connection, target: str, since: datetime, except_subject: str) -> int:
    """Return how many messages of news went or are going to a target since then, but for one digest and its parts."""
    going = (DeliveryState.SENT.value, DeliveryState.SENDING.value, DeliveryState.QUEUED.value)
    wanted = (
        deliveries.c.target == target,
        deliveries.c.changed >= since,
        deliveries.c.state.in_(going),
        deliveries.c.kind.in_([kind.value for kind in (*URGENT_KINDS, Kind.DIGEST)]),
        ~deliveries.c.subject.startswith(except_subject, autoescape=True),
    )
    return connection.scalar(select(func.count()).select_from(deliveries).where(*wanted)) or 0
