"""SQL on the outbox: deliveries, and what a digest lists. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    update,
)

from alerts.alert import PINGS, URGING, Decision, Delivery, DeliveryState, Kind, Reason, Severity, Target
from alerts.store.decisions import counts, metadata
from crawler.article import mint
from crawler.store.articles import count, save_once
from crawler.store.db import UtcTime

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
    Column("rules", Text),
    Column("handle", Text),
    Column("held", Text),
    Column("lease", UtcTime),
    Column("sent", UtcTime),
    Column("tried", UtcTime),
)
WAITING = (DeliveryState.QUEUED.value, DeliveryState.HELD.value, DeliveryState.UNKNOWN.value)
BESIDES = frozenset({Kind.DIGEST, Kind.NOTICE, Kind.ESCALATION})  # messages that no decision on a story stands behind


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


def queue_told(connection: Connection, decision: Decision, subject: str, revision: int, now: datetime, by: str) -> None:
    """Enter a message that another one tells, named in words: the books count both."""
    values = _delivery(decision, subject, revision, now, now, payload=None)
    values |= {"state": DeliveryState.FOLDED.value, "detail": by}
    save_once(connection, deliveries, values)


def unseen(connection: Connection, story: str, target: str) -> list[Delivery]:
    """Give what waits of a story for a target and was never tried: pings and edits."""
    waiting = (
        deliveries.c.subject == story,
        deliveries.c.target == target,
        deliveries.c.state.in_((DeliveryState.QUEUED.value, DeliveryState.HELD.value)),
        deliveries.c.kind.in_([kind.value for kind in (*PINGS, Kind.EDIT)]),
        deliveries.c.attempts == 0,
    )
    return [read(row) for row in connection.execute(select(deliveries).where(*waiting)).mappings()]


def fold(connection: Connection, delivery: str, into: str, now: datetime) -> None:
    """Mark a delivery as told in another message, named in words."""
    values = {"state": DeliveryState.FOLDED.value, "changed": now, "detail": into}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def regrow(connection: Connection, delivery: Delivery, now: datetime) -> None:
    """Let a message that waits tell what has come since: its alert revision, rules, severity, notes and due time."""
    values = {
        "revision": delivery.revision,
        "severity": int(delivery.severity),
        "rules": json.dumps(delivery.rules),
        "notes": json.dumps(delivery.notes, ensure_ascii=False),
        "due": delivery.due,
        "held": delivery.held,
        "state": delivery.state.value,
        "reason": delivery.reason.value,
        "changed": now,
    }
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(**values))


def folded_into(connection: Connection, target: str, into: str) -> list[Delivery]:
    """Give what a target is told in another message, named as `fold` was told."""
    folded = (deliveries.c.target == target, deliveries.c.state == DeliveryState.FOLDED.value)
    return deliveries_that(connection, *folded, deliveries.c.detail == into)


def find(connection: Connection, identity: str) -> Delivery | None:
    """Give one delivery by its id; also by the id it had before it was sent again."""
    named = deliveries.c.notes.contains(f"as delivery {identity}.", autoescape=True)
    found = deliveries_that(connection, deliveries.c.id == identity) or deliveries_that(connection, named)
    return found[0] if found else None


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
        "rules": json.dumps(decision.rules),
        "handle": "",
        "held": decision.held,
    }


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
        rules=tuple(json.loads(row["rules"])),
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


def overdue(connection: Connection, severity: Severity, before: datetime) -> list[Delivery]:
    """Give alerts, updates and escalations of at least a severity that should have gone before a time and have not."""
    tried = and_(deliveries.c.attempts > 0, deliveries.c.tried <= before)
    untried = and_(deliveries.c.attempts == 0, deliveries.c.due <= before)
    found = select(deliveries).where(
        deliveries.c.state.in_((*WAITING, DeliveryState.SENDING.value)),
        deliveries.c.severity >= int(severity),
        deliveries.c.kind.in_([kind.value for kind in URGING]),
        or_(tried, untried),
    )
    return [read(row) for row in connection.execute(found).mappings()]


def relay(
    connection: Connection, delivery: Delivery, targets: Iterable[Target], reason: Reason, now: datetime, note: str
) -> list[str]:
    """Queue a message for further targets too, which were not told; gives them. The books count a decision each."""
    made: list[str] = []
    for target in targets:
        kind, severity, rules = delivery.kind, delivery.severity, delivery.rules
        again = Decision(target.id, target.receiver, kind, severity, reason, queue=True, rules=rules)
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
