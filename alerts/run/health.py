"""What polls say of sources and network -> notices to the admin: once when it begins, once when it ends, many in one.

Health is named in crawler/sources/health.py; what was told stands in the store, in the commit that queues the notice.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime

from sqlalchemy import Connection

from alerts.line.notices import queue_all
from alerts.rule import Config
from alerts.store import decisions
from crawler.collect.collecting import Collecting
from crawler.sources.health import TELLING, Condition, condition, in_words, length
from crawler.sources.polling import moved
from crawler.sources.source import Source, SourceState
from crawler.store.db import Database, WriterLane

log = logging.getLogger(__name__)
MARK = "health"  # source id -> what the admin was last told of it
NETWORK = " network"  # no source has a space in its id
NAMED_AT_MOST = 3
Line = tuple[str, str, str]  # whom it is about, the words, the kind of news


def down_since(connection: Connection) -> datetime | None:
    """Give since when our own network is known to be down, None where it is not."""
    since = _told(connection).get(NETWORK)
    return datetime.fromisoformat(since) if since else None


def network_words(since: datetime, now: datetime) -> str:
    """Say that our network is down, and what that means for the sources."""
    return (
        f"our network is down since {since:%d %b %H:%M} UTC ({length(now - since)}): no source can be reached; "
        "none is charged, all are tried each minute"
    )


def _told(connection: Connection) -> dict[str, str]:
    told: dict[str, str] = json.loads(decisions.get_mark(connection, MARK) or "{}")
    return told


class Health:
    """Tells the admin what is wrong with sources, and when it is over."""

    def __init__(self, database: Database, lane: WriterLane, config: Config) -> None:
        self._lane, self._config = lane, config
        with database.read() as connection:
            self._told = _told(connection)

    def use(self, config: Config) -> None:
        self._config = config

    async def tell(self, collecting: Collecting, now: datetime) -> None:
        """Queue one notice for all that has changed since the last look; what was told is stored with it."""
        polled, collecting.polled = collecting.polled, set()
        told, lines = dict(self._told), []
        for source, state in collecting.known():
            if source.id in polled:
                lines += _news(source, state, told, now)
        lines += self._of_network(collecting, told, now)
        if told == self._told and not lines:
            return
        await self._lane.write(lambda connection: self._put(connection, told, lines, now))
        self._told = told

    def _put(self, connection: Connection, told: dict[str, str], lines: list[Line], now: datetime) -> None:
        decisions.set_mark(connection, MARK, json.dumps(told, sort_keys=True))
        if lines:
            title = _title(lines)
            log.warning("notice cause=health %s", title)
            body = "\n".join(f"{name}: {words}" for name, words, _ in lines)
            queue_all(connection, self._config, f"notice:health:{now.isoformat()}", title, body, now)

    def _of_network(self, collecting: Collecting, told: dict[str, str], now: datetime) -> list[Line]:
        network = collecting.network
        if network.down and NETWORK not in told:
            told[NETWORK] = (network.since or now).isoformat()
            words = (
                f"no source can be reached: {len(network.failed)} hosts that were well failed, and none answers; "
                "no source is charged, all are tried each minute"
            )
            return [("our network", words, "down")]
        if network.answered and not network.down and NETWORK in told:  # after a start, nobody has asked yet
            since = datetime.fromisoformat(told.pop(NETWORK))
            return [("our network", f"sources can be reached again, after {length(now - since)}", "well again")]
        return []


def _news(source: Source, state: SourceState, told: dict[str, str], now: datetime) -> list[Line]:
    """Give what is to be said of one source, and note it as told."""
    named = condition(state, now)
    before = told.get(source.id)
    lines = []
    if named in TELLING and before != named.value:
        told[source.id] = named.value
        lines.append((source.id, f"{in_words(state, now)}{_advice(source, named)}", named.value))
    elif named is Condition.WELL and before is not None:
        del told[source.id]
        lines.append((source.id, f"well again (it was {before}); {in_words(state, now)}", "well again"))
    if moved(state) and state.moved_to and told.get(f"{source.id} moved") != state.moved_to:
        told[f"{source.id} moved"] = state.moved_to
        lines.append((source.id, _moved_words(source, state.moved_to), "moved"))
    return lines


def _moved_words(source: Source, url: str) -> str:
    return f'moved for good and is polled at its new address; write in rules.yaml, at {source.id}: url: "{url}"'


def _advice(source: Source, named: Condition) -> str:
    if named is Condition.GONE:
        return f"; the outlet says it is gone for good: take {source.id} out of rules.yaml or give it another url"
    return ""


def _title(lines: list[Line]) -> str:
    """Name what happened, and to whom where these are few."""
    kinds = sorted({kind for _, _, kind in lines})
    names = list(dict.fromkeys(name for name, _, _ in lines))
    shown = ", ".join(names[:NAMED_AT_MOST]) + (
        f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    )
    return f"{' / '.join(kinds)}: {shown}"
