"""Child processes with a deadline per task, for parsing: a hung or crashed child costs its own task only.

Each child has a pool, and so a pair of pipes, of its own. Children of one pool share both: one that is killed while it
holds their lock, or has half a message written, holds up the others, and one that is killed while all are idle makes
Pebble give up the pool. Here a pool whose child ended is replaced, and no other child is touched.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")
DEADLINE = 10.0  # seconds
BEGUN_WITHIN = 30.0  # seconds for a child to start and take its task
PARENT_LOOKED_AT_EVERY = 1.0  # seconds
LARGEST_CHILD = 1 << 30  # bytes of address space a child may add


class WorkerTimeout(Exception):
    """The task was killed at its deadline."""


class WorkerDied(Exception):
    """Twice in a row, the child ended before its task did."""


class WorkerKilled(WorkerDied):
    """As WorkerDied, but by SIGKILL or before the task began: the machine's doing (short of memory), not the task's.

    A child that takes too much memory itself gets a MemoryError, by its own limit.
    """


class Workers:
    """Children that run one task each at a time; open it before threads multiply, close it at the end.

    `died` counts the children that ended without being told to, since the start.
    """

    def __init__(self, processes: int = 2, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._turns = asyncio.Semaphore(processes)
        self._idle = [_Child() for _ in range(processes)]
        self._children = tuple(self._idle)
        self.died = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a child, and once more in a fresh one if the child ended before it was done.

        Raises WorkerTimeout, WorkerDied, WorkerKilled, or what `work` raised.
        """
        async with self._turns:
            child = self._idle.pop()
            try:
                try:
                    return await self._attempt(child, work, args, kwargs)
                except WorkerDied:
                    return await self._attempt(child, work, args, kwargs)
            finally:
                self._idle.append(child)

    async def _attempt(self, child: _Child, work: Callable[..., T], args: Any, kwargs: Any) -> T:
        self._mend(child)
        try:
            future = child.schedule(work, args, kwargs, self._deadline)
            async with asyncio.timeout(self._deadline + BEGUN_WITHIN) as whole:
                result: T = await asyncio.wrap_future(future)
        except TimeoutError as error:
            if whole.expired():  # Pebble counts from when the child took the task, which it never did
                self._replace(child)
                raise WorkerKilled("the child took no task") from error
            raise WorkerTimeout(f"killed after {self._deadline:g} s") from error
        except (ProcessExpired, BrokenProcessPool) as error:
            self._replace(child)
            raise _death(error) from error
        return result

    def mend(self) -> None:
        """Start a child in place of each that ended while it was idle, instead of when the next task comes."""
        for child in self._idle:
            self._mend(child)

    def _mend(self, child: _Child) -> None:
        if child.started and not child.pool.active:
            self._replace(child)

    def _replace(self, child: _Child) -> None:
        self.died += 1
        child.replace()

    def close(self) -> None:
        """End the children, whatever they are doing."""
        for child in self._children:
            child.pool.stop()
        for child in self._children:
            child.pool.join()


class _Child:
    """A pool of one process; it starts with its first task."""

    def __init__(self) -> None:
        self.pool, self.started = _pool(), False

    def schedule(self, work: Callable[..., Any], args: Any, kwargs: Any, deadline: float) -> Future[Any]:
        """Hand a task over. Raises BrokenProcessPool."""
        self.started = True
        try:
            future: Future[Any] = self.pool.schedule(work, args=args, kwargs=kwargs, timeout=deadline)
        except RuntimeError as error:  # Pebble's word for a pool that broke a moment ago
            raise BrokenProcessPool(str(error)) from error
        return future

    def replace(self) -> None:
        """Start a fresh child; what is left of the broken pool is cleared away in a thread, as that takes a while."""
        threading.Thread(target=_end, args=(self.pool,), name="ended child", daemon=True).start()
        self.pool = _pool()
        self.started = self.pool.active  # to look at a pool starts it


def _pool() -> Any:
    return ProcessPool(
        max_workers=1,
        max_tasks=500,  # a child is replaced now and then, so that no leak of a parser lives for years
        initializer=_prepare_child,
        initargs=(os.getpid(),),
        context=multiprocessing.get_context("spawn"),
    )


def _end(pool: Any) -> None:
    pool.stop()
    pool.join()


def _death(error: ProcessExpired | BrokenProcessPool) -> WorkerDied:
    if isinstance(error, BrokenProcessPool):
        return WorkerKilled("the child was killed before it began")
    if error.exitcode == -signal.SIGKILL:
        return WorkerKilled("the child was killed (SIGKILL)")
    return WorkerDied(f"the child ended with exit code {error.exitcode}")


def _prepare_child(parent: int) -> None:
    """Leave Ctrl-C to the parent, bound the child's memory, and end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    own = resource.getpagesize() * int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (own + LARGEST_CHILD, resource.RLIM_INFINITY))
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_AT_EVERY)
    os._exit(0)
