"""Runs the command `watchfloor` and kills it with SIGKILL at the k-th pass of a point of the line.

python -m tests.e2e.killed POINT K WORDS...   POINT: before_commit | after_commit | before_send | after_send
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alerts import receivers
from alerts.alert import SendResult
from alerts.cli import main
from crawler.db import Database

real_write: Callable[..., Any] = Database.write
real_send = receivers.send


class Killer:
    """Counts the passes of one point and kills its own process at the k-th."""

    def __init__(self, point: str, k: int) -> None:
        self._point, self._left = point, k

    def at(self, point: str) -> None:
        self._left -= point == self._point
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def write(self, database: Database) -> Iterator[Any]:
        with real_write(database) as connection:
            yield connection
            self.at("before_commit")
        self.at("after_commit")

    def send(self, *args: Any) -> SendResult:
        self.at("before_send")
        result = real_send(*args)
        self.at("after_send")
        return result


def run(point: str, k: str, *words: str) -> None:
    killer = Killer(point, int(k))
    Database.write = lambda self: killer.write(self)  # type: ignore[method-assign]  # noqa: PLW0108 - it must bind
    receivers.send = killer.send  # type: ignore[assignment]
    sys.argv = ["watchfloor", *words]
    main()


if __name__ == "__main__":
    run(*sys.argv[1:])
