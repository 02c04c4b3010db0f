"""Child processes with a deadline per task, for parsing: a hung or crashed child costs its own task only."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as PoolTimeout
from pathlib import Path
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")
DEADLINE = 10.0  # seconds
PARENT_LOOKED_AT_EVERY = 1.0  # seconds
LARGEST_CHILD = 1 << 30  # bytes of address space a child may add


class WorkerTimeout(Exception):
    """The task was killed at its deadline."""


class WorkerDied(Exception):
    """The child ended before its task did."""


class Workers:
    """A pool of processes; open it before threads multiply, close it at the end."""

    def __init__(self, processes: int = 2, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=500,  # a child is replaced now and then, so that no leak of a parser lives for years
            initializer=_prepare_child,
            initargs=(os.getpid(),),
            context=multiprocessing.get_context("spawn"),
        )

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a child. Raises WorkerTimeout, WorkerDied, or what `work` raised."""
        future = self._pool.schedule(work, args=args, kwargs=kwargs, timeout=self._deadline)
        try:
            result: T = await asyncio.wrap_future(future)
        except (TimeoutError, PoolTimeout) as error:
            raise WorkerTimeout(f"killed after {self._deadline:g} s") from error
        except ProcessExpired as error:
            raise WorkerDied(f"the child ended with exit code {error.exitcode}") from error
        return result

    def close(self) -> None:
        """End the children, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


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
