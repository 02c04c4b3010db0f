"""SQL on alerts, decisions, told-state, deliveries and marks. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    RowMapping,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)

from alerts import snapshot
from alerts.alert import Alert, Decision, Delivery, DeliveryState, Kind, Reason, Severity, Told, Wait
from crawler.article import mint
from crawler.db import UtcTime
from crawler.store import save, save_once

metadata = MetaData()
alerts = Table(
    "alerts",
    metadata,
    Column("story", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("severity", Integer),
    Column("created", UtcTime),
    Column("content", Text),
)
decisions = Table(
    "decisions",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("story", Text, primary_key=True),
    Column("at", UtcTime),
    Column("receiver", Text),
    Column("kind", Text),
    Column("severity", Integer),
    Column("reason", Text),
    Column("queued", Boolean),
    Column("rules", Text),
    Column("waiting", Text),
)
told = Table(
    "told",
    metadata,
    Column("story", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("at", UtcTime),
    Column("rules", Text),
    Column("severity", Integer),
    Column("revision", Integer),
    Column("pinged", UtcTime),
    Column("untold", Text),
)
waits = Table(
    "waits",
    metadata,
    Column("story", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("thread", Text),
    Column("seq", Integer),
    Column("at", UtcTime),
    Column("match", Text),
)
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
)
digest_items = Table(
    "digest_items",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("content", Text),
)
counts = Table("alert_counts", metadata, Column("name", Text, primary_key=True), Column("n", Integer))
marks = Table("marks", metadata, Column("name", Text, primary_key=True), Column("value", Text))

WAITED_AT_MOST = timedelta(days=14)  # longer than a thread takes in stories
WAITING = (DeliveryState.QUEUED.value, DeliveryState.UNKNOWN.value)


def get_mark(connection: Connection, name: str) -> str | None:
    """Give a remembered value, such as the last revision triaged."""
    value: str | None = connection.scalar(_MARK, {"wanted": name})
    return value


_MARK = select(marks.c.value).where(marks.c.name == bindparam("wanted"))


def set_mark(connection: Connection, name: str, value: str) -> None:
    save(connection, marks, {"name": name, "value": value}, "name")


def told_of(connection: Connection, story: str) -> dict[str, Told]:
    """Give what each target has been told of a story."""
    return {row.target: _told(row) for row in connection.execute(select(told).where(told.c.story == story))}


def _told(row: Row[Any]) -> Told:
    rules, untold = frozenset(json.loads(row.rules)), tuple(json.loads(row.untold))
    return Told(rules, Severity(row.severity), row.revision, row.pinged, untold)


def save_told(connection: Connection, story: str, target: str, now: datetime, what: Told) -> None:
    values = {
        "story": story,
        "target": target,
        "at": now,
        "rules": json.dumps(sorted(what.rules)),
        "severity": int(what.severity),
        "revision": what.revision,
        "pinged": what.pinged,
        "untold": json.dumps(what.untold, ensure_ascii=False),
    }
    save(connection, told, values, "story", "target")


def add_decisions(connection: Connection, seq: int, story: str, now: datetime, made: Iterable[Decision]) -> None:
    """Keep every decision with its reason: the answer to "why did, why did not this fire"."""
    rows = [
        {
            "seq": seq,
            "target": each.target,
            "at": now,
            "story": story,
            "receiver": each.receiver,
            "kind": each.kind.value,
            "severity": int(each.severity),
            "reason": each.reason.value,
            "queued": each.queue,
            "rules": json.dumps(each.rules),
            "waiting": json.dumps(each.waiting),
        }
        for each in made
    ]
    if rows:
        connection.execute(decisions.insert(), rows)


def save_wait(connection: Connection, wait: Wait, now: datetime) -> None:
    """Remember a match until its rule's `when` holds; a newer match of the story takes the place of the older."""
    content = snapshot.dump_match(wait.match)
    values = {"story": wait.story, "rule": wait.match.rule, "thread": wait.thread, "seq": wait.seq, "at": now}
    save(connection, waits, values | {"match": content}, "story", "rule")


def waits_in(connection: Connection, thread: str) -> list[Wait]:
    """Give the matches that wait in a thread, oldest first."""
    rows = connection.execute(_WAITS, {"wanted": thread})
    return [Wait(row.story, row.thread, row.seq, snapshot.load_match(row.match)) for row in rows]


