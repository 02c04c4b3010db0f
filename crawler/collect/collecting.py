"""Poll what is due and store what the polls gave, for the daemon and for single rounds.

A source's state in memory changes only once it is stored. States of polls that brought nothing are stored together,
once a tick: if they are lost in a crash, each costs one more poll and no item.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from crawler.collect import elsewhere
from crawler.collect.states import States
from crawler.collect.stored import Stored
from crawler.collect.storing import Storing
from crawler.fetch.fetching import Fetching
from crawler.fetch.hosts import Rest, still_ours
from crawler.fetch.paging import page_back
from crawler.fetch.reading import follow, parse, reader
from crawler.fetch.workers import Workers
from crawler.parse.found import Feed
from crawler.sources.health import UNHEARD, Network, length, observe
from crawler.sources.polling import (
    address,
    heard,
    next_state,
    rested,
    shifted,
    uncharged,
)
from crawler.sources.shares import slot_of
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState
from crawler.store.db import Database
from crawler.store.errors import StaleLease
from crawler.store.holdings import ALONE, GrantedLane, Shares
from crawler.store.leases import NEWS
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
RETRIED_AFTER = timedelta(seconds=30)  # a poll whose commit failed; doubled each time
ASKED_LATELY = 3600.0  # seconds; a host that was asked before needs no pause after a restart
BURST = 64  # sources due at once, as at a start or after a suspend, before they are spread
UNHEARD_LOGGED_EVERY = timedelta(minutes=1)  # while our network is down, which is as often as sources are tried
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(seconds=1)  # a tick: what comes due before the next one starts at its own moment
ORDERS_EVERY = 5.0  # seconds between two looks for what other daemons ask for, where no word of it came
SPREAD_AGAIN = timedelta(minutes=10)  # a slow tick also finds many due: putting them off again would starve them
Clock = Callable[[], datetime]


class Collecting(States):
    """Polls the sources given to `use`. `round` polls what is due and waits for it; `start_due` does not wait.

    Call `open` before either, and `close` at the end.
    """

    def __init__(self, database: Database, lane: WriterLane, workers: Workers, shares: Shares = ALONE) -> None:
        super().__init__(database, lane, shares)
        self._workers, self.storing = workers, Storing(database)
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._before: dict[str, SourceState] = {}  # states of well sources that fail now, until we know whose fault
        self._spread: datetime | None = None
        self.network = Network()
        self._unheard, self._unheard_told = 0, NEVER  # polls without an answer since a line on them was logged
        self.unstored_since: float | None = None  # by the monotonic clock, while polls end unstored and none is stored
        self.outcomes: Counter[str] = Counter()  # of the polls since the start, by name
        self.polled: set[str] = set()  # since someone last asked; health is judged by them

    async def open(self, fetching: Fetching, sources: Iterable[Source], now: datetime) -> None:
        """Open the crawler and set the sources to poll.

        Hosts that the previous process asked a moment ago get their pause, so that restarts do not hurry them.
        """
        self.use(sources)
        self.fetching = fetching
        fetching.hosts.ours = lambda host: self._shares.held_for(slot_of(host))
        if self._shares is not ALONE:
            fetching.hosts.among = partial(elsewhere.take_turn, self._lane)
        await fetching.open()
        for source, state in self.known():
            if state.polled and 0 <= (ago := (now - state.polled).total_seconds()) < ASKED_LATELY:
                fetching.hosts.asked(source.host, ago)

    async def close(self) -> None:
        """Cancel the polls in flight, store the states that are not stored yet, close the crawler."""
        await self.let_go()
        await self.fetching.close()

    @property
    def idle(self) -> bool:
        """Whether no poll is under way."""
        return not self._polls

    @property
    def running(self) -> int:
        """The number of polls under way."""
        return len(self._polls)

    def shift(self, step: timedelta) -> None:
        """Move all stored times by `step`, after the wall clock was set."""
        for name, state in self.states.items():
            self.states[name] = shifted(state, step)
            if name in self._sources and self.ours(self._sources[name]):
                self._unsaved[name] = self.states[name]
        self._before = {name: shifted(state, step) for name, state in self._before.items()}
        self._spread = self._spread + step if self._spread else None
        self.network = self.network.shifted(step)
        self.fetching.hosts.shift(step)

    async def round(self, now: datetime) -> list[Stored]:
        """Poll what is due as of `now`, wait for all of it, and return what was stored.

        It is stored in the order of the rules, whoever answers first: the same answers make the same stories.
        """
        due = self.due(now)
        ends = [asyncio.Event() for _ in due]

        async def in_turn(number: int, source: Source) -> Stored:
            try:
                return await self.poll(source, lambda: now, ends[number - 1] if number else None)
            finally:
                ends[number].set()

        stored = await asyncio.gather(*(in_turn(*each) for each in enumerate(due)))
        await self.flush()
        return stored

    async def start_due(self, clock: Clock, news: Callable[[], Awaitable[object]]) -> None:
        """Start polls of what is due within a tick; call `news` after each that brought or changed an article."""
        now = clock()
        waiting = [each for each in self.due(now + AHEAD) if each.id not in self._polls]
        if len(waiting) > BURST and (self._spread is None or now - self._spread > SPREAD_AGAIN):
            self._spread = now
            self.spread(waiting, now)
            waiting = [each for each in waiting if self.states[each.id].due <= now + AHEAD]
        for source in waiting:
            task = asyncio.create_task(self._poll_and_tell(source, clock, news), name=f"poll {source.id}")
            self._polls[source.id] = task
            task.add_done_callback(partial(self._done, source.id))
        if self._shares is not ALONE and time.monotonic() - self._ordered > ORDERS_EVERY:
            await self.follow_orders(now)
            self.fetching.hosts.contested = await asyncio.to_thread(elsewhere.contested_in, self._database)
        await self.flush()

    async def _poll_and_tell(self, source: Source, clock: Clock, news: Callable[[], Awaitable[object]]) -> None:
        await asyncio.sleep((self.states[source.id].due - clock()).total_seconds())
        if not self.ours(source):
            return
        order = self._orders.get(source.id)
        stored = await self.poll(source, clock)
        self._end_order(source.id, order, clock())
        # at once and not with the next tick: an alert must not wait for the other polls
        if stored.new or stored.revised:
            await news()

    def _done(self, name: str, task: asyncio.Task[None]) -> None:
        self._polls.pop(name, None)
        if task.cancelled() or not (error := task.exception()):
            return
        if isinstance(error, StaleLease):
            log.warning("poll dropped source=%s: %s", name, error)
        else:
            state = self.states[name]
            again = state.due + RETRIED_AFTER * 2 ** min(state.failures, 8)
            self.states[name] = replace(state, due=again, failures=state.failures + 1)
            self.unstored_since = self.unstored_since or time.monotonic()
            log.error("poll not stored source=%s error=%r: polled again for what it still shows", name, error)

    async def poll(self, source: Source, clock: Clock, turn: asyncio.Event | None = None) -> Stored:
        """Poll a source, from request to commit, and return what was stored. Its state changes only with that commit.

        What it brought is stored once `turn` is set. Whatever the network does is no error here. Raise what the store
        raises if the commit fails.
        """
        started = clock()
        slot = slot_of(source.host)
        grant = self._shares.grant(slot)  # before its state is looked at: what is made of that is written under it
        still_ours.set(lambda: self._shares.grant(slot))
        state = self._state(source, started)
        outcome, feed = await self._ask(source, state, started)
        if turn:
            await turn.wait()
        now = clock()
        self.outcomes[outcome.name.value] += 1
        # no status: the host rests and was not asked at all
        if outcome.name is OutcomeName.THROTTLED and outcome.status is None:
            return self._rest(source, state, outcome)
        after = self._after(source, state, outcome, now)
        if outcome.retry_after:  # to the poll, or to a part of it
            self._rest_others(source, now)
            if self._shares is not ALONE:
                self._unsaved_rests |= self.fetching.hosts.resting(now)
        first = state.baseline is None and after.baseline is not None
        entries, rejected = (feed.entries, feed.rejected) if feed else ((), ())
        if entries or rejected or first:
            lane = GrantedLane(self._lane, grant, lambda stored: NEWS if stored.new or stored.revised else "")
            # the commit stores a newer state; an older one flushed after it would overwrite it
            self._unsaved.pop(source.id, None)
            stored = await self.storing.store(lane, source, after, entries, rejected, now, outcome, baseline=first)
        else:
            parsed = outcome.name is not OutcomeName.NOT_PARSED  # else nobody knows what the answer brought
            stored = Stored(state=heard(source, after, now, new=0, known=0) if parsed else after)
            assert stored.state is not None
            self._unsaved[source.id] = stored.state
        assert stored.state is not None
        self.unstored_since = None
        # an earlier page of it was told so, or another source while this one was in flight; a gap shortens no rest
        told = outcome.name is OutcomeName.THROTTLED and outcome.retry_after
        if not told and (rest := self._rest_of(source, stored.state, now)) and stored.state.due < rest.until:
            stored.state = self._unsaved[source.id] = rested(stored.state, *rest)
        # the rules may have been reloaded meanwhile: another address begins with a state of its own
        if self._is_current(source):
            self.states[source.id] = stored.state
            self.polled.add(source.id)
        if self.network.down and outcome.name in UNHEARD:
            self._log_unheard(outcome, now)
        else:
            _log_poll(source, state, stored, outcome)
        if first and stored.new:
            log.info("baseline source=%s articles=%d: told as far as settings.backfill says", source.id, stored.new)
        return stored

    async def _ask(self, source: Source, state: SourceState, now: datetime) -> tuple[FetchOutcome, Feed | None]:
        """Ask a source, follow where its answer leads to, and read it."""
        answer = await self.fetching.poll(source, state, now)
        outcome, feed = await parse(self._workers, answer, state, reader(source))
        if feed and feed.more:
            return await follow(self.fetching, self._workers, source, outcome, feed)
        if feed and outcome.name is OutcomeName.OK:
            return await page_back(self.fetching, self._workers, source, state, outcome, feed)
        return outcome, feed

    def _rest(self, source: Source, state: SourceState, outcome: FetchOutcome) -> Stored:
        """Postpone a source that was not asked because its host asked for a pause."""
        until = outcome.fetched + timedelta(seconds=outcome.retry_after or 0.0)
        state = rested(state, until, outcome.detail)
        if self._is_current(source):
            self.states[source.id] = self._unsaved[source.id] = state
        return Stored(state=state)

    def _rest_of(self, source: Source, state: SourceState, now: datetime) -> Rest | None:
        rests = self.fetching.hosts.resting(now)
        return rests.get(urlsplit(address(source, state)).netloc.lower()) if rests else None

    def _rest_others(self, source: Source, now: datetime) -> None:
        """Postpone the other sources of a host that asked for a pause: Retry-After applies to all of them."""
        for each, state in list(self.known()):
            rest = self._rest_of(each, state, now) if self.ours(each) else None
            if rest and each.id != source.id and state.due < rest.until:
                self.states[each.id] = self._unsaved[each.id] = rested(state, rest.until, rest.why)
                log.info("source=%s put off for %s: %s", each.id, length(rest.until - now), rest.why)

    def _after(self, source: Source, state: SourceState, outcome: FetchOutcome, now: datetime) -> SourceState:
        """Return the state after a poll, and note what the poll says of our own network.

        No failure is counted while our network is down, or if our parsing child was killed.
        """
        was_down = self.network.down
        self.network = observe(self.network, source.host, outcome.name, now, was_well=not state.failures)
        if self.network.down:
            self._discharge(now)
            if not was_down:
                log.warning("%s: our own network, none of them is charged", self.reached_words())
            return uncharged(state, outcome, source, now)
        if self.network.answered == now:
            self._before.clear()
            if was_down:
                log.info("sources can be reached again")
        # a failure of a source that was well may prove to be our network's: its state before is kept to go back to
        elif self.network.since and source.host in self.network.failed and not state.failures:
            self._before[source.id] = state
        if outcome.name is OutcomeName.NOT_PARSED:
            return uncharged(state, outcome, source, now)
        return next_state(source, state, outcome, now)

    def _discharge(self, now: datetime) -> None:
        """Undo the failures that were counted before it was clear that our own network was down."""
        for name, state in self._before.items():
            # only if nothing happened to the source since
            if name in self._sources and self.states[name].failures == state.failures + 1:
                source = self._sources[name]
                clean = replace(
                    state, due=now + min(source.every, timedelta(minutes=1)), polled=self.states[name].polled
                )
                self.states[name] = self._unsaved[name] = clean
        self._before.clear()

    def reached_words(self) -> str:
        """Return in words that no source is reached: not yet, where none ever was."""
        many = len(self._sources)
        ever = any(state.succeeded is not None for _, state in self.known())
        return f"none of {many} sources can be reached" if ever else f"none of {many} sources was reached yet"

    def _log_unheard(self, outcome: FetchOutcome, now: datetime) -> None:
        """Log one line for all polls of a round that reach nobody."""
        self._unheard += 1
        if now - self._unheard_told < UNHEARD_LOGGED_EVERY:
            return
        log.info(
            "%s (%d polls; the last: %s)", self.reached_words(), self._unheard, outcome.detail or outcome.name.value
        )
        self._unheard, self._unheard_told = 0, now

    def busy(self, name: str) -> bool:
        """Return whether a source of these hosts is being polled, or its state is not stored yet."""
        under_way = {*self._polls, *self._unsaved}
        return any(slot_of(each.host) == name for each in self._sources.values() if each.id in under_way)

    def lost(self, gone: Collection[str]) -> None:
        """Drop what is known of sources that another daemon polls from now on, and the polls of them under way."""
        super().lost(gone)
        for name, source in self._sources.items():
            if slot_of(source.host) in gone:
                self._before.pop(name, None)
                if task := self._polls.get(name):
                    task.cancel()

    async def let_go(self) -> None:
        """Cancel the polls under way and store what is known: another daemon goes on with it."""
        for task in self._polls.values():
            task.cancel()
        await asyncio.gather(*self._polls.values(), return_exceptions=True)
        await self.flush()


def _log_poll(source: Source, before: SourceState, stored: Stored, outcome: FetchOutcome) -> None:
    level = logging.DEBUG if outcome.name is OutcomeName.NOT_MODIFIED else logging.INFO
    if log.isEnabledFor(level):
        counts = " ".join(f"{key}={value}" for key, value in stored.amounts().items() if value)
        name, detail = outcome.name.value, outcome.detail or "-"
        log.log(level, "polled source=%s outcome=%s detail=%s %s", source.id, name, detail, counts)
    if stored.state and stored.state.gap and stored.state.gap != before.gap:
        why = outcome.detail or "no entry of the last answer is in this one"
        log.warning("possible gap source=%s: %s, polled sooner", source.id, why)
