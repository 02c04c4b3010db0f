"""What waits for a target, how its receiver wants to be told, now -> send, hold until, fold. Pure.

Flash goes at once, within the rate. Below it: quiet hours hold, what is routine waits for the digest, stories of one
thread share a message in ten minutes, and what is over the receiver's rate is told together. Whatever is held or
folded is told in the end; nothing is dropped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from alerts.alert import PINGS, Decision, Delivery, DeliveryState, Kind, Reason, Receiver, Severity
from alerts.decide.hours import next_at, quiet_until
from alerts.decide.what_to_tell import PING_EVERY

THREAD_EVERY = timedelta(minutes=10)  # one message on a thread in this time
NAMED = 8  # stories of its thread that a message names; more are a digest
EACH_HOUR = tuple(time(hour) for hour in range(24))
BURST = 0.75  # of the rate, at once; the rest of it comes back within a minute
KEPT_FOR_FLASH = 1 / 6  # of the burst
STORM_FROM = 10  # messages that wait for the rate
UNHELD = frozenset({Reason.SCHEDULED, Reason.ESCALATED})  # what quiet hours do not hold, however urgent it is
DIGEST, QUIET, GROUP, STORY, THREAD, RATE = "digest", "quiet hours", "group", "story", "thread", "rate"  # what holds


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: a message takes one token, and they come back with time. None: full."""

    tokens: float | None = None
    at: datetime | None = None

    def filled(self, rate: int, now: datetime) -> float:
        """Give the tokens there are at `now`: at most BURST of the rate, the rest of it coming back in a minute."""
        most = rate * BURST
        if self.tokens is None or self.at is None:
            return most
        passed = max(0.0, (now - self.at).total_seconds())
        return min(most, self.tokens + passed * _per_second(rate))


def _per_second(rate: int) -> float:
    return rate * (1 - BURST) / 60


@dataclass(frozen=True, slots=True)
class Lane:
    """What is known of a target: its tokens, and by thread when each story of it pinged it last."""

    bucket: Bucket = Bucket()
    pinged: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    delivery: str
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Deliveries that one digest tells, named by `window`."""

    deliveries: tuple[Delivery, ...]
    reason: Reason
    window: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with all that waits: the first of `sends` that can be claimed goes now; `tokens` are there for it."""

    sends: tuple[Delivery, ...] = ()
    holds: tuple[Hold, ...] = ()
    folds: tuple[Fold, ...] = ()
    tokens: float = 0.0


def plan(waiting: Sequence[Delivery], receiver: Receiver, lane: Lane, now: datetime) -> Plan:
    """Decide on what waits for one target of a receiver."""
    tokens = lane.bucket.filled(receiver.rate, now)
    due = [each for each in waiting if each.due <= now]
    holds = {each.id: hold for each in due if (hold := _hold(each, receiver, lane, now))}
    free = [each for each in due if each.id not in holds]
    folds = [fold for fold in (_slot(free, receiver), _morning(free, receiver)) if fold]
    folded = {each.id for fold in folds for each in fold.deliveries}
    free = sorted((each for each in free if each.id not in folded), key=_urgency)
    sends = tuple(each for each in free if tokens >= _needed(each, receiver))
    if not sends:
        storm = _storm([*free, *(each for each in waiting if each.held == RATE and each.due > now)], now)
        folds += [storm] if storm else []
        swept = {each.id for each in storm.deliveries} if storm else set()
        holds |= {each.id: _until_token(each, receiver, tokens, now) for each in free if each.id not in swept}
    return Plan(sends, tuple(holds.values()), tuple(folds), tokens)


def slot_after(receiver: Receiver, now: datetime) -> datetime:
    """Give the next digest time of a receiver: its own, or the end of the running hour, or of quiet hours it is in."""
    if receiver.digest:
        return next_at(receiver.digest, receiver.zone, now)
    hour = next_at(EACH_HOUR, "UTC", now)
    return quiet_until(receiver.quiet, receiver.zone, hour) or hour


def window_name(end: datetime) -> str:
    """Name the digest window that ends then."""
    return f"{end:%Y-%m-%dT%H:%MZ}"


def takes_in(waiting: Delivery, kind: Kind) -> bool:
    """Say whether a message that waits and was never tried takes in a new one on its story.

    Nobody has seen the first word yet, so all that follows goes into it; an update takes in the next ping, and an
    edit the next edit.
    """
    return waiting.kind is Kind.ALERT or (waiting.kind is Kind.UPDATE and kind in PINGS) or waiting.kind is kind


def grown(waiting: Delivery, made: Decision, revision: int, now: datetime) -> Delivery:
    """Give a message that waits as it takes in a decision: it keeps its age, and goes at once if it is more urgent."""
    rules = tuple(dict.fromkeys((*waiting.rules, *made.rules)))
    severity = max(waiting.severity, made.severity)
    told = replace(waiting, revision=revision, severity=severity, rules=rules)
    if made.severity <= waiting.severity:
        return told
    return replace(told, due=min(now, waiting.due), held="", state=DeliveryState.QUEUED)


