"""Times as people type them go in, moments come out; and the zone of the desk, in which commands print every time.

Times are printed by `time` of alerts/render/words.py alone, as messages print them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from alerts.render.words import time
from crawler.config.keys import span
from crawler.config.yamlfile import Mapping, Problems, Scalar, read_file

PAST_FORMS = "a length (90m, 24h, 7d), a time (03:00), a day (today, yesterday, 2026-06-14) or both (yesterday 18:00)"
COMING_FORMS = "a time (06:00), a day (tomorrow, 2026-06-14), both (tomorrow 06:00), or a length (4h)"
LONGEST = timedelta(days=36500)  # a century: more leaves the years that Python counts
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WORDED = re.compile(r"(?:(yesterday|today|tomorrow|\d{4}-\d\d-\d\d)(?:[ t,]+|$))?(?:(\d{1,2}):(\d\d))?")


def desk_zone(rules: Path) -> str:
    """Return `settings.timezone` of a rules file. UTC if it names none, or cannot be read.

    Nothing else is read: a command that looks back works while the rules have errors.
    """
    _, root = read_file(rules, Problems())
    settings = root.get("settings") if isinstance(root, Mapping) else None
    zone = settings.get("timezone") if isinstance(settings, Mapping) else None
    try:
        return ZoneInfo(zone.text).key if isinstance(zone, Scalar) else "UTC"
    except (ZoneInfoNotFoundError, ValueError):  # `check` and a reload name this error, with its line
        return "UTC"


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


class _MomentType(click.ParamType[Moment]):
    """The type of an option that takes a moment; `name` is what its help calls it."""

    name = "when"

    def __init__(self, read: Callable[[str], Moment], forms: str) -> None:
        self._read, self._forms = read, forms

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        if isinstance(value, Moment):
            return value
        try:
            return self._read(str(value))
        except ValueError:
            forms = f"write {self._forms}, or ISO 8601; without a zone it is in the desk's"
            return self.fail(f'"{value}" is no time; {forms}', param, ctx)


def beginning(since: Moment, now: datetime, timezone: str) -> datetime:
    """Return the time that an option --since names; exit with 2 if it lies ahead."""
    at = since.at(now, timezone)
    if at > now:
        raise click.UsageError(f'--since "{since.text}" is {time(at, timezone, now)}, which lies ahead')
    return at


SINCE = _MomentType(read_moment, PAST_FORMS)
UNTIL = _MomentType(lambda text: read_moment(text, coming=True), COMING_FORMS)
