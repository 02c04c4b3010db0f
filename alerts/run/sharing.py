"""A store in PostgreSQL and what this daemon can do go in; what of the work is ours comes out, from moment to moment.

Each daemon looks every LOOK seconds who lives and what is held, takes what is free and gives up what is more than its
share (crawler/sources/shares.py). It gives up what rests; what runs ends first (decision 212).
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import time
import uuid
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from alerts.decide.roles import KEEPER, Role, listed, takes
from alerts.rule import Config
from alerts.run import lost_daemons
from alerts.run.others import home_of
from alerts.run.shared_work import SharingFaults, told_in
from crawler.clock import boot_seconds
from crawler.sources.shares import HOSTS, change
from crawler.store import leases
from crawler.store.db import Database
from crawler.store.errors import StaleLease, StoreError
from crawler.store.faults import in_words
from crawler.store.holdings import Follower, Grant, Holdings
from crawler.store.leases import SHARES, Daemon, Standing
from crawler.store.pulse import Pulse
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
LOOK = 2.0  # seconds between two looks at who holds what
SOON = 0.3  # seconds, while something is to be given up that still runs
AGREEMENTS = 2  # raised with what daemons that share a store rely on of each other
UNREACHED = 30.0  # seconds in which no source was reached, though more than one was tried
LEFT_FOR = 300.0  # seconds from then until we try again
LEAVE_WITHIN = 5.0  # seconds that a stop waits for that; what is left is given up at the end


class Sharing:
    """Shares a store from `open` to `close`; `holdings` says what is ours."""

    def __init__(
        self,
        database: Database,
        lane: WriterLane,
        state_dir: Path,
        role: Role,
        config: Config,
        tell: Callable[[str, str], object],
    ) -> None:
        self._database, self._lane, self._role = database, lane, role
        self.faults = SharingFaults(lane, tell)
        self.me = Daemon(
            id=uuid.uuid4().hex,
            home=home_of(state_dir),
            host=platform.node(),
            pid=os.getpid(),
            roles=role.value,
            program=f"{version('watchfloor')} ({AGREEMENTS})",
        )
        self._config, self._unreached, self._left_until = config, 0.0, 0.0
        self._others_collect = False
        self.use(config)
        self.holdings = Holdings(self.me.id)
        self.pulse = Pulse(database, self.holdings, self._hear, self._ask)
        self._heard: Callable[[str], Coroutine[Any, Any, None]] | None = None
        self._hurried: asyncio.Task[None] | None = None  # what a word of another has begun
        self._followers: tuple[Follower, ...] = ()
        self._new: dict[str, int] = {}  # what is ours by the store, and not taken over yet
        self._others: dict[str, str] = {}  # the other daemons, each with the version of its rules
        self._leaving = False
        self._turn, self._wake = asyncio.Lock(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._looking: asyncio.Task[None] | None = None

    def use(self, config: Config) -> None:
        """Hold what these rules name from the next look on."""
        self._config = config
        able = takes(config, self._role)
        if time.monotonic() < self._left_until:
            able = {name: n for name, n in able.items() if not name.startswith(f"{HOSTS}/")}
        self.me = replace(self.me, rules=config.version, takes=able)

    def reach(self, *, is_down: bool) -> None:
        """Leave the hosts to others for a while when our own network is down, and try them again after that.

        Where no other daemon collects, or the network of each is down, they are kept.
        """
        now = time.monotonic()
        if self._leaving or now < self._left_until:
            return
        if self._left_until:
            self._left_until, self._unreached = 0.0, now
            self.use(self._config)
        self._unreached = (self._unreached or now) if is_down else 0.0
        if is_down and now - self._unreached >= UNREACHED and self._others_collect:
            log.warning("our network is down: the hosts are left to other daemons for %.0f s", LEFT_FOR)
            self._left_until = now + LEFT_FOR
            self.use(self._config)

    async def open(self) -> None:
        """Come in beside the daemons that are there. Raises StoreHeld where they are of another version."""
        await self._enter()
        await asyncio.to_thread(self.pulse.start)

    async def is_alone(self) -> bool:
        """Return whether no other daemon shares the store now."""
        return len((await asyncio.to_thread(self._standing)).live) <= 1

    def start(self, followers: Iterable[Follower], heard: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        """Begin to take a share, of which `followers` are told; `heard` is called with what other daemons say."""
        self._followers, self._heard = tuple(followers), heard
        self._looking = asyncio.create_task(self._run(), name="shares")

    async def leave(self) -> None:
        """Begin nothing more, and give up at once all that rests."""
        self._leaving = True
        self.me = replace(self.me, takes={})
        with suppress(DatabaseError, StoreError, TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN):
                await self.look()

    async def close(self) -> None:
        """Give up all that is ours, so that others need not wait."""
        running = [each for each in (self._looking, self._hurried) if each]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(self.pulse.close)
        try:
            await self._lane.write(partial(_leave, daemon=self.me))
        except (DatabaseError, StoreError) as error:
            log.warning("what was ours is not given up, others take it when it is over: %s", error)

    async def say(self, word: str) -> None:
        """Tell the other daemons a word."""
        await self._lane.write(partial(leases.say, word=f"{word} {self.me.id}"))

    # -- what is ours ----------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            soon = False
            try:
                soon, failed = await self.look(), self.pulse.failure
            except (DatabaseError, StoreError) as error:  # the watch tells of a store that takes nothing
                log.warning("not looked at what is ours: %s", getattr(error, "orig", None) or error)
                failed = in_words(error)
            except StaleLease as error:  # what was just taken is lost again: the next look sees it
                log.warning("not taken over: %s", error)
                soon, failed = True, self.pulse.failure
            except Exception as error:  # whatever it is: who does not look takes nothing that another has left
                log.exception("not looked at what is ours")
                failed = in_words(error)
            self.faults.note_failure(failed, time.monotonic())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SOON if soon else LOOK)
            self._wake.clear()

    async def look(self) -> bool:
        """Take what is free, give up what is too much; return whether some of that still runs."""
        async with self._turn:
            found = await asyncio.to_thread(self._standing)
            if self.me.id not in found.live and not self._leaving:
                if not await self._renew():
                    self._drop(self.holdings.fences)
                    await self._enter()
                found = await asyncio.to_thread(self._standing)
            noted = found.live.get(self.me.id)
            if noted and (noted.rules, noted.takes) != (self.me.rules, self.me.takes):
                work = partial(leases.change, daemon=self.me.id, rules=self.me.rules, takes=self.me.takes)
                await self._lane.write(work)
            found = self._with_us(found)
            self._compare(found)
            given = self._to_give(found)
            self.holdings.close(given)
            idle = [each for each in given if not self._is_busy(each)]
            if found.dead or idle or self._to_take(found):
                self._compare(await self._lane.write(partial(self._settle, idle=idle)))
            await self._take_over()
            await self._follow_others(found)
            await self.faults.note_lacking(found, leaving=self._leaving)
            await self._tell_lost(found)
            return len(idle) < len(given)

    async def _follow_others(self, found: Standing) -> None:
        others = {name: each.rules for name, each in found.live.items() if name != self.me.id}
        able = (name for each in others for name in found.live[each].takes)
        self._others_collect = any(name.startswith(f"{HOSTS}/") for name in able)
        if others != self._others:
            self._others = others
            for each in self._followers:
                await each.others_changed(self.pulse.now())

    async def _tell_lost(self, found: Standing) -> None:
        """Tell the admin of daemons that died, once: by who keeps the store."""
        if self.holdings.holds(KEEPER) and await asyncio.to_thread(self._is_lost, found):
            await self._lane.write(partial(lost_daemons.tell, config=self._config, now=self.pulse.now()))

    def _is_lost(self, found: Standing) -> bool:
        with self._database.read() as connection:
            return lost_daemons.is_due(connection, found)

    def _standing(self) -> Standing:
        with self._database.read() as connection:
            return leases.standing(connection)

    def _with_us(self, found: Standing) -> Standing:
        """Return the standing with our rules in force, and what we can hold by them."""
        mine = found.live.get(self.me.id)
        now = {mine.id: replace(mine, rules=self.me.rules, takes=self.me.takes)} if mine else {}
        return replace(found, live={**found.live, **now})

    def _to_give(self, found: Standing) -> tuple[str, ...]:
        return change(self.me.id, _takes(found), found.held).give

    def _to_take(self, found: Standing) -> tuple[str, ...]:
        return change(self.me.id, _takes(found), found.held).take

    def _settle(self, connection: Connection, idle: Iterable[str]) -> Standing:
        """Bury the dead, give up of `idle` what is still too much, take what is free; return what is so then."""
        lost_daemons.bury(connection)
        found = self._with_us(leases.standing(connection))
        leases.give(connection, self.me.id, sorted({*idle} & {*self._to_give(found)}))
        leases.take(connection, self.me.id, self._to_take(found))
        return leases.standing(connection)

    def _compare(self, found: Standing) -> None:
        """Let go at once of what the store says is no longer ours; what is new is taken over."""
        ours = found.of(self.me.id)
        self._drop({name: fence for name, fence in self.holdings.fences.items() if ours.get(name) != fence})
        self._new = {name: fence for name, fence in ours.items() if name not in self.holdings.fences}

    async def _take_over(self) -> None:
        """Begin with what is newly ours, once all who remember something of it have read what the store says."""
        if not self._new or self._leaving:
            return
        grants = {name: Grant(name, self.me.id, fence) for name, fence in self._new.items()}
        for each in self._followers:
            await each.gained(grants, self.pulse.now())
        for name, fence in self._new.items():
            self.holdings.add(name, fence)
        log.info("ours from now on: %s", listed(grants))

    def _drop(self, names: Mapping[str, int]) -> None:
        if names:
            self.holdings.drop(names)
            for each in self._followers:
                each.lost(names.keys())
            log.info("no longer ours: %s", listed(names))

    def _is_busy(self, name: str) -> bool:
        return any(each.busy(name) for each in self._followers)

    async def _renew(self) -> bool:
        """Go on with what is ours where nobody has taken it: the store was gone for longer than we live without it."""
        began = boot_seconds()
        if renewed := await self._lane.write(partial(leases.renew, daemon=self.me.id)):
            self.holdings.live(began)
        return renewed

    async def _enter(self) -> None:
        began = boot_seconds()
        come_in = partial(_come_in, daemon=self.me, config=self._config, now=self.pulse.now())
        self.faults.add_told(await self._lane.write(come_in))
        self.holdings.live(began)

    def _follow(self, word: str) -> None:
        """Do at once what another daemon has made work of; while that runs, what is said more waits for a tick."""
        if self._heard and (self._hurried is None or self._hurried.done()):
            self._hurried = asyncio.create_task(self._heard(word), name="word of another")
            self._hurried.add_done_callback(_log_failure)

    # -- in the thread of the pulse --------------------------------------------------------------------------------

    def _ask(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: we end
            self._loop.call_soon_threadsafe(self.pulse.turned)

    def _hear(self, word: str) -> None:
        """Look at once where somebody came or left, or has us no more ("")."""
        said, _, who = word.partition(" ")
        with suppress(RuntimeError):
            if said in {SHARES, ""}:
                self._loop.call_soon_threadsafe(self._wake.set)
            elif who != self.me.id:
                self._loop.call_soon_threadsafe(self._follow, said)


def _come_in(connection: Connection, daemon: Daemon, config: Config, now: datetime) -> frozenset[str]:
    """Add a daemon; return what is noted as told of how the store is shared."""
    lost_daemons.bury(connection)
    lost_daemons.come_back(connection, config, daemon, now)
    leases.enter(connection, daemon)
    return told_in(connection)


def _leave(connection: Connection, daemon: Daemon) -> None:
    lost_daemons.bury(connection)
    leases.leave(connection, daemon.id)
    lost_daemons.forget(connection, daemon.home)


def _takes(found: Standing) -> dict[str, Mapping[str, int]]:
    return {name: each.takes for name, each in found.live.items()}


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):  # the next tick does the same
        log.error("word of another daemon not followed error=%r", error)
