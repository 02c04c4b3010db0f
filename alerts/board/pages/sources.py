"""Each source: how it is in words, since when, what it gave last, when it is polled next; poll now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts.board import orders
from alerts.board.page import Asked, Page, Record
from alerts.board.shapes import FLAG, NUMBER, TEXT, TIME, WHOLE, by_name, each, keys, none_or
from alerts.run.health import down_since, network_words
from alerts.run.others import is_polled
from crawler.sources.health import SourceHealth, describe
from crawler.sources.polling import state_for
from crawler.sources.source import SourceState
from crawler.store.latest import counted_by_day
from crawler.store.source_states import load_states

DAYS = 14  # of the small plot
WORST_FIRST = (
    SourceHealth.DOWN,
    SourceHealth.GONE,
    SourceHealth.FAILING,
    SourceHealth.SILENT,
)


def read(asked: Asked) -> Record:
    """Return every source of the rules, what needs somebody first."""
    connection, now = asked.connection, asked.now
    states, down = load_states(connection), down_since(connection)
    watched = is_polled(connection, asked.state_dir, now)
    days = counted_by_day(connection, now - timedelta(days=DAYS))
    shown = [
        describe(each, state_for(each, states.get(each.id), now), now, watched=watched)
        | {
            "name": each.name,
            "succeeded_at": _at(states, each.id, "succeeded"),
            "heard_at": _at(states, each.id, "heard"),
            "next_at": state_for(each, states.get(each.id), now).due,
            "days": [days.get((each.id, day), 0) for day in _days(now)],
        }
        for each in asked.config.sources
    ]
    order = {each.value: number for number, each in enumerate(WORST_FIRST)}
    counts = Counter(str(each["state"]) for each in shown)
    return {
        "sources": sorted(shown, key=lambda each: (order.get(str(each["state"]), len(order)), str(each["source"]))),
        "watched": watched,
        "network": network_words(down, now, asked.config.timezone) if down else "",
        "by_state": dict(counts.most_common()),
    }


def _at(states: Mapping[str, SourceState], source: str, name: str) -> datetime | None:
    state = states.get(source)
    found: datetime | None = getattr(state, name) if state else None
    return found


def _days(now: datetime) -> list[str]:
    return [f"{now - timedelta(days=ago):%Y-%m-%d}" for ago in reversed(range(DAYS))]


SOURCE = keys(
    "Source",
    source=TEXT, outlet=TEXT, url=TEXT, asked=TEXT, state=TEXT, outcome=none_or(TEXT), fault=none_or(TEXT),
    reason=TEXT, failures=WHOLE, polled=none_or(TIME), succeeded=none_or(TIME), heard=none_or(TIME),
    silent_after=none_or(NUMBER), gap=none_or(TIME), moved_to=none_or(TEXT), interval=NUMBER, next=none_or(TIME),
    words=TEXT, name=TEXT, succeeded_at=none_or(TIME), heard_at=none_or(TIME), next_at=TIME, days=each(WHOLE),
)  # fmt: skip
ANSWER = keys(sources=each(SOURCE), watched=FLAG, network=TEXT, by_state=by_name(WHOLE))
PAGE = Page("sources", "/sources", "Sources", read, ANSWER, menu="Sources", key="o")
ORDERS = (orders.POLL,)
