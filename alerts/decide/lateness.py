"""Explain in words why a delivery is late, from the delivery and the state of its target. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.alert import Reason
from alerts.decide.attempt import TargetState
from alerts.delivery import Delivery
from alerts.render.words import plain, time

LATE = timedelta(minutes=2)  # after its due time; what is sent sooner is not called late
UNSEEN = "An earlier attempt may have arrived: its end was not seen."
RESTORED = "The store was restored from a backup: this may have been sent before, which the backup does not know."
DETAIL_LIMIT = 120  # characters of what the service said


def why_late(delivery: Delivery, target_state: TargetState, now: datetime, timezone: str) -> tuple[str, ...]:
    """Return one line for each known cause; none if the message is on time and nothing failed."""
    due = (delivery.tried or delivery.due) if delivery.attempts > 1 else delivery.due
    lines = []
    if delivery.attempts > 1 and delivery.detail:
        lines.append(f"Tried since {time(due, timezone)}; the last answer: {plain(delivery.detail)[:DETAIL_LIMIT]}")
    if now - due >= LATE:
        lines += _rested(due, target_state, now, timezone)
    if delivery.repeat and delivery.reason is not Reason.RESENT:  # of that its note says how it was
        lines.append(UNSEEN if delivery.attempts > 1 else RESTORED)
    return tuple(lines)


def _rested(due: datetime, target_state: TargetState, now: datetime, timezone: str) -> list[str]:
    """Return lines for an outage or a requested pause of the target since `due`."""
    lines = []
    down_until = target_state.down_until or now
    if target_state.down_from and down_until > due:
        until = f"until {time(down_until, timezone)}" if target_state.down_until else "until this message"
        lines.append(f"This receiver did not answer from {time(target_state.down_from, timezone)} {until}.")
    if target_state.asked and target_state.rests_until and due < target_state.rests_until <= now:
        lines.append(f"Rested until {time(target_state.rests_until, timezone)} at the receiver's request.")
    return lines
