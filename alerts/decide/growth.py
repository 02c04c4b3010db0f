"""Sizes of the store as they were measured -> how it grows, and when the disk is full by that. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

LEAST_SPAN = timedelta(hours=20)  # between the first and the last sample: less says nothing of a day
LOOKED_BACK = timedelta(days=30)
DAY = timedelta(days=1)
NEVER = 3650  # days: what is further off is not said


class Size(Protocol):
    """The size of the store at a time, in bytes: what rows take (`used`), the files, and what is free on the disk.

    `free` is negative where nobody knows it: the disk is a server's.
    """

    @property
    def at(self) -> datetime: ...
    @property
    def used(self) -> int: ...
    @property
    def file(self) -> int: ...
    @property
    def free(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Growth:
    """The newest size, the growth in bytes a day (None: not known yet), and when the disk is full (None: never)."""

    used: int
    file: int
    a_day: int | None
    full_in: timedelta | None

    def words(self) -> str:
        """Return it as `status` prints it: "1.2 GB, 14 MB a day, the disk is full in 310 days"."""
        said = [readable(self.file)]
        if self.a_day is not None:
            said.append(f"{readable(self.a_day)} a day" if self.a_day > 0 else "not growing")
        if self.full_in is not None and self.full_in < NEVER * DAY:
            said.append(f"the disk is full in {max(0, self.full_in // DAY)} days")
        return ", ".join(said)

    def as_dict(self) -> dict[str, int | None]:
        """Return it as JSON: bytes, bytes a day, days."""
        days = None if self.full_in is None else max(0, self.full_in // DAY)
        return {"bytes": self.file, "used": self.used, "a_day": self.a_day, "full_in_days": days}


def growth(samples: Sequence[Size], now: datetime) -> Growth | None:
    """Return the growth over the samples of LOOKED_BACK, oldest first; None if there is none.

    The slope is that of all of them (least squares): retention deletes in bursts, and two ends would say how the last
    one fell. Free pages are filled before the file grows, so they are room as the disk is.
    """
    recent = [each for each in samples if now - LOOKED_BACK <= each.at <= now + DAY]
    if not recent:
        return None
    last = recent[-1]
    if last.at - recent[0].at < LEAST_SPAN:
        return Growth(last.used, last.file, None, None)
    a_day = round(_slope([((each.at - recent[0].at) / DAY, each.used) for each in recent]))
    room = last.free + max(0, last.file - last.used)
    known = a_day > 0 and last.free >= 0
    full_in = timedelta(days=min(room / a_day, 100 * NEVER)) - (now - last.at) if known else None
    return Growth(last.used, last.file, a_day, full_in)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def readable(n: float) -> str:
    """Return a number of bytes as people read it: "14 MB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if n < 1000:
            return f"{n:.1f} {unit}" if unit == "GB" else f"{n:.0f} {unit}"
        n /= 1000
    return f"{n:.2f} TB"
