"""SQL: claim a delivery (lease) and record how the attempt ended. Every function takes the connection of its commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from alerts.alert import PINGS, Kind, SendResult, Severity
from alerts.decide.attempt import LEASE, AttemptOutcome
from alerts.decide.edits import edit_action
from alerts.decide.pacing import DIGEST
from alerts.decide.retries import AGE_LIMIT, LONGEST_RETRY
from alerts.delivery import Delivery, DeliveryState
from alerts.store import targets
from alerts.store.decisions import metadata
from alerts.store.outbox import WAITING, WAITS, deliveries, fold, line_of, on_subject, read
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import save

buckets = Table(
    "buckets",
    metadata,
    Column("target", Text, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("at", UtcTime, nullable=False),
)

PACED_AT_ONCE = 2_000  # deliveries of one target that one plan looks at: it runs on the writer lane, at each claim
IN_FLIGHT = (DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)
LEASE_GRACE = timedelta(minutes=1)  # a living lane records the end at the lease at the latest; after this, it is dead


def targets_due(connection: Connection, now: datetime) -> list[str]:
    """Return the targets that have something due and do not rest."""
    found = select(deliveries.c.target).where(deliveries.c.state.in_(WAITING), deliveries.c.due <= now).distinct()
    resting = targets.resting(connection, now)
    return [each for each in connection.scalars(found) if each not in resting or may_be_probed(connection, each, now)]


def ask_anew(connection: Connection, held_by: Iterable[str], now: datetime, target: str) -> int:
    """Make due what was never tried and is `held_by` a receiver's settings; return how much. The next plan decides.

    What a digest holds forgets that: else the plan would take its old time for that of the digest.
    """
    held = (
        deliveries.c.target == target,
        deliveries.c.state == DeliveryState.HELD.value,
        deliveries.c.held.in_(held_by),
        deliveries.c.attempts == 0,
        deliveries.c.due > now,
    )
    forgets = case((deliveries.c.held == DIGEST, ""), else_=deliveries.c.held)
    return connection.execute(update(deliveries).where(*held).values(due=now, held=forgets)).rowcount


def may_be_probed(connection: Connection, target: str, now: datetime) -> bool:
    """Return whether a message that was never tried may be sent although its target rests after failures.

    It may while all failures are of one message: that one may be at fault and not the target (decision 141).
    """
    if targets.state_of_target(connection, target).asked:
        return False
    waits = select(func.count()).where(deliveries.c.target == target, deliveries.c.state.in_(WAITING))
    if (connection.scalar(waits.where(deliveries.c.attempts > 0)) or 0) > 1:
        return False
    return bool(connection.scalar(waits.where(deliveries.c.attempts == 0, deliveries.c.due <= now)))


def others_got_through(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """Return whether its target took another message since the first attempt of this one, and not long ago."""
    since = max(delivery.tried or now, now - LONGEST_RETRY)
    taken = (deliveries.c.target == delivery.target, deliveries.c.sent > since, deliveries.c.sent <= now)
    return connection.scalar(select(deliveries.c.id).where(*taken, deliveries.c.id != delivery.id).limit(1)) is not None


def waiting(connection: Connection, target: str, now: datetime) -> list[Delivery]:
    """Return at most PACED_AT_ONCE deliveries that wait for a target: those due first, then by severity, then by age.

    With more than that, the rest is paced once some of these are gone.
    """
    found = (
        select(deliveries)
        .where(deliveries.c.target == target, deliveries.c.state.in_(WAITING))
        # false sorts before true: what is due must not fall behind the limit
        .order_by(deliveries.c.due > now, deliveries.c.severity.desc(), deliveries.c.queued, deliveries.c.id)
        .limit(PACED_AT_ONCE)
    )
    return [read(row) for row in connection.execute(found)]


def most_urgent(connection: Connection, target: str, now: datetime, most: int) -> list[Delivery]:
    """Return the first `most` deliveries that are due for a target, in the order in which pacing sends them."""
    return [read(row) for row in _MOST_URGENT.rows(connection, {"target": target, "now": now, "most": most})]


def waiting_in(connection: Connection, target: str, thread: str) -> list[Delivery]:
    """Return what waits for a target of a thread, the most severe first, then the oldest."""
    rows = _WAITING_IN.rows(connection, {"target": target, "thread": thread})
    return sorted(map(read, rows), key=lambda each: (-each.severity, each.queued, each.id))


# built once: a busy lane asks after every message
_MOST_URGENT = Prepared(
    select(deliveries)
    .where(deliveries.c.target == bindparam("target"), WAITS, deliveries.c.due <= bindparam("now", type_=UtcTime))
    .order_by(
        deliveries.c.severity.desc(),
        text("(kind = 'edit')"),
        deliveries.c.queued,
        text("(reason = 'another')"),
        deliveries.c.id,
    )
    .limit(bindparam("most"))
)
# without an order: SQLite would take the index of what goes next, and read all of it
_WAITING_IN = Prepared(
    select(deliveries).where(
        deliveries.c.target == bindparam("target"), deliveries.c.thread == bindparam("thread"), WAITS
    )
)


def pinged_threads(
    connection: Connection, target: str, threads: Iterable[str], since: datetime, now: datetime
) -> dict[str, dict[tuple[str, Severity], datetime]]:
    """Return by thread, of these, and by story and severity when a target was sent one last, `since` to `now`."""
    by_thread: dict[str, dict[tuple[str, Severity], datetime]] = {}
    for part in parts(threads):
        for row in _PINGED.rows(connection, {"target": target, "threads": part, "since": since, "now": now}):
            by_thread.setdefault(row.thread, {})[row.subject, Severity(row.severity)] = row.at
    return by_thread


_PINGED = Prepared(
    select(deliveries.c.thread, deliveries.c.subject, deliveries.c.severity, func.max(deliveries.c.sent).label("at"))
    .where(
        deliveries.c.target == bindparam("target"),
        deliveries.c.thread.in_(bindparam("threads", expanding=True)),
        deliveries.c.sent > bindparam("since", type_=UtcTime),
        # later ones were stored by a clock that was ahead: they would pause for too long
        deliveries.c.sent <= bindparam("now", type_=UtcTime),
    )
    .where(deliveries.c.kind.in_([kind.value for kind in PINGS]))
    .group_by(deliveries.c.thread, deliveries.c.subject, deliveries.c.severity)
)


def bucket_of(connection: Connection, target: str) -> tuple[float | None, datetime | None]:
    """Return the tokens of a target's bucket and the time of that count; (None, None) if nothing was sent yet."""
    found = _BUCKET.rows(connection, {"name": target})
    return (found[0].tokens, found[0].at) if found else (None, None)


