"""SQL for `watchfloor deliveries`: list and show. Every function takes the connection of its commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts.alert import Kind
from alerts.delivery import Delivery, DeliveryState
from alerts.render.records import stamp
from alerts.render.title import headline_of
from alerts.render.words import plain
from alerts.store import decisions, digests, outbox
from alerts.store.outbox import deliveries

RESENDABLE = frozenset({DeliveryState.DEAD, DeliveryState.CANCELLED, DeliveryState.UNKNOWN, DeliveryState.SENT})


def listed(
    connection: Connection, since: datetime, state: DeliveryState | None = None, receiver: str | None = None
) -> list[Delivery]:
    """Return the deliveries that changed since a time, oldest first; with `state` or `receiver`, only those."""
    wanted = [deliveries.c.changed >= since]
    if state:
        wanted.append(deliveries.c.state == state.value)
    if receiver:
        wanted.append(deliveries.c.receiver == receiver)
    rows = connection.execute(select(deliveries).where(*wanted).order_by(deliveries.c.queued, deliveries.c.id))
    return [outbox.read(row) for row in rows]


def summary_of(connection: Connection, delivery: Delivery) -> str:
    """Return in one line what a delivery tells: a notice's title, how many stories of a digest, else a headline."""
    if delivery.kind is Kind.NOTICE:
        return str((delivery.payload or {}).get("title", ""))
    if delivery.kind is Kind.DIGEST:
        return f"{len(digests.digest_of(connection, delivery.subject, delivery.target))} stories"
    return headline_of(decisions.load_alert(connection, delivery.subject, delivery.revision).article)


def describe_last(connection: Connection, told: Delivery) -> dict[str, Any]:
    """Return the message that was meant by "last"."""
    sent = stamp(told.sent) if told.sent else None
    return {
        "id": told.id,
        "kind": told.kind.value,
        "sent": sent,
        "receiver": told.receiver,
        "what": plain(summary_of(connection, told)),
    }
