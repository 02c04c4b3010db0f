"""Run parsers in child processes with a deadline for each task: a child that hangs or crashes costs only its own task.

The deadline is one of processor time, which a feed costs whatever else the machine does; by the clock a task gets more.

Each child has its own pool, and so its own pair of pipes. Children of one pool share both: one that is killed while it
has their lock or has written half a message blocks the others, and one that is killed while all are idle makes Pebble
give up the pool. Here only the pool of the child that ended is replaced.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.limits import limit

P = ParamSpec("P")
T = TypeVar("T")
DEADLINE = 10.0  # seconds of processor time
PATIENCE = 6  # times the deadline, by the clock: for a child that waits, or that a busy machine lets wait
PARSERS = ("crawler.parse.feeds", "crawler.parse.sitemaps", "crawler.parse.sections", "crawler.parse.pages")
BEGUN_WITHIN = 30.0  # seconds for a child to start and take its task
LARGEST_CHILD = 1 << 30  # bytes of address space a child may add

# Children are forked from one server process that has imported the parsers: a child that was killed is replaced in
# some 10 ms instead of half a second, and its imports are shared memory. A plain fork of the daemon would copy locks
# that other threads hold. multiprocessing starts the server with the first child, and again if it was killed.
# Where the daemon is killed, or ends at once as only a restart heals it, the tracker of multiprocessing removes the
# semaphores of the pools and warns of a leak, which is none. It takes over the warning options of this process.
sys.warnoptions.append("ignore:resource_tracker:UserWarning")
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["crawler.fetch.workers", *PARSERS])


class WorkerTimeout(Exception):
    """The task was killed at its deadline."""


class WorkerDied(Exception):
    """The child ended before its task did, twice in a row."""


class WorkerKilled(WorkerDied):
    """The child was killed by SIGKILL or before it took its task: the machine is short of memory, the task is not at
    fault.

    A child that takes too much memory itself gets a MemoryError, by its own limit.
    """


class Workers:
    """Child processes that run one task each. Open it before other threads start, close it at the end.

    `died` counts the children that ended unasked since the start.
    """

    def __init__(self, processes: int = 2, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._turns = asyncio.Semaphore(processes)
        self._idle = [_Child() for _ in range(processes)]
        self._children = tuple(self._idle)
        self.died = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a child, and once more in a new one if the child ended first.

        Raise WorkerTimeout, WorkerDied, WorkerKilled, or what `work` raised.
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
            async with asyncio.timeout(self._deadline * PATIENCE + BEGUN_WITHIN) as whole:
                result: T = await asyncio.wrap_future(future)
        except TimeoutError as error:
            if whole.expired():  # Pebble counts from when the child took the task, which it never did
                self._replace(child)
                raise WorkerKilled("the child took no task") from error
            raise WorkerTimeout(f"killed after {self._deadline * PATIENCE:g} s") from error
        except (ProcessExpired, BrokenProcessPool) as error:
            if isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGPROF:
                child.replace()  # ended as asked
                raise WorkerTimeout(f"killed after {self._deadline:g} s of processor time") from error
            self._replace(child)
            raise _death(error) from error
        return result

    def mend(self) -> None:
        """Replace children that ended while they were idle now, and not when the next task comes."""
        for child in self._idle:
            self._mend(child)

    def _mend(self, child: _Child) -> None:
        if child.started and not child.pool.active:
            self._replace(child)

    def _replace(self, child: _Child) -> None:
        self.died += 1
        child.replace()

    def close(self) -> None:
        """End the children, whatever they are doing. None is started after it."""
        for child in self._children:
            child.stop()
        for child in self._children:
            child.pool.join()


class _Child:
    """A pool of one process, which starts with its first task."""

    def __init__(self) -> None:
        self.pool, self.started, self._stopped = _pool(), False, False

    def schedule(self, work: Callable[..., Any], args: Any, kwargs: Any, deadline: float) -> Future[Any]:
        """Give the child a task and return its future. Raise BrokenProcessPool if its pool is broken."""
        self.started = True
        try:
            task = (deadline, work, args, kwargs)
            future: Future[Any] = self.pool.schedule(_within, args=task, timeout=deadline * PATIENCE)
        except RuntimeError as error:  # Pebble's word for a pool that broke a moment ago
            raise BrokenProcessPool(str(error)) from error
        return future

    def replace(self) -> None:
        """Start a new child. The broken pool is cleaned up in a thread, because that takes a while.

        Once stopped, no child is started: a task may learn only after the stop that its child ended before.
        """
        if self._stopped:
            return
        threading.Thread(target=_end, args=(self.pool,), name="ended child", daemon=True).start()
        self.pool = _pool()
        self.started = self.pool.active  # to look at a pool starts it

    def stop(self) -> None:
        self._stopped = True
        self.pool.stop()


def _within(seconds: float, work: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Run a task in the child; SIGPROF ends the child once it has used `seconds` of processor time (setitimer(2))."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return work(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _pool() -> Any:
    return ProcessPool(
        max_workers=1,
        max_tasks=500,  # a child is replaced now and then, so that no leak of a parser lives for years
        initializer=_prepare_child,
        initargs=(os.getpid(),),
        context=FORKING,
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


def _prepare_child(daemon: int) -> None:
    """Set up a child of the daemon with this process id: ignore Ctrl-C, limit its memory, end when the daemon does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # the limit counts all address space, also what the interpreter has already
    own = resource.getpagesize() * int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit(resource.RLIMIT_AS, own + LARGEST_CHILD)
    threading.Thread(target=_end_with, args=((daemon, os.getppid()),), daemon=True).start()


def _end_with(processes: tuple[int, ...]) -> None:
    """End this process as soon as one of the others has ended.

    Without the server nobody can tell the daemon how this child ended, so it would be left alone at its deadline. A
    pidfd stays with its process; a number may be given to another one (pidfd_open(2), Linux 5.3).
    """
    ended = select.poll()
    with suppress(ProcessLookupError):  # it has ended already
        for process in processes:
            ended.register(os.pidfd_open(process), select.POLLIN)
        ended.poll()
    os._exit(0)