_BUCKET = Prepared(select(buckets.c.tokens, buckets.c.at).where(buckets.c.target == bindparam("name")))


def save_bucket(connection: Connection, target: str, tokens: float, now: datetime) -> None:
    """Store the tokens of a target's bucket as of `now`."""
    save(connection, buckets, {"target": target, "tokens": tokens, "at": now}, "target")


def claim(connection: Connection, delivery: str, now: datetime) -> Delivery | None:
    """Claim a waiting delivery and return it; None if it no longer waits, or is an edit that cannot go yet.

    The claim is committed before the send begins, and one delivery a target is claimed at a time: a kill leaves at
    most one message a target of which nobody knows whether it arrived.
    """
    found = _CLAIM.rows(connection, {"which": delivery, "now": now, "until": now + LEASE})
    taken = read(found[0]) if found else None
    return taken if taken and (taken.kind is not Kind.EDIT or _has_its_turn(connection, taken, now)) else None


# one UPDATE that tests the state: whoever comes second gets no row, whatever was read before
_CLAIM = Prepared(
    update(deliveries)
    .where(deliveries.c.id == bindparam("which"), deliveries.c.state.in_(WAITING))
    .values(
        state=DeliveryState.SENDING.value,
        attempts=deliveries.c.attempts + 1,
        tried=func.coalesce(deliveries.c.tried, bindparam("now", type_=UtcTime)),
        lease=bindparam("until", type_=UtcTime),
        changed=bindparam("now", type_=UtcTime),
    )
    .returning(*deliveries.c)
)


def _has_its_turn(connection: Connection, edit: Delivery, now: datetime) -> bool:
    """Return whether a claimed edit is to be sent now; else undo its claim, and postpone or fold it.

    The claim is undone in the transaction that made it, so nobody sees it.
    """
    story = [each for each in on_subject(connection, edit.subject, edit.target) if each.id != edit.id]
    turn = edit_action(edit, story, now)
    if turn.later:
        values = {"state": DeliveryState.QUEUED.value, "due": turn.later, "attempts": edit.attempts - 1, "lease": None}
        connection.execute(update(deliveries).where(deliveries.c.id == edit.id).values(values))
    elif turn.folded:
        fold(connection, edit.id, turn.folded, now)
    return not (turn.later or turn.folded)


