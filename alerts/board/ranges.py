"""The range of a list goes in as a reader chose it, the span of time comes out: a shift, a day, a week, own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alerts.board.page import BadQuery, Query
from alerts.run.moments import read_moment
from alerts.store.latest import Span

SHIFT = timedelta(hours=12)  # as `watchfloor handover` takes it
RANGES = {  # by the word in the query: how long, and what the page calls it
    "shift": (SHIFT, "shift (12 h)"),
    "1h": (timedelta(hours=1), "1 h"),
    "24h": (timedelta(hours=24), "24 h"),
    "7d": (timedelta(days=7), "7 days"),
}
OWN = "own"
FILTERS = {
    "range": f"how far back: {', '.join(RANGES)}, or {OWN} with since and until",
    "since": "the beginning of a range of one's own: 90m, 03:00, yesterday 18:00, ISO 8601; in the desk's zone",
    "until": "its end; now where it is left out",
}


def span_of(query: Query, now: datetime, zone: str, default: str = "shift") -> Span:
    """Return the span that a query asks for. Raises BadQuery."""
    given = OWN if query.one("since") else default
    chosen = query.choice("range", (*RANGES, OWN), given)
    if chosen != OWN:
        return Span(now - RANGES[chosen][0])
    since = _moment(query, "since", now, zone)
    until = _moment(query, "until", now, zone) if query.one("until") else None
    if until and until <= since:
        raise BadQuery("until lies before since; the range is empty")
    return Span(since, until)


def chosen_range(query: Query, default: str = "shift") -> dict[str, Any]:
    """Return the range as it was chosen, for the form."""
    given = OWN if query.one("since") else default
    return {"range": query.one("range", given), "since": query.one("since"), "until": query.one("until")}


def _moment(query: Query, name: str, now: datetime, zone: str) -> datetime:
    given = query.one(name)
    try:
        return read_moment(given).at(now, zone)
    except (ValueError, OverflowError):
        forms = "write 90m, 24h, 03:00, yesterday, yesterday 18:00 or 2026-06-14T18:00"
        raise BadQuery(f'{name} is "{given}", which is no time; {forms}') from None
