"""Convert hours of the day in a time zone to instants: quiet hours and digest times, correct at both DST changes. Pure.

A clock that is set back shows an hour twice, one that is set forward skips one. Quiet hours follow what the clock on
the wall shows; a skipped time counts as passed at the moment of the skip (PEP 495).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.alert import Hours


def quiet_until(quiet: Hours | None, zone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours end, None if `now` is not within them."""
    if quiet is None:
        return None
    shown = now.astimezone(ZoneInfo(zone)).time()
    over_midnight = quiet.begin > quiet.end
    inside = (quiet.begin <= shown or shown < quiet.end) if over_midnight else quiet.begin <= shown < quiet.end
    return next_at((quiet.end,), zone, now) if inside else None


def next_at(times: Iterable[time], zone: str, now: datetime) -> datetime:
    """Return the first instant after `now` at which the clock of the zone shows one of `times`."""
    return min(each for each in _instants(times, zone, now) if each > now)


def last_at(times: Iterable[time], zone: str, now: datetime) -> datetime:
    """Return the last instant, not after `now`, at which the clock of the zone shows one of `times`."""
    return max(each for each in _instants(times, zone, now) if each <= now)


def _instants(times: Iterable[time], zone: str, now: datetime) -> Iterator[datetime]:
    """Yield the instants of `times` on the five days around `now`; a time that the clock shows twice gives two."""
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
    """Return the minute between the two instants in which the zone's offset changes."""
    offset = before.astimezone(ZoneInfo(zone)).utcoffset()
    # minute by minute: zoneinfo does not say when an offset changes, and a skipped span is an hour or two at most
    while before < after and before.astimezone(ZoneInfo(zone)).utcoffset() == offset:
        before += timedelta(minutes=1)
    return before
