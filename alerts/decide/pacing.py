"""Decide, for all that waits for one target, what is sent now, held until later, or folded into a digest. Pure.

Flash is sent at once, within the rate. Below it: quiet hours hold messages, routine waits for a digest, stories of one
thread share a message within ten minutes, and what exceeds the receiver's rate is told together. Whatever is held or
folded is told in the end; nothing is dropped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from alerts.alert import LISTED, ONE_ROUND, PINGS, Kind, Reason, Receiver, Severity
from alerts.decide.carried import OWN_FEED
from alerts.decide.hours import next_at, quiet_until
from alerts.decide.what_to_tell import PING_EVERY
from alerts.decision import Decision
from alerts.delivery import Delivery, DeliveryState

THREAD_EVERY = timedelta(minutes=10)  # one message on a thread in this time
NAMED_IN_MESSAGE = 8  # stories of its thread that a message names; more are a digest
LONE_AT_MOST = timedelta(hours=6)  # how long the only event of an hourly digest waits for another (decision 134)
EACH_HOUR = tuple(time(hour) for hour in range(24))
BURST = 0.75  # of the rate, at once; the rest of it comes back within a minute
KEPT_FOR_FLASH = 1 / 6  # of the burst
STORM_FROM = 10  # waiting messages; more than that are one digest instead of minutes of single ones
UNHELD = frozenset({Reason.SCHEDULED, Reason.ESCALATED})  # reasons that quiet hours do not hold, at any severity
AT_ONCE = frozenset({Reason.FIRST_DEATHS, Reason.CORRECTED})  # also where an update of the story waits already
UNPAUSED = AT_ONCE | {Reason.SEVERITY_RAISED, Reason.RESENT}  # of an update, too soon or not
DIGEST, QUIET, GROUP, STORY, THREAD, RATE = "digest", "quiet hours", "group", "story", "thread", "rate"  # what holds
BY_SETTINGS = (DIGEST, QUIET, GROUP, RATE)  # of these, what other settings of the receiver may end


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: each message takes a token, and tokens come back with time. `tokens` None means full."""

    tokens: float | None = None
    at: datetime | None = None

    def filled(self, rate: int, now: datetime) -> float:
        """Return the tokens at `now`: at most BURST of the rate; the rest of the rate comes back within a minute."""
        most = rate * BURST
        if self.tokens is None or self.at is None:
            return most
        passed = max(0.0, (now - self.at).total_seconds())
        return min(most, self.tokens + passed * _per_second(rate))


def _per_second(rate: int) -> float:
    return rate * (1 - BURST) / 60


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a target was sent lately: its token bucket, and by thread the time each story last pinged it.

    Threads that are `linked` tell one event in two languages, and what waits of them is one message. `beside` says by
    thread when those that it is linked to last pinged the target, for each severity.
    """

    bucket: Bucket = Bucket()
    pinged: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    beside: Mapping[str, Mapping[Severity, datetime]] = field(default_factory=dict)
    linked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def in_one(self, send: Delivery, waiting: Iterable[Delivery]) -> tuple[Delivery, ...]:
        """Return what waits, that of linked threads as if it were of the thread of `send`."""
        others = self.linked.get(send.thread, frozenset())
        return tuple(replace(each, thread=send.thread) if each.thread in others else each for each in waiting)


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold a delivery until a time; `why` is one of the words DIGEST, QUIET, GROUP, STORY, THREAD, RATE."""

    delivery: str
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Deliveries to be told together in the digest named `window`."""

    deliveries: tuple[Delivery, ...]
    reason: Reason
    window: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with all that waits. The first of `sends` that can be claimed is sent now; `tokens` are those left."""

    sends: tuple[Delivery, ...] = ()
    holds: tuple[Hold, ...] = ()
    folds: tuple[Fold, ...] = ()
    tokens: float = 0.0


