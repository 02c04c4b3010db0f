"""The daemon: opens what runs, runs the stages at each tick or in a round, follows rules.yaml, answers commands.

The event loop fetches and keeps time; child processes parse; one thread writes; each send has a thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from alerts.decide.roles import Role
from alerts.line.direct_notice import tell_once
from alerts.rule import Config
from alerts.run import supervisor
from alerts.run.backup_thread import Backups
from alerts.run.board_process import BoardProcess
from alerts.run.canary import Canary
from alerts.run.clock_following import ClockFollowing, believe
from alerts.run.control import Control
from alerts.run.figures import Gauges
from alerts.run.heap import give_back
from alerts.run.integrity import Integrity
from alerts.run.lock import lock
from alerts.run.logbook import Logbook
from alerts.run.metrics import Page
from alerts.run.opening_line import Opening
from alerts.run.opening_store import StoreOpening
from alerts.run.owned import Owned
from alerts.run.patience import patiently
from alerts.run.poll_order import poll_command
from alerts.run.reads import Reads
from alerts.run.reloading import Reloading
from alerts.run.rules_file import RulesFile, read_rules
from alerts.run.rules_saving import save_command
from alerts.run.secrets_file import SecretsFile
from alerts.run.sharing import Sharing
from alerts.run.signs_server import SignsServer
from alerts.run.stage import Round, Stage, StageError, Turn, run_stages
from alerts.run.started_on import Start, tell_beginning
from alerts.run.watch import Watch
from alerts.store import restoring
from alerts.store.opening import VARIABLE
from crawler.clock import Clock
from crawler.collect.scheduler import Ticker
from crawler.store.db import Database
from crawler.store.errors import StoreHeld, StoreLost
from crawler.store.holdings import ALONE, Shares
from crawler.store.leases import NEWS, POLLS

log = logging.getLogger(__name__)
TICK = 1.0  # seconds


class Service:
    """Everything that runs: `async with Service(path, state_dir, environ) as service` opens it, and closes it in order.

    The rules are those that were read, or the path of those to read. Raises ConfigError where they cannot be read, and
    on entering AlreadyRunning or StoreError.
    """

    def __init__(
        self,
        rules: RulesFile | Path,
        state_dir: Path,
        secrets: SecretsFile | Mapping[str, str],
        *,
        timeout: float = 20.0,
        accept_store: bool = False,
        patient: bool = False,
        socket: Path | None = None,
        role: Role = Role.ALL,
    ) -> None:
        secrets = secrets if isinstance(secrets, SecretsFile) else SecretsFile(None, secrets)
        environ = secrets.values
        read = rules if isinstance(rules, RulesFile) else read_rules(rules, state_dir, secrets, patient=patient)
        self._rules = read
        self._timeout, self._accept_store = timeout, accept_store
        self._patient, self._role = patient, role
        self._sharing: Sharing | None = None  # with other daemons, where the store is in PostgreSQL
        self._shares: Shares = ALONE
        self.state_dir, self._socket = state_dir, socket or state_dir / "control.sock"
        self._reads = Reads(read.path, state_dir, lambda: self._rules.environ)
        self._environ = {**environ, "WATCHFLOOR_SOCKET": str(self._socket)}
        self._stopped = asyncio.Event()
        self.owned = Owned()

    @property
    def config(self) -> Config:
        """Return the rules in force."""
        return self._rules.config

    async def __aenter__(self) -> Self:
        if self._patient:  # what waits within keeps what is open; where the store is cut off elsewhere, all opens anew
            await patiently(self._open_whole, self._tell_waiting)
        else:
            await self._open_whole()
        return self

    async def _open_whole(self) -> None:
        self.owned = Owned()
        try:
            await self._open(datetime.now(UTC))
        except BaseException as error:
            await self.owned.close()
            if isinstance(error, StoreLost):  # all is opened anew, as where another has it from the first
                raise StoreHeld(str(error)) from error
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.owned.close()

    async def _open(self, now: datetime) -> None:
        """Open all that has threads, tasks or processes. The order matters: `Owned` closes in reverse.

        Whoever brings work is closed before those who do it, and the writer lane after all that may still write.
        """
        self.owned.add(lock(self.state_dir), lambda each: each.close(), "lock")
        opening = StoreOpening(
            self.owned,
            self.state_dir,
            self.config,
            self._role,
            accept=self._accept_store,
            share=self._patient,
            in_store=self._in_store,
            tell=self._tell_directly,
        )
        opened = await opening.open(self._rules.environ.get(VARIABLE) or self.config.store, now)
        self.database, self.lane, self._sharing = opened.database, opened.lane, opened.sharing
        self._shares = opened.shares
        self._logbook = Logbook(self.lane, self.state_dir, self._rules.path, self._rules.secrets)
        self._watch = self.owned.add(Watch(self.state_dir, self.lane, lambda: self.config), Watch.close)
        with self.database.errors():  # they read what the last process stored
            await self._open_stages(now)

    async def _open_stages(self, now: datetime) -> None:
        opening = Opening(
            self.owned, self.database, self.lane, self._shares, self.state_dir, self._timeout, self._heard
        )
        opened = await opening.open(self._rules, self._logbook, self._watch, self._sharing, now)
        self._collecting, self._pages, self._deliver = opened.collecting, opened.pages, opened.deliver
        self.commands, self._line, self._stages = opened.commands, opened.line, opened.stages
        self._followers = opened.followers
        self._clock = ClockFollowing(self.lane, self._shares, self._stages, shared=self._sharing is not None)
        self._reloading = Reloading(
            self._rules,
            self.lane,
            self._logbook,
            self.state_dir,
            self._stages,
            self.commands,
            lambda: opened.line.triage.matcher,
            self._sharing,
        )

    def _tell_directly(self, title: str, body: str) -> None:
        self._watch.tell(title, body)  # it is opened later than who tells this

    async def _in_store(self, database: Database, work: Callable[[], Awaitable[None]]) -> None:
        """Do what a start does in the store; a daemon waits for one that cannot be had now, and says so."""

        async def in_store() -> None:
            with database.errors():
                await work()

        if self._patient:
            await patiently(in_store, self._tell_waiting)
        else:
            await in_store()

    def _tell_waiting(self, why: str) -> None:
        title = "does not start yet: nothing is watched"
        tell_once(self.state_dir, self.config, title, why, datetime.now(UTC))

    # -- one full round, at a time of the caller's choosing ------------------------------------------------

    async def start(self, now: datetime) -> None:
        """Recover what the last process left (future times, deliveries in flight), before any tick or round."""
        if self._sharing is None:  # else it is done of what becomes ours, as it does
            self._collecting.believe(now)
            await self._deliver.recover(now)
        if self._sharing is None or await self._sharing.is_alone():
            await self.lane.write(partial(believe, now=now))
        if renewed := await self.lane.write(partial(restoring.note_start, now=now)):
            log.warning("first start since a restore: messages over their age are tried anew number=%d", renewed)
        await self._reloading.begin(now, always=self._patient)
        start = Start(self.database.name, accepted=self._accept_store, watches=self._patient)
        await self.lane.write(partial(tell_beginning, config=self.config, start=start, now=now))

    async def round(self, now: datetime) -> Round:
        """Poll what is due, match, decide and deliver what is due, all as of `now`; return the numbers.

        Raises StageError, after all stages have run, where one of them failed.
        """
        turn = Turn(lambda: now, waits=True)
        await run_stages(self._ours(), turn, self._shares)
        if turn.failed:
            raise StageError(turn.failed)
        return turn.did

    async def send(self, now: datetime) -> None:
        """Deliver what is due, and what becomes due by it, such as the notice of a dead message; wait for all."""
        await self._deliver.drain(lambda: now)

    # -- the daemon ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run a tick every second until told to stop."""
        # where machines share a store they go by the clock of its server: what is due for one is due for all
        clock = Clock(self._sharing.pulse.now, drifts=True) if self._sharing else Clock()
        self._watch_signals()
        await self._in_store(self.database, partial(self.start, clock()))
        if self._sharing:
            self._sharing.start(self._followers, partial(self._told, clock))
        if self.database.sqlite:  # a server looks after its own files; docs/scaling.md says by what
            self.owned.add(Integrity(self.database, self._watch.tell), Integrity.close).start()
            copies = Backups(self.state_dir, lambda: self.config.backup, self._watch.tell)
            self.owned.add(copies, Backups.close).start()
        ticker = self.owned.add(Ticker(lambda: self._tick(clock), TICK), Ticker.stop)
        ticker.start()
        canary = self.owned.add(Canary(self._line, lambda: self.config), Canary.close)
        canary.start()
        self._watch.start(canary, self._deliver.sends, lambda: bool(self._sharing and self._sharing.faults.undone))
        gauges = Gauges(self.database, self.state_dir, self._watch, canary, self._line)
        page = Page(lambda: gauges.gather(self.config))
        watch = self._watch
        signs = SignsServer(lambda: self.config.metrics, page.render, watch.dead, watch.not_ready, watch.tell)
        self.owned.add(signs, SignsServer.close).start()
        self.owned.add(self._rules, RulesFile.close).watch(lambda: self.reload(clock()), self._watch.tell)
        reads = self.owned.add(self._reads, Reads.close)
        poll = poll_command(self._collecting, self._logbook.note, clock)
        save = save_command(self._rules, self.reload, clock)
        commands = {"read": reads.answer, "poll": poll, "save-rule": save, **self.commands.by_name(clock)}
        group = self._socket.parent != self.state_dir
        control = self.owned.add(Control(self._socket, commands, group=group), Control.close)
        await control.open()
        tell = self._watch.tell
        board = BoardProcess(lambda: self.config.board, self._rules.path, self.state_dir, self._environ, tell)
        self.owned.add(board, BoardProcess.close).start()
        give_back()
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
        if self._sharing:  # at once, so that a stop that is planned costs nothing
            await self._collecting.let_go()
            await self._sharing.leave()
        await self._logbook.stopped()
        log.info("stopping")

    async def _until_stopped(self) -> None:
        """Wait for `stop`, and show meanwhile that the loop comes round."""
        while not self._stopped.is_set():
            self._watch.beats.loop = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), TICK)

    async def reload(self, now: datetime) -> bool:
        """Read rules.yaml again. Return False where it has errors: the rules in force stay, and the admin is told.

        Raises StageError where a stage could not follow; the others have.
        """
        return await self._reloading.reload(now)

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
        await self._clock.follow(clock, self.config)
        await run_stages(self._ours(), Turn(clock), self._shares)
        if self._sharing:
            self._sharing.reach(is_down=self._collecting.network.down)
        self._show_tick(clock())

    def _ours(self) -> list[Stage]:
        """Return the stages that are ours to run."""
        return [each for each in self._stages if not each.lease or self._shares.holds(each.lease)]

    async def _told(self, clock: Clock, word: str) -> None:
        """Go on at once with what another daemon has stored or queued."""
        if word == NEWS:
            self._pages.wake()
        if word == POLLS:
            await self._collecting.follow_orders(clock())
        await run_stages((each for each in self._ours() if each.on_news), Turn(clock), self._shares)

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
        await run_stages((each for each in self._ours() if each.on_news), turn, self._shares)
