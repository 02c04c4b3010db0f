"""SQL on the state of targets: failures, rests, outages. Every function takes the connection of its commit."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Integer, Table, Text, bindparam, select

from alerts.decide.attempt import TargetState
from alerts.store.decisions import metadata
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import save

targets = Table(
    "targets",
    metadata,
    Column("target", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("rests_until", UtcTime),
    Column("asked", Boolean, nullable=False),
    Column("down_from", UtcTime),
    Column("down_until", UtcTime),
    Column("detail", Text, nullable=False),
)
# the columns by the fields of TargetState, in their order, which takes a row as its arguments
_STATES = select(*(targets.c[each.name] for each in fields(TargetState)))
_STATE = Prepared(_STATES.where(targets.c.target == bindparam("name")))  # built once: each claim asks


def state_of_target(connection: Connection, target: str) -> TargetState:
    """Return the state of a target; that of a healthy one if none is stored."""
    found = _STATE.rows(connection, {"name": target})
    return TargetState(*found[0]) if found else TargetState(target)


def target_states(connection: Connection) -> dict[str, TargetState]:
    """Return the state of each target that ever failed or rested."""
    return {row["target"]: TargetState(**row) for row in connection.execute(_STATES).mappings()}


def save_target_state(connection: Connection, target_state: TargetState) -> None:
    """Store the state of a target."""
    save(connection, targets, asdict(target_state), "target")


def resting(connection: Connection, now: datetime) -> set[str]:
    """Return the targets that nothing is sent to at `now`."""
    return set(connection.scalars(select(targets.c.target).where(targets.c.rests_until > now)))


def down(connection: Connection) -> set[str]:
    """Return the targets that are down: an outage has begun and not ended."""
    found = select(targets.c.target).where(targets.c.down_from.is_not(None), targets.c.down_until.is_(None))
    return set(connection.scalars(found))
