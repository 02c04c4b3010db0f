"""Faults -> notices queued for the admin receiver: stored like any alert, one for each cause."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, Severity, Target
from alerts.decide.attempt import WAITED_TOO_LONG, TargetState
from alerts.delivery import Delivery, DeliveryState, NewDelivery
from alerts.render.counting import counted
from alerts.render.words import time
from alerts.rule import Config
from alerts.store import notices, outbox, outbox_counts, relays, targets
from crawler.store.writer_lane import Lane

NOT_DELIVERED = Severity.IMMEDIATE  # of notices about undelivered messages: it passes quiet hours
log = logging.getLogger(__name__)
DEAD_GATHERED_FOR = timedelta(minutes=30)  # those of this time share a notice (decision 103)
LINES_SHOWN = 20  # of one notice; the rest is counted


async def give_notice(lane: Lane, config: Config, cause: str, title: str, body: str, now: datetime) -> None:
    """Queue a notice for every target of `settings.admin`, in a commit of its own; the same `cause` is told once."""
    log.warning("notice cause=%s %s", cause, title)
    await lane.write(lambda connection: queue_all(connection, config, f"notice:{cause}", title, body, now))


def queue_all(
    connection: Connection,
    config: Config,
    subject: str,
    title: str,
    body: str,
    now: datetime,
    *,
    not_by: Iterable[str] = (),
    severity: Severity = Severity.PRIORITY,
) -> None:
    """Queue a notice for every target of `settings.admin`, in the commit of its cause.

    `not_by` names targets that cannot be used because the notice is about them: where no other is left of the admin,
    another receiver tells it.
    """
    _queue(connection, _readers(connection, config, not_by), subject, {"title": title, "body": body}, now, severity)


def _queue(
    connection: Connection,
    readers: Iterable[Target],
    subject: str,
    payload: Mapping[str, object],
    now: datetime,
    severity: Severity,
    due: datetime | None = None,
    series: str = "",
) -> None:
    for each in readers:
        notice = NewDelivery(
            each.id,
            each.receiver,
            Kind.NOTICE,
            severity,
            Reason.SYSTEM,
            subject,
            due=due,
            payload=payload,
            series=series,
        )
        outbox.queue(connection, notice, now)


def _readers(connection: Connection, config: Config, not_by: Iterable[str]) -> list[Target]:
    """Return the targets that get a notice: the admin's, else its stand-by's, else the next reachable receiver's.

    None of them is in `not_by`.
    """
    admin, barred = config.receivers[config.admin], set(not_by)
    if free := [each for each in admin.targets if each.id not in barred]:
        return free
    names = dict.fromkeys([admin.standby, *config.receivers])
    others = [each for name in names if name in config.receivers for each in config.receivers[name].targets]
    free = [each for each in others if each.id not in barred]
    # where all are down, the first of them is asked all the same: its messages wait, and go once it answers
    down = targets.down(connection)
    reached = [each for each in free if each.id not in down] or free
    return [each for each in reached if each.receiver == reached[0].receiver]


def tell_dead(
    connection: Connection,
    config: Config,
    delivery: Delivery,
    detail: str,
    now: datetime,
    carried: Sequence[Alert] = (),
) -> None:
    """Queue a notice that a delivery was given up, for a target other than its own, in the commit that gives it up.

    `carried` are the alerts of other deliveries that were folded into it. What dies within half an hour of the last
    such notice on a target is told in one. A notice that died is passed on to the next receiver; if every one has
    failed, it is logged as an error and `status` shows it.
    """
    if delivery.kind is Kind.NOTICE:
        _pass_on(connection, config, delivery, detail, now)
        return
    line = (
        f"{delivery.kind.value} on {delivery.subject} ({delivery.severity.word}, delivery {delivery.id}) "
        f"after {delivery.attempts} attempts: {detail}{_carried_words(carried)}"
    )
    series = f"notice:dead:{delivery.target}"
    # A notice nobody was sent yet is reworded in place, so a burst of dead messages makes two notices, not one each.
    last = notices.last_notice(connection, series)
    if last and _waits(connection, last):
        notices.reword_notice(connection, last.subject, _dead_words(delivery.receiver, [*_lines(last), line]))
        return
    subject = f"{series}:{notices.count_notices(connection, series) + 1}"
    due = max(now, last.due + DEAD_GATHERED_FOR) if last and last.state is not DeliveryState.CANCELLED else now
    readers, words = _readers(connection, config, [delivery.target]), _dead_words(delivery.receiver, [line])
    _queue(connection, readers, subject, words, now, NOT_DELIVERED, due, series)


def _waits(connection: Connection, notice: Delivery) -> bool:
    """Return whether a notice can still be reworded: it waits for each of its readers, and no attempt was made."""
    both = [notice, *relays.copies(connection, notice)]
    every = [each for each in both if each.state is not DeliveryState.CANCELLED]
    return bool(every) and all(each.state.value in outbox.WAITING and not each.attempts for each in every)


def _carried_words(carried: Sequence[Alert]) -> str:
    """Return words that name the stories lost with a message; "" if it carried none."""
    if not carried:
        return ""
    named = [f"{each.article.title} ({each.story})" for each in carried[:LINES_SHOWN]]
    more = [f"and {len(carried) - LINES_SHOWN} more"] if len(carried) > LINES_SHOWN else []
    return f"; with it {len(carried)} {'stories' if len(carried) > 1 else 'story'}: {'; '.join([*named, *more])}"


def _lines(notice: Delivery) -> list[str]:
    lines = (notice.payload or {}).get("lines")
    return [str(each) for each in lines] if isinstance(lines, list) else []


def _dead_words(receiver: str, lines: list[str]) -> dict[str, object]:
    many = len(lines)
    more = [f"and {many - LINES_SHOWN} more"] if many > LINES_SHOWN else []
    kept = "Kept: watchfloor deliveries --state dead lists them, watchfloor deliveries resend ID sends one again."
    title = f"{many} messages to {receiver} could not be delivered"
    if many == 1:
        title = f"a message to {receiver} could not be delivered"
    return {"title": title, "body": "\n".join([*lines[:LINES_SHOWN], *more, kept]), "lines": lines}


def _pass_on(connection: Connection, config: Config, notice: Delivery, detail: str, now: datetime) -> None:
    tried = [notice.target, *(each.target for each in relays.copies(connection, notice))]
    note = f"For {notice.receiver}, which could not be told: {detail}"
    readers = _readers(connection, config, tried)
    if not relays.relay(connection, notice, readers, Reason.SYSTEM, now, note):
        log.error("NOBODY COULD BE TOLD delivery=%s subject=%s detail=%s", notice.id, notice.subject, detail)


def tell_removed(connection: Connection, config: Config, cancelled: Sequence[Delivery], now: datetime) -> None:
    """Queue one notice of how many messages were cancelled as their receiver is gone; pass cancelled notices on."""
    for each in cancelled:
        if each.kind is Kind.NOTICE:
            _pass_on(connection, config, each, "it left rules.yaml", now)
    lost = [each for each in cancelled if each.kind is not Kind.NOTICE]
    if not lost:
        return
    many = Counter(each.receiver for each in lost)
    title = f"{len(lost)} message{'s' * (len(lost) != 1)} cancelled: no such receiver in rules.yaml any more"
    body = (
        f"For {', '.join(f'{receiver}: {n}' for receiver, n in many.items())}.\n"
        "Kept: watchfloor deliveries --state cancelled lists them; once the receiver is back, "
        "watchfloor deliveries resend ID sends one again."
    )
    queue_all(connection, config, f"notice:removed:{lost[0].id}", title, body, now)


def tell_down(connection: Connection, config: Config, receiver: str, target_state: TargetState, now: datetime) -> None:
    """Queue one notice, for others than the target itself, that it has gone down."""
    since = target_state.down_from or now
    log.warning("target down target=%s since=%s detail=%s", target_state.target, since, target_state.detail)
    title = f"{receiver} cannot be reached since {time(since, config.timezone)}"
    body = (
        f"{target_state.failures} sends to {target_state.target} failed in a row; the last: {target_state.detail}\n"
        "Its messages are kept and tried again with growing pauses; other receivers are not affected."
    )
    # the subject has the start of the outage: one notice for each outage, also after a restart
    subject, barred = _outage(target_state, "down"), [target_state.target]
    queue_all(connection, config, subject, title, body, now, not_by=barred, severity=NOT_DELIVERED)


def tell_waits(
    connection: Connection, config: Config, delivery: Delivery, target_state: TargetState, now: datetime
) -> None:
    """Queue one notice, for others than the target itself, that its service asks for rests without an end."""
    since = target_state.failing_since or now
    title = f"{delivery.receiver} has asked us to wait since {time(since, config.timezone)}"
    waiting = outbox_counts.count_waiting(connection, target_state.target)
    wait = f"{counted(waiting, 'message')} {'waits' if waiting == 1 else 'wait'}"
    body = (
        f"{target_state.target} takes nothing and asks for a rest each time; the last answer: {target_state.detail}\n"
        f"{wait} for it, the most urgent {delivery.severity.word}."
    )
    subject = _waiting(delivery, target_state, now)
    barred = [target_state.target]
    queue_all(connection, config, subject, title, body, now, not_by=barred, severity=NOT_DELIVERED)


def kept_waiting(connection: Connection, now: datetime) -> Iterator[tuple[Delivery, TargetState]]:
    """Yield a flash for each target that rests at its service's request for too long, where that is not told yet.

    While such a rest goes on no attempt is made that could tell.
    """
    late = {each.target: each for each in outbox.overdue(connection, Severity.FLASH, now - WAITED_TOO_LONG[True])}
    for each in late.values():
        state = targets.state_of_target(connection, each.target)
        if state.asked and state.rests(now) and not outbox.has_subject(connection, _waiting(each, state, now)):
            yield each, state


def _waiting(delivery: Delivery, target_state: TargetState, now: datetime) -> str:
    """Return the subject of the notice: one for flash and one for the others, for each time it goes on."""
    word = "flash" if delivery.severity is Severity.FLASH else "others"
    since = target_state.failing_since or now
    return f"notice:waits:{word}:{target_state.target}:{since:%Y-%m-%dT%H:%M:%S.%fZ}"


def tell_back(connection: Connection, config: Config, receiver: str, target_state: TargetState, now: datetime) -> None:
    """Queue one notice that a target answers again, for the admin and for whoever was told that it was down."""
    since = target_state.down_from or now
    # by now one got through, which waited too
    waiting = 1 + outbox_counts.count_waiting(connection, target_state.target)
    log.warning("target back target=%s down_since=%s waiting=%d", target_state.target, since, waiting)
    title = f"{receiver} is reached again"
    waited = f"{counted(waiting, 'message')} waited for it."
    body = f"{target_state.target} was down from {time(since, config.timezone)}; {waited}"
    every = [each for named in config.receivers.values() for each in named.targets]
    alarmed = [each for each in every if outbox.on_subject(connection, _outage(target_state, "down"), each.id)]
    readers = dict.fromkeys([*_readers(connection, config, ()), *alarmed])
    _queue(connection, readers, _outage(target_state, "back"), {"title": title, "body": body}, now, NOT_DELIVERED)


def _outage(target_state: TargetState, word: str) -> str:
    return f"notice:{word}:{target_state.target}:{target_state.down_from:%Y-%m-%dT%H:%M:%S.%fZ}"