def plan(waiting: Sequence[Delivery], receiver: Receiver, pace: Pace, now: datetime) -> Plan:
    """Return what to do with the messages that wait for one target of a receiver."""
    tokens = pace.bucket.filled(receiver.rate, now)
    due = [each for each in waiting if each.due <= now]
    holds = {each.id: hold for each in due if (hold := _hold(each, receiver, pace, now))}
    free = [each for each in due if each.id not in holds]
    lone = {each.id: Hold(each.id, slot_after(receiver, now), DIGEST) for each in _lone(free, receiver, now)}
    holds |= lone
    free = [each for each in free if each.id not in lone]
    folds = [fold for fold in (_slot(free, receiver), _morning(free)) if fold]
    folded = {each.id for fold in folds for each in fold.deliveries}
    # the most urgent first: only the first that can be claimed is sent, then the plan is made anew
    free = sorted((each for each in free if each.id not in folded), key=_urgency)
    sends = tuple(each for each in free if tokens >= _needed(each, receiver))
    if not sends:
        # messages already held for the rate count too: otherwise they would go out one by one
        storm = _storm([*free, *(each for each in waiting if each.held == RATE and each.due > now)], now)
        folds += [storm] if storm else []
        swept = {each.id for each in storm.deliveries} if storm else set()
        holds |= {each.id: _until_token(each, receiver, tokens, now) for each in free if each.id not in swept}
    return Plan(sends, tuple(holds.values()), tuple(folds), tokens)


def slot_after(receiver: Receiver, now: datetime) -> datetime:
    """Return when a receiver's next digest is due: at its own times, else at the end of the hour or its quiet hours."""
    if receiver.digest:
        return next_at(receiver.digest, receiver.zone, now)
    hour = next_at(EACH_HOUR, "UTC", now)
    return quiet_until(receiver.quiet, receiver.zone, hour) or hour


def window_name(end: datetime) -> str:
    """Return the name of the digest window that ends then."""
    return f"{end:%Y-%m-%dT%H:%MZ}"


def takes_in(waiting: Delivery, kind: Kind) -> bool:
    """Return whether an untried message that waits can absorb a new one on its story.

    Nobody has seen a waiting first alert, so everything goes into it; an update absorbs the next ping, an edit the next
    edit.
    """
    return waiting.kind is Kind.ALERT or (waiting.kind is Kind.UPDATE and kind in PINGS) or waiting.kind is kind


def grown(waiting: Delivery, made: Decision, revision: int, now: datetime) -> Delivery:
    """Return a waiting message after it absorbed a decision; it keeps its age, and is due now if more urgent."""
    rules = tuple(dict.fromkeys((*waiting.rules, *made.rules)))
    severity = max(waiting.severity, made.severity)
    told = replace(waiting, revision=revision, severity=severity, rules=rules)
    # what repeats a known event waits for the digest; news of it does not
    news = waiting.reason in LISTED and made.kind in PINGS and made.reason not in LISTED
    news |= waiting.kind is Kind.UPDATE and made.reason in AT_ONCE
    if made.severity <= waiting.severity and not news:
        return told
    # an ack of the event does not cover a second attack, and it is no line under the first, whatever else it tells
    reason = made.reason if news and waiting.reason is not Reason.ANOTHER else waiting.reason
    return replace(told, due=min(now, waiting.due), held="", state=DeliveryState.QUEUED, reason=reason)


def _urgency(each: Delivery) -> tuple[int, bool, datetime, bool, str]:
    # the first word on an event before a second attack of the same poll, which does not wait for it
    return -each.severity, each.kind is Kind.EDIT, each.queued, each.reason is Reason.ANOTHER, each.id


