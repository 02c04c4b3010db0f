"""A host -> a turn to ask it: at most so many at once, so many seconds apart, over all sources of that host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Turns:
    free: asyncio.Semaphore
    next: float = field(default=0.0)  # monotonic seconds


class Hosts:
    """Gives turns. `apart` says how many seconds must lie between the starts of two requests to a host."""

    def __init__(
        self, at_once: int, apart: Callable[[str], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once, self._apart, self._monotonic = at_once, apart, monotonic
        self._turns: dict[str, _Turns] = {}

    def asked(self, host: str, ago: float) -> None:
        """Note that a host was asked some seconds ago, by the process before this one."""
        turns = self._of(host)
        turns.next = max(turns.next, self._monotonic() - ago + self._apart(host))

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it."""
        turns = self._of(host)
        async with turns.free:
            now = self._monotonic()
            wait = turns.next - now
            turns.next = max(turns.next, now) + self._apart(host)
            if wait > 0:
                await asyncio.sleep(wait)
            yield

    def _of(self, host: str) -> _Turns:
        if host not in self._turns:
            self._turns[host] = _Turns(asyncio.Semaphore(self._at_once))
        return self._turns[host]
