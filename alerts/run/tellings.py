"""Messages that were sent go in; which story was told when, and to whom, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import PINGS, Kind, Severity
from alerts.delivery import Delivery
from alerts.line.untold import carried_by
from alerts.store import outbox
from alerts.store.opening import reading
from alerts.store.outbox import deliveries

TELLING = (*(kind.value for kind in PINGS), Kind.ESCALATION.value, Kind.DIGEST.value)  # an edit tells nobody by itself


@dataclass(frozen=True, slots=True)
class Telling:
    """One message by which a receiver was told of a story: alone, in a digest, or with that of another story."""

    at: datetime
    receiver: str
    kind: Kind
    severity: Severity
    delivery: str


Tellings = Mapping[str, tuple[Telling, ...]]  # by story, the last told story first


def tellings_since(state_dir: Path, since: datetime) -> Tellings:
    """Return the stories told since then, each with its messages since then, oldest first."""
    with reading(state_dir) as connection:
        sent = outbox.deliveries_that(connection, deliveries.c.sent >= since, deliveries.c.kind.in_(TELLING))
        found: dict[str, list[Telling]] = {}
        for each in sorted(sent, key=lambda each: each.sent or each.queued):
            made = Telling(each.sent or each.queued, each.receiver, each.kind, each.severity, each.id)
            for story in _stories(connection, each):
                found.setdefault(story, []).append(made)
    return {story: tuple(told) for story, told in sorted(found.items(), key=lambda each: each[1][-1].at, reverse=True)}


def _stories(connection: Connection, delivery: Delivery) -> Iterable[str]:
    """Return the stories that a message tells, its own first, each once."""
    own = [] if delivery.kind is Kind.DIGEST else [delivery.subject]
    return dict.fromkeys([*own, *(alert.story for alert in carried_by(connection, delivery))])