def _hold(each: Delivery, receiver: Receiver, pace: Pace, now: datetime) -> Hold | None:
    """Return the first reason to hold a delivery now, None if there is none.

    What was tried once is never held again.
    """
    if each.attempts or each.kind is Kind.EDIT:
        return None
    if _is_listed(each):
        slot = _list_at(each, receiver)  # that of the hour it came in, though its target may have rested
        return Hold(each.id, slot, DIGEST) if each.held != DIGEST and slot > now else None
    causes = (
        (_quiet(each, receiver, now), QUIET),
        (_of_story(each, pace), STORY),
        (_of_thread(each, pace), THREAD),
        (_for_group(each, receiver), GROUP),
    )
    return next((Hold(each.id, until, why) for until, why in causes if until and until > now), None)


def _is_listed(each: Delivery) -> bool:
    """Return whether a message waits for the digest: routine, or a repeat of an event that was told."""
    return each.kind in PINGS and (each.severity is Severity.ROUTINE or each.reason in LISTED)


def _list_at(each: Delivery, receiver: Receiver) -> datetime:
    """Return when a message is listed: at the receiver's digest, a grave repeat within the hour."""
    slot = slot_after(receiver, each.queued)
    return slot if each.severity < Severity.IMMEDIATE else min(slot, next_at(EACH_HOUR, "UTC", each.queued))


def _quiet(each: Delivery, receiver: Receiver, now: datetime) -> datetime | None:
    # a notice that alerts cannot be delivered must not wait for the morning either
    urgent = each.kind is Kind.NOTICE and each.severity >= Severity.IMMEDIATE
    if urgent or each.severity >= receiver.breach or each.reason in UNHELD:
        return None
    return quiet_until(receiver.quiet, receiver.zone, now)


def _of_thread(each: Delivery, pace: Pace) -> datetime | None:
    """Return when another story of the thread, or of one linked to it, leaves room for this one, None if that is now.

    What tells another target, place or doer waits for no room: a second attack is not a line under the first. Nor does
    a correction: what it corrects waited for none.
    """
    waits = (
        each.kind in PINGS
        and each.severity is not Severity.FLASH
        and each.held != QUIET
        and each.reason not in {Reason.ANOTHER, Reason.CORRECTED}
    )
    others = [at for story, at in pace.pinged.get(each.thread, {}).items() if story != each.subject]
    # a link holds only behind what is as grave, and once: two that are linked to it, not to one another, ping by turns
    beside = [at for severity, at in pace.beside.get(each.thread, {}).items() if severity >= each.severity]
    others += [min(max(beside), each.queued)] if beside else []
    return max(others) + THREAD_EVERY if waits and others else None


def _of_story(each: Delivery, pace: Pace) -> datetime | None:
    """Return when this story may ping again; a raised severity, first deaths and a resend by a person do not
    wait."""
    waits = each.kind is Kind.UPDATE and each.reason not in UNPAUSED
    last = pace.pinged.get(each.thread, {}).get(each.subject) if waits else None
    return last + PING_EVERY if last else None


def _for_group(each: Delivery, receiver: Receiver) -> datetime | None:
    waits = each.kind in PINGS and each.severity is Severity.PRIORITY and each.held != QUIET
    return each.queued + receiver.group_wait if waits else None


def _lone(free: Iterable[Delivery], receiver: Receiver, now: datetime) -> tuple[Delivery, ...]:
    """Return what is listed of a single event and waits for company: an hourly digest of one line is a ping for little.

    A receiver's own digest times do not wait, nor does a grave repeat, nor what has waited for LONE_AT_MOST.
    """
    listed = _listed(free)
    events = {each.thread or each.subject for each in listed}
    waits = all(each.severity < Severity.IMMEDIATE and now - each.queued < LONE_AT_MOST for each in listed)
    return listed if len(events) == 1 and waits and not receiver.digest else ()


def _listed(free: Iterable[Delivery]) -> tuple[Delivery, ...]:
    return tuple(each for each in free if _is_listed(each) and not each.attempts)


