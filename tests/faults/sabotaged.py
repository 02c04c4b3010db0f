"""The command `watchfloor`, with a saboteur inside: python -m tests.faults.sabotaged FILE WORDS...

What is written into FILE while it runs is carried out once: `end THREAD` ends a thread, `block` stops the event loop
for good, `stop` ends the scheduler of ticks, `clock SECONDS` sets the wall clock that the daemon sees. A fault that comes
from outside (a signal, a full disk, an error of a system call) needs none of this.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from alerts.cli import main
from crawler.clock import Clock, boot_seconds
from crawler.collect.scheduler import Ticker

LOOKS = 0.1  # seconds between two looks into the file
_ahead = timedelta(0)
_started: list[tuple[Ticker, asyncio.AbstractEventLoop]] = []
_blocked = threading.Event()


def _wall() -> datetime:
    return datetime.now(UTC) + _ahead


def _end(name: str) -> None:
    """Raise SystemExit in a thread: it comes through every `except Exception`, as a fault of the interpreter would."""
    for each in threading.enumerate():
        if each.name == name and each.ident:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(each.ident), ctypes.py_object(SystemExit))


def _clock(seconds: str) -> None:
    global _ahead  # noqa: PLW0603 - the one clock of the process
    _ahead += timedelta(seconds=float(seconds))


def _stop(_: str) -> None:
    for ticker, loop in _started:
        loop.call_soon_threadsafe(partial(ticker._scheduler.shutdown, wait=False))


def _block(_: str) -> None:
    _blocked.set()


ORDERS: dict[str, Callable[[str], None]] = {"end": _end, "clock": _clock, "stop": _stop, "block": _block}


def _obey(orders: Path) -> None:
    while True:
        time.sleep(LOOKS)
        try:
            words = orders.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            continue
        if words:
            orders.unlink()
            verb, _, rest = words.partition(" ")
            ORDERS[verb](rest)


def run(orders: str, *words: str) -> None:
    Clock.__init__.__defaults__ = (_wall, boot_seconds)
    start: Callable[[Ticker], None] = Ticker.start
    step: Callable[[Clock], timedelta] = Clock.step

    def started(self: Ticker) -> None:
        _started.append((self, asyncio.get_running_loop()))
        start(self)

    def stepped(self: Clock) -> timedelta:
        if _blocked.is_set():  # each tick asks the clock, on the event loop
            time.sleep(100_000)
        return step(self)

    Ticker.start = started  # type: ignore[method-assign]
    Clock.step = stepped  # type: ignore[method-assign]
    threading.Thread(target=_obey, args=(Path(orders),), name="saboteur", daemon=True).start()
    sys.argv = ["watchfloor", *words]
    main()


if __name__ == "__main__":
    run(*sys.argv[1:])
