"""Items or a step go in; on a terminal, a line on standard error says how far they are, or what is being done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from threading import Timer
from typing import TextIO, TypeVar

T = TypeVar("T")
SHOWN_AFTER = 1.0  # seconds: what is done sooner needs no progress
SHOWN_EVERY = 0.2  # seconds
_ERASE = "\r\x1b[K"  # the line, as far as it was written


def progress(items: Iterable[T], word: str, *, out: TextIO | None = None) -> Iterator[T]:
    """Yield the items, and meanwhile write "matching: 12,000 of 80,000 articles" if standard error is a terminal.

    Nothing is written for what takes less than a second, and nothing of it stays.
    """
    out = out or sys.stderr
    if not out.isatty():
        yield from items
        return
    whole = f" of {len(items):,}" if isinstance(items, Sized) else ""
    due, shown = time.monotonic() + SHOWN_AFTER, False
    try:
        for number, each in enumerate(items, 1):
            yield each
            if time.monotonic() >= due:
                out.write(f"{_ERASE}{word}: {number:,}{whole} articles")
                out.flush()
                due, shown = time.monotonic() + SHOWN_EVERY, True
    finally:
        if shown:
            out.write(_ERASE)
            out.flush()


@contextmanager
def doing(what: str, *, out: TextIO | None = None) -> Iterator[None]:
    """Write what is being done if standard error is a terminal and it lasts over a second; nothing of it stays.

    What is done may not write to the terminal itself.
    """
    out = out or sys.stderr
    if not out.isatty():
        yield
        return
    said: list[str] = []

    def say() -> None:
        said.append(what)
        out.write(f"{_ERASE}{what} ...")
        out.flush()

    timer = Timer(SHOWN_AFTER, say)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if said:
            out.write(_ERASE)
            out.flush()
