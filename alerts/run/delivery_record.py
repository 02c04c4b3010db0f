"""A delivery goes in; its record comes out, as `deliveries` prints it and the board shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.delivery import Delivery
from alerts.store import sendlog


def describe_delivery(connection: Connection, delivery: Delivery) -> dict[str, object]:
    """Return a delivery as `--json` prints it."""
    return {
        "id": delivery.id,
        "queued": _iso(delivery.queued),
        "due": _iso(delivery.due),
        "sent": _iso(delivery.sent),
        "receiver": delivery.receiver,
        "target": delivery.target,
        "kind": delivery.kind.value,
        "severity": delivery.severity.word,
        "subject": delivery.subject,
        "revision": delivery.revision,
        "what": sendlog.summary_of(connection, delivery),
        "state": delivery.state.value,
        "reason": delivery.reason.value,
        "held": delivery.held,
        "attempts": delivery.attempts,
        "repeat": delivery.repeat,
        "detail": delivery.outcome,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
