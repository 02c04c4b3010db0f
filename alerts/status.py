"""What became of an alert: told by a message of its own, told with another, waiting, or unsent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

COUNTED = ("sent", "joined", "waiting", "unsent")


@dataclass(frozen=True, slots=True)
class Status:
    """What became of the messages on a story, or on one alert revision of it.

    `told` is when the last was sent, None where none was; `joined`: only with the message of another, or in a digest.
    `due` is when the next one that waits goes, None where none waits; `held` is why that one waits.
    """

    told: datetime | None = None
    joined: bool = False
    due: datetime | None = None
    held: str = ""

    @property
    def name(self) -> str:
        """One of COUNTED: what is told and waits for another receiver too is told."""
        if self.told:
            return "joined" if self.joined else "sent"
        return "waiting" if self.due else "unsent"


UNSENT = Status()


def together(found: Iterable[Status]) -> Status:
    """Return what became of several messages, as of one."""
    every = list(found)
    told = [each.told for each in every if each.told]
    dues = [(each.due, each.held) for each in every if each.due]
    due, held = min(dues, default=(None, ""))
    return Status(max(told, default=None), bool(told) and all(each.joined for each in every if each.told), due, held)


def count(statuses: Mapping[tuple[str, int], Status], revisions: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return by name how many of these alert revisions there are; one without a message went into a later one's."""
    counts = dict.fromkeys(COUNTED, 0)
    for each in revisions:
        counts[statuses[each].name if each in statuses else "joined"] += 1
    return counts
