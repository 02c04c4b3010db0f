"""Runs the command `watchfloor` and kills it with SIGKILL at the k-th pass of a point of the line.

python -m tests.e2e.killed POINT K WORDS...   POINT: before_commit | after_commit | before_send | after_send, clock
(K milliseconds after the first commit), or never. KILLED_VARIANT breaks the line: mark_then_send takes a delivery as
sent before a byte leaves, send_then_mark keeps no trace of a send until it has ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from alerts import receivers
from alerts.alert import SendResult
from alerts.cli import main
from alerts.delivery import Delivery, DeliveryState
from alerts.store import claims, outbox
from crawler.store.db import Database

real_write: Callable[..., Any] = Database.write
real_send = receivers.send
real_claim = claims.claim


class Killer:
    """Counts the passes of one point and kills its own process at the k-th."""

    def __init__(self, point: str, k: int) -> None:
        self._point, self._left = point, k
        self._clock = threading.Thread(target=self._wait, args=(k / 1000,), daemon=True)
        self._started = threading.Lock()

    def at(self, point: str) -> None:
        self._left -= point == self._point
        if self._left == 0 and self._point != "clock":
            os.kill(os.getpid(), signal.SIGKILL)

    def start_clock(self) -> None:
        if self._point == "clock" and self._started.acquire(blocking=False):
            self._clock.start()

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def write(self, database: Database) -> Iterator[Any]:
        self.start_clock()
        with real_write(database) as connection:
            yield connection
            self.at("before_commit")
        self.at("after_commit")

    def send(self, *args: Any) -> SendResult:
        self.at("before_send")
        result = real_send(*args)
        self.at("after_send")
        return result


def mark_then_send(connection: Connection, delivery: str, now: datetime) -> Delivery | None:
    """Claim as a line would that is at most once."""
    if claimed := real_claim(connection, delivery, now):
        outbox.record(connection, claimed.id, DeliveryState.SENT, now)
    return claimed


def send_then_mark(connection: Connection, delivery: str, now: datetime) -> Delivery | None:
    """Claim as a line would that trusts its own memory: the store learns of a send when it has ended."""
    if claimed := real_claim(connection, delivery, now):
        table = outbox.deliveries
        values = {"state": DeliveryState.QUEUED.value, "due": now}
        connection.execute(update(table).where(table.c.id == claimed.id).values(values))
    return claimed


def run(point: str, k: str, *words: str) -> None:
    killer = Killer(point, int(k))
    Database.write = lambda self: killer.write(self)  # type: ignore[method-assign]  # noqa: PLW0108 - it must bind
    receivers.send = killer.send  # type: ignore[assignment]
    variant = os.environ.get("KILLED_VARIANT")
    if variant == "mark_then_send":
        claims.claim = mark_then_send
    elif variant == "send_then_mark":
        claims.claim = send_then_mark
        claims.IN_FLIGHT = (*claims.IN_FLIGHT, DeliveryState.QUEUED.value)  # type: ignore[assignment]
    sys.argv = ["watchfloor", *words]
    main()


if __name__ == "__main__":
    run(*sys.argv[1:])
