"""SQL on silences. Every function takes the connection of its commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    RowMapping,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)

from alerts.alert import Alert, Scope, Silence
from alerts.render.words import time
from alerts.store import snapshot
from alerts.store.decisions import StoredDecision, alerts, decisions, metadata, read_decision
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared

silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins", UtcTime, nullable=False),
    Column("ends", UtcTime, nullable=False),
    Column("ended_by", Text, nullable=False),
    Index("silences_by_end", "ends"),
)


def add_silence(
    connection: Connection, scope: Scope, value: str, author: str, reason: str, begins: datetime, ends: datetime
) -> Silence:
    """Store a silence and return it. Its id is short (q1, q2, ...), as it is typed at night."""
    # rows are never deleted, so their number gives the next id
    number = (connection.scalar(select(func.count()).select_from(silences)) or 0) + 1
    made = Silence(f"q{number}", scope, value, author, reason, begins, ends)
    values = {"id": made.id, "scope": scope.value, "value": value, "author": author, "reason": reason}
    connection.execute(silences.insert().values(**values, begins=begins, ends=ends, ended_by=""))
    return made


def end_silence(connection: Connection, identity: str, by: str, now: datetime) -> Silence | None:
    """End a silence that is in force and return it; None if none of that id is in force."""
    running = (silences.c.id == identity, silences.c.ends > now)
    ended = update(silences).where(*running).values(ends=now, ended_by=by).returning(*silences.c)
    row = connection.execute(ended).mappings().first()
    return _silence(row) if row else None


def lift(connection: Connection, now: datetime) -> None:
    """End all silences, for a transaction that is undone."""
    connection.execute(update(silences).where(silences.c.ends > now).values(ends=now))


def silences_in_force(connection: Connection, now: datetime) -> list[Silence]:
    """Return the silences in force at `now`, oldest first."""
    return [_silence(row) for row in connection.execute(_IN_FORCE, {"now": now}).mappings()]


def silences_since(connection: Connection, since: datetime) -> list[Silence]:
    """Return the silences that were in force at any time since then, oldest first."""
    return _silences(connection, silences.c.ends > since)


def all_silences(connection: Connection) -> list[Silence]:
    """Return every silence there ever was, oldest first."""
    return _silences(connection)


def silences_named(connection: Connection, names: Collection[str]) -> list[Silence]:
    """Return the silences of these ids, oldest first."""
    return _silences(connection, silences.c.id.in_(list(names)))


def _silences(connection: Connection, *wanted: Any) -> list[Silence]:
    return [_silence(row) for row in connection.execute(_ORDERED.where(*wanted)).mappings()]


# by length first: q10 comes after q9
_ORDERED = select(silences).order_by(silences.c.begins, func.length(silences.c.id), silences.c.id)
_NOW = bindparam("now", type_=UtcTime)
_IN_FORCE = _ORDERED.where(silences.c.begins <= _NOW, silences.c.ends > _NOW)  # built once: each decision asks


def _silence(row: RowMapping) -> Silence:
    return Silence(**{**row, "scope": Scope(row["scope"])})


def end_of(silence: Silence, now: datetime, timezone: str) -> str:
    """Return in words when a silence ends or ended, in the zone of the desk."""
    word = "until" if silence.ends > now else "ended"
    by = f" by {silence.ended_by}" if silence.ended_by else ""
    return f"{word} {time(silence.ends, timezone)}{by}"


def told_since(connection: Connection, since: datetime) -> list[tuple[StoredDecision, Alert]]:
    """Return the queued decisions made since then, each with the alert revision it queued."""
    # A decision does not name its alert revision; both have the time of the commit that made them.
    found = (
        select(decisions, alerts.c.content)
        .join(alerts, (alerts.c.story == decisions.c.story) & (alerts.c.created == decisions.c.at))
        .where(decisions.c.at >= since, decisions.c.queued)
        .order_by(decisions.c.seq, decisions.c.target)
    )
    return [(read_decision(row), snapshot.load(row.content)) for row in connection.execute(found)]


def join_threads(connection: Connection, moved: str, into: str) -> None:
    """Let a silence on a thread hold for the one that its stories were moved into."""
    _MOVE.change(connection, {"moved": moved, "into": into})


_MOVE = Prepared(
    update(silences)
    .where(silences.c.scope == Scope.THREAD.value, silences.c.value == bindparam("moved"))
    .values(value=bindparam("into"))
)
