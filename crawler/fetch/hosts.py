"""Limit requests for each host: so many at once, so many seconds apart, and none while it asked for a pause."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


@dataclass(slots=True)
class _Turns:
    free: asyncio.Semaphore
    next: float = field(default=0.0)  # monotonic seconds


class Rest(NamedTuple):
    """Until when a host asked not to be requested, and where it said so."""

    until: datetime
    why: str


class Hosts:
    """Lets requests to a host start one after the other.

    At most `at_once` run at the same time. `apart(host)` is the seconds between the starts of two of them.
    """

    def __init__(
        self, at_once: int, apart: Callable[[str], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once, self._apart, self._monotonic = at_once, apart, monotonic
        self._turns: dict[str, _Turns] = {}
        self._rests: dict[str, Rest] = {}

    def asked(self, host: str, ago: float) -> None:
        """Record that the previous process sent a request to a host `ago` seconds ago."""
        turns = self._of(host)
        turns.next = max(turns.next, self._monotonic() - ago + self._apart(host))

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until a request to the host may start; the turn lasts as long as the context."""
        turns = self._of(host)
        async with turns.free:
            now = self._monotonic()
            wait = turns.next - now
            # taken before sleeping, so that those who wait line up behind each other
            turns.next = max(turns.next, now) + self._apart(host)
            if wait > 0:
                await asyncio.sleep(wait)
            yield

    def rest(self, host: str, rest: Rest) -> None:
        """Record that a host asked for a pause (Retry-After)."""
        # a later answer must not shorten a pause that was promised before
        self._rests[host] = max(rest, self._rests.get(host, rest))

    def resting(self, now: datetime) -> dict[str, Rest]:
        """Return the hosts that asked for a pause which is not over at `now`, each with its end and reason."""
        self._rests = {host: rest for host, rest in self._rests.items() if rest.until > now}
        return self._rests

    def shift(self, step: timedelta) -> None:
        """Move all times by `step`, after the wall clock was set."""
        self._rests = {host: rest._replace(until=rest.until + step) for host, rest in self._rests.items()}

    def _of(self, host: str) -> _Turns:
        if host not in self._turns:
            self._turns[host] = _Turns(asyncio.Semaphore(self._at_once))
        return self._turns[host]
