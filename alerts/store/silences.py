"""SQL on silences and on what they held back. Every function takes the connection of its commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, RowMapping, Table, Text, delete, func, select, update

from alerts.alert import Alert, Scope, Silence
from alerts.store import snapshot
from alerts.store.decisions import Made, alerts, decisions, made_of, metadata
from crawler.store.articles import add_up
from crawler.store.db import UtcTime

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
    """Begin a silence. Its id is short (q1, q2, ...), to be typed at night; rows are never deleted."""
    number = (connection.scalar(select(func.count()).select_from(silences)) or 0) + 1
    made = Silence(f"q{number}", scope, value, author, reason, begins, ends)
    values = {"id": made.id, "scope": scope.value, "value": value, "author": author, "reason": reason}
    connection.execute(silences.insert().values(**values, begins=begins, ends=ends, ended_by=""))
    return made


def end_silence(connection: Connection, identity: str, by: str, now: datetime) -> Silence | None:
    """End a silence that is in force; None where there is none of that id in force."""
    running = (silences.c.id == identity, silences.c.ends > now)
    ended = update(silences).where(*running).values(ends=now, ended_by=by).returning(*silences.c)
    row = connection.execute(ended).mappings().first()
    return _silence(row) if row else None


def silences_in_force(connection: Connection, now: datetime) -> list[Silence]:
    """Give the silences that hold at a time, oldest first."""
    return _silences(connection, silences.c.begins <= now, silences.c.ends > now)


def silences_since(connection: Connection, since: datetime) -> list[Silence]:
    """Give the silences that held at any time since then, oldest first."""
    return _silences(connection, silences.c.ends > since)


def all_silences(connection: Connection) -> list[Silence]:
    """Give every silence there ever was, oldest first."""
    return _silences(connection)


def _silences(connection: Connection, *wanted: Any) -> list[Silence]:
    found = select(silences).where(*wanted).order_by(silences.c.begins, func.length(silences.c.id), silences.c.id)
    return [_silence(row) for row in connection.execute(found).mappings()]


def _silence(row: RowMapping) -> Silence:
    return Silence(**{**row, "scope": Scope(row["scope"])})


def withhold(connection: Connection, target: str, silence: str) -> None:
    """Count one message that a silence held back from a target."""
    add_up(connection, withheld, [{"target": target, "silence": silence, "n": 1}], "target", "silence")


def take_withheld(connection: Connection, target: str, now: datetime) -> tuple[str, ...]:
    """Give in words what silences held back from a target since it was last told, and count anew.

    To be told in the very message that is queued in this commit.
    """
    held = delete(withheld).where(withheld.c.target == target).returning(withheld.c.silence, withheld.c.n)
    counted = {row.silence: row.n for row in connection.execute(held)}
    if not counted:
        return ()
    return tuple(
        f"{counted[each.id]} message{'s' * (counted[each.id] != 1)} held back by silence {each.id} "
        f"({each.author}: {each.reason}, {end_of(each, now)})"
        for each in _silences(connection, silences.c.id.in_(counted))
    )


def targets_untold(connection: Connection, over: datetime) -> list[str]:
    """Give the targets that a silence kept something from which was over by then, and that were not told."""
    ended = select(withheld.c.target).join(silences, silences.c.id == withheld.c.silence).where(silences.c.ends <= over)
    return list(connection.scalars(ended.distinct().order_by(withheld.c.target)))


def end_of(silence: Silence, now: datetime) -> str:
    """Say when a silence ends or ended; the day is named where it is another."""
    form = "%H:%M" if silence.ends.date() == now.date() else "%d %b %H:%M"
    word = "until" if silence.ends > now else "ended"
    by = f" by {silence.ended_by}" if silence.ended_by else ""
    return f"{word} {silence.ends:{form}} UTC{by}"


def withheld_now(connection: Connection) -> Mapping[str, int]:
    """Count by silence what was held back and is not told yet."""
    summed = select(withheld.c.silence, func.sum(withheld.c.n).label("n")).group_by(withheld.c.silence)
    return {row.silence: row.n for row in connection.execute(summed)}


def told_since(connection: Connection, since: datetime) -> list[tuple[Made, Alert]]:
    """Give what was queued since then: each decision, and the alert as it was decided on."""
    found = (
        select(decisions, alerts.c.content)
        .join(alerts, (alerts.c.story == decisions.c.story) & (alerts.c.created == decisions.c.at))
        .where(decisions.c.at >= since, decisions.c.queued)
        .order_by(decisions.c.seq, decisions.c.target)
    )
    return [(made_of(row), snapshot.load(row.content)) for row in connection.execute(found)]
