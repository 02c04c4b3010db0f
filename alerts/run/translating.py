"""Headlines of alerts that their readers cannot read go to a translation service, in the background, one at a time.

Nothing waits for it: an alert goes without a translation, and where its message can be edited, that comes later. What
waits to be asked for is found anew in the store at a start, so a kill loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from alerts.alert import Translation
from alerts.decide.roles import KEEPER
from alerts.decide.translated_numbers import changed_numbers
from alerts.decide.translating import WANTED_FOR, Answer, Queue, ServiceState, Wanted, after, judged
from alerts.line.translations import News, lacking_names, news, queue_known, store_state, store_translation
from alerts.rule import Config, Translate
from alerts.rules.entities import EntityFinder
from alerts.run.libretranslate import ask
from alerts.run.stage import LONG_AGO, Stage, Turn
from alerts.store import translations
from crawler.collect.task_fault import TaskFault
from crawler.store.db import Database
from crawler.store.holdings import Follower
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
LOOKED_BACK = timedelta(minutes=15)  # a batch of alerts is committed after the time it bears
AGAIN_AFTER = timedelta(minutes=1)  # what stopped us was no answer of the service, such as a store that takes nothing
ROUND = 20.0  # seconds that a single round gives to it
SAID_EVERY = timedelta(minutes=10)  # between two lines of the log on failures


class Translator(Follower):
    """Asks for foreign headlines while there are any, in one task; keeps answers, and queues the edits they cause."""

    def __init__(self, database: Database, lane: Lane, config: Config) -> None:
        self._database, self._lane, self._config = database, lane, config
        self._said, self._unsaid = LONG_AGO, 0  # when failures were last logged, and how many were not since
        self._next = LONG_AGO
        self._running: asyncio.Task[None] | None = None
        self.fault = TaskFault()
        self._begin()

    def _begin(self) -> None:
        self._queue = Queue()
        self._seen: frozenset[tuple[str, int]] | None = None  # alert revisions of the last look
        self._state: ServiceState | None = None  # None before it was read from the store
        self._finder: EntityFinder | None = None  # made when a translation is first looked through

    def use(self, config: Config) -> None:
        """Ask by other rules from now on. Where another service is asked, or for another language, all begins anew."""
        before, self._config, self._finder = self._config, config, None
        if _asking(before) != _asking(config):
            if self._running:  # the answer under way is of no use any more
                self._running.cancel()
            self._begin()

    def lost(self, gone: Collection[str]) -> None:
        """Ask no more: another daemon does."""
        if KEEPER in gone:
            if self._running:
                self._running.cancel()
            self._begin()

    def shift(self, step: timedelta) -> None:
        """Move the times kept in memory by `step`, by which the wall clock was set."""
        self._queue.shift(step)
        self._said += step
        self._next += step

    def start_due(self, clock: Callable[[], datetime]) -> None:
        """Begin to ask for what waits, unless that is under way, without waiting for it."""
        wanted = self._config.translate or self._state is None
        if self._running is None and wanted and clock() >= self._next:
            self._running = asyncio.create_task(self.work_off(clock), name="translations")
            self._running.add_done_callback(partial(self._ended, clock))

    def _ended(self, clock: Callable[[], datetime], task: asyncio.Task[None]) -> None:
        self._running = None
        if self.fault.note(task):
            self._next = clock() + AGAIN_AFTER

    async def close(self) -> None:
        """Ask no more; what was not answered is asked again by the next process."""
        if self._running:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def work_off(self, clock: Callable[[], datetime], budget: float = math.inf) -> None:
        """Ask for all that waits, the most urgent first, until the service rests, nothing is left or time is up.

        `budget` is in seconds; none is begun after it.
        """
        ends = time.monotonic() + budget
        while time.monotonic() < ends:
            config, now = self._config, clock()
            state = await self._read_state(config)
            if config.translate is None:
                return
            await self._look(config, now)
            wanted = None if state.rests(now) else self._queue.next(now)
            if wanted is None:
                return
            answer = await ask(config.translate, wanted.text, wanted.source, config.language)
            if _asking(config) == _asking(self._config):  # else the answer is another service's, and it is asked anew
                await self._settle(wanted, state, judged(answer, wanted.text, config.language), clock())

    async def _read_state(self, config: Config) -> ServiceState:
        """Return how the service has answered: from the store at first, which is told if none is asked any more."""
        if self._state is None:
            stored = await asyncio.to_thread(self._load_state)
            state = (stored or ServiceState()) if config.translate else None
            if state != stored:
                await self._lane.write(partial(translations.save_state, state=state))
            self._state = state or ServiceState()
        return self._state

    def _load_state(self) -> ServiceState | None:
        with self._database.read() as connection:
            return translations.load_state(connection)

    async def _look(self, config: Config, now: datetime) -> None:
        """Take in what alerts ask for that were made since the last look; at first, those of WANTED_FOR."""
        made, found = await asyncio.to_thread(self._look_for_news, config, now)
        if self._config is not config:
            return
        for story, headline in found.lacking:
            edit = partial(queue_known, config=config, story=story, headline=headline, now=now)
            await self._lane.write(edit)
        left = sum(self._queue.add(each) for each in found.wanted)
        if left:
            log.warning("headlines left untranslated number=%d: too many wait", left)
        self._seen = made

    def _look_for_news(self, config: Config, now: datetime) -> tuple[frozenset[tuple[str, int]], News]:
        seen = self._seen
        with self._database.read() as connection:
            since = now - (WANTED_FOR if seen is None else LOOKED_BACK)
            made = translations.foreign_since(connection, since)
            return frozenset(made), news(connection, config, [each for each in made if each not in (seen or ())])

    async def _settle(self, wanted: Wanted, before: ServiceState, answer: Answer, now: datetime) -> None:
        """Store an answer with what it causes, and how the service has answered, in one commit."""
        config, now_is = self._config, after(before, answer, now)
        if answer.fault:
            store: Callable[[Connection], object] = partial(
                store_state, config=config, before=before, now_is=now_is, now=now
            )
        else:
            missing = await asyncio.to_thread(self._missing, config, wanted.text, answer.text)
            made = Translation(answer.text, missing, changed_numbers(wanted.text, answer.text))
            store = partial(
                store_translation, config=config, wanted=wanted, made=made, before=before, now_is=now_is, now=now
            )
        await self._lane.write(store)
        self._state = now_is
        if not answer.fault:
            self._queue.done(wanted)
            log.info("headline translated stories=%s missing=%s", ",".join(sorted(wanted.stories)), len(missing))
            return
        if answer.own:
            self._queue.failed(wanted, now)
        self._say_failure(now_is, now)

    def _missing(self, config: Config, original: str, translated: str) -> tuple[str, ...]:
        finder = self._finder = self._finder or EntityFinder(config)
        return lacking_names(finder, config, original, translated)

    def _say_failure(self, state: ServiceState, now: datetime) -> None:
        """Log a failure, at most one line in SAID_EVERY; each says how many there were since the last."""
        self._unsaid += 1
        if not self._said <= now < self._said + SAID_EVERY:
            log.warning("headlines not translated failures=%d detail=%s", self._unsaid, state.detail)
            self._said, self._unsaid = now, 0


def _asking(config: Config) -> tuple[Translate | None, str]:
    return config.translate, config.language


class TranslateHeadlines(Stage):
    """Ask a service for the headlines that readers cannot read; in a tick, without waiting for it."""

    name = "translate"
    failing = "foreign headlines are not translated"
    lease = KEEPER

    def __init__(self, config: Config, translator: Translator) -> None:
        super().__init__(config)
        self._translator = translator

    async def run(self, turn: Turn) -> None:
        if turn.waits:
            await self._translator.work_off(turn.clock, ROUND)
        else:
            self._translator.start_due(turn.clock)
            self._translator.fault.raise_last()

    def use(self, config: Config) -> None:
        super().use(config)
        self._translator.use(config)

    def shift(self, step: timedelta) -> None:
        self._translator.shift(step)
