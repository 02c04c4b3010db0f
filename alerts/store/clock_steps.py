"""SQL that adjusts stored times after the wall clock was set.

Retries, pauses between two pings and the age of a message are lengths of time, so their times move with the clock. A
digest, and what quiet hours hold, goes at an hour of the wall clock, and stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, or_, select, update

from alerts.alert import Kind
from alerts.decide.attempt import LONGEST_REST
from alerts.decide.carried import OWN_FEED
from alerts.decide.escalation import ANSWERED_WITHIN
from alerts.decide.pacing import GROUP, RATE, STORY, THREAD
from alerts.delivery import DeliveryState
from alerts.store import decisions
from alerts.store.acks import WITHDRAWN
from alerts.store.claims import buckets
from alerts.store.decisions import told
from alerts.store.given_acks import acks
from alerts.store.outbox import deliveries
from alerts.store.targets import targets

IN_PROGRESS = (DeliveryState.QUEUED.value, DeliveryState.UNKNOWN.value, DeliveryState.SENDING.value)
# of held ones those that a length of time holds; DIGEST and QUIET end at an hour of the wall clock
_timed_by_length = deliveries.c.state.in_(IN_PROGRESS) | (
    (deliveries.c.state == DeliveryState.HELD.value) & deliveries.c.held.in_((GROUP, OWN_FEED, RATE, STORY, THREAD))
)
MARK = "clock step"  # the last that stored times followed, where daemons share the store: its seconds, and when
ALIKE, ONE_STEP = 5.0, timedelta(minutes=1)  # seconds between two measures of one step; how long after it they are made
PING_MEMORY = timedelta(hours=1)  # longer than the pause between two pings: what was pinged before it no longer counts


def note(connection: Connection, step: timedelta, now: datetime) -> bool:
    """Note that stored times follow a step; return False, for nothing to do, where another daemon just moved them."""
    if known := decisions.get_mark(connection, MARK):
        seconds, at = json.loads(known)
        if abs(step.total_seconds() - seconds) <= ALIKE and abs(now - datetime.fromisoformat(at)) < ONE_STEP:
            return False
    decisions.set_mark(connection, MARK, json.dumps((step.total_seconds(), now.isoformat())))
    return True


def shift(connection: Connection, step: timedelta, now: datetime) -> None:
    """Add `step` to the stored times of what waits for a length of time, after the clock was set to `now`."""
    waiting = select(deliveries).where(_timed_by_length, deliveries.c.kind != Kind.DIGEST.value)
    _move_waiting(connection, list(connection.execute(waiting).mappings()), lambda _: step)
    # `now - step` is what the clock would show had it not been set: the stored times are by that
    recent = select(told).where(told.c.pinged > now - step - PING_MEMORY)
    _move_pings(connection, list(connection.execute(recent).mappings()), lambda row: row["pinged"] + step)
    _move_sent(connection, step, now)
    _move_acks(connection, now, lambda at: at + step)
    for row in connection.execute(select(targets)).mappings():
        began = () if row["down_until"] else ("down_from",)  # an outage that is over is history
        moved = {name: row[name] + step for name in ("rests_until", "failing_since", *began) if row[name]}
        if moved:
            connection.execute(update(targets).where(targets.c.target == row["target"]).values(**moved))
    for row in connection.execute(select(buckets)).mappings():
        connection.execute(update(buckets).where(buckets.c.target == row["target"]).values(at=row["at"] + step))


def _move_sent(connection: Connection, step: timedelta, now: datetime) -> None:
    """Move the time of sending of messages that may still be escalated, which is due a length of time after it."""
    recent = (deliveries.c.state == DeliveryState.SENT.value, deliveries.c.sent > now - step - ANSWERED_WITHIN)
    for row in connection.execute(select(deliveries).where(*recent)).mappings():
        connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(sent=row["sent"] + step))


def believe(connection: Connection, now: datetime) -> None:
    """Clamp stored times that lie in the future: the clock was ahead when they were stored, and was set back.

    Done at the start: a clock that was set while no process ran gives no step to move times by.
    """
    # `changed` is what the clock last showed: a retry may have been queued before now and be due an hour late
    ahead = list(
        connection.execute(
            select(deliveries).where(_timed_by_length, or_(deliveries.c.queued > now, deliveries.c.changed > now))
        ).mappings()
    )
    _move_waiting(connection, ahead, lambda row: now - max(row["queued"], row["changed"]))
    connection.execute(update(deliveries).where(_timed_by_length, deliveries.c.changed > now).values(changed=now))
    # a ping that waits is stored with its future time, at most one pause ahead: only later ones are wrong
    pinged = select(told).where(told.c.pinged > now + PING_MEMORY)
    _move_pings(connection, list(connection.execute(pinged).mappings()), lambda _: now)
    connection.execute(update(targets).where(targets.c.rests_until > now + LONGEST_REST).values(rests_until=now))
    connection.execute(update(buckets).where(buckets.c.at > now).values(at=now))
    # one from the future would cover all that is told until then
    _move_acks(connection, now, lambda _: now)


def _move_acks(connection: Connection, now: datetime, moved: Callable[[datetime], datetime]) -> None:
    """Move the acks of the future, and with each the escalations that it cancelled: by their time they are its own."""
    for row in connection.execute(select(acks).where(acks.c.at > now)).mappings():
        connection.execute(update(acks).where(acks.c.story == row["story"]).values(at=moved(row["at"])))
        its = (deliveries.c.changed == row["at"], deliveries.c.detail.startswith(WITHDRAWN, autoescape=True))
        connection.execute(update(deliveries).where(*its).values(changed=moved(row["at"])))


def _move_waiting(connection: Connection, rows: list[RowMapping], step: Callable[[RowMapping], timedelta]) -> None:
    for row in rows:
        moved = {name: row[name] + step(row) for name in ("queued", "due", "lease", "tried") if row[name]}
        connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(**moved))


def _move_pings(connection: Connection, rows: list[RowMapping], pinged: Callable[[RowMapping], datetime]) -> None:
    for row in rows:
        one = (told.c.story == row["story"], told.c.target == row["target"])
        connection.execute(update(told).where(*one).values(pinged=pinged(row)))
