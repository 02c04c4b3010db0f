"""SQL on the outbox: deliveries, and what a digest lists. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    RowMapping,
    Table,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    update,
)

from alerts import conditions, snapshot
from alerts.alert import PINGS, Alert, Decision, Delivery, DeliveryState, Kind, Reason, SendResult, Severity, Target
from alerts.attempt import LEASE, Outcome
from alerts.edits import edit_turn
from alerts.retrying import AGE_LIMIT
from alerts.store import counts, metadata
from crawler.article import mint
from crawler.db import UtcTime
from crawler.store import count, save, save_once

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text),
    Column("kind", Text),
    Column("revision", Integer),
    Column("target", Text),
    Column("receiver", Text),
    Column("severity", Integer),
    Column("reason", Text),
    Column("state", Text),
    Column("queued", UtcTime),
    Column("due", UtcTime),
    Column("attempts", Integer),
    Column("repeat", Boolean),
    Column("changed", UtcTime),
    Column("detail", Text),
    Column("payload", Text),
    Column("thread", Text),
    Column("notes", Text),
    Column("handle", Text),
    Column("held", Text),
    Column("lease", UtcTime),
    Column("sent", UtcTime),
    Column("tried", UtcTime),
)
buckets = Table(
    "buckets",
    metadata,
    Column("target", Text, primary_key=True),
    Column("tokens", Float),
    Column("at", UtcTime),
)
digest_items = Table(
    "digest_items",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("content", Text),
)

LOOKED_AT = 2_000  # deliveries of one target that are paced at once
DIGESTS_OF_A_WINDOW = 1_000
WAITING = (DeliveryState.QUEUED.value, DeliveryState.HELD.value, DeliveryState.UNKNOWN.value)
IN_FLIGHT = (DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)
BESIDES = frozenset({Kind.DIGEST, Kind.NOTICE, Kind.ESCALATION})  # messages that no decision on a story stands behind
LEASE_GRACE = timedelta(minutes=1)  # the lane itself ends a send by its lease; later than that it is gone


def queue(
    connection: Connection,
    decision: Decision,
    subject: str,
    revision: int,
    now: datetime,
    due: datetime,
    thread: str = "",
    notes: tuple[str, ...] = (),
) -> bool:
    """Queue one message to one target; False where it is queued already (the unique key holds)."""
    values = _delivery(decision, subject, revision, now, due, payload=None)
    values |= {"thread": thread, "notes": json.dumps(notes, ensure_ascii=False)}
    return save_once(connection, deliveries, values)


def unseen(connection: Connection, story: str, target: str) -> list[Delivery]:
    """Give the pings of a story that wait for a target and were never tried."""
    waiting = (
        deliveries.c.subject == story,
        deliveries.c.target == target,
        deliveries.c.state.in_((DeliveryState.QUEUED.value, DeliveryState.HELD.value)),
        deliveries.c.kind.in_([kind.value for kind in PINGS]),
        deliveries.c.attempts == 0,
    )
    return [read(row) for row in connection.execute(select(deliveries).where(*waiting)).mappings()]


def fold(connection: Connection, delivery: str, into: str, now: datetime) -> None:
    """Mark a delivery as told in another message, named in words."""
    values = {"state": DeliveryState.FOLDED.value, "changed": now, "detail": into}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def hold(connection: Connection, delivery: str, until: datetime, why: str, now: datetime) -> None:
    """Let a delivery wait until a time."""
    values = {"state": DeliveryState.HELD.value, "due": until, "held": why, "changed": now}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def note(connection: Connection, delivery: str, notes: tuple[str, ...]) -> None:
    """Set the lines that a delivery says besides."""
    values = {"notes": json.dumps(notes, ensure_ascii=False)}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def queue_notice(
    connection: Connection,
    decision: Decision,
    subject: str,
    now: datetime,
    payload: Mapping[str, object],
    due: datetime | None = None,
) -> bool:
    """Queue what the system says about itself (`title` and `body`); once for each subject and target."""
    written = json.dumps(payload, ensure_ascii=False)
    return save_once(connection, deliveries, _delivery(decision, subject, 1, now, due or now, payload=written))


def last_notice(connection: Connection, subject: str) -> Delivery | None:
    """Give the newest notice of those numbered under a subject."""
    found = select(deliveries).where(
        deliveries.c.kind == Kind.NOTICE.value, deliveries.c.subject.startswith(f"{subject}:", autoescape=True)
    )
    newest = found.order_by(deliveries.c.due.desc(), deliveries.c.queued.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return read(row) if row else None


def reword_notice(connection: Connection, subject: str, payload: Mapping[str, object]) -> None:
    """Say more in a notice that nobody has been sent yet."""
    unsent = (deliveries.c.subject == subject, deliveries.c.attempts == 0, deliveries.c.state.in_(WAITING))
    connection.execute(update(deliveries).where(*unsent).values(payload=json.dumps(payload, ensure_ascii=False)))


def untold_notices(connection: Connection) -> int:
    """Count the notices that were given up by every receiver that was asked."""
    told = [state.value for state in DeliveryState if state not in {DeliveryState.DEAD, DeliveryState.CANCELLED}]
    notices = deliveries.c.kind == Kind.NOTICE.value
    reached = select(deliveries.c.subject).where(notices, deliveries.c.state.in_(told))
    lost = select(func.count(deliveries.c.subject.distinct())).where(notices, deliveries.c.subject.not_in(reached))
    return connection.scalar(lost) or 0


def count_waiting(connection: Connection, target: str) -> int:
    """Count what waits for a target."""
    waits = (deliveries.c.target == target, deliveries.c.state.in_(WAITING))
    return connection.scalar(select(func.count()).select_from(deliveries).where(*waits)) or 0


def _delivery(
    decision: Decision, subject: str, revision: int, now: datetime, due: datetime, *, payload: str | None
) -> dict[str, object]:
    return {
        "id": mint("d", now, subject, decision.kind.value, str(revision), decision.target),
        "subject": subject,
        "kind": decision.kind.value,
        "revision": revision,
        "target": decision.target,
        "receiver": decision.receiver,
        "severity": int(decision.severity),
        "reason": decision.reason.value,
        "state": (DeliveryState.HELD if decision.held else DeliveryState.QUEUED).value,
        "queued": now,
        "due": due,
        "attempts": 0,
        "repeat": False,
        "changed": now,
        "detail": "",
        "payload": payload,
        "thread": "",
        "notes": "[]",
        "handle": "",
        "held": decision.held,
    }


def add_digest_item(connection: Connection, subject: str, target: str, seq: int, alert: Alert) -> None:
    values = {"subject": subject, "target": target, "seq": seq, "content": snapshot.dump(alert)}
    save_once(connection, digest_items, values)


def digest_of(connection: Connection, subject: str, target: str) -> list[Alert]:
    """Give what a digest lists, oldest first."""
    found = (
        select(digest_items.c.content)
        .where(digest_items.c.subject == subject, digest_items.c.target == target)
        .order_by(digest_items.c.seq)
    )
    return [snapshot.load(row.content) for row in connection.execute(found)]


def targets_due(connection: Connection, now: datetime) -> list[str]:
    """Give the targets for which something is due and that do not rest."""
    found = select(deliveries.c.target).where(deliveries.c.state.in_(WAITING), deliveries.c.due <= now).distinct()
    resting = conditions.resting(connection, now)
    return [target for target in connection.scalars(found) if target not in resting]


def claim(connection: Connection, delivery: str, now: datetime) -> Delivery | None:
    """Take a delivery that waits; durable before a byte leaves. None where another has taken it, or it has no turn.

    One at a time a target, so that a kill leaves at most one message of which nobody knows whether it arrived. An
    edit whose message is not there is put off, or folded.
    """
    statement = (
        update(deliveries)
        .where(deliveries.c.id == delivery, deliveries.c.state.in_(WAITING))
        .values(
            state=DeliveryState.SENDING.value,
            attempts=deliveries.c.attempts + 1,
            tried=func.coalesce(deliveries.c.tried, literal(now, UtcTime)),
            lease=now + LEASE,
            changed=now,
        )
        .returning(*deliveries.c)
    )
    row = connection.execute(statement).mappings().first()
    taken = read(row) if row else None
    return taken if taken and (taken.kind is not Kind.EDIT or _has_its_turn(connection, taken, now)) else None


def _has_its_turn(connection: Connection, edit: Delivery, now: datetime) -> bool:
    """Say whether an edit is to be sent; else put it off until its message is there, or fold it into what told it."""
    story = [each for each in on_subject(connection, edit.subject, edit.target) if each.id != edit.id]
    turn = edit_turn(edit, story, now)
    if turn.later:
        values = {"state": DeliveryState.QUEUED.value, "due": turn.later, "attempts": edit.attempts - 1, "lease": None}
        connection.execute(update(deliveries).where(deliveries.c.id == edit.id).values(values))
    elif turn.folded:
        record(connection, edit.id, DeliveryState.FOLDED, now, detail=turn.folded)
    return not (turn.later or turn.folded)


def on_subject(connection: Connection, subject: str, target: str) -> list[Delivery]:
    """Give all deliveries on a story to a target, oldest first."""
    found = select(deliveries).where(deliveries.c.subject == subject, deliveries.c.target == target)
    rows = connection.execute(found.order_by(deliveries.c.queued, deliveries.c.id))
    return [read(row) for row in rows.mappings()]


def read(row: RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        subject=row["subject"],
        kind=Kind(row["kind"]),
        revision=row["revision"],
        target=row["target"],
        receiver=row["receiver"],
        severity=Severity(row["severity"]),
        reason=Reason(row["reason"]),
        state=DeliveryState(row["state"]),
        queued=row["queued"],
        due=row["due"],
        attempts=row["attempts"],
        repeat=row["repeat"],
        payload=json.loads(row["payload"]) if row["payload"] else None,
        thread=row["thread"],
        notes=tuple(json.loads(row["notes"])),
        handle=row["handle"],
        held=row["held"],
        lease=row["lease"],
        sent=row["sent"],
        tried=row["tried"],
        detail=row["detail"],
    )


def record(connection: Connection, delivery: str, state: DeliveryState, now: datetime, detail: str = "") -> None:
    """Store the end that a delivery came to without a send."""
    sent = {"sent": now} if state is DeliveryState.SENT else {}
    values = {"state": state.value, "changed": now, "detail": detail, "lease": None, **sent}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def waiting(connection: Connection, target: str) -> list[Delivery]:
    """Give what waits for a target, the most urgent and the oldest first; of very much only that."""
    found = (
        select(deliveries)
        .where(deliveries.c.target == target, deliveries.c.state.in_(WAITING))
        .order_by(deliveries.c.severity.desc(), deliveries.c.queued, deliveries.c.id)
        .limit(LOOKED_AT)
    )
    return [read(row) for row in connection.execute(found).mappings()]


def pinged_threads(
    connection: Connection, target: str, since: datetime, now: datetime
) -> dict[str, dict[str, datetime]]:
    """Give by thread when each of its stories last pinged a target since then, by a clock that was not ahead."""
    pings = [kind.value for kind in PINGS]
    found = (
        select(deliveries.c.thread, deliveries.c.subject, func.max(deliveries.c.sent).label("at"))
        .where(
            deliveries.c.target == target,
            deliveries.c.thread != "",
            deliveries.c.sent > since,
            deliveries.c.sent <= now,
        )
        .where(deliveries.c.kind.in_(pings))
        .group_by(deliveries.c.thread, deliveries.c.subject)
    )
    by_thread: dict[str, dict[str, datetime]] = {}
    for row in connection.execute(found):
        by_thread.setdefault(row.thread, {})[row.subject] = row.at
    return by_thread


def bucket_of(connection: Connection, target: str) -> tuple[float | None, datetime | None]:
    """Give the tokens of a target and when there were so many; None where nothing was sent yet."""
    row = connection.execute(select(buckets.c.tokens, buckets.c.at).where(buckets.c.target == target)).first()
    return (row.tokens, row.at) if row else (None, None)


def save_bucket(connection: Connection, target: str, tokens: float, now: datetime) -> None:
    save(connection, buckets, {"target": target, "tokens": tokens, "at": now}, "target")


def open_digest(connection: Connection, decision: Decision, subject: str, now: datetime) -> str:
    """Give the subject of a digest that waits, queued where there is none; one that has been sent is followed by .2."""
    for number in range(1, DIGESTS_OF_A_WINDOW):
        name = f"{subject}.{number}" if number > 1 else subject
        same = (deliveries.c.subject == name, deliveries.c.target == decision.target)
        row = connection.execute(select(deliveries.c.state, deliveries.c.attempts).where(*same)).first()
        if row is None:
            queue(connection, decision, name, 1, now, decision.due or now)
        if row is None or (row.state in WAITING and not row.attempts):
            return name
    raise ValueError(f"{subject} has {DIGESTS_OF_A_WINDOW} digests")


def add_to_digest(connection: Connection, subject: str, target: str, listed: Sequence[Alert]) -> int:
    """List alerts in a digest behind those it has; gives how many it lists then."""
    of_digest = (digest_items.c.subject == subject, digest_items.c.target == target)
    last = connection.scalar(select(func.max(digest_items.c.seq)).where(*of_digest)) or 0
    for number, alert in enumerate(listed, last + 1):
        add_digest_item(connection, subject, target, number, alert)
    return connection.scalar(select(func.count()).select_from(digest_items).where(*of_digest)) or 0


def describe(
    connection: Connection, subject: str, target: str, severity: Severity, words: Mapping[str, object]
) -> None:
    """Set what a digest says of itself, and raise its severity to that of what it lists."""
    same = (deliveries.c.subject == subject, deliveries.c.target == target, deliveries.c.state.in_(WAITING))
    higher = case((deliveries.c.severity < int(severity), int(severity)), else_=deliveries.c.severity)
    values = {"payload": json.dumps(dict(words), ensure_ascii=False), "severity": higher}
    connection.execute(update(deliveries).where(*same).values(**values))


def settle(connection: Connection, delivery: Delivery, made: Outcome, result: SendResult, now: datetime) -> bool:
    """Store what became of a claimed delivery; False where it went again, or ended, since that claim.

    Once it may have arrived, each later attempt says so.
    """
    values: dict[str, object] = {"state": made.state.value, "changed": now, "detail": result.detail, "lease": None}
    if made.state is DeliveryState.SENT:
        values |= {"sent": now, "handle": result.handle}
    if made.due is not None:
        values["due"] = made.due
    if result.uncertain:
        values["repeat"] = True
    in_flight = (deliveries.c.attempts == delivery.attempts, deliveries.c.state.in_(IN_FLIGHT))
    statement = update(deliveries).where(deliveries.c.id == delivery.id, *in_flight)
    return bool(connection.execute(statement.values(values)).rowcount)


def recover(connection: Connection, now: datetime) -> int:
    """Mark what was being sent when the last process ended: it may have arrived, so it goes again, marked."""
    return _make_unknown(connection, now, deliveries.c.state == DeliveryState.SENDING.value)


def expire(connection: Connection, now: datetime) -> int:
    """Do the same to what a lane left behind: its lease is over, and its end was never recorded."""
    return _make_unknown(connection, now, _expired(now))


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.lease < now - LEASE_GRACE)


def has_expired(connection: Connection, now: datetime) -> bool:
    """Say whether a lease is over."""
    return connection.scalar(select(deliveries.c.id).where(_expired(now)).limit(1)) is not None


def _make_unknown(connection: Connection, now: datetime, which: ColumnElement[bool]) -> int:
    values = {"state": DeliveryState.UNKNOWN.value, "repeat": True, "due": now, "changed": now, "lease": None}
    cut_off = {
        "detail": case((deliveries.c.detail == "", "cut off before its end was seen"), else_=deliveries.c.detail)
    }
    return connection.execute(update(deliveries).where(which).values(values | cut_off)).rowcount


def hasten(connection: Connection, target: str, now: datetime) -> None:
    """Let what was put off for a target's sake go now: it answers again."""
    waits = (deliveries.c.target == target, deliveries.c.state.in_(WAITING), deliveries.c.attempts > 0)
    connection.execute(update(deliveries).where(*waits, deliveries.c.due > now).values(due=now))


