"""SQL on how each target fares: failures, rests, outages. Every function takes the connection of its commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Float, Integer, Table, Text, select, update

from alerts.attempt import Condition
from alerts.store import metadata
from crawler.db import UtcTime
from crawler.store import save_once

targets = Table(
    "targets",
    metadata,
    Column("target", Text, primary_key=True),
    Column("failures", Integer),
    Column("failing_since", UtcTime),
    Column("rests_until", UtcTime),
    Column("asked", Boolean),
    Column("down_from", UtcTime),
    Column("down_until", UtcTime),
    Column("detail", Text),
    Column("tokens", Float),
    Column("tokens_at", UtcTime),
)
_CONDITIONS = select(*(targets.c[each.name] for each in fields(Condition)))


def condition_of(connection: Connection, target: str) -> Condition:
    """Give how a target fares; well, where nothing is known."""
    row = connection.execute(_CONDITIONS.where(targets.c.target == target)).mappings().first()
    return Condition(**row) if row else Condition(target)


def conditions(connection: Connection) -> dict[str, Condition]:
    """Give how each target fares that ever failed or rested."""
    return {row["target"]: Condition(**row) for row in connection.execute(_CONDITIONS).mappings()}


def save_condition(connection: Connection, condition: Condition) -> None:
    _set(connection, condition.target, asdict(condition))


def bucket_of(connection: Connection, target: str) -> tuple[float | None, datetime | None]:
    """Give the tokens of a target and when there were so many; None where nothing was sent yet."""
    row = connection.execute(select(targets.c.tokens, targets.c.tokens_at).where(targets.c.target == target)).first()
    return (row.tokens, row.tokens_at) if row else (None, None)


def save_bucket(connection: Connection, target: str, tokens: float, now: datetime) -> None:
    _set(connection, target, {"tokens": tokens, "tokens_at": now})


def _set(connection: Connection, target: str, values: Mapping[str, object]) -> None:
    """Set some columns of a target, whose others stay as they are."""
    changed = connection.execute(update(targets).where(targets.c.target == target).values(dict(values)))
    if not changed.rowcount:
        save_once(connection, targets, {"target": target, **values})


def resting(connection: Connection, now: datetime) -> set[str]:
    """Give the targets that rest."""
    return set(connection.scalars(select(targets.c.target).where(targets.c.rests_until > now)))


def down(connection: Connection) -> set[str]:
    """Give the targets that are down."""
    found = select(targets.c.target).where(targets.c.down_from.is_not(None), targets.c.down_until.is_(None))
    return set(connection.scalars(found))
