"""Headlines go to the language model; their vectors are there when they are judged, those of reports are stored later.

Judging waits for it a moment, and not at all where somebody else waits to judge, as for a flash. What it did not read
in time, or before a kill, it reads afterwards: what lacks a vector is found in the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from alerts.decide.counterparts import APART
from alerts.decide.encoding import ExampleCounts, news_of
from alerts.decide.roles import JUDGE
from alerts.decide.translating import Answer, ServiceState, after
from alerts.event import Report
from alerts.line.notices import queue_all
from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.run.comparing import Comparing
from alerts.run.encoder import Encoder, EncoderFault
from alerts.run.extras import is_installed
from alerts.run.stage import LONG_AGO, Stage, Turn
from alerts.store import event_reports, translations
from crawler.collect.task_fault import TaskFault
from crawler.store.db import Database
from crawler.store.holdings import Follower
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
K = TypeVar("K")
LATER_AT_ONCE = 25  # headlines read in one go beside the line: under a second
LOOKED_EVERY = timedelta(seconds=5)  # between two looks for reports without a vector
SAVED_EVERY = timedelta(minutes=1)  # how it works is stored; that it fails is stored at once
MARK = translations.ENCODER


class Encoding(Follower):
    """Reads headlines while `settings.languages` asks for the model and it is installed. One headline at a time."""

    def __init__(self, database: Database, lane: Lane, config: Config) -> None:
        self._database, self._lane, self._config = database, lane, config
        self._encoder = Encoder()
        self.examples = Comparing(config)
        self._counted: ExampleCounts | None = None  # as last stored
        self._state: ServiceState | None = None  # None before it was read from the store
        self._saved: ServiceState | None = None
        self._is_installed = is_installed()
        self._later: asyncio.Task[None] | None = None
        self.fault = TaskFault()
        self._next = LONG_AGO

    @property
    def _is_on(self) -> bool:
        return self._config.languages is not None and self._is_installed

    @property
    def pid(self) -> int | None:
        """The number of the child process, None while there is none."""
        return self._encoder.pid

    async def use(self, config: Config) -> None:
        """Work by other rules from now on; where they ask for no model, its process ends."""
        self._config = config
        self.examples.use(config)
        if not self._is_on:
            await self._stop()

    def shift(self, step: timedelta) -> None:
        """Move the times kept in memory by `step`, by which the wall clock was set."""
        self._next += step

    async def close(self) -> None:
        """Read no more, and end the process."""
        await self._stop()

    async def _stop(self) -> None:
        if self._later:
            self._later.cancel()
            with suppress(asyncio.CancelledError):
                await self._later
        await self._encoder.close()

    async def ahead(
        self, headlines: Mapping[int, str], now: datetime, within: float, hurry: asyncio.Event
    ) -> Mapping[int, bytes]:
        """Return the vectors of headlines, by `seq`, that are known within so many seconds, or until `hurry` is set."""
        found: dict[int, bytes] = {}
        if not self._is_on or not self._encoder.is_ready:
            return found
        reading = asyncio.create_task(self._read(headlines.items(), now, found), name="headlines read")
        hurried = asyncio.create_task(hurry.wait())
        try:
            await asyncio.wait((reading, hurried), timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (reading, hurried):
                each.cancel()
            await asyncio.gather(reading, hurried, return_exceptions=True)
        self.fault.note(reading)  # what was read in time counts, and all is judged
        return found

    async def _read(
        self, texts: Iterable[tuple[K, str]], now: datetime, found: dict[K, bytes], *, examples: bool = False
    ) -> None:
        """Add to `found` the vector of each text, b"" where the model has none, until it fails.

        That it fails on one of the examples alone does not count: those are counted by themselves.
        """
        for key, text in texts:
            state = self._state or ServiceState()
            if state.rests(now):
                return
            try:
                found[key] = await self._encoder.encode(text)
                self._state = ServiceState(worked=now)
            except EncoderFault as fault:
                if examples and fault.own:
                    log.warning("example not read by the language model: %s: %r", fault, text)
                else:
                    self._fail(fault, now)
                if not fault.own:
                    return
                found[key] = b""

    def lost(self, gone: Collection[str]) -> None:
        """Read nothing more, and forget how it goes: another daemon judges."""
        if JUDGE in gone:
            if self._later:
                self._later.cancel()
            self._state = None

    def start_later(self, triage: Triage, clock: Callable[[], datetime]) -> None:
        """Begin to read what was stored without a vector, unless that is under way, without waiting for it."""
        now = clock()
        if self._later is None and now >= self._next:
            self._next = now + LOOKED_EVERY
            self._later = asyncio.create_task(self.catch_up(triage, now), name="headlines read later")
            self._later.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._later = None
        self.fault.note(task)

    async def catch_up(self, triage: Triage, now: datetime) -> None:
        """Read the newest reports that were stored without a vector, and store what that links; and how it goes."""
        if self._state is None:
            self._saved = await asyncio.to_thread(self._load)
            self._state = self._saved or ServiceState()
        if self._is_on and not self._state.rests(now) and await self._is_started(now):
            await self._read_examples(now)
            reports = await asyncio.to_thread(self._unworded, now)
            found: dict[int, bytes] = {}
            await self._read(((each.seq, each.title) for each in reports), now, found)
            if found:
                links = await triage.add_wordings(found, reports, now)
                log.info("headlines read later number=%d links=%d", len(found), links)
        await self._save(now)

    async def _read_examples(self, now: datetime) -> None:
        """Read the examples that are due, 800 in some 20 s, between which headlines are read; count the unread."""
        found: dict[str, bytes] = {}
        try:
            await self._read(((each, each) for each in self.examples.due(now)), now, found, examples=True)
        finally:
            self.examples.add(found, now)
        if found or self.examples.counts != self._counted:
            await self._lane.write(self.examples.save)
            self._counted = self.examples.counts
        if found:
            log.info("examples read by the language model number=%d left=%d", len(found), len(self.examples.unread))

    async def _is_started(self, now: datetime) -> bool:
        try:
            await self._encoder.start()
        except EncoderFault as fault:
            self._fail(fault, now)
            return False
        return True

    def _fail(self, fault: EncoderFault, now: datetime) -> None:
        self._state = after(self._state or ServiceState(), Answer(fault=str(fault), own=fault.own), now)
        log.warning("headline not read by the language model: %s", fault)

    def _load(self) -> ServiceState | None:
        with self._database.read() as connection:
            if self._is_on:
                self.examples.load(connection)
            return translations.load_state(connection, MARK)

    def _unworded(self, now: datetime) -> list[Report]:
        with self._database.read() as connection:
            return event_reports.unworded_since(connection, now - APART, LATER_AT_ONCE)

    async def _save(self, now: datetime) -> None:
        """Store how it goes, with a notice where it has failed for long or works again; nothing where it is off."""
        state = self._state if self._is_on else None
        before = self._saved
        if state == before or (state and before and _is_well(state, before) and now < self._saved_next(before)):
            return
        await self._lane.write(partial(self._store, before=before or ServiceState(), state=state, now=now))
        self._saved = state

    def _saved_next(self, before: ServiceState) -> datetime:
        return (before.worked or LONG_AGO) + SAVED_EVERY

    def _store(self, connection: Connection, before: ServiceState, state: ServiceState | None, now: datetime) -> None:
        translations.save_state(connection, state, MARK)
        if state and (told := news_of(before, state, self._config.timezone)):
            queue_all(connection, self._config, f"notice:language model:{now.isoformat()}", *told, now)


def _is_well(*states: ServiceState) -> bool:
    return all(each.since is None for each in states)


class ReadHeadlines(Stage):
    """Let the language model read what was judged without it; in a tick, without waiting for it."""

    name = "read headlines"
    failing = "reports in two languages are compared without the language model"
    lease = JUDGE

    def __init__(self, config: Config, encoding: Encoding, triage: Triage) -> None:
        super().__init__(config)
        self._encoding, self._triage = encoding, triage

    async def run(self, turn: Turn) -> None:
        if turn.waits:
            await self._encoding.catch_up(self._triage, turn.now)
        else:
            self._encoding.start_later(self._triage, turn.clock)
        self._encoding.fault.raise_last()

    async def adopt(self, now: datetime) -> None:  # noqa: ARG002 - it waits for no time of day
        await self._encoding.use(self.config)

    def shift(self, step: timedelta) -> None:
        self._encoding.shift(step)
