"""The present time: the wall clock at start plus a monotonic clock.

When the wall clock is set, one step is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LARGEST_DRIFT = timedelta(seconds=5)


def boot_seconds() -> float:
    """Return the seconds since the machine started, sleep included, so that a suspended host is no clock step."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def wall_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Gives `now`, which neither jumps nor stands still between two calls of `step`."""

    def __init__(self, wall: Callable[[], datetime] = wall_time, seconds: Callable[[], float] = boot_seconds) -> None:
        self._wall, self._seconds = wall, seconds
        self._start, self._zero = wall(), seconds()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds() - self._zero)

    def step(self) -> timedelta:
        """Follow the wall clock if it was set by more than five seconds; return by how much, None if it was not."""
        drift = self._wall() - self()
        if abs(drift) <= LARGEST_DRIFT:
            return timedelta(0)
        self._start += drift
        return drift
