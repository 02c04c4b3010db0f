"""What waits for a target -> held, folded, or the next one claimed: pacing's plan carried out, in one commit [3]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import claims, conditions, digested, outbox, store
from alerts.alert import Alert, Decision, Delivery, Kind, Reason, Receiver
from alerts.pacing import THREAD_EVERY, Bucket, Fold, Lane, Plan, plan

STORM_LOOKED_BACK = timedelta(minutes=1)


def next_delivery(connection: Connection, target: str, receiver: Receiver, now: datetime) -> Delivery | None:
    """Pace what waits for a target and claim what goes now; None where nothing does, or the target rests."""
    if conditions.condition_of(connection, target).rests(now):
        return None
    while waiting := claims.waiting(connection, target):
        bucket = Bucket(*claims.bucket_of(connection, target))
        lane = Lane(bucket, claims.pinged_threads(connection, target, now - THREAD_EVERY, now))
        made = plan(waiting, receiver, lane, now)
        _carry_out(connection, target, receiver, made, now)
        claimed = claims.claim(connection, made.send.id, now) if made.send else None
        if claimed:
            claims.save_bucket(connection, target, made.tokens, now)
            return claimed
        if not made.send and not made.folds:
            return None
    return None


def _carry_out(connection: Connection, target: str, receiver: Receiver, made: Plan, now: datetime) -> None:
    for each in made.holds:
        outbox.hold(connection, each.delivery, each.until, each.why, now)
    for fold in made.folds:
        _fold(connection, target, receiver, fold, now)
    if made.send and made.joined:
        _join(connection, made.send, made.joined, now)


def _fold(connection: Connection, target: str, receiver: Receiver, fold: Fold, now: datetime) -> None:
    """Tell deliveries in a digest that goes at once."""
    severity = max(each.severity for each in fold.deliveries)
    digest = Decision(target, receiver.name, Kind.DIGEST, severity, fold.reason, queue=True, rules=())
    subject = digested.open_digest(connection, digest, f"{receiver.name}@{fold.window}", now)
    listed = digested.add_to_digest(connection, subject, target, _alerts(connection, fold.deliveries))
    if fold.reason is Reason.STORM:
        matches, stories = store.decided_since(connection, target, now - STORM_LOOKED_BACK)
        words = {"matches": matches, "stories": stories, "listed": listed}
        digested.describe(connection, subject, target, severity, words)
    for each in fold.deliveries:
        outbox.fold(connection, each.id, f"told in digest {subject}", now)


def _join(connection: Connection, send: Delivery, joined: Sequence[Delivery], now: datetime) -> None:
    """Let a message name the other stories of its thread, which are not sent on their own."""
    named = zip(joined, _alerts(connection, joined), strict=True)
    lines = [f"Same event, told here only: {a.article.title} ({a.article.outlet}, {each.subject})" for each, a in named]
    outbox.note(connection, send.id, (*send.notes, *lines))
    for each in joined:
        outbox.fold(connection, each.id, f"told with delivery {send.id}", now)


def _alerts(connection: Connection, listed: Sequence[Delivery]) -> list[Alert]:
    return [store.load_alert(connection, each.subject, each.revision) for each in listed]
