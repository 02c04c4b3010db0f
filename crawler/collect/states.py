"""What is known of each source goes in; it is kept in memory, and stored together once a tick.

Of several daemons on one store each keeps what it knows of the sources that are its own, and does what others ask for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from crawler.collect import elsewhere
from crawler.fetch.fetching import Fetching
from crawler.fetch.hosts import Rest
from crawler.sources.polling import believed, may_be_asked_soon, spread, state_for
from crawler.sources.shares import HOSTS, slot_of
from crawler.sources.source import Source, SourceState
from crawler.store import asked_polls, host_rests
from crawler.store.asked_polls import AskedPoll
from crawler.store.db import Database
from crawler.store.errors import StaleLease, StoreError
from crawler.store.holdings import ALONE, Follower, Grant, Shares, still
from crawler.store.source_states import load_states, save_states
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)


class States(Follower):
    """Keeps the states of the sources given to `use`, and stores those that changed with `flush`."""

    fetching: Fetching

    def __init__(self, database: Database, lane: WriterLane, shares: Shares = ALONE) -> None:
        self._database, self._lane, self._shares = database, lane, shares
        self._sources: dict[str, Source] = {}
        self._unsaved: dict[str, SourceState] = {}
        self._unsaved_rests: dict[str, Rest] = {}  # of hosts, for the daemon that has them next
        # what other daemons ask for: made due by source, and done; it stays in the store until that is stored
        self._orders: dict[str, AskedPoll] = {}
        self._done_orders: list[AskedPoll] = []
        self._ordered = 0.0  # when we last looked for what other daemons ask for, by the monotonic clock
        with database.read() as connection:
            self.states = load_states(connection)

    def use(self, sources: Iterable[Source]) -> None:
        """Set the sources to poll, in place of the earlier ones."""
        self._sources = {each.id: each for each in sources}
        for source in self._sources.values():
            if not source.verify_tls:
                log.warning("source=%s verify_tls=false: its certificate is not verified", source.id)

    def known(self) -> Iterator[tuple[Source, SourceState]]:
        """Yield each source that has a state, with that state."""
        for name, source in self._sources.items():
            if name in self.states:
                yield source, self.states[name]

    def due(self, now: datetime) -> list[Source]:
        """Return the sources that are due, of those that are ours."""
        return [each for each in self._sources.values() if self.ours(each) and self._state(each, now).due <= now]

    def ours(self, source: Source) -> bool:
        """Return whether a source is ours to poll, and not another daemon's."""
        return self._shares.holds(slot_of(source.host))

    def _state(self, source: Source, now: datetime) -> SourceState:
        state = self.states[source.id] = state_for(source, self.states.get(source.id), now)
        return state

    def spread(self, due: Iterable[Source], now: datetime) -> None:
        """Spread the due times of sources that are all due at once."""
        for name, turn in spread(due, self._sources.values(), now).items():
            self.states[name] = replace(self.states[name], due=turn)

    def ask_soon(self, owners: Collection[str], now: datetime) -> list[str]:
        """Poll what these owners publish themselves at the next tick: an aggregator has news of theirs.

        Return the sources of theirs that another daemon polls.
        """
        others = []
        for source in self._sources.values():
            if (source.owner or source.id) not in owners:
                continue
            if not self.ours(source):
                others.append(source.id)
            elif (state := self.states.get(source.id)) and may_be_asked_soon(source, state, now):
                self.states[source.id] = replace(state, due=now)
        return others

    def believe(self, now: datetime) -> None:
        """Correct states that were stored while the clock was ahead of `now`."""
        for name, state in self.states.items():
            if (right := believed(state, now)) is not state:
                log.warning("source=%s was polled at %s, which is still to come: taken for now", name, state.polled)
                self.states[name] = self._unsaved[name] = right

    def _is_current(self, source: Source) -> bool:
        """Return whether the rules still have this address for this source."""
        return source.id in self._sources and self._sources[source.id].url == source.url

    async def flush(self) -> None:
        """Store the states of polls that brought nothing, in one statement and one commit."""
        if not self._unsaved and not self._unsaved_rests and not self._done_orders:
            return
        states, self._unsaved = self._unsaved, {}
        rests, self._unsaved_rests = self._unsaved_rests, {}
        orders, self._done_orders = self._done_orders, []
        grants = {name: grant for name in states if (grant := self._grant_of(name))}

        def save(connection: Connection) -> None:
            good = still(connection, grants.values())
            save_states(connection, [states[name] for name, grant in grants.items() if grant.name in good])
            for host, rest in rests.items():
                host_rests.rest(connection, host, rest.until, rest.why, pages=False)
            asked_polls.end(connection, orders)

        try:
            await self._lane.write(save)
        except (SQLAlchemyError, StoreError) as error:
            log.error("states of %d sources not stored error=%s: tried again", len(states), error)
            # states that changed while the commit failed are the newer ones
            self._unsaved = {**states, **self._unsaved}
            self._unsaved_rests = {**rests, **self._unsaved_rests}
            self._done_orders = [*orders, *self._done_orders]

    def _grant_of(self, name: str) -> Grant | None:
        """Return the grant under which a source's state is written; None where it is another daemon's to write."""
        source = self._sources.get(name)
        try:
            return self._shares.grant(slot_of(source.host if source else urlsplit(self.states[name].url).netloc))
        except (StaleLease, KeyError):
            return None

    # -- what is ours, where several daemons share the sources (decision 212) ----------------------------------------

    def lost(self, gone: Collection[str]) -> None:
        """Drop what is known of sources that another daemon polls from now on."""
        for name, source in self._sources.items():
            if slot_of(source.host) in gone:
                self._unsaved.pop(name, None)
                self._orders.pop(name, None)

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:
        """Take over sources as their last daemon has left them in the store, and what their hosts asked for."""
        if not any(name.startswith(f"{HOSTS}/") for name in grants):
            return
        stored = await asyncio.to_thread(elsewhere.states_in, self._database)
        resting = await asyncio.to_thread(elsewhere.rests_in, self._database, now, pages=False)
        # those of sources that our rules do not name as well: a reload may bring them, and they were polled before
        kept = {name for name, source in self._sources.items() if slot_of(source.host) not in grants}
        self.states = {name: self.states[name] for name in kept & self.states.keys()}
        self.states |= {name: believed(state, now) for name, state in stored.items() if name not in kept}
        for host, rest in resting.items():
            self.fetching.hosts.rest(host, rest)

    async def ask_elsewhere(self, sources: Collection[str], by: str, now: datetime) -> None:
        """Ask the daemons that have these sources to poll them, for somebody or SOON."""
        await elsewhere.ask(self._lane, sources, by, now)

    async def follow_orders(self, now: datetime) -> None:
        """Make due what other daemons asked for of our sources."""
        self._ordered = time.monotonic()
        for each in await asyncio.to_thread(elsewhere.asked_in, self._database):
            if not self.is_ours(each.source) or each == self._orders.get(each.source) or each in self._done_orders:
                continue
            source, state = self._sources[each.source], self._state(self._sources[each.source], now)
            if each.by or may_be_asked_soon(source, state, now):
                log.info("order of another daemon: poll source=%s by=%s", source.id, each.by or "-")
                self.states[source.id], self._orders[source.id] = replace(state, due=min(state.due, now)), each
            else:
                self._done_orders.append(each)

    def _end_order(self, name: str, order: AskedPoll | None, now: datetime) -> None:
        """Note that what was asked for before a poll began is done by it; what came meanwhile is due at once."""
        if (newest := self._orders.get(name)) and newest == order:
            self._done_orders.append(self._orders.pop(name))
        elif newest:
            self.states[name] = replace(self.states[name], due=min(self.states[name].due, now))

    def is_ours(self, name: str) -> bool:
        """Return whether the source of this id is ours to poll."""
        return name in self._sources and self.ours(self._sources[name])

    @property
    def names(self) -> list[str]:
        """Return the ids of the sources."""
        return list(self._sources)

    async def state_of(self, name: str, now: datetime) -> SourceState:
        """Return the state of a source; of another daemon's as it is stored."""
        source = self._sources[name]
        if self.is_ours(name):
            return self._state(source, now)
        return state_for(source, (await asyncio.to_thread(elsewhere.states_in, self._database)).get(name), now)
