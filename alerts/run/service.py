"""The daemon: opens what runs, runs the stages at each tick or in a round, follows rules.yaml, answers commands.

The event loop fetches and keeps time; child processes parse; one thread writes; each send has a thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from alerts.decide.life import STILL
from alerts.line.acks import Acknowledgements
from alerts.line.deliver import Deliver
from alerts.line.direct_notice import tell_once
from alerts.line.notices import give_notice
from alerts.line.orders import stamp
from alerts.line.scheduled import ScheduledDigests
from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run import supervisor
from alerts.run.backup_thread import Backups
from alerts.run.board_process import BoardProcess
from alerts.run.canary import Canary, Line
from alerts.run.commands import Commands
from alerts.run.control import Control
from alerts.run.encoding import Encoding, ReadHeadlines
from alerts.run.figures import Gauges
from alerts.run.good_rules import keep, last_good
from alerts.run.health import Health, clock_words, unset_lines, unset_words
from alerts.run.integrity import Integrity
from alerts.run.lock import lock
from alerts.run.logbook import Logbook
from alerts.run.metrics import Page
from alerts.run.owned import Owned
from alerts.run.poll_order import poll_command
from alerts.run.reads import Reads
from alerts.run.rules_file import RulesFile
from alerts.run.signs_server import SignsServer
from alerts.run.stage import Round, Stage, StageError, Turn, run_stages, use_in_stages
from alerts.run.stages import (
    Acknowledge,
    Digest,
    EndSilences,
    Expire,
    FetchPages,
    Judge,
    MendChildren,
    Poll,
    Send,
    TellFailing,
    TellHealth,
)
from alerts.run.stored import note_reload
from alerts.run.translating import TranslateHeadlines, Translator
from alerts.run.watch import Watch
from alerts.store import clock_steps, restoring
from alerts.store.opening import VARIABLE, note_url, store_of
from alerts.store.stamp import need_file, need_same, read_stamp, sign_life, write_stamp
from crawler.clock import Clock
from crawler.collect.collecting import Collecting
from crawler.collect.fulltext import FullText
from crawler.collect.scheduler import Ticker
from crawler.config.yamlfile import ConfigError
from crawler.fetch.workers import Workers
from crawler.store import pages_wanted
from crawler.store.db import Database, WriterLane
from crawler.store.errors import StoreBusy

log = logging.getLogger(__name__)
OPENED_AGAIN = 5.0  # seconds between two tries to open a store that is locked
TICK = 1.0  # seconds
LOOKED_BACK = timedelta(hours=24)  # over which a reload counts what the new rules would have told
SENDS_END_WITHIN = 12.0  # seconds given to what is in flight when we are told to end


class Service:
    """Everything that runs: `async with Service(path, state_dir, environ) as service` opens it, and closes it in order.

    Raises ConfigError where the rules cannot be read, and on entering AlreadyRunning or StoreError.
    """

    def __init__(
        self,
        rules: Path,
        state_dir: Path,
        environ: Mapping[str, str],
        *,
        timeout: float = 20.0,
        accept_store: bool = False,
        patient: bool = False,
        socket: Path | None = None,
    ) -> None:
        good = partial(last_good, state_dir, rules, environ) if patient else lambda: None
        self._rules, self._timeout, self._accept_store = RulesFile(rules, environ, good), timeout, accept_store
        self._patient = patient
        self.state_dir, self._socket = state_dir, socket or state_dir / "control.sock"
        self._reads = Reads(rules, state_dir, environ)
        self._environ = {**environ, "WATCHFLOOR_SOCKET": str(self._socket)}
        self._stopped = asyncio.Event()
        self._stepped = timedelta(0)  # what the wall clock was set by, until stored times have been moved by it
        self.owned = Owned()

    @property
    def config(self) -> Config:
        """Return the rules in force."""
        return self._rules.config

    async def __aenter__(self) -> Self:
        try:
            await self._open(datetime.now(UTC))
        except BaseException:
            await self.owned.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.owned.close()

    async def _open(self, now: datetime) -> None:
        """Open all that has threads, tasks or processes. The order matters: `Owned` closes in reverse.

        Whoever brings work is closed before those who do it, and the writer lane after all that may still write.
        """
        owned, config = self.owned, self.config
        owned.add(lock(self.state_dir), lambda each: each.close(), "lock")
        url = self._rules.environ.get(VARIABLE) or config.store
        if not self._accept_store and not url:
            need_file(self.state_dir)
        note_url(self.state_dir, url)
        self.database = owned.add(store_of(self.state_dir, url), Database.close)
        await self._migrate()
        # In a thread, as it waits for writes whose callers still want the loop.
        self.lane = owned.add(WriterLane(self.database), lambda each: asyncio.to_thread(each.close))
        before = None if self._accept_store else read_stamp(self.state_dir)
        write_stamp(self.state_dir, await self.lane.write(partial(sign_life, now=now, before=before)))
        self._logbook = Logbook(self.lane, self.state_dir, self._rules.path, self._rules.environ)
        self._watch = owned.add(Watch(self.state_dir, self.lane, lambda: self.config), Watch.close)
        workers = owned.add(Workers(), Workers.close)
        page_workers = owned.add(Workers(processes=1), Workers.close)  # of their own: a hostile page delays no feed
        self._deliver = owned.add(Deliver(self.database, self.lane, config), lambda each: each.close(SENDS_END_WITHIN))
        self.commands = Commands(
            self.database, self.lane, self._deliver, self._logbook, lambda: self.config, lambda: self._watch.store_there
        )
        acknowledgements = owned.add(Acknowledgements(self.database, self.lane, config), Acknowledgements.close)
        self._collecting = Collecting(self.database, self.lane, workers)
        poll = Poll(config, self._collecting, self._timeout, self._heard)
        await poll.open(now)
        owned.add(self._collecting, Collecting.close)
        self._pages = owned.add(
            FullText(self.database, self.lane, page_workers, lambda: self._collecting.network), FullText.close
        )
        self._pages.use(self._collecting.fetching, config.sources)
        translator = owned.add(Translator(self.database, self.lane, config), Translator.close)
        health = Health(self.database, self.lane, config)
        triage = Triage(self.database, self.lane, config, Matcher(config))
        encoding = owned.add(Encoding(self.database, self.lane, config), Encoding.close)
        triage.read_ahead = encoding.ahead
        # The one order of a tick, of a round and of a reload: alerts/run/stages.py says why it is so.
        self._line = Line(self._collecting, (workers, page_workers), triage, self._deliver, self.lane)
        self._stages: tuple[Stage, ...] = (
            poll,
            TellHealth(config, health, self._collecting),
            MendChildren(config, health, (workers, page_workers)),
            ReadHeadlines(config, encoding, triage),
            Judge(config, triage, self._deliver, self._collecting),
            Digest(config, ScheduledDigests(self.lane, config)),
            Acknowledge(config, acknowledgements),
            EndSilences(config, self.lane),
            Send(config, self._deliver),
            FetchPages(config, self._pages, self._collecting, self._heard),
            TranslateHeadlines(config, translator),
            Expire(config, self.lane, self._collecting),
            TellFailing(config, triage, self.lane, self.state_dir, lambda: self._watch.store_there),
        )

    async def _migrate(self) -> None:
        """Bring the store up to date; a daemon waits for one that is locked or whose disk is full, and says so."""
        began, told = time.monotonic(), False
        while True:
            try:
                return self.database.migrate("crawler", "alerts", judge=self._judge_store)
            except StoreBusy as error:
                if not self._patient:
                    raise
                log.error("store not opened, trying again: %s", error)
                if time.monotonic() - began > STILL and not told:
                    told = True
                    what = (self.state_dir, self.config, "does not start yet: nothing is watched", str(error))
                    await asyncio.to_thread(tell_once, *what, datetime.now(UTC))
            await asyncio.sleep(OPENED_AGAIN)

    def _judge_store(self, connection: Connection) -> None:
        """Raise StoreError where the store is not the one that was here before; nothing of it was changed yet."""
        if not self._accept_store:
            need_same(connection, self.state_dir, self.database.name)

    # -- one full round, at a time of the caller's choosing ------------------------------------------------

    async def start(self, now: datetime) -> None:
        """Recover what the last process left (future times, deliveries in flight), before any tick or round."""
        self._collecting.believe(now)
        await self.lane.write(partial(_believe, now=now))
        await self._deliver.recover(now)
        if renewed := await self.lane.write(partial(restoring.note_start, now=now)):
            log.warning("first start since a restore: messages over their age are tried anew number=%d", renewed)
        if self._rules.problems:  # we run by the rules that were last in force
            await self._refuse(self._rules.problems, now)
        else:
            await self._note_reload(now, "start", unset_lines(self.config))
            await self._logbook.started(self.config, now, always=self._patient)
            await asyncio.to_thread(keep, self.state_dir, self.config)
        await self._tell_unset(now)
        if self._accept_store:
            title = "started on the store as it is, by an explicit word (--accept-store)"
            words = (
                "What it lost is lost. Where the state of a source is gone, what its feed holds now is taken for known "
                "and told to nobody, but for what is younger than settings.backfill."
            )
            await give_notice(self.lane, self.config, f"accepted:{now.isoformat()}", title, words, now)

    async def round(self, now: datetime) -> Round:
        """Poll what is due, match, decide and deliver what is due, all as of `now`; return the numbers.

        Raises StageError, after all stages have run, where one of them failed.
        """
        turn = Turn(lambda: now, waits=True)
        await run_stages(self._stages, turn)
        if turn.failed:
            raise StageError(turn.failed)
        return turn.did

    async def send(self, now: datetime) -> None:
        """Deliver what is due, and what becomes due by it, such as the notice of a dead message; wait for all."""
        await self._deliver.drain(lambda: now)

    # -- the daemon ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run a tick every second until told to stop."""
        clock = Clock()
        self._watch_signals()
        await self.start(clock())
        if self.database.sqlite:  # a server looks after its own files; docs/scaling.md says by what
            self.owned.add(Integrity(self.database, self._watch.tell), Integrity.close).start()
            copies = Backups(self.state_dir, lambda: self.config.backup, self._watch.tell)
            self.owned.add(copies, Backups.close).start()
        ticker = self.owned.add(Ticker(lambda: self._tick(clock), TICK), Ticker.stop)
        ticker.start()
        canary = self.owned.add(Canary(self._line, lambda: self.config), Canary.close)
        canary.start()
        self._watch.start(canary, self._deliver.sends)
        gauges = Gauges(self.database, self.state_dir, self._watch, canary, self._line)
        page = Page(lambda: gauges.gather(self.config))
        watch = self._watch
        signs = SignsServer(lambda: self.config.metrics, page.render, watch.dead, watch.not_ready, watch.tell)
        self.owned.add(signs, SignsServer.close).start()
        self.owned.add(self._rules, RulesFile.close).watch(lambda: self.reload(clock()))
        reads = self.owned.add(self._reads, Reads.close)
        poll = poll_command(self._collecting, self._logbook.note, clock)
        commands = {"read": reads.answer, "poll": poll, **self.commands.by_name(clock)}
        group = self._socket.parent != self.state_dir
        control = self.owned.add(Control(self._socket, commands, group=group), Control.close)
        await control.open()
        tell = self._watch.tell
        board = BoardProcess(lambda: self.config.board, self._rules.path, self.state_dir, self._environ, tell)
        self.owned.add(board, BoardProcess.close).start()
        log.info(
            "running sources=%d rules=%d state=%s store=%s",
            len(self.config.sources),
            len(self.config.rules),
            self.state_dir,
            self.database.name,
        )
        supervisor.tell("READY=1")
        await self._until_stopped()
        supervisor.tell("STOPPING=1")
        await self._logbook.stopped()
        log.info("stopping")

    async def _until_stopped(self) -> None:
        """Wait for `stop`, and show meanwhile that the loop comes round."""
        while not self._stopped.is_set():
            self._watch.beats.loop = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), TICK)

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._rules.forget)

    async def _tick(self, clock: Clock) -> None:
        # Not a stage: by a store whose times have not followed the clock, waiting messages may look ten years old and
        # be given up. If this raises, the tick ends here, and the next one tries again.
        await self._follow(clock)
        await run_stages(self._stages, Turn(clock))
        self._show_tick(clock())

    def _show_tick(self, now: datetime) -> None:
        """Show the watch that a tick has ended, and since when sources are due while none is polled."""
        beats, moment = self._watch.beats, time.monotonic()
        beats.tick = moment
        idle = self._collecting.idle and self._collecting.due(now)
        beats.due = (beats.due or moment) if idle else None
        beats.unstored = self._collecting.unstored_since

    async def _heard(self, turn: Turn) -> None:
        """Judge and send at once what was just stored, instead of at the next tick or round."""
        self._pages.wake()
        await run_stages((each for each in self._stages if each.on_news), turn)

    async def _follow(self, clock: Clock) -> None:
        """If the wall clock was set, move due times by the same step: it must not make anything wait longer."""
        if step := clock.step():
            log.warning("the wall clock was set by %.0f s: due times move along", step.total_seconds())
            self._stepped += step
            for each in self._stages:
                each.shift(step)
        if self._stepped:  # kept until the store has followed: writing may fail
            await self.lane.write(partial(_shift, step=self._stepped, now=clock()))
            step, self._stepped = self._stepped, timedelta(0)
            if abs(step) > self.config.freshness:
                now, words = clock(), clock_words(step, self.config.freshness)
                await give_notice(self.lane, self.config, f"clock:{now.isoformat()}", *words, now)

    # -- rules -----------------------------------------------------------------------------------------------

    async def reload(self, now: datetime) -> bool:
        """Read rules.yaml again. Return False where it has errors: the rules in force stay, and the admin is told.

        Raises StageError where a stage could not follow; the others have.
        """
        before = self.config
        try:
            loaded = await self._rules.load()
        except ConfigError as error:
            await self._refuse(tuple(str(problem) for problem in error.problems), now)
            return False
        await use_in_stages(self._stages, loaded, now)
        if loaded.store != before.store:
            log.warning("settings.store was changed: the store stays the one that was opened until the next start")
        log.info(
            "rules reloaded version=%s rules=%d sources=%d",
            loaded.version,
            len(loaded.rules),
            len(loaded.sources),
        )
        await self._note_reload(now, "applied", unset_lines(loaded))
        if set(unset_lines(loaded)) - set(unset_lines(before)):  # the others the admin was told of
            await self._tell_unset(now)
        await self._logbook.reloaded(before, loaded, now, signalled=self._rules.signalled)
        await asyncio.to_thread(keep, self.state_dir, loaded)
        caught = await asyncio.to_thread(self.commands.missed, loaded, Matcher(loaded), now - LOOKED_BACK)
        stories = len({each.revision.placement.story for each in caught})
        log.info("of the last 24 h the rules would have told %d stories more: watchfloor rematch sends them", stories)
        return True

    async def _tell_unset(self, now: datetime) -> None:
        """Tell the admin what does not run as a secret is not set: sources, translation. All else runs."""
        if unset_lines(self.config):
            title, body = unset_words(self.config)
            await give_notice(self.lane, self.config, f"unset:{now.isoformat()}", title, body, now)

    async def _refuse(self, problems: tuple[str, ...], now: datetime) -> None:
        """Log, note and tell the admin why the rules on disk are not used."""
        for each in problems:
            log.error("rules not reloaded, the old ones stay in force: %s", each)
        await self._note_reload(now, "refused", problems)
        kept = self._rules
        await self._logbook.refused(self.config, kept.files, problems, now, signalled=kept.signalled)
        many = len(problems)
        title = f"rules.yaml has {many} error{'s' * (many != 1)}; the old rules stay in force"
        await give_notice(self.lane, self.config, f"reload:{now.isoformat()}", title, "\n".join(problems), now)

    async def _note_reload(self, now: datetime, result: str, problems: tuple[str, ...]) -> None:
        """Store what `status` and `handover` say of the last reload."""
        note = partial(note_reload, now=now, result=result, version=self.config.version, problems=problems)
        await self.lane.write(note)


def _believe(connection: Connection, now: datetime) -> None:
    """Set times that lie in the future to now: they were stored by a clock that was ahead and is right again."""
    clock_steps.believe(connection, now)
    pages_wanted.believe(connection, now)


def _shift(connection: Connection, step: timedelta, now: datetime) -> None:
    """Move stored due times by `step`, by which the wall clock was set."""
    clock_steps.shift(connection, step, now)
    pages_wanted.shift(connection, step)


def describe(done: Round, at: datetime) -> dict[str, object]:
    """Return a round as `run --at` prints it."""
    return {"at": stamp(at), **asdict(done)}