def spent(connection: Connection, target: str, now: datetime) -> list[Delivery]:
    """Give what a target was owed for so long that it is not worth sending any more."""
    since = func.coalesce(deliveries.c.tried, deliveries.c.due)
    old = or_(
        *(
            and_(deliveries.c.severity == int(severity), since < literal(now - age, UtcTime))
            for severity, age in AGE_LIMIT.items()
        )
    )
    found = select(deliveries).where(deliveries.c.target == target, deliveries.c.state.in_(WAITING), old)
    return [read(row) for row in connection.execute(found).mappings()]


def overdue(connection: Connection, severity: Severity, before: datetime) -> list[Delivery]:
    """Give alerts and updates of at least a severity that should have gone before a time and have not."""
    tried = and_(deliveries.c.attempts > 0, deliveries.c.tried <= before)
    untried = and_(deliveries.c.attempts == 0, deliveries.c.due <= before)
    found = select(deliveries).where(
        deliveries.c.state.in_((*WAITING, DeliveryState.SENDING.value)),
        deliveries.c.severity >= int(severity),
        deliveries.c.kind.in_([kind.value for kind in PINGS]),
        or_(tried, untried),
    )
    return [read(row) for row in connection.execute(found).mappings()]


def relay(
    connection: Connection, delivery: Delivery, targets: Iterable[Target], reason: Reason, now: datetime, note: str
) -> list[str]:
    """Queue a message for further targets too, which were not told; gives them. The books count a decision each."""
    made: list[str] = []
    for target in targets:
        again = Decision(target.id, target.receiver, delivery.kind, delivery.severity, reason, queue=True, rules=())
        payload = None if delivery.payload is None else json.dumps(delivery.payload, ensure_ascii=False)
        values = _delivery(again, delivery.subject, delivery.revision, now, now, payload=payload)
        values |= {"thread": delivery.thread, "notes": json.dumps([*delivery.notes, note], ensure_ascii=False)}
        if save_once(connection, deliveries, values):
            made.append(target.id)
    if delivery.kind not in BESIDES:
        count(connection, counts, {"matched": len(made), "queued": len(made)})
    return made


