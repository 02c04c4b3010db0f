"""Times go in, what a plot shows comes out: how many fell into each of some parts of a span, by severity. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.alert import Severity

PARTS = 24


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How many stories came in each of PARTS equal parts of a span, oldest first, by the word of their severity."""

    since: datetime
    until: datetime
    counts: Mapping[str, tuple[int, ...]]

    @property
    def columns(self) -> tuple[tuple[tuple[str, int, int], ...], ...]:
        """Each part from the gravest severity up: (word, how many lie below it, how many), without those of none."""
        made = []
        for part in range(PARTS):
            below, column = 0, []
            for word, numbers in self.counts.items():
                if numbers[part]:
                    column.append((word, below, numbers[part]))
                    below += numbers[part]
            made.append(tuple(column))
        return tuple(made)

    @property
    def most(self) -> int:
        """The most stories of a part; 1 where there are none."""
        return max(1, *(sum(numbers[part] for numbers in self.counts.values()) for part in range(PARTS)))


def arrivals_in(found: Iterable[tuple[datetime, Severity]], since: datetime, until: datetime) -> Arrivals:
    """Return the plot of stories that came from `since` until `until`."""
    counts = {each.word: [0] * PARTS for each in sorted(Severity, reverse=True)}
    length = max(until - since, timedelta(seconds=1))
    for at, severity in found:
        counts[severity.word][min(PARTS - 1, max(0, int((at - since) / length * PARTS)))] += 1
    return Arrivals(since, until, {word: tuple(numbers) for word, numbers in counts.items()})
