"""The states of sources and of our network go in; notices come out for the admin when a fault begins and ends.

All news of one tick is one notice. The states are named in crawler/sources/health.py. What the admin was told is
stored in the commit that queues the notice, so that a restart tells nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alerts.line.notices import give_notice, queue_all
from alerts.render.words import time
from alerts.rule import HEARTBEAT, Config
from alerts.run.extras import done_without, lacks_model
from alerts.store import decisions
from crawler.sources.health import TELLING, Network, SourceHealth, health_of, in_words, length
from crawler.sources.polling import moved
from crawler.sources.source import Source, SourceState
from crawler.store.db import Database
from crawler.store.holdings import Follower, Grant
from crawler.store.leases import Daemon, standing
from crawler.store.writer_lane import Lane

if TYPE_CHECKING:  # it imports all that fetches; `status` needs the words below alone
    from crawler.collect.collecting import Collecting

log = logging.getLogger(__name__)
MARK = "health"  # source id -> what the admin was last told of it
NETWORK = " network"  # no source has a space in its id
SOURCES_NAMED = 3  # in a title, which must fit a lock screen
KILLED_OFTEN = 3  # parsing children that ended by themselves, within the time below
KILLED_WITHIN = timedelta(hours=1)
KILLED_WORDS = (
    "Most often the machine is short of memory (the kernel's log says so: journalctl -k, oom-kill). Each was replaced, "
    "and what it was parsing is parsed again; no source is charged with it. While it goes on, alerts come later."
)
Line = tuple[str, str, str]  # a source's id or "our network"; what is told of it; a word for the title


def clock_words(step: timedelta, freshness: timedelta, whose: str = "this machine") -> tuple[str, str]:
    """Return title and text of the notice that the clock by which we go was set by `step`, more than `freshness`."""
    way = "forward" if step > timedelta(0) else "back"
    title = f"the clock of {whose} was set {way} by {length(abs(step))}"
    body = (
        f"News older than {length(freshness)} (settings.freshness) interrupts nobody and waits for a digest: by a "
        "clock that is ahead, all news is. See that the clock is right (timedatectl), then look at what waits "
        "(watchfloor deliveries --state queued). What was due has moved along."
    )
    return title, body


def unset_lines(config: Config) -> tuple[str, ...]:
    """Return a line for each source, the heartbeat and what else does not run, as a secret or an extra is missing."""
    asked = [f"{name} is {_not_done(name)}: {problem.message}" for name, problem in config.unset.items()]
    return (*asked, *(each.message for each in done_without(config).values()))


def _not_done(name: str) -> str:
    return "not called" if name == HEARTBEAT else "not polled"


def unset_words(config: Config) -> tuple[str, str]:
    """Return title and text of the notice that sources, the heartbeat or what else the rules ask for does not run."""
    names = [each for each in config.unset if each != HEARTBEAT]
    more = f" and {len(names) - SOURCES_NAMED} more" if len(names) > SOURCES_NAMED else ""
    polled = f"not polled: {', '.join(names[:SOURCES_NAMED])}{more}" if names else ""
    called = f"not called: {HEARTBEAT}" if HEARTBEAT in config.unset else ""
    without = "headlines are not translated" if config.untranslated else ""
    compared = "the language model is not installed" if lacks_model(config) else ""
    unset = "a secret is not set" if config.unset or config.untranslated else ""
    title = "; ".join(filter(None, (unset, called, polled, without, compared)))
    rest = "All other sources are polled." if names else "All sources are polled."
    write = (
        "Write the variable in the file of secrets (secrets.env beside rules.yaml): it is taken up by itself, or by a "
        "restart where the daemon may not read that file."
    )
    start = "Start the daemon again: systemctl restart watchfloor."
    remedy = " ".join(filter(None, (rest, unset and write, compared and start)))
    return title, "\n".join([*unset_lines(config), remedy])


def down_since(connection: Connection) -> datetime | None:
    """Return since when our own network is down, as last stored; None if it is up."""
    told, homes = _told(connection), {""}
    if connection.dialect.name == "postgresql":
        homes |= {each.home for each in standing(connection).live.values()}
    # of a daemon that is gone nobody knows whether it is down still
    down = [since for home in homes if (since := told.get(f"{NETWORK} {home}".rstrip()))]
    return datetime.fromisoformat(min(down)) if down else None


def network_words(since: datetime, now: datetime, timezone: str) -> str:
    """Return the sentence by which `status` and `sources` say that our network is down."""
    return (
        f"our network is down since {time(since, timezone)} ({length(now - since)}): no source can be reached; "
        "none is charged, all are tried each minute"
    )


def _told(connection: Connection) -> dict[str, str]:
    """Return what the admin was last told, by source id; NETWORK has the time since when our network is down."""
    told: dict[str, str] = json.loads(decisions.get_mark(connection, MARK) or "{}")
    return told


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was polled since the last look, and how our network is, in words too."""

    states: list[tuple[Source, SourceState]]
    network: Network
    reached: str


