"""SQL on the outbox: deliveries, and what a digest lists. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

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
    case,
    func,
    select,
    update,
)

from alerts import snapshot
from alerts.alert import PINGS, Alert, Decision, Delivery, DeliveryState, Kind, Reason, Severity
from alerts.store import metadata
from crawler.article import mint
from crawler.db import UtcTime
from crawler.store import save, save_once

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
)
targets = Table(
    "targets",
    metadata,
    Column("target", Text, primary_key=True),
    Column("rests_until", UtcTime),
    Column("failures", Integer),
    Column("failing_since", UtcTime),
    Column("tokens", Float),
    Column("tokens_at", UtcTime),
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
    return [_read(row) for row in connection.execute(select(deliveries).where(*waiting)).mappings()]


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
    connection: Connection, decision: Decision, subject: str, now: datetime, title: str, body: str
) -> bool:
    """Queue what the system says about itself; once for each subject and target."""
    payload = json.dumps({"title": title, "body": body}, ensure_ascii=False)
    values = _delivery(decision, subject, 1, now, now, payload=payload)
    return save_once(connection, deliveries, values)


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
    """Give the targets for which something is due."""
    found = select(deliveries.c.target).where(deliveries.c.state.in_(WAITING), deliveries.c.due <= now).distinct()
    return list(connection.scalars(found))


def claim(connection: Connection, delivery: str, now: datetime) -> Delivery | None:
    """Take a delivery that waits; durable before a byte leaves. None where another has taken it.

    One at a time a target, so that a kill leaves at most one message of which nobody knows whether it arrived.
    """
    statement = (
        update(deliveries)
        .where(deliveries.c.id == delivery, deliveries.c.state.in_(WAITING))
        .values(state=DeliveryState.SENDING.value, attempts=deliveries.c.attempts + 1, changed=now)
        .returning(*deliveries.c)
    )
    row = connection.execute(statement).mappings().first()
    return _read(row) if row else None


def _read(row: RowMapping) -> Delivery:
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
    )


def record(
    connection: Connection,
    delivery: str,
    state: DeliveryState,
    now: datetime,
    *,
    detail: str = "",
    due: datetime | None = None,
    repeat: bool = False,
    handle: str = "",
) -> None:
    """Store what became of a claimed delivery. `repeat` marks that the next attempt may be a second copy."""
    values: dict[str, object] = {"state": state.value, "changed": now, "detail": detail}
    if state is DeliveryState.SENT:
        values |= {"sent": now, "handle": handle}
    if due is not None:
        values["due"] = due
    if repeat:
        values["repeat"] = True
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def waiting(connection: Connection, target: str) -> list[Delivery]:
    """Give what waits for a target, the most urgent and the oldest first; of very much only that."""
    found = (
        select(deliveries)
        .where(deliveries.c.target == target, deliveries.c.state.in_(WAITING))
        .order_by(deliveries.c.severity.desc(), deliveries.c.queued, deliveries.c.id)
        .limit(LOOKED_AT)
    )
    return [_read(row) for row in connection.execute(found).mappings()]


def pinged_threads(connection: Connection, target: str, since: datetime) -> dict[str, dict[str, datetime]]:
    """Give by thread when each of its stories last pinged a target since then."""
    pings = [kind.value for kind in PINGS]
    found = (
        select(deliveries.c.thread, deliveries.c.subject, func.max(deliveries.c.sent).label("at"))
        .where(deliveries.c.target == target, deliveries.c.thread != "", deliveries.c.sent > since)
        .where(deliveries.c.kind.in_(pings))
        .group_by(deliveries.c.thread, deliveries.c.subject)
    )
    by_thread: dict[str, dict[str, datetime]] = {}
    for row in connection.execute(found):
        by_thread.setdefault(row.thread, {})[row.subject] = row.at
    return by_thread


def bucket_of(connection: Connection, target: str) -> tuple[float | None, datetime | None]:
    """Give the tokens of a target and when there were so many; None where nothing was sent yet."""
    row = connection.execute(select(targets.c.tokens, targets.c.tokens_at).where(targets.c.target == target)).first()
    return (row.tokens, row.tokens_at) if row else (None, None)


def save_bucket(connection: Connection, target: str, tokens: float, now: datetime) -> None:
    save(connection, targets, {"target": target, "tokens": tokens, "tokens_at": now}, "target")


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


def recover(connection: Connection, now: datetime) -> int:
    """Mark what was being sent when the last process ended: it may have arrived, so it goes again, marked."""
    statement = (
        update(deliveries)
        .where(deliveries.c.state == DeliveryState.SENDING.value)
        .values(state=DeliveryState.UNKNOWN.value, repeat=True, due=now, changed=now)
    )
    return connection.execute(statement).rowcount


def orphans(connection: Connection, targets: Sequence[str]) -> list[Delivery]:
    """Give what waits for a target that rules.yaml no longer has."""
    found = select(deliveries).where(deliveries.c.state.in_(WAITING), deliveries.c.target.not_in(targets))
    return [_read(row) for row in connection.execute(found).mappings()]


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
    return [_read(row) for row in connection.execute(found).mappings()]


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
