"""Times of articles and alerts go in; the counts and dots of small plots come out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.alert import Severity
from alerts.store.severities import Made

HOUR = timedelta(hours=1)
ROWS_SHOWN = 40  # rules of a day: those with most alerts


def hours(counted: Mapping[datetime, int], now: datetime, n: int) -> list[int]:
    """Return the counts of the last `n` hours by the clock, the one that runs last, the oldest first."""
    last = now.replace(minute=0, second=0, microsecond=0)
    return [counted.get(last - at * HOUR, 0) for at in reversed(range(n))]


def day_rows(made: Sequence[Made], titles: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """Return for each rule that alerted in the last 24 hours its alerts as dots: by hour and severity, the newest last.

    `titles` are those of the rules; one that is gone stands by its id. A dot is {"hour": 0 for the oldest of 24,
    "severity", "n"}.
    """
    counts: dict[str, dict[tuple[int, Severity], int]] = {}
    for each in made:
        hour = 23 - (now - each.at) // HOUR
        if not 0 <= hour <= 23:
            continue
        for rule, severity in each.rules:
            dots = counts.setdefault(rule, {})
            dots[hour, severity] = dots.get((hour, severity), 0) + 1
    ordered = sorted(counts, key=lambda rule: (-sum(counts[rule].values()), rule))
    return [
        {
            "rule": rule,
            "title": titles.get(rule, rule),
            "alerts": sum(counts[rule].values()),
            "dots": [
                {"hour": hour, "severity": severity.word, "n": n}
                for (hour, severity), n in sorted(counts[rule].items())
            ],
        }
        for rule in ordered[:ROWS_SHOWN]
    ]


def by_severity(made: Iterable[Made], now: datetime) -> dict[str, list[int]]:
    """Return how many alerts of each severity were made in each of the last 24 hours, the gravest first."""
    counts = {each.word: [0] * 24 for each in sorted(Severity, reverse=True)}
    for each in made:
        back = (now - each.at) // HOUR
        if 0 <= back < 24:
            counts[each.severity.word][23 - back] += 1
    return counts