class Health(Follower):
    """Queues notices for the admin about sources, our network and parsing children."""

    def __init__(self, database: Database, lane: Lane, config: Config, daemon: Daemon | None = None) -> None:
        self._database, self._lane, self._config = database, lane, config
        self._network = f"{NETWORK} {daemon.home}" if daemon else NETWORK  # each machine has its own
        self._who = f":{daemon.id[:8]}" if daemon else ""  # two may have news at the same moment
        self._where = f"our network at {daemon.host}" if daemon else "our network"
        with database.read() as connection:
            self._told = _told(connection)
        self._died = 0  # parsing children so far
        self._deaths: tuple[datetime, ...] = ()
        self._deaths_told = False

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:  # noqa: ARG002 - it is told of states
        """Read what other daemons have told of sources meanwhile."""
        self._told = await asyncio.to_thread(self._load)

    def _load(self) -> dict[str, str]:
        with self._database.read() as connection:
            return _told(connection)

    def use(self, config: Config) -> None:
        """Send notices to the admin of another config from now on."""
        self._config = config

    async def tell(self, collecting: Collecting, now: datetime) -> None:
        """Queue one notice of everything that changed since the last call, if anything did.

        Only sources polled since then are looked at, and of several daemons that share the store only those that are
        ours still: what another has found meanwhile is newer.
        """
        polled, collecting.polled = collecting.polled, set()
        seen = _Seen(
            [each for each in collecting.known() if each[0].id in polled and collecting.ours(each[0])],
            collecting.network,
            collecting.reached_words(),
        )
        told = dict(self._told)
        if self._lines(seen, told, now) or told != self._told:
            self._told = await self._lane.write(lambda connection: self._put(connection, seen, now))

    def _lines(self, seen: _Seen, told: dict[str, str], now: datetime) -> list[Line]:
        """Return what is to be told, and enter it in `told`."""
        lines = [line for source, state in seen.states for line in _news(source, state, told, now)]
        return lines + self._of_network(seen, told, now)

    async def tell_killed(self, died: int, now: datetime) -> None:
        """Queue a notice if three parsing children were killed within an hour; not again until an hour without one.

        `died` is their number since the start of the process; the counts are kept in memory, so a restart resets them.
        """
        self._deaths = (*_within_the_hour(self._deaths, now), *[now] * (died - self._died))
        self._died = died
        if len(self._deaths) >= KILLED_OFTEN and not self._deaths_told:
            self._deaths_told = True
            title = f"parsing processes were killed {len(self._deaths)} times within an hour"
            await give_notice(self._lane, self._config, f"killed:{now.isoformat()}", title, KILLED_WORDS, now)
        elif not self._deaths:
            self._deaths_told = False

    def _put(self, connection: Connection, seen: _Seen, now: datetime) -> dict[str, str]:
        # from what is stored: other daemons tell of their sources
        told = _told(connection)
        if self._network != NETWORK:
            told.pop(NETWORK, None)  # of before daemons shared the store: nobody would take it back
        lines = self._lines(seen, told, now)
        decisions.set_mark(connection, MARK, json.dumps(told, sort_keys=True))
        if lines:
            title = _title(lines)
            log.warning("notice cause=health %s", title)
            body = "\n".join(f"{name}: {words}" for name, words, _ in lines)
            queue_all(connection, self._config, f"notice:health:{now.isoformat()}{self._who}", title, body, now)
        return told

    def _of_network(self, seen: _Seen, told: dict[str, str], now: datetime) -> list[Line]:
        network = seen.network
        if network.down and self._network not in told:
            told[self._network] = (network.since or now).isoformat()
            words = (
                f"{seen.reached}: {len(network.failed)} hosts were tried, and none answers; "
                "no source is charged, all are tried each minute"
            )
            return [(self._where, words, "down")]
        # Only once a source has answered: after a start nothing was polled yet, and the network would seem to be up.
        if network.answered and not network.down and self._network in told:
            since = datetime.fromisoformat(told.pop(self._network))
            return [(self._where, f"sources can be reached again, after {length(now - since)}", "well again")]
        return []


def _within_the_hour(times: Iterable[datetime], now: datetime) -> list[datetime]:
    return [each for each in times if abs(now - each) < KILLED_WITHIN]  # abs: the clock may have been set back


def _news(source: Source, state: SourceState, told: dict[str, str], now: datetime) -> list[Line]:
    """Return the lines to tell of one source, and enter in `told` what they say."""
    named = health_of(state, now)
    before = told.get(source.id)
    lines = []
    if named in TELLING and before != named.value:
        told[source.id] = named.value
        lines.append((source.id, f"{in_words(state, now)}{_advice(source, named)}", named.value))
    elif named is SourceHealth.WELL and before is not None:
        del told[source.id]
        lines.append((source.id, f"well again (it was {before}); {in_words(state, now)}", "well again"))
    if moved(state) and state.moved_to and told.get(f"{source.id} moved") != state.moved_to:
        told[f"{source.id} moved"] = state.moved_to
        lines.append((source.id, _moved_words(source, state.moved_to), "moved"))
    return lines


def _moved_words(source: Source, url: str) -> str:
    return f'moved for good and is polled at its new address; write in rules.yaml, at {source.id}: url: "{url}"'


def _advice(source: Source, named: SourceHealth) -> str:
    if named is SourceHealth.GONE:
        return f"; the outlet says it is gone for good: take {source.id} out of rules.yaml or give it another url"
    return ""


def _title(lines: list[Line]) -> str:
    """Return a title: the kinds of news, then the names of at most three sources and the number of the others."""
    kinds = sorted({kind for _, _, kind in lines})
    names = list(dict.fromkeys(name for name, _, _ in lines))
    shown = ", ".join(names[:SOURCES_NAMED]) + (
        f" and {len(names) - SOURCES_NAMED} more" if len(names) > SOURCES_NAMED else ""
    )
    return f"{' / '.join(kinds)}: {shown}"
