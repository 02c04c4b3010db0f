"""The present time: the wall clock at start plus a monotonic clock.

If the wall clock is set while we run, `Clock.step` reports it once, so that stored times can be moved (decision 67).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LARGEST_DRIFT = timedelta(seconds=5)  # between wall and monotonic clock; what NTP slews away is no step


def boot_seconds() -> float:
    """Return the seconds since the machine started, sleep included, so that a suspended host is no clock step."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def wall_time() -> datetime:
    """Return the time of the system's clock, which can be set while we run."""
    return datetime.now(UTC)


class Clock:
    """Return the present time when called. Between two calls of `step` it neither jumps nor stands still.

    One that `drifts` has the wall clock of another machine, and follows it as that runs ahead or behind of ours.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = wall_time,
        seconds: Callable[[], float] = boot_seconds,
        *,
        drifts: bool = False,
    ) -> None:
        self._wall, self._seconds, self._drifts = wall, seconds, drifts
        self._start, self._zero = wall(), seconds()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds() - self._zero)

    def step(self) -> timedelta:
        """Follow the wall clock if it was set by more than LARGEST_DRIFT; return by how much, 0 if it was not."""
        # the start moves and not the zero: the monotonic clock knows nothing of the step
        drift = self._wall() - self()
        if abs(drift) <= LARGEST_DRIFT:
            self._start += drift if self._drifts else timedelta(0)
            return timedelta(0)
        self._start += drift
        return drift
