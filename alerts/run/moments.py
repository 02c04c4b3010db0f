"""A time as people type it goes in, a moment comes out: "4h", "03:00", "yesterday 18:00", ISO 8601."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.config.lengths import span

LONGEST = timedelta(days=36500)  # a century: more leaves the years that Python counts
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WORDED = re.compile(r"(?:(yesterday|today|tomorrow|\d{4}-\d\d-\d\d)(?:[ t,]+|$))?(?:(\d{1,2}):(\d\d))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as it was typed. `at` says which it is, once `now` and the zone of the desk are known."""

    text: str
    length: timedelta | None = None
    day: str = ""
    clock: tuple[int, int] | None = None
    exact: datetime | None = None
    coming: bool = False

    def at(self, now: datetime, timezone: str) -> datetime:
        """Return the moment in UTC: of a clock time alone the last one before `now`, or the next if `coming`."""
        return self._local(now, ZoneInfo(timezone)).astimezone(UTC)

    def _local(self, now: datetime, zone: ZoneInfo) -> datetime:
        if self.length is not None:
            return now + self.length if self.coming else now - self.length
        if self.exact is not None:
            return self.exact if self.exact.tzinfo else self.exact.replace(tzinfo=zone)
        today = now.astimezone(zone).date()
        if self.day:
            return _local(_day(self.day, today), self.clock or (0, 0), zone)
        assert self.clock is not None
        found = _local(today, self.clock, zone)
        # the day is changed and not 24 hours added: 06:00 stays 06:00 when the clocks change
        if self.coming and found <= now:
            return _local(today + timedelta(days=1), self.clock, zone)
        return _local(today - timedelta(days=1), self.clock, zone) if not self.coming and found > now else found


def _day(name: str, today: date) -> date:
    return today + timedelta(days=_DAYS[name]) if name in _DAYS else date.fromisoformat(name)


def _local(day: date, clock: tuple[int, int], zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, *clock, tzinfo=zone)


def read_moment(text: str, *, coming: bool = False) -> Moment:
    """Return the moment that a text names, past or `coming`. Raises ValueError if it names none."""
    written = text.strip().lower()
    if (length := span(written.removesuffix(" ago").replace(" ", ""))) is not None and length <= LONGEST:
        return Moment(text, length=length, coming=coming)
    if written and (found := _WORDED.fullmatch(written)):
        day, hour, minute = found.groups()
        clock = (int(hour), int(minute)) if hour else None
        if clock and not (clock[0] < 24 and clock[1] < 60):
            raise ValueError(text)
        made = Moment(text, day=day or "", clock=clock, coming=coming)
        _day(made.day or "today", date.min + timedelta(days=1))  # raises for 2026-02-30
        return made
    return Moment(text, exact=datetime.fromisoformat(text.strip()), coming=coming)
