"""Limit requests for each host: so many at once, so many seconds apart, and none while it asked for a pause."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


@dataclass(slots=True)
class _Turns:
    free: asyncio.Semaphore
    next: float = field(default=0.0)  # monotonic seconds
    began: float = field(default=float("-inf"))  # when the last turn did begin
    left: float = field(default=float("-inf"))  # when the last request did leave


class Rest(NamedTuple):
    """Until when a host asked not to be requested, and where it said so."""

    until: datetime
    why: str


def _nothing() -> None:
    pass


# raises where what is being done is no longer ours to do; set by the task that does it
still_ours: ContextVar[Callable[[], object]] = ContextVar("still_ours", default=_nothing)


class Turn:
    """The turn of a request, which begins before its connection is made and must be kept until it is written.

    In between the process may stand still, or wait for a connection, for so long that the turn after it has come too
    (decision 242). `limit` is the timeout that its waits put off; `refused` is why it may not leave any more.
    """

    def __init__(self, hosts: Hosts, turns: _Turns, apart: float) -> None:
        self._hosts, self._turns, self._apart = hosts, turns, apart
        self._still_ours = still_ours.get()  # the request is written in a context of another task
        self._to, self._is_hop = "", False
        self.limit: asyncio.Timeout | None = None
        self.refused: Exception | None = None

    async def go_to(self, host: str) -> None:
        """Note where the request goes; a redirect to another host waits for a turn of that one (decision 243)."""
        before, self._to = self._to, host
        if not before or before == host:
            return
        wait = await self._hosts.next_turn(host)
        self._turns, self._apart, self._is_hop = self._hosts.of(host), self._hosts.apart(host), False
        await self.postpone(wait)

    async def postpone(self, wait: float) -> None:
        """Wait so many seconds, and put off the timeout of the poll by as much: its source is not to blame."""
        if self.limit and (when := self.limit.when()):
            self.limit.reschedule(when + wait)
        await asyncio.sleep(wait)

    @property
    def wait(self) -> float:
        """The seconds until the request may be written, 0 if it may be now. A redirect within a host just follows."""
        return 0.0 if self._is_hop else max(0.0, self._turns.left + self._apart - self._hosts.monotonic())

    def leave(self) -> None:
        """Note that the request is written now. Raises what `still_ours` raises: then it must not be."""
        try:
            self._still_ours()
        except Exception as error:
            self.refused = error
            raise
        self._turns.left, self._is_hop = self._hosts.monotonic(), True


class Hosts:
    """Lets requests to a host start one after the other.

    At most `at_once` run at the same time. `apart(host)` is the seconds between the starts of two of them, and to the
    first from when another process may have asked, which is `ours(host)` seconds ago (decision 212), 0 for any moment.

    `among(host, apart)` takes the next turn of a host among all processes and returns in how many seconds it comes. It
    is asked of hosts that are not ours and those in `contested`, which others reach by redirects (decision 243).
    """

    ours: Callable[[str], float] = staticmethod(lambda _: float("inf"))
    among: Callable[[str, float], Awaitable[float]] | None = None
    contested: Collection[str] = ()

    def __init__(
        self, at_once: int, apart: Callable[[str], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once, self.apart, self.monotonic = at_once, apart, monotonic
        self._turns: dict[str, _Turns] = {}
        self._rests: dict[str, Rest] = {}

    def asked(self, host: str, ago: float) -> None:
        """Record that the previous process sent a request to a host `ago` seconds ago."""
        turns = self.of(host)
        turns.next = max(turns.next, self.monotonic() - ago + self.apart(host))

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Turn]:
        """Wait until a request to the host may start; the turn lasts as long as the context."""
        turns = self.of(host)
        async with turns.free:
            now, apart = self.monotonic(), self.apart(host)
            turns.next = max(turns.next, now - self.ours(host) + apart)
            wait = turns.next - now
            # taken before sleeping, so that those who wait line up behind each other
            turns.next = max(turns.next, now) + apart
            # a process that stood still (SIGSTOP, a frozen machine) wakes with several turns that are over
            while (wait := max(wait, turns.began + apart - self.monotonic())) > 0:
                await asyncio.sleep(wait)
                wait = 0.0
            if self.among and apart and host in self.contested:
                await asyncio.sleep(await self.among(host, apart))
            still_ours.get()()
            turns.began = self.monotonic()
            yield Turn(self, turns, apart)

    async def next_turn(self, host: str) -> float:
        """Take the next turn of a host that a redirect leads to; return in how many seconds it comes."""
        turns, apart, now = self.of(host), self.apart(host), self.monotonic()
        at = max(turns.next, now)
        turns.next = at + apart
        wait = at - now
        if self.among and apart and (host in self.contested or not self.ours(host)):
            wait = max(wait, await self.among(host, apart))
        return wait

    def rest(self, host: str, rest: Rest) -> None:
        """Record that a host asked for a pause (Retry-After)."""
        # a later answer must not shorten a pause that was promised before
        self._rests[host] = max(rest, self._rests.get(host, rest))

    def resting(self, now: datetime) -> dict[str, Rest]:
        """Return the hosts that asked for a pause which is not over at `now`, each with its end and reason."""
        if self._rests:
            self._rests = {host: rest for host, rest in self._rests.items() if rest.until > now}
        return self._rests

    def shift(self, step: timedelta) -> None:
        """Move all times by `step`, after the wall clock was set."""
        self._rests = {host: rest._replace(until=rest.until + step) for host, rest in self._rests.items()}

    def of(self, host: str) -> _Turns:
        """Return the turns of a host."""
        if host not in self._turns:
            self._turns[host] = _Turns(asyncio.Semaphore(self._at_once))
        return self._turns[host]
