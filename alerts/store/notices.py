"""SQL on notices, the messages of the system about itself. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from alerts.alert import Kind
from alerts.delivery import Delivery, DeliveryState
from alerts.store.outbox import WAITING, deliveries, read


def last_notice(connection: Connection, series: str) -> Delivery | None:
    """Return the newest notice of a series (by due time), one of its copies if it has several readers; None if none."""
    found = select(deliveries).where(deliveries.c.series == series)
    newest = found.order_by(deliveries.c.due.desc(), deliveries.c.queued.desc()).limit(1)
    row = connection.execute(newest).first()
    return read(row) if row else None


def count_notices(connection: Connection, series: str) -> int:
    """Return how many notices of a series there are, each counted once for all its readers."""
    counted = select(func.count(deliveries.c.subject.distinct())).where(deliveries.c.series == series)
    return connection.scalar(counted) or 0


def notices_since(connection: Connection, since: datetime) -> list[Delivery]:
    """Return the notices queued since then, one for each reader, oldest first."""
    named = (deliveries.c.subject >= "notice:", deliveries.c.subject < "notice;", deliveries.c.queued >= since)
    found = select(deliveries).where(*named).order_by(deliveries.c.queued)
    return [read(row) for row in connection.execute(found)]


def count_all(connection: Connection) -> int:
    """Return how many notices there are, each counted once for all its readers."""
    # by the index of subjects: a notice's begins with "notice:", and no story's does
    named = (deliveries.c.subject >= "notice:", deliveries.c.subject < "notice;")
    return connection.scalar(select(func.count(deliveries.c.subject.distinct())).where(*named)) or 0


def reword_notice(connection: Connection, subject: str, payload: Mapping[str, object]) -> None:
    """Replace the text of a notice for all its readers that were not sent it yet."""
    unsent = (deliveries.c.subject == subject, deliveries.c.attempts == 0, deliveries.c.state.in_(WAITING))
    connection.execute(update(deliveries).where(*unsent).values(payload=json.dumps(payload, ensure_ascii=False)))


def save_payload(connection: Connection, delivery: str, payload: Mapping[str, object]) -> None:
    """Replace the text of one reader's copy of a notice."""
    text = json.dumps(payload, ensure_ascii=False)
    connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(payload=text))


def failed_before(connection: Connection, notice: Delivery) -> list[Delivery]:
    """Return the notices to the same target, no more urgent, that were tried before it was queued, and wait.

    The oldest comes first.
    """
    earlier = (
        deliveries.c.target == notice.target,
        deliveries.c.kind == Kind.NOTICE.value,
        deliveries.c.state.in_(WAITING),
        deliveries.c.attempts > 0,
        deliveries.c.queued < notice.queued,
        deliveries.c.severity <= int(notice.severity),
    )
    found = select(deliveries).where(*earlier).order_by(deliveries.c.queued, deliveries.c.id)
    return [read(row) for row in connection.execute(found)]


def untold_notices(connection: Connection) -> int:
    """Return how many notices were given up for every receiver that was asked, each counted once."""
    told = [state.value for state in DeliveryState if state not in {DeliveryState.DEAD, DeliveryState.CANCELLED}]
    notices = deliveries.c.kind == Kind.NOTICE.value
    reached = select(deliveries.c.subject).where(notices, deliveries.c.state.in_(told))
    lost = select(func.count(deliveries.c.subject.distinct())).where(notices, deliveries.c.subject.not_in(reached))
    return connection.scalar(lost) or 0
