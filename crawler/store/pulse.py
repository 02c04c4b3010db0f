"""A thread that says to the server that this daemon lives, hears what the others say, and knows the server's time.

It has a connection of its own: a sign of life must not wait until a write of ours, or of another daemon, has its turn.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import DatabaseError

from crawler.clock import boot_seconds
from crawler.store.db import Database
from crawler.store.faults import in_words
from crawler.store.holdings import Holdings
from crawler.store.leases import CHANNEL, LEASE

log = logging.getLogger(__name__)
PACE = 4.0  # seconds between two signs: three may be lost
LISTENED = 0.5  # seconds at a time: the end waits no longer
AGAIN = 1.0  # second after which a connection that was lost is tried anew
TURNED = 12.0  # seconds: an event loop that stands still for longer does no work, so others may have it
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Listening(Protocol):
    """A connection to the server, as crawler/store/postgres.py has it."""

    def put_off(self, daemon: str, seconds: float) -> tuple[bool, float]: ...

    def heard(self, seconds: float) -> Sequence[tuple[int, str]]: ...

    def close(self) -> None: ...


class Pulse:
    """Signs from `start` to `close`. `heard` is called in this thread with each word, `ask` to make the loop turn.

    `ask` must call `turned` from the event loop.
    """

    def __init__(
        self, database: Database, holdings: Holdings, heard: Callable[[str], None], ask: Callable[[], None]
    ) -> None:
        self._database, self._holdings, self._heard, self._ask = database, holdings, heard, ask
        self._turned = boot_seconds()
        self._offset: float | None = None  # from the seconds since boot to those of the server's clock
        self._narrowest = 0.0  # the time that the exchange took which gave it
        self.there = True  # whether the server had us at the last sign
        self.failure = ""  # why no sign is given, while none is
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def turned(self) -> None:
        """Note that the event loop comes round."""
        self._turned = boot_seconds()

    def now(self) -> datetime:
        """Return the time of the server's clock; before the first sign that of our own."""
        if self._offset is None:
            return datetime.now(UTC)
        return EPOCH + timedelta(seconds=boot_seconds() + self._offset)

    def start(self) -> None:
        """Give a first sign at once, and go on. Raises DatabaseError."""
        line = self._database.listen(CHANNEL)
        try:
            self._sign(line)
        finally:
            line.close()
        self._thread.start()

    def close(self) -> None:
        """Sign no more."""
        self._ending.set()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._listen()
            except DatabaseError as error:
                log.warning("no sign of life given, trying again: %s", error.orig)
                self.failure = f"no sign of life given: {in_words(error)}"
            except Exception as error:  # whatever it is: without signs another takes all that is ours
                log.exception("no sign of life given, trying again")
                self.failure = f"no sign of life given: {in_words(error)}"
            self._ending.wait(AGAIN)

    def _listen(self) -> None:
        line = self._database.listen(CHANNEL)
        try:
            while not self._ending.is_set():
                self._ask()
                if boot_seconds() - self._turned < TURNED:
                    self._sign(line)
                ends = boot_seconds() + PACE
                while not self._ending.is_set() and (left := ends - boot_seconds()) > 0:
                    for _, word in line.heard(min(left, LISTENED)):
                        self._heard(word)
        finally:
            line.close()

    def _sign(self, line: Listening) -> None:
        began = boot_seconds()
        self.there, seconds = line.put_off(self._holdings.daemon, LEASE)
        ended = boot_seconds()
        self.failure = ""
        if self.there:
            self._holdings.live(began)
        else:
            self._holdings.die()
            self._heard("")
        self._follow(seconds - (began + ended) / 2, ended - began)

    def _follow(self, offset: float, took: float) -> None:
        """Take the server's time from an exchange, unless one before it was quicker and says nearly the same."""
        if self._offset is None or took <= self._narrowest * 1.5 or abs(offset - self._offset) > max(took, 0.05):
            self._offset, self._narrowest = offset, took
