"""What waits for a target -> held, folded, or the next one claimed: pacing's plan carried out, in one commit (3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, Receiver, Severity
from alerts.decide.overtaken import beside_toll, is_overtaken, may_be_overtaken, may_overtake
from alerts.decide.pacing import NAMED_IN_MESSAGE, Bucket, Fold, Pace, first_word, joined, may_lead, plan
from alerts.decide.what_to_tell import PING_EVERY
from alerts.delivery import Carried, Carrier, Delivery, NewDelivery
from alerts.render.digest import LINK_SHOWN
from alerts.render.sheet import TOLD_HERE
from alerts.render.title import headline_of, lead
from alerts.render.words import isolated, link
from alerts.store import claims, decisions, digests, event_reports, notices, outbox, targets

Key = TypeVar("Key", str, Severity)
LOOKED_AT = 16  # deliveries, before all that waits is looked at
STORM_LOOKED_BACK = timedelta(minutes=1)
OVERTAKEN = "In place of an earlier toll that waited to be told:"  # begins the note on what is folded for its number

ALSO = "It told as well:"  # begins the note on what that told beside its toll
BEFORE = "Before that, and not told until now:"  # begins, in a notice, an earlier one that could not be sent


def next_delivery(connection: Connection, target: str, receiver: Receiver, now: datetime) -> Delivery | None:
    """Carry out the pacing plan for a target and return the delivery claimed; None if nothing may go or it rests."""
    state = targets.state_of_target(connection, target)
    probing = state.rests(now)
    if probing and not claims.may_be_probed(connection, target, now):
        return None
    bucket = Bucket(*claims.bucket_of(connection, target))
    if not state.failures and (claimed := _first(connection, target, receiver, bucket, now)):
        return claimed
    # A fold makes a digest that is due at once, so the plan is made anew until something is claimed or nothing folds.
    while waiting := claims.waiting(connection, target, now):
        pace = _pace(connection, target, bucket, waiting, now)
        made = plan(waiting, receiver, pace, now)
        for hold in made.holds:
            outbox.hold(connection, hold.delivery, hold.until, hold.why, now)
        for fold in made.folds:
            _fold(connection, target, receiver, fold, now)
        told = {each.id for fold in made.folds for each in fold.deliveries}
        left = [each for each in waiting if each.id not in told]
        # where sends fail, one that was not tried yet goes first: the other message may be at fault, not the target
        failing = sorted(made.sends, key=lambda each: each.attempts > 0) if state.failures else made.sends
        for each in (each for each in failing if not (probing and each.attempts)):
            if claimed := _take(connection, receiver, first_word(each, left, pace, now), left, pace, now):
                claims.save_bucket(connection, target, made.tokens - 1, now)
                return claimed
        if not made.folds:
            return None
    return None


def _pace(connection: Connection, target: str, bucket: Bucket, waiting: Iterable[Delivery], now: datetime) -> Pace:
    """Return how much a target was sent lately, of the threads of what waits: in a storm that is little of it all.

    Beside each thread stands what was sent of those that tell its event in another language.
    """
    threads = {each.thread for each in waiting if each.thread}
    linked = event_reports.linked_threads(connection, threads)
    pinged = claims.pinged_threads(connection, target, threads.union(*linked.values()), now - PING_EVERY, now)
    own = {each: _newest((story, at) for (story, _), at in pinged.get(each, {}).items()) for each in threads}
    beside = {
        each: _newest((severity, at) for other in others for (_, severity), at in pinged.get(other, {}).items())
        for each, others in linked.items()
    }
    return Pace(bucket, own, beside, linked)


def _newest(times: Iterable[tuple[Key, datetime]]) -> dict[Key, datetime]:
    found: dict[Key, datetime] = {}
    for key, at in times:
        found[key] = max(at, found.get(key, at))
    return found


def _first(connection: Connection, target: str, receiver: Receiver, bucket: Bucket, now: datetime) -> Delivery | None:
    """Return the most urgent delivery, claimed, where the first few that are due show that it is to be sent.

    That is what the plan of all says too: nothing that waits behind them can hold it, fold it or go before it. None
    where the few do not show it, or it is an edit that cannot go yet. Without this, a claim costs what waits.
    """
    few = claims.most_urgent(connection, target, now, LOOKED_AT)
    pace = _pace(connection, target, bucket, few, now)
    made = plan(few, receiver, pace, now)
    if made.holds or made.folds or not made.sends:
        return None
    send = made.sends[0]
    threads = (send.thread, *sorted(pace.linked.get(send.thread, ()))) if send.thread else ()
    thread = [each for name in threads for each in claims.waiting_in(connection, target, name)]
    claimed = _take(connection, receiver, first_word(send, thread, pace, now), thread, pace, now)
    if claimed:
        claims.save_bucket(connection, target, made.tokens - 1, now)
    return claimed


def _take(
    connection: Connection,
    receiver: Receiver,
    send: Delivery,
    waiting: Sequence[Delivery],
    pace: Pace,
    now: datetime,
) -> Delivery | None:
    """Fold what waits of its thread into a message, and claim it; None if it is an edit that cannot go yet.

    Into a notice go the earlier ones that failed and wait to be tried again: "reached again" would come before "cannot
    be reached".
    """
    if send.kind is Kind.NOTICE:
        _tell_earlier(connection, send, now)
        return claims.claim(connection, send.id, now)
    send = _correction_of(connection, send, waiting, now)
    send, overtaken = _overtake(connection, send, waiting, now)
    others = joined(send, pace.in_one(send, [each for each in waiting if each.id not in overtaken]))
    send, others = _led_readably(connection, send, others)
    # more stories than one message can name become a digest beside it
    if len(others) > NAMED_IN_MESSAGE:
        window = f"event-{send.thread}-{now:%Y-%m-%dT%H:%MZ}"
        _fold(connection, send.target, receiver, Fold(others, Reason.SAME_EVENT, window), now)
    elif others:
        _join(connection, send, others, now)
    return claims.claim(connection, send.id, now)


def _tell_earlier(connection: Connection, send: Delivery, now: datetime) -> None:
    """Fold the earlier notices that failed into one that is sent now, and say there what they said."""
    earlier = notices.failed_before(connection, send)
    if not earlier:
        return
    payload = dict(send.payload or {})
    told = [
        f"{BEFORE} {(each.payload or {}).get('title', '')}\n{(each.payload or {}).get('body', '')}" for each in earlier
    ]
    payload["body"] = "\n\n".join([str(payload.get("body", "")), *told])
    notices.save_payload(connection, send.id, payload)
    for each in earlier:
        outbox.fold(connection, each.id, Carrier(Carried.MESSAGE, send.id), now)


def _led_readably(
    connection: Connection, send: Delivery, others: tuple[Delivery, ...]
) -> tuple[Delivery, tuple[Delivery, ...]]:
    """Return what leads a message, and what is told along: a report that the reader can read leads, if there is one.

    Only a first word gives way, to one of the same round and severity; the reader is told it for the same reason.
    """
    alike = sorted((each for each in others if may_lead(send, each)), key=lambda each: (each.queued, each.id))
    if not alike:
        return send, others
    told, *alerts = _alerts(connection, [send, *alike])
    found = next((each for each, alert in zip(alike, alerts, strict=True) if not alert.foreign), None)
    if not told.foreign or found is None:
        return send, others
    outbox.save_reason(connection, found.id, send.reason)
    first = replace(found, reason=send.reason)
    return first, (send, *(each for each in others if each.id != found.id))


def _correction_of(connection: Connection, send: Delivery, waiting: Sequence[Delivery], now: datetime) -> Delivery:
    """Return the message that corrects the toll of another that would go before it, or else that other one."""
    others = [
        each
        for each in waiting
        if each.kind is Kind.UPDATE
        and each.due <= now
        and each.severity is send.severity
        and may_overtake(each)
        and may_be_overtaken(each, send)
    ]
    if not others:
        return send
    told, *alerts = _alerts(connection, [send, *others])
    pairs = zip(others, alerts, strict=True)
    return next((each for each, alert in pairs if alert.corrects and is_overtaken(alert, told, send.kind)), send)


def _overtake(
    connection: Connection, send: Delivery, waiting: Sequence[Delivery], now: datetime
) -> tuple[Delivery, frozenset[str]]:
    """Fold what waits with a toll that a message corrects or has overtaken into it; return it, and the ids of those.

    Their headlines are not named: whoever read one beside the correction would not know which of them holds.
    """
    others = [each for each in waiting if may_be_overtaken(send, each)] if may_overtake(send) else []
    if not others:
        return send, frozenset()
    told, *alerts = _alerts(connection, [send, *others])
    pairs = zip(others, alerts, strict=True)
    found = [(each, alert) for each, alert in pairs if is_overtaken(told, alert, each.kind)]
    if not found:
        return send, frozenset()
    notes = [note for each, _ in found for note in each.notes]
    names = ", ".join(f"{isolated(alert.article.outlet)} {alert.story}" for _, alert in found)
    also = [
        f"{ALSO} {'; '.join(more)} ({isolated(alert.article.outlet)})"
        for _, alert in found
        if (more := beside_toll(alert))
    ]
    send = replace(send, notes=(*send.notes, *notes, f"{OVERTAKEN} {names}", *also))
    outbox.save_notes(connection, send.id, send.notes)
    for each, _ in found:
        outbox.fold(connection, each.id, Carrier(Carried.MESSAGE, send.id), now)
        # else the story's next update would begin at a number that nobody was told
        known = decisions.told_of(connection, each.subject).get(send.target)
        if known:
            decisions.save_told(connection, each.subject, send.target, now, replace(known, pinged=now, untold=()))
    return send, frozenset(each.id for each, _ in found)


def _fold(connection: Connection, target: str, receiver: Receiver, fold: Fold, now: datetime) -> None:
    """Fold deliveries into a digest that is due at once; the digest of a storm also says how much was decided."""
    severity = max(each.severity for each in fold.deliveries)
    window = f"{receiver.name}@{fold.window}"
    digest = NewDelivery(target, receiver.name, Kind.DIGEST, severity, fold.reason, window)
    subject = digests.open_digest(connection, digest, now)
    listed = digests.add_to_digest(connection, subject, target, _alerts(connection, fold.deliveries))
    words: dict[str, object] = {}
    if fold.reason is Reason.STORM:
        matches, stories = decisions.decided_since(connection, target, now - STORM_LOOKED_BACK)
        words = {"matches": matches, "stories": stories, "listed": listed}
    notes = [note for each in fold.deliveries for note in each.notes]
    digests.describe(connection, subject, target, severity, words, notes)
    for each in fold.deliveries:
        outbox.fold(connection, each.id, Carrier(Carried.DIGEST, subject), now)


def _join(connection: Connection, send: Delivery, others: Sequence[Delivery], now: datetime) -> None:
    """Name the other stories of its thread in the notes of a message, and fold their deliveries into it."""
    alerts = _alerts(connection, others)
    lines = [_named(alert) for alert in alerts]
    notes = [note for each in others for note in each.notes]
    outbox.save_notes(connection, send.id, (*send.notes, *lines, *notes))
    for each in others:
        outbox.fold(connection, each.id, Carrier(Carried.MESSAGE, send.id), now)


def _named(alert: Alert) -> str:
    """Return one line on a story for the message of another: severity, headline, changes, outlet, link and id."""
    changed = f" ({'; '.join(alert.changes)})" if alert.changes else ""
    url = link(alert.article.url) if alert.article.url else None
    where = url if url and len(url) <= LINK_SHOWN else None
    what = f"{alert.severity.word.upper()} {lead(alert)}{isolated(headline_of(alert.article))}{changed}"
    return f"{TOLD_HERE} {what} | {isolated(alert.article.outlet)}{f' {where}' if where else ''} {alert.story}"


def _alerts(connection: Connection, listed: Sequence[Delivery]) -> list[Alert]:
    return [decisions.load_alert(connection, each.subject, each.revision).heard_by(each.rules) for each in listed]
