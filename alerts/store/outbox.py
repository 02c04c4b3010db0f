"""SQL on the outbox, the table of deliveries. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    or_,
    select,
    text,
    update,
)

from alerts.alert import PINGS, URGENT_KINDS, Kind, Reason, Severity
from alerts.delivery import Carried, Carrier, Delivery, DeliveryState, NewDelivery, Try
from alerts.store.decisions import metadata
from crawler.article import mint
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import save_once

# literally so in queries too: only then may SQLite use an index of what waits (partialindex.html, section 3.1)
WAITS = text("state IN ('queued', 'held', 'unknown')")
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),  # a story, or the name of a digest or notice
    Column("kind", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("target", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("queued", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),  # of the next attempt, or the end of a hold
    Column("attempts", Integer, nullable=False),
    Column("repeat", Boolean, nullable=False),
    Column("changed", UtcTime, nullable=False),  # what `deliveries --since` goes by
    Column("detail", Text, nullable=False),
    Column("payload", Text),  # of digests and notices; an alert's text is made from its alert revision
    Column("thread", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("held", Text, nullable=False),
    Column("lease", UtcTime),
    Column("sent", UtcTime),
    Column("tried", UtcTime),
    Column("tries", Text, nullable=False, server_default=""),  # how each attempt ended: a line of JSON for each
    Column("series", Text, nullable=False),
    Column("carried_how", Text, nullable=False),
    Column("carried_by", Text, nullable=False),
    # one message to a target on an alert revision: to queue it again does nothing, so callers need not look first
    UniqueConstraint("subject", "kind", "revision", "target"),
    Index("deliveries_due", "state", "target", "due"),  # each tick: what is due, and for whom
    Index("deliveries_by_thread", "target", "sent"),  # each claim: what a target was sent of late
    Index("deliveries_by_subject", "subject"),
    Index("deliveries_by_sent", "sent"),  # what may still be acknowledged
    Index("deliveries_by_carrier", "carried_by"),
    Index("deliveries_by_series", "series"),
    Index("deliveries_by_kind", "kind", "state"),  # the ledger counts them all
    Index("deliveries_by_changed", "changed"),
    # each claim: the first few of what waits for a target, and what else waits of a thread
    Index(
        "deliveries_next",
        "target",
        text("severity DESC"),
        text("(kind = 'edit')"),
        "queued",
        text("(reason = 'another')"),
        "id",
        "due",
        "attempts",
        sqlite_where=WAITS,
    ),
    Index("deliveries_waiting", "target", "thread", sqlite_where=WAITS),
)
former_ids = Table(  # a message that was sent and is sent again gets a new id; people still have the earlier ones
    "former_ids",
    metadata,
    Column("id", Text, primary_key=True),
    Column("delivery", Text, nullable=False),
    Index("former_ids_by_delivery", "delivery"),
)
# unknown ones wait too: they may have arrived, and go again marked as a repeat
WAITING = (DeliveryState.QUEUED.value, DeliveryState.HELD.value, DeliveryState.UNKNOWN.value)
IN_FLIGHT_OR_WAITING = (*WAITING, DeliveryState.SENDING.value)  # such a message is deleted by nobody


def queue(connection: Connection, new: NewDelivery, now: datetime) -> bool:
    """Queue one message to one target; return False if it is queued already (by the unique key)."""
    return save_once(connection, deliveries, _row(new, now))


def add_folded(connection: Connection, new: NewDelivery, carrier: Carrier, now: datetime) -> None:
    """Store a delivery as `folded` from the start, told by `carrier`: the ledger has one for each decision."""
    state = {"state": DeliveryState.FOLDED.value, "carried_how": carrier.how.value, "carried_by": carrier.by}
    save_once(connection, deliveries, _row(new, now) | state)


def untried(connection: Connection, story: str, target: str) -> list[Delivery]:
    """Return the waiting pings and edits on a story for a target of which no attempt was made."""
    return [read(row) for row in _UNTRIED.rows(connection, {"story": story, "for": target})]


# not the unknown ones: they were tried, and what may have arrived is not changed any more
_UNTRIED = Prepared(
    select(deliveries).where(
        deliveries.c.subject == bindparam("story"),
        deliveries.c.target == bindparam("for"),
        deliveries.c.state.in_((DeliveryState.QUEUED.value, DeliveryState.HELD.value)),
        deliveries.c.kind.in_([kind.value for kind in (*PINGS, Kind.EDIT)]),
        deliveries.c.attempts == 0,
    )
)


def fold(connection: Connection, delivery: str, carrier: Carrier, now: datetime) -> None:
    """End a delivery as `folded`: its content is told by `carrier`."""
    values = {
        "state": DeliveryState.FOLDED.value,
        "changed": now,
        "lease": None,
        "detail": "",
        "carried_how": carrier.how.value,
        "carried_by": carrier.by,
    }
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def save_grown(connection: Connection, delivery: Delivery, now: datetime) -> None:
    """Store a waiting message that took in another: its alert revision, rules, severity, notes, state and due time."""
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


def told_with(connection: Connection, delivery: str) -> list[Delivery]:
    """Return the deliveries that were folded into a message."""
    carried = (deliveries.c.carried_by == delivery, deliveries.c.carried_how == Carried.MESSAGE.value)
    return deliveries_that(connection, *carried)


def find(connection: Connection, identity: str) -> Delivery | None:
    """Return the delivery of that id, or that had it before it was sent again; None where there is none."""
    now_named = select(former_ids.c.delivery).where(former_ids.c.id == identity)
    found = deliveries_that(connection, or_(deliveries.c.id == identity, deliveries.c.id.in_(now_named)))
    return found[0] if found else None


def queue_edit_again(connection: Connection, new: NewDelivery, now: datetime) -> bool:
    """Queue an edit of an alert revision once more that was sent, or told with another message; False if none was."""
    ended = (DeliveryState.SENT.value, DeliveryState.FOLDED.value)
    same = (
        deliveries.c.subject == new.subject,
        deliveries.c.kind == Kind.EDIT.value,
        deliveries.c.revision == new.revision,
        deliveries.c.target == new.target,
        deliveries.c.state.in_(ended),
    )
    row = _row(new, now)
    again = {name: row[name] for name in row if name not in {"id", "thread", "series"}}
    values = again | {"tried": None, "sent": None, "lease": None}
    return bool(connection.execute(update(deliveries).where(*same).values(values)).rowcount)


def rename(connection: Connection, old: str, new: str) -> None:
    """Give a delivery another id. `find` still finds it by the old one, and what it carries refers to the new one."""
    connection.execute(update(deliveries).where(deliveries.c.id == old).values(id=new))
    # other ways of carrying name a digest or an alert revision in the same column
    by_id = (Carried.MESSAGE.value, Carried.UNCHANGED.value)
    carried = (deliveries.c.carried_by == old, deliveries.c.carried_how.in_(by_id))
    connection.execute(update(deliveries).where(*carried).values(carried_by=new))
    connection.execute(update(former_ids).where(former_ids.c.delivery == old).values(delivery=new))
    connection.execute(former_ids.insert().values(id=old, delivery=new))


def hold(connection: Connection, delivery: str, until: datetime, why: str, now: datetime) -> None:
    """Make a delivery `held` until a time; `why` is one of the words of pacing.Hold."""
    values = {"state": DeliveryState.HELD.value, "due": until, "held": why, "changed": now}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def save_reason(connection: Connection, delivery: str, reason: Reason) -> None:
    """Store why a delivery is sent."""
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(reason=reason.value))


def save_notes(connection: Connection, delivery: str, notes: tuple[str, ...]) -> None:
    """Replace the extra lines (notes) of a delivery."""
    values = {"notes": json.dumps(notes, ensure_ascii=False)}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def has_subject(connection: Connection, subject: str) -> bool:
    """Return whether any delivery is on a subject."""
    return connection.scalar(select(deliveries.c.id).where(deliveries.c.subject == subject).limit(1)) is not None


def _row(new: NewDelivery, now: datetime) -> dict[str, object]:
    return {
        "id": mint("d", now, new.subject, new.kind.value, str(new.revision), new.target),
        "subject": new.subject,
        "kind": new.kind.value,
        "revision": new.revision,
        "target": new.target,
        "receiver": new.receiver,
        "severity": int(new.severity),
        "reason": new.reason.value,
        "state": (DeliveryState.HELD if new.held else DeliveryState.QUEUED).value,
        "queued": now,
        "due": new.due or now,
        "attempts": 0,
        "repeat": new.repeat,
        "changed": now,
        "detail": "",
        "payload": None if new.payload is None else json.dumps(new.payload, ensure_ascii=False),
        "thread": new.thread,
        "notes": json.dumps(new.notes, ensure_ascii=False),
        "rules": json.dumps(new.rules),
        "handle": "",
        "held": new.held,
        "series": new.series,
        "carried_how": "",
        "carried_by": "",
    }


def on_subject(connection: Connection, subject: str, target: str) -> list[Delivery]:
    """Return all deliveries on a story, digest or notice to a target, in whatever state, oldest first."""
    return [each for row in connection.execute(_ON_SUBJECT, {"on": subject}) if (each := read(row)).target == target]


# without the target: SQLite would look through all that the target was ever sent, which is years of it
_ON_SUBJECT = (
    select(deliveries).where(deliveries.c.subject == bindparam("on")).order_by(deliveries.c.queued, deliveries.c.id)
)


def line_of(ended: datetime, state: DeliveryState, detail: str) -> str:
    """Return how an attempt ended as a line of `deliveries.tries`."""
    return json.dumps([ended.isoformat(), state.value, detail]) + "\n"


def _try(line: str) -> Try:
    ended, state, detail = json.loads(line)
    return Try(datetime.fromisoformat(ended), DeliveryState(state), detail)


def read(row: Any) -> Delivery:
    """Return the delivery in a row of `deliveries`."""
    return Delivery(
        id=row.id,
        subject=row.subject,
        kind=Kind(row.kind),
        revision=row.revision,
        target=row.target,
        receiver=row.receiver,
        severity=Severity(row.severity),
        reason=Reason(row.reason),
        state=DeliveryState(row.state),
        queued=row.queued,
        due=row.due,
        attempts=row.attempts,
        repeat=row.repeat,
        payload=json.loads(row.payload) if row.payload else None,
        thread=row.thread,
        notes=tuple(json.loads(row.notes)),
        rules=tuple(json.loads(row.rules)),
        handle=row.handle,
        held=row.held,
        lease=row.lease,
        sent=row.sent,
        tried=row.tried,
        detail=row.detail,
        tries=tuple(map(_try, row.tries.splitlines())),
        carrier=Carrier(Carried(row.carried_how), row.carried_by) if row.carried_how else None,
        series=row.series,
    )


def record(connection: Connection, delivery: str, state: DeliveryState, now: datetime, detail: str = "") -> None:
    """Store the end of a delivery that no attempt brought about, such as a cancellation."""
    sent = {"sent": now} if state is DeliveryState.SENT else {}
    values = {"state": state.value, "changed": now, "detail": detail, "lease": None, **sent}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def overdue(connection: Connection, severity: Severity, before: datetime) -> list[Delivery]:
    """Return unsent alerts, updates and escalations of at least a severity, tried or due at `before` or earlier."""
    # from the first attempt, once there was one: each failure moves `due` on, which would make it look early
    tried = and_(deliveries.c.attempts > 0, deliveries.c.tried <= before)
    untried = and_(deliveries.c.attempts == 0, deliveries.c.due <= before)
    found = select(deliveries).where(
        deliveries.c.state.in_((*WAITING, DeliveryState.SENDING.value)),
        deliveries.c.severity >= int(severity),
        deliveries.c.kind.in_([kind.value for kind in URGENT_KINDS]),
        or_(tried, untried),
    )
    return [read(row) for row in connection.execute(found)]


def orphans(connection: Connection, targets: Sequence[str]) -> list[Delivery]:
    """Return what waits for targets other than these, which are all that rules.yaml has."""
    found = select(deliveries).where(deliveries.c.state.in_(WAITING), deliveries.c.target.not_in(targets))
    return [read(row) for row in connection.execute(found)]


def deliveries_that(connection: Connection, *conditions: ColumnElement[bool]) -> list[Delivery]:
    """Return the deliveries that meet all conditions, in the order they were queued."""
    found = select(deliveries).where(*conditions).order_by(deliveries.c.queued, deliveries.c.id)
    return [read(row) for row in connection.execute(found)]
