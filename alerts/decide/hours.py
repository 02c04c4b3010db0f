"""Hours of the day in a named zone -> quiet hours and digest times as instants. Pure; right at both DST changes.

A wall clock that is set back shows an hour twice and one that is set forward skips one: quiet hours go by what the
clock on the wall shows, and a time that it skips is passed at the moment of the skip (PEP 495).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.alert import Hours


def quiet_until(quiet: Hours | None, zone: str, now: datetime) -> datetime | None:
    """Give when the quiet hours in which `now` lies end; None outside of them."""
    if quiet is None:
        return None
    shown = now.astimezone(ZoneInfo(zone)).time()
    over_midnight = quiet.begin > quiet.end
    inside = (quiet.begin <= shown or shown < quiet.end) if over_midnight else quiet.begin <= shown < quiet.end
    return next_at((quiet.end,), zone, now) if inside else None


def next_at(times: Iterable[time], zone: str, now: datetime) -> datetime:
    """Give the first instant after `now` at which the wall clock of a zone shows one of some times."""
    return min(each for each in _instants(times, zone, now) if each > now)


def last_at(times: Iterable[time], zone: str, now: datetime) -> datetime:
    """Give the last such instant that is not after `now`."""
    return max(each for each in _instants(times, zone, now) if each <= now)


def _instants(times: Iterable[time], zone: str, now: datetime) -> Iterator[datetime]:
    """Give the instants of the days round `now`; a time shown twice is two."""
    today = now.astimezone(ZoneInfo(zone)).date()
    for each in times:
        for days in (-2, -1, 0, 1, 2):
            yield from _of_day(today + timedelta(days=days), each, zone)


def _of_day(day: date, at: time, zone: str) -> Iterator[datetime]:
    shown = datetime.combine(day, at, ZoneInfo(zone))
    first, second = shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    if second < first:  # set forward: never shown
        yield _skip(second, first, zone)
        return
    yield first
    if second > first:  # set back: shown twice
        yield second


def _skip(before: datetime, after: datetime, zone: str) -> datetime:
    """Find the minute in which the offset of a zone changes."""
    offset = before.astimezone(ZoneInfo(zone)).utcoffset()
    while before < after and before.astimezone(ZoneInfo(zone)).utcoffset() == offset:
        before += timedelta(minutes=1)
    return before
