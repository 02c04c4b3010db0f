"""Call a coroutine once a tick. Due times are stored with the sources, so a missed tick loses nothing.

APScheduler follows the wall clock: when that is set back by an hour, it stands still for an hour. A watchdog on the
monotonic clock re-arms the tick when it is overdue.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)
LATE = 3.0  # ticks without one before the watchdog steps in
LONG = 10.0  # seconds of one tick from which the log says so


class Ticker:
    """Calls `tick` every `every` seconds. A tick that is still running is not started a second time."""

    def __init__(self, tick: Callable[[], Awaitable[None]], every: float) -> None:
        self._tick, self._every = tick, every
        self._last = time.monotonic()
        # a tick that is late runs all the same, and several that were missed run once
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_listener(_note, EVENT_JOB_ERROR)
        self._watchdog: asyncio.Task[None] | None = None
        self._stopping = False
        self.rearmed = 0

    def start(self) -> None:
        """Start ticking; the first tick comes at once."""
        self._arm()
        self._scheduler.start()
        self._watchdog = asyncio.create_task(self._watch(), name="tick watchdog")

    def _arm(self) -> None:
        self._scheduler.add_job(
            self._run,
            "interval",
            seconds=self._every,
            id="tick",
            replace_existing=True,
            next_run_time=datetime.now(UTC),
        )

    async def _run(self) -> None:
        # before and after: a tick that takes long is not overdue
        began = self._last = time.monotonic()
        try:
            await self._tick()
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            # by `stop`: APScheduler would log the traceback of a job that failed
        self._last = time.monotonic()
        if (took := self._last - began) > LONG:
            log.info("a round of all stages took %.0f s: a backlog, or a busy machine; the next begins now", took)

    async def _watch(self) -> None:
        """Re-arm the tick if none came for LATE intervals by the monotonic clock."""
        while True:
            await asyncio.sleep(self._every)
            if time.monotonic() - self._last > LATE * self._every + 1.0:
                waited = time.monotonic() - self._last
                log.warning(
                    "no round for %.0f s: the clock was set back, or this process stood still; on again", waited
                )
                self.rearmed += 1
                self._last = time.monotonic()
                self._arm()
                self._scheduler.wakeup()

    async def stop(self) -> None:
        """Stop ticking; a tick in progress is not waited for."""
        self._stopping = True
        if self._watchdog:
            self._watchdog.cancel()
            with suppress(asyncio.CancelledError):
                await self._watchdog
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _note(event: JobExecutionEvent) -> None:
    log.error("a round failed: %r", event.exception)
