"""Messages that were sent go in; which story was told when, and to whom, comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.alert import Kind, Severity
from alerts.store.opening import reading
from alerts.store.statuses import told_since


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
    found: dict[str, list[Telling]] = {}
    with reading(state_dir) as connection:
        for story, each in told_since(connection, since):
            made = Telling(each.sent, each.receiver, Kind(each.kind), Severity(each.severity), each.id)
            found.setdefault(story, []).append(made)
    return {story: tuple(told) for story, told in sorted(found.items(), key=lambda each: each[1][-1].at, reverse=True)}