def copies(connection: Connection, delivery: Delivery) -> list[Delivery]:
    """Give the same message to other targets."""
    same = [
        deliveries.c.subject == delivery.subject,
        deliveries.c.kind == delivery.kind.value,
        deliveries.c.revision == delivery.revision,
    ]
    found = select(deliveries).where(*same, deliveries.c.target != delivery.target)
    return [read(row) for row in connection.execute(found).mappings()]


def orphans(connection: Connection, targets: Sequence[str]) -> list[Delivery]:
    """Give what waits for a target that rules.yaml no longer has."""
    found = select(deliveries).where(deliveries.c.state.in_(WAITING), deliveries.c.target.not_in(targets))
    return [read(row) for row in connection.execute(found).mappings()]


def retarget(connection: Connection, delivery: str, target: str, now: datetime) -> bool:
    """Give an orphan another target; False where that one has the same message already."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery)).mappings().one()
    same = [getattr(deliveries.c, name) == row[name] for name in ("subject", "kind", "revision")]
    if connection.scalar(select(deliveries.c.id).where(*same, deliveries.c.target == target)):
        return False
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(target=target, changed=now))
    return True


def deliveries_that(connection: Connection, *hold: ColumnElement[bool]) -> list[Delivery]:
    """Give the deliveries for which all conditions hold, in the order they were queued."""
    found = select(deliveries).where(*hold).order_by(deliveries.c.queued, deliveries.c.id)
    return [read(row) for row in connection.execute(found).mappings()]


def details_of(connection: Connection, *hold: ColumnElement[bool]) -> dict[str, str]:
    """Give by id what was last said of the deliveries for which all conditions hold."""
    return {row.id: row.detail for row in connection.execute(select(deliveries.c.id, deliveries.c.detail).where(*hold))}


def delivered(connection: Connection) -> dict[tuple[str, str], int]:
    """Count deliveries by kind and state."""
    rows = connection.execute(
        select(deliveries.c.kind, deliveries.c.state, func.count().label("n")).group_by(
            deliveries.c.kind, deliveries.c.state
        )
    )
    return {(row.kind, row.state): row.n for row in rows}


def next_due(connection: Connection) -> datetime | None:
    """Give the time at which the next waiting delivery goes."""
    due: datetime | None = connection.scalar(_NEXT_DUE)
    return due


_NEXT_DUE = select(func.min(deliveries.c.due)).where(deliveries.c.state.in_(WAITING))
