"""Decide what one attempt to send means for the delivery, and for its target. Pure.

A target that fails again and again rests, with growing pauses, while single messages test whether it is back (a circuit
breaker: M. Nygard, "Release It!", 2007). A target that asks for a pause (429) gets exactly that pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert import SendResult, Severity
from alerts.decide.retries import is_spent, retry_at
from alerts.delivery import Delivery, DeliveryState

OPENS_AFTER = 5  # failures in a row
OPENS_OVER = timedelta(seconds=30)  # at least, from the first of them to the last
SHORT_REST = timedelta(seconds=5)  # after OPENS_AFTER failures in less than OPENS_OVER: it may be restarting
FIRST_PAUSE = timedelta(seconds=30)  # these two: a day's outage costs some 290 attempts (decision 102)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=1)  # whatever a service asks for: a wrong Retry-After must not silence it for days
SET_ASIDE_AFTER = 8  # attempts of a message that fails while others of its target are taken
WAITED_TOO_LONG = {
    True: timedelta(minutes=5),
    False: timedelta(hours=1),
}  # at a service's request: for flash, for others
LEASE = timedelta(minutes=5)  # of a claim: longer than all timeouts of one send together


@dataclass(frozen=True, slots=True)
class TargetState:
    """How sending to a target has gone.

    `failures` counts failures in a row. Since `failing_since` it has failed, or asked for rests. Nothing is sent until
    `rests_until`; `asked` is true where the service itself asked for that. `down_from` without `down_until` means that
    it is down now; with both, they are the last outage. `detail` is the error of the last failure.
    """

    target: str
    failures: int = 0
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    asked: bool = False
    down_from: datetime | None = None
    down_until: datetime | None = None
    detail: str = ""

    @property
    def is_down(self) -> bool:
        """Return whether an outage has begun and not ended."""
        return self.down_from is not None and self.down_until is None

    def rests(self, now: datetime) -> bool:
        """Return whether nothing is to be sent at `now`."""
        return self.rests_until is not None and self.rests_until > now

    def waits_too_long(self, severity: Severity, now: datetime) -> bool:
        """Return whether the service has asked for rests for so long that the admin is told."""
        limit = WAITED_TOO_LONG[severity is Severity.FLASH]
        return self.asked and self.failing_since is not None and now - self.failing_since >= limit


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """The new state of a delivery, with `due` if it will be tried again, and of its target."""

    state: DeliveryState
    target_state: TargetState
    due: datetime | None = None

    def opened(self, before: TargetState) -> bool:
        """Return whether this attempt began an outage (opened the breaker)."""
        return self.target_state.is_down and not before.is_down

    def closed(self, before: TargetState) -> bool:
        """Return whether this attempt ended an outage."""
        return before.is_down and not self.target_state.is_down


def judge_attempt(
    delivery: Delivery, result: SendResult, before: TargetState, now: datetime, *, others_went: bool = False
) -> AttemptOutcome:
    """Return what becomes of a delivery and its target after one attempt.

    A delivery that may have arrived and is tried again becomes unknown; one that cannot be tried again becomes dead.
    `others_went`: the target took other messages meanwhile, so the failure is this message's own (decision 141).
    """
    if result.ok:
        return AttemptOutcome(DeliveryState.SENT, answered(before, now))
    own = others_went and result.wait is None
    target_state = before if own else _after(before, result, now)
    spent = is_spent(delivery.tried or delivery.due, delivery.severity, now)
    if not result.retry or spent or (own and delivery.attempts >= SET_ASIDE_AFTER):
        return AttemptOutcome(DeliveryState.DEAD, target_state)
    state = DeliveryState.UNKNOWN if result.uncertain else DeliveryState.QUEUED
    if target_state.rests(now) and not own:
        return AttemptOutcome(state, target_state, target_state.rests_until)
    return AttemptOutcome(state, target_state, retry_at(delivery.id, delivery.attempts, now))


def _after(before: TargetState, result: SendResult, now: datetime) -> TargetState:
    if result.wait is not None:  # it answers, and asks for less: no failure, and no success either
        until = now + min(max(result.wait, timedelta(seconds=1)), LONGEST_REST)
        since = before.failing_since or now
        return replace(before, failing_since=since, rests_until=until, asked=True, detail=result.detail)
    return failed(before, now, result.detail) if result.retry else before


def answered(before: TargetState, now: datetime) -> TargetState:
    """Return the state of a target after it accepted a message."""
    # the end of an outage is kept, so that late messages can say when the target was down
    until = now if before.is_down else before.down_until
    return replace(before, failures=0, failing_since=None, down_until=until)


def failed(before: TargetState, now: datetime, detail: str) -> TargetState:
    """Return the state of a target after a failure that another attempt may mend."""
    since, failures = before.failing_since or now, before.failures + 1
    after = replace(before, failures=failures, failing_since=since, detail=detail)
    # count and time (decision 102): five quick failures may be a restart, and one failure an hour ago says nothing
    if failures < OPENS_AFTER and not before.is_down:
        return after
    if not before.is_down and now - since < OPENS_OVER:
        # enough failures, in too short a time to call it an outage
        return replace(after, rests_until=now + SHORT_REST, asked=False)
    if not before.is_down:
        after = replace(after, down_from=since, down_until=None)
    # the pause grows with the outage: half its length so far, so the end of a short one is noticed soon
    pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, (now - (after.down_from or now)) / 2))
    return replace(after, rests_until=now + pause, asked=False)