_WAITS = select(waits).where(waits.c.thread == bindparam("wanted")).order_by(waits.c.seq, waits.c.rule)


def end_wait(connection: Connection, story: str, rule: str) -> None:
    connection.execute(delete(waits).where(waits.c.story == story, waits.c.rule == rule))


def expire_waits(connection: Connection, now: datetime) -> int:
    """Forget matches that waited so long that nothing joins their thread any more; gives their number."""
    return connection.execute(delete(waits).where(waits.c.at < now - WAITED_AT_MOST)).rowcount


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as it was stored."""

    receiver: str
    reason: str
    queued: bool
    rules: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    at: datetime | None = None
    kind: str = ""


def decisions_on(connection: Connection, story: str) -> list[tuple[int, Made]]:
    """Give the decisions on a story in order, each with the `seq` of the revision that caused it."""
    found = select(decisions).where(decisions.c.story == story).order_by(decisions.c.seq, decisions.c.target)
    return [(row.seq, _made(row)) for row in connection.execute(found)]


def _made(row: Row[Any]) -> Made:
    rules, waiting = (tuple(json.loads(each)) for each in (row.rules, row.waiting))
    return Made(row.receiver, row.reason, row.queued, rules, waiting, row.at, row.kind)


def decisions_by_revision(connection: Connection) -> dict[int, list[Made]]:
    """Give all decisions by the `seq` of the revision they were made on."""
    by_revision: dict[int, list[Made]] = {}
    for row in connection.execute(select(decisions).order_by(decisions.c.seq, decisions.c.target)):
        by_revision.setdefault(row.seq, []).append(_made(row))
    return by_revision


def last_alert_revision(connection: Connection, story: str) -> int:
    """Give the number of a story's newest alert revision; 0 where it never told anything."""
    return connection.scalar(select(func.max(alerts.c.revision)).where(alerts.c.story == story)) or 0


def add_alert(connection: Connection, alert: Alert) -> None:
    connection.execute(
        alerts.insert().values(
            story=alert.story,
            revision=alert.revision,
            severity=int(alert.severity),
            created=alert.created,
            content=snapshot.dump(alert),
        )
    )


def load_alert(connection: Connection, story: str, revision: int) -> Alert:
    """Give an alert as it was decided."""
    found = select(alerts.c.content).where(alerts.c.story == story, alerts.c.revision == revision)
    return snapshot.load(connection.execute(found).scalar_one())


def queue(
    connection: Connection, decision: Decision, subject: str, revision: int, now: datetime, due: datetime
) -> bool:
    """Queue one message to one target; False where it is queued already (the unique key holds)."""
    values = _delivery(decision, subject, revision, now, due, payload=None)
    return save_once(connection, deliveries, values)


def fold(connection: Connection, story: str, target: str, into: int, now: datetime) -> None:
    """Fold the update that waits into alert `into`, which tells its change too."""
    waiting = (
        deliveries.c.subject == story,
        deliveries.c.target == target,
        deliveries.c.state == DeliveryState.QUEUED.value,
        deliveries.c.reason == Reason.PACED.value,
        deliveries.c.attempts == 0,
        deliveries.c.due > now,
    )
    values = {"state": DeliveryState.FOLDED.value, "changed": now, "detail": f"told in alert {into}"}
    connection.execute(update(deliveries).where(*waiting).values(**values))


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
        "state": DeliveryState.QUEUED.value,
        "queued": now,
        "due": due,
        "attempts": 0,
        "repeat": False,
        "changed": now,
        "detail": "",
        "payload": payload,
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


def claim(connection: Connection, target: str, now: datetime) -> Delivery | None:
    """Take the next delivery due for a target: flash first, then the longest waiting. Durable before a byte leaves.

    One at a time, so that a kill leaves at most one message a target of which nobody knows whether it arrived.
    """
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.target == target, deliveries.c.state.in_(WAITING), deliveries.c.due <= now)
        .order_by(deliveries.c.severity.desc(), deliveries.c.queued, deliveries.c.id)
        .limit(1)
    )
    statement = (
        update(deliveries)
        .where(deliveries.c.id.in_(due), deliveries.c.state.in_(WAITING))
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
) -> None:
    """Store what became of a claimed delivery. `repeat` marks that the next attempt may be a second copy."""
    values: dict[str, object] = {"state": state.value, "changed": now, "detail": detail}
    if due is not None:
        values["due"] = due
    if repeat:
        values["repeat"] = True
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


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