def settle(connection: Connection, delivery: Delivery, made: AttemptOutcome, result: SendResult, now: datetime) -> bool:
    """Store how the attempt of a claimed delivery ended; return False if it was claimed again, or ended, since then.

    After an attempt that may have arrived, each later one is marked as a repeat.
    """
    values: dict[str, object] = {"state": made.state.value, "changed": now, "detail": result.detail, "lease": None}
    if made.state is DeliveryState.SENT:
        values |= {"sent": now, "handle": result.handle}
    if made.due is not None:
        values["due"] = made.due
    if result.uncertain:
        values["repeat"] = True
    which = {"which": delivery.id, "attempt": delivery.attempts, "line": line_of(now, made.state, result.detail)}
    return _settle(tuple(values)).change(connection, which | values) > 0


@lru_cache
def _settle(columns: tuple[str, ...]) -> Prepared:
    """Return the update of these columns of a delivery that is in flight."""
    # the number of the attempt: a late answer to an earlier one must not settle the one that runs
    in_flight = (deliveries.c.attempts == bindparam("attempt"), deliveries.c.state.in_(IN_FLIGHT))
    values = {name: bindparam(name, type_=deliveries.c[name].type) for name in columns}
    tries = {"tries": deliveries.c.tries.concat(bindparam("line", type_=Text))}
    return Prepared(update(deliveries).where(deliveries.c.id == bindparam("which"), *in_flight).values(values | tries))


def recover(connection: Connection, now: datetime, target: str | None = None) -> int:
    """Make unknown, and due now, what was being sent when the last process ended: it may have arrived.

    Return how many. Called at the start only, under the lock of the state directory: no other process is sending. Where
    several daemons share the store, by who has just been given the lease of `target`, and of its messages alone.
    """
    sending = deliveries.c.state == DeliveryState.SENDING.value
    return _make_unknown(connection, now, sending if target is None else sending & (deliveries.c.target == target))


def expire(connection: Connection, now: datetime) -> int:
    """Make unknown, and due now, deliveries whose lease and grace are over without an end; return how many."""
    return _make_unknown(connection, now, _expired(now))


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.lease < now - LEASE_GRACE)


def has_expired(connection: Connection, now: datetime) -> bool:
    """Return whether `expire` would find any."""
    return connection.scalar(select(deliveries.c.id).where(_expired(now)).limit(1)) is not None


def mark_repeats(connection: Connection) -> int:
    """Mark what waits as a possible repeat, and return how many: from a backup, it may have been sent since.

    Slack is asked first whether it has the message, as for one that was cut off.
    """
    waits = deliveries.c.state.in_((*WAITING, DeliveryState.SENDING.value))
    return connection.execute(update(deliveries).where(waits).values(repeat=True)).rowcount


def _make_unknown(connection: Connection, now: datetime, which: ColumnElement[bool]) -> int:
    values = {"state": DeliveryState.UNKNOWN.value, "repeat": True, "due": now, "changed": now, "lease": None}
    why = "cut off before its end was seen"
    cut_off = {
        "detail": case((deliveries.c.detail == "", why), else_=deliveries.c.detail),
        "tries": deliveries.c.tries.concat(line_of(now, DeliveryState.UNKNOWN, why)),
    }
    return connection.execute(update(deliveries).where(which).values(values | cut_off)).rowcount


def hasten(connection: Connection, target: str, now: datetime) -> None:
    """Make due now the deliveries that were tried before and wait for another attempt: their target answers again."""
    waits = (deliveries.c.target == target, deliveries.c.state.in_(WAITING), deliveries.c.attempts > 0)
    connection.execute(update(deliveries).where(*waits, deliveries.c.due > now).values(due=now))


def spent(connection: Connection, target: str, now: datetime) -> list[Delivery]:
    """Return what waits for a target for longer than AGE_LIMIT allows its severity: not worth sending any more."""
    found = select(deliveries).where(deliveries.c.target == target, deliveries.c.state.in_(WAITING), _spent(now))
    return [read(row) for row in connection.execute(found)]


def renew_spent(connection: Connection, now: datetime) -> int:
    """Let what waits for longer than AGE_LIMIT allows be due from now on; return how many messages."""
    old = deliveries.c.state.in_(WAITING), _spent(now)
    return connection.execute(update(deliveries).where(*old).values(due=now, tried=None)).rowcount


def _spent(now: datetime) -> ColumnElement[bool]:
    since = func.coalesce(deliveries.c.tried, deliveries.c.due)
    # one alternative for each severity: the limit is of the message, and what waits may be many thousand rows
    return or_(
        *(
            and_(deliveries.c.severity == int(severity), since < literal(now - age, UtcTime))
            for severity, age in AGE_LIMIT.items()
        )
    )
