"""When the clock was last read and since when it leapt nowhere go in; whether it may be trusted comes out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LEAP = timedelta(days=2)  # between two readings: a clock that was set, or a machine that was off
STEADY = timedelta(hours=24)  # without a leap before what is old by this clock is deleted


@dataclass(frozen=True, slots=True)
class Steady:
    """Since when the clock has run without a leap, when it was last read, and how far it leapt then."""

    since: datetime
    read: datetime
    leapt: timedelta = timedelta(0)

    @property
    def trusted(self) -> bool:
        """Whether what is old by this clock may be deleted."""
        return self.read - self.since >= STEADY


def read_clock(before: Steady | None, now: datetime) -> Steady:
    """Return what is known of the clock once it reads `now`. A first reading, and each leap, begins anew."""
    if before is None:
        return Steady(now, now)
    if now < before.read - LEAP or now > before.read + LEAP:
        return Steady(now, now, now - before.read)
    return replace(before, since=min(before.since, now), read=now, leapt=timedelta(0))