def _slot(free: Iterable[Delivery], receiver: Receiver) -> Fold | None:
    """Return the digest of the messages that waited for it, also of a single one; None if there are none."""
    listed = _listed(free)
    repeats = all(each.reason in LISTED for each in listed)
    reason = Reason.SCHEDULED if receiver.digest else Reason.REPEATS if repeats else Reason.ROUTINE
    ends = [each.due if each.held == DIGEST else _list_at(each, receiver) for each in listed]
    return Fold(listed, reason, window_name(max(ends))) if listed else None


def _morning(free: Iterable[Delivery]) -> Fold | None:
    """Return the digest of what the quiet hours held, None if that is fewer than two: one is sent as it is."""
    listed = tuple(
        each for each in free if each.held == QUIET and each.kind in PINGS and each.severity > Severity.ROUTINE
    )
    if len(listed) < 2:
        return None
    return Fold(listed, Reason.QUIET_HOURS, f"quiet-{window_name(max(each.due for each in listed))}")


def _storm(free: Sequence[Delivery], now: datetime) -> Fold | None:
    """Return the digest of what waits for the rate, None up to STORM_FROM messages; flash is always sent by itself."""
    over = tuple(
        each for each in free if each.kind in PINGS and each.severity is not Severity.FLASH and not each.attempts
    )
    return Fold(over, Reason.STORM, f"storm-{now:%Y-%m-%dT%HZ}") if len(over) > STORM_FROM else None


def _needed(each: Delivery, receiver: Receiver) -> float:
    """Return the tokens a message needs: flash may take the last, others leave a reserve, an edit leaves half."""
    if each.severity is Severity.FLASH:
        return 1
    burst = receiver.rate * BURST
    # the burst is three quarters of the rate, a sixth of it is kept for flash (decision 84)
    return burst / 2 if each.kind is Kind.EDIT else 1 + burst * KEPT_FOR_FLASH


def _until_token(each: Delivery, receiver: Receiver, tokens: float, now: datetime) -> Hold:
    lacking = (_needed(each, receiver) - tokens) / _per_second(receiver.rate)
    return Hold(each.id, now + timedelta(seconds=math.ceil(lacking)), RATE)


def first_word(send: Delivery, waiting: Iterable[Delivery], pace: Pace, now: datetime) -> Delivery:
    """Return the first alert on an event that waits as long and is as urgent, instead of an update on it.

    Several outlets of one poll tell of it in one commit, and their messages are queued at the same time; or it waits
    for our own feeds.
    """
    if send.kind is not Kind.UPDATE or not send.thread or pace.pinged.get(send.thread):
        return send
    if pace.beside.get(send.thread):
        return send
    first = (
        each
        for each in waiting
        if each.thread == send.thread
        and each.kind is Kind.ALERT
        and each.reason not in LISTED
        and each.severity is send.severity
        and each.queued <= send.queued
        and (each.due <= now or each.held == OWN_FEED)  # the wait ends with news of the event
        and not each.attempts
    )
    return min(first, key=lambda each: (each.queued, each.id), default=send)


def joined(send: Delivery, waiting: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Return what else waits of the same thread and is no more urgent: it is told in the same message.

    What tells another target, place or doer is told by itself.
    """
    if send.kind not in PINGS or not send.thread or send.reason is Reason.ANOTHER:
        return ()
    return tuple(
        each
        for each in waiting
        if each.thread == send.thread
        and each.subject != send.subject
        and each.kind in PINGS
        and Severity.ROUTINE < each.severity <= send.severity
        and (each.severity is not Severity.FLASH or each.reason in LISTED)
        and each.reason is not Reason.ANOTHER
        and not each.attempts
    )


def may_lead(send: Delivery, other: Delivery) -> bool:
    """Return whether another report may lead the message of `send`: a first word of its round, as grave and as new."""
    return (
        send.kind is Kind.ALERT is other.kind
        and not send.attempts
        and (send.reason is Reason.FIRST_ARTICLE or other.reason is send.reason)
        and other.severity is send.severity
        and abs(other.queued - send.queued) < ONE_ROUND
    )