def _urgency(each: Delivery) -> tuple[int, bool, datetime, str]:
    return -each.severity, each.kind is Kind.EDIT, each.queued, each.id


def _hold(each: Delivery, receiver: Receiver, lane: Lane, now: datetime) -> Hold | None:
    """Name what holds a delivery now, the first that does; what was tried once is never held again."""
    if each.attempts or each.kind is Kind.EDIT:
        return None
    if each.kind in PINGS and each.severity is Severity.ROUTINE:
        slot = slot_after(receiver, each.queued)  # that of the hour it came in, though its target may have rested
        return Hold(each.id, slot, DIGEST) if each.held != DIGEST and slot > now else None
    causes = (
        (_quiet(each, receiver, now), QUIET),
        (_of_story(each, lane), STORY),
        (_of_thread(each, lane), THREAD),
        (_for_group(each, receiver), GROUP),
    )
    return next((Hold(each.id, until, why) for until, why in causes if until and until > now), None)


def _quiet(each: Delivery, receiver: Receiver, now: datetime) -> datetime | None:
    urgent = each.kind is Kind.NOTICE and each.severity >= Severity.IMMEDIATE  # that somebody cannot be told
    if urgent or each.severity >= receiver.breach or each.reason in UNHELD:
        return None
    return quiet_until(receiver.quiet, receiver.zone, now)


def _of_thread(each: Delivery, lane: Lane) -> datetime | None:
    """Give when the thread may be told of again, where another story of it was told."""
    waits = each.kind in PINGS and each.severity is not Severity.FLASH and each.held != QUIET
    others = [at for story, at in lane.pinged.get(each.thread, {}).items() if story != each.subject]
    return max(others) + THREAD_EVERY if waits and others else None


def _of_story(each: Delivery, lane: Lane) -> datetime | None:
    """Give when a story may ring again; a raised severity and a person's own wish do not wait."""
    waits = each.kind is Kind.UPDATE and each.reason not in {Reason.SEVERITY_RAISED, Reason.RESENT}
    last = lane.pinged.get(each.thread, {}).get(each.subject) if waits else None
    return last + PING_EVERY if last else None


def _for_group(each: Delivery, receiver: Receiver) -> datetime | None:
    waits = each.kind in PINGS and each.severity is Severity.PRIORITY and each.held != QUIET
    return each.queued + receiver.group_wait if waits else None


def _slot(free: Iterable[Delivery], receiver: Receiver) -> Fold | None:
    """Fold what waited for the digest; its own times also when it is one story."""
    listed = tuple(
        each for each in free if each.severity is Severity.ROUTINE and each.kind in PINGS and not each.attempts
    )
    reason = Reason.SCHEDULED if receiver.digest else Reason.ROUTINE
    ends = [each.due if each.held == DIGEST else slot_after(receiver, each.queued) for each in listed]
    return Fold(listed, reason, window_name(max(ends))) if listed else None


def _morning(free: Iterable[Delivery], receiver: Receiver) -> Fold | None:
    """Fold what the quiet hours held; a single message goes as it is."""
    listed = tuple(
        each for each in free if each.held == QUIET and each.kind in PINGS and each.severity > Severity.ROUTINE
    )
    if len(listed) < 2 or receiver.quiet is None:
        return None
    return Fold(listed, Reason.QUIET_HOURS, f"quiet-{window_name(max(each.due for each in listed))}")


def _storm(free: Sequence[Delivery], now: datetime) -> Fold | None:
    """Fold what the rate does not let through, where it is much; flash is told one by one all the same."""
    over = tuple(
        each for each in free if each.kind in PINGS and each.severity is not Severity.FLASH and not each.attempts
    )
    return Fold(over, Reason.STORM, f"storm-{now:%Y-%m-%dT%HZ}") if len(over) > STORM_FROM else None


def _needed(each: Delivery, receiver: Receiver) -> float:
    """Give the tokens there must be: flash may take the last, others leave some, an edit leaves half."""
    if each.severity is Severity.FLASH:
        return 1
    burst = receiver.rate * BURST
    return burst / 2 if each.kind is Kind.EDIT else 1 + burst * KEPT_FOR_FLASH


def _until_token(each: Delivery, receiver: Receiver, tokens: float, now: datetime) -> Hold:
    lacking = (_needed(each, receiver) - tokens) / _per_second(receiver.rate)
    return Hold(each.id, now + timedelta(seconds=math.ceil(lacking)), RATE)


def joined(send: Delivery, waiting: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Give what else waits of the thread of a message and is no more urgent: it is told with it."""
    if send.kind not in PINGS or not send.thread:
        return ()
    return tuple(
        each
        for each in waiting
        if each.thread == send.thread
        and each.subject != send.subject
        and each.kind in PINGS
        and Severity.ROUTINE < each.severity <= send.severity
        and each.severity is not Severity.FLASH
        and not each.attempts
    )
