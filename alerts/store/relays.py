"""SQL: one message to several targets: its copies, and more of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from alerts.alert import Kind, Reason, Target
from alerts.delivery import Delivery, NewDelivery
from alerts.store.decisions import counts
from alerts.store.outbox import deliveries, queue, read
from crawler.store.articles import count

WITHOUT_DECISION = frozenset({Kind.DIGEST, Kind.NOTICE, Kind.ESCALATION})  # kinds queued without a decision on a story


def relay(
    connection: Connection, delivery: Delivery, targets: Iterable[Target], reason: Reason, now: datetime, note: str
) -> list[str]:
    """Queue a copy of a message for further targets; return those that did not have it.

    The ledger counts a decision for each, unless the kind is queued without one.
    """
    made: list[str] = []
    for target in targets:
        again = NewDelivery(
            target.id,
            target.receiver,
            delivery.kind,
            delivery.severity,
            reason,
            delivery.subject,
            delivery.revision,
            delivery.rules,
            thread=delivery.thread,
            notes=(*delivery.notes, note),
            payload=delivery.payload,
            series=delivery.series,
        )
        if queue(connection, again, now):
            made.append(target.id)
    if delivery.kind not in WITHOUT_DECISION:
        count(connection, counts, {"matched": len(made), "queued": len(made)})
    return made


def copies(connection: Connection, delivery: Delivery) -> list[Delivery]:
    """Return the deliveries of the same message to other targets."""
    same = [
        deliveries.c.subject == delivery.subject,
        deliveries.c.kind == delivery.kind.value,
        deliveries.c.revision == delivery.revision,
    ]
    found = select(deliveries).where(*same, deliveries.c.target != delivery.target)
    return [read(row) for row in connection.execute(found)]
