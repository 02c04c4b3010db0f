"""SQL on silences and on what they withheld. Every function takes the connection of its commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    bindparam,
    delete,
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
from crawler.store.saving import add_up

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
# how many messages each silence withheld from a target; the row goes when the target is told
withheld = Table(
    "withheld",
    metadata,
    Column("target", Text, primary_key=True),
    Column("silence", Text, primary_key=True),
    Column("n", Integer, nullable=False),
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


def _silences(connection: Connection, *wanted: Any) -> list[Silence]:
    return [_silence(row) for row in connection.execute(_ORDERED.where(*wanted)).mappings()]


# by length first: q10 comes after q9
_ORDERED = select(silences).order_by(silences.c.begins, func.length(silences.c.id), silences.c.id)
_NOW = bindparam("now", type_=UtcTime)
_IN_FORCE = _ORDERED.where(silences.c.begins <= _NOW, silences.c.ends > _NOW)  # built once: each decision asks


def _silence(row: RowMapping) -> Silence:
    return Silence(**{**row, "scope": Scope(row["scope"])})


def withhold(connection: Connection, target: str, silence: str) -> None:
    """Count one message that a silence withheld from a target."""
    add_up(connection, withheld, [{"target": target, "silence": silence, "n": 1}], "target", "silence")


def take_withheld(connection: Connection, target: str, now: datetime, timezone: str) -> tuple[str, ...]:
    """Return a line for each silence on how much it withheld from a target since it was last told; () if nothing.

    The counts are deleted. So the caller must queue the message that has the lines in the same commit.
    """
    counted = {row.silence: row.n for row in _TAKE.rows(connection, {"wanted": target})}
    if not counted:
        return ()
    return tuple(
        f"{counted[each.id]} message{'s' * (counted[each.id] != 1)} held back by silence {each.id} "
        f"({each.author}: {each.reason}), {end_of(each, now, timezone)}"
        for each in _silences(connection, silences.c.id.in_(counted))
    )


_TAKE = Prepared(
    delete(withheld).where(withheld.c.target == bindparam("wanted")).returning(withheld.c.silence, withheld.c.n)
)


def targets_untold(connection: Connection, over: datetime) -> list[str]:
    """Return the targets that were not told yet what a silence withheld that ended at `over` or earlier."""
    ended = select(withheld.c.target).join(silences, silences.c.id == withheld.c.silence).where(silences.c.ends <= over)
    return list(connection.scalars(ended.distinct().order_by(withheld.c.target)))


def end_of(silence: Silence, now: datetime, timezone: str) -> str:
    """Return in words when a silence ends or ended, in the zone of the desk."""
    word = "until" if silence.ends > now else "ended"
    by = f" by {silence.ended_by}" if silence.ended_by else ""
    return f"{word} {time(silence.ends, timezone)}{by}"


def withheld_now(connection: Connection) -> Mapping[str, int]:
    """Return by silence how many messages it withheld that are not told yet, over all targets."""
    summed = select(withheld.c.silence, func.sum(withheld.c.n).label("n")).group_by(withheld.c.silence)
    return {row.silence: row.n for row in connection.execute(summed)}


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
