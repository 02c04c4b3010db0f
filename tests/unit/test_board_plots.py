"""What the plot of a range counts where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.alert import Severity
from alerts.board.plots import PARTS, arrivals_in

SINCE = datetime(2026, 6, 14, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=24)


def test_each_story_is_counted_once_in_its_part() -> None:
    hour = timedelta(hours=1)
    found = [
        (SINCE, Severity.FLASH),
        (SINCE + hour - timedelta(seconds=1), Severity.ROUTINE),
        (SINCE + hour, Severity.ROUTINE),
        (UNTIL, Severity.PRIORITY),
    ]
    made = arrivals_in(found, SINCE, UNTIL)
    assert list(made.counts) == ["flash", "immediate", "priority", "routine"]
    assert made.counts["flash"] == (1, *[0] * (PARTS - 1))
    assert made.counts["routine"][:3] == (1, 1, 0)
    assert made.counts["priority"][-1] == 1
    assert made.most == 2
    assert made.columns[0] == (("flash", 0, 1), ("routine", 1, 1))
    assert made.columns[2] == ()


def test_nothing_is_no_error() -> None:
    assert arrivals_in([], SINCE, SINCE).most == 1
