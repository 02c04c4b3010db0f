"""Quiet hours and digest times, also over midnight and on the days the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from alerts.alert import Hours
from alerts.decide.hours import last_at, next_at, quiet_until

NIGHT = Hours(time(22), time(6))
NOON = Hours(time(12), time(13, 30))
SMALL = Hours(time(1), time(2, 30))  # both DST changes of Berlin lie in it
BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "until"),
    [
        (NIGHT, "Asia/Baghdad", "2026-06-14T18:59:59", None),
        (NIGHT, "Asia/Baghdad", "2026-06-14T19:00:00", "2026-06-15T03:00:00"),
        (NIGHT, "Asia/Baghdad", "2026-06-15T00:30:00", "2026-06-15T03:00:00"),
        (NIGHT, "Asia/Baghdad", "2026-06-15T03:00:00", None),
        (NOON, "UTC", "2026-06-14T12:00:00", "2026-06-14T13:30:00"),
        (NOON, "UTC", "2026-06-14T13:30:00", None),
        # set forward at 02:00 on 29 March 2026: 02:30 is not shown, the hours end with the skip
        (SMALL, BERLIN, "2026-03-29T00:30:00", "2026-03-29T01:00:00"),
        (SMALL, BERLIN, "2026-03-29T01:00:00", None),  # 03:00 is shown
        # set back at 03:00 on 25 October 2026: 02:00 to 03:00 is shown twice
        (SMALL, BERLIN, "2026-10-25T00:15:00", "2026-10-25T00:30:00"),
        (SMALL, BERLIN, "2026-10-25T00:45:00", None),
        (SMALL, BERLIN, "2026-10-25T01:15:00", "2026-10-25T01:30:00"),
        (NIGHT, BERLIN, "2026-03-28T21:30:00", "2026-03-29T04:00:00"),  # seven and a half hours, one is missing
        (NIGHT, BERLIN, "2026-10-24T20:30:00", "2026-10-25T05:00:00"),
        (None, "UTC", "2026-06-14T12:00:00", None),
    ],
)
def test_quiet_hours_end_when_the_wall_clock_says_so(
    hours: Hours | None, zone: str, now: str, until: str | None
) -> None:
    assert quiet_until(hours, zone, utc(now)) == (utc(until) if until else None)


def test_digest_times_are_those_of_the_zone() -> None:
    times = (time(7), time(19))
    now = utc("2026-06-14T16:00:00")  # 19:00 in Baghdad
    assert last_at(times, "Asia/Baghdad", now) == now
    assert next_at(times, "Asia/Baghdad", now) == utc("2026-06-15T04:00:00")
    assert last_at(times, "Asia/Baghdad", utc("2026-06-14T15:59:59")) == utc("2026-06-14T04:00:00")
