"""The wall clock was set: the times that stages and store hold move by the same step."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from alerts.decide.roles import KEEPER
from alerts.line.notices import give_notice
from alerts.rule import Config
from alerts.run.health import clock_words
from alerts.run.stage import Stage
from alerts.store import clock_steps
from crawler.clock import Clock
from crawler.store import pages_wanted
from crawler.store.errors import StaleLease
from crawler.store.holdings import Shares
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
STEP_KEPT = 30.0  # seconds in which who keeps the store is found, where a step of its clock has ended all leases


class ClockFollowing:
    """Moves due times by the steps of the wall clock: none must make anything wait longer.

    `shared` is whether several daemons, which all see a step, share the store: the clock is then its server's.
    """

    def __init__(self, lane: Lane, shares: Shares, stages: Sequence[Stage], *, shared: bool) -> None:
        self._lane, self._shares, self._stages, self._shared = lane, shares, stages, shared
        self._stepped = timedelta(0)  # what the wall clock was set by, until stored times have been moved by it
        self._step_seen = 0.0  # by the monotonic clock

    async def follow(self, clock: Clock, config: Config) -> None:
        """If the wall clock was set since the last call, move all due times; a large step is told to the admin."""
        if step := clock.step():
            log.warning("the wall clock was set by %.0f s: due times move along", step.total_seconds())
            self._stepped, self._step_seen = self._stepped + step, time.monotonic()
            for each in self._stages:
                each.shift(step)
        if self._stepped:
            await self._move_stored(clock, config)

    async def _move_stored(self, clock: Clock, config: Config) -> None:
        """Move what is stored; the step is kept until the store has followed, for writing may fail."""
        keeps = self._shares.holds(KEEPER)  # of several daemons, which all see the step, one moves what is stored
        if not keeps and time.monotonic() - self._step_seen < STEP_KEPT:
            return  # by such a step each seems dead to the others: we may have to do it in a moment
        moved = False
        if keeps:
            work = partial(_shift, step=self._stepped, now=clock(), shared=self._shared)
            try:
                moved = await self._lane.write(self._shares.grant(KEEPER).guard(work))
            except StaleLease as error:  # lost in this moment: the next tick sees who keeps the store
                log.warning("stored times not moved yet: %s", error)
                return
        step, self._stepped = self._stepped, timedelta(0)
        if moved and abs(step) > config.freshness:
            whose = "the database's server" if self._shared else "this machine"
            now, words = clock(), clock_words(step, config.freshness, whose)
            await give_notice(self._lane, config, f"clock:{now.isoformat()}", *words, now)


def believe(connection: Connection, now: datetime) -> None:
    """Set stored times that lie in the future to now: they were stored by a clock that was ahead and is right again."""
    clock_steps.believe(connection, now)
    pages_wanted.believe(connection, now)


def _shift(connection: Connection, step: timedelta, now: datetime, *, shared: bool) -> bool:
    """Move stored due times by `step`, by which the wall clock was set; return False where another daemon has."""
    if shared and not clock_steps.note(connection, step, now):
        return False
    clock_steps.shift(connection, step, now)
    pages_wanted.shift(connection, step)
    return True
