"""What this process may work on, of a store that several daemons share; what it writes under that, and no longer.

A lease is taken in a write transaction and looked at in each one that writes under it. These follow one another, so who
was overtaken, cut off or stood still writes nothing, whenever it wakes up (decision 212).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, bindparam, select

from crawler.clock import boot_seconds
from crawler.store.errors import StaleLease
from crawler.store.leases import LEASE, leases, say
from crawler.store.writer_lane import Lane, Work

T = TypeVar("T")
_FENCE = select(leases.c.fence).where(leases.c.name == bindparam("which"), leases.c.holder == bindparam("whose"))


@dataclass(frozen=True, slots=True)
class Grant:
    """That a thing is ours, as it was at one moment; what is begun under it is written only while it still is.

    Without a daemon it is of a store that has one daemon: then it is always true.
    """

    name: str
    daemon: str = ""
    fence: int = 0

    def check(self, connection: Connection) -> None:
        """Raise StaleLease where the thing was taken by another since; call it in the transaction that writes."""
        if self.daemon and connection.scalar(_FENCE, {"which": self.name, "whose": self.daemon}) != self.fence:
            raise StaleLease(
                f"{self.name} is no longer ours (fence {self.fence}): what was begun is done anew by another"
            )

    def guard(self, work: Work[T], news: Callable[[T], str] = lambda _: "") -> Work[T]:
        """Return the work as one that writes only while the thing is ours, and raises StaleLease else.

        `news` says of its result in a word what the other daemons are told once it is committed, "" for nothing.
        """
        if not self.daemon:
            return work

        def guarded(connection: Connection) -> T:
            self.check(connection)
            result = work(connection)
            if word := news(result):
                say(connection, f"{word} {self.daemon}")
            return result

        return guarded


def still(connection: Connection, grants: Iterable[Grant]) -> frozenset[str]:
    """Return the names of those grants under which may still be written."""
    asked = {each.name: each for each in grants}
    shared = [each.name for each in asked.values() if each.daemon]
    found = (
        {row.name: row for row in connection.execute(select(leases).where(leases.c.name.in_(shared)))} if shared else {}
    )
    return frozenset(
        name
        for name, each in asked.items()
        if not each.daemon or (name in found and (found[name].holder, found[name].fence) == (each.daemon, each.fence))
    )


class Shares(Protocol):
    """What this process may work on. `daemon` is its id among those that share a store, "" where it is alone."""

    @property
    def daemon(self) -> str: ...

    def holds(self, name: str) -> bool:
        """Return whether a thing is ours now."""

    def grant(self, name: str) -> Grant:
        """Return that a thing is ours, also of one that is about to be given up. Raises StaleLease where it is not."""

    def held_for(self, name: str) -> float:
        """Return for how many seconds a thing is ours, 0 where it is not."""


class Alone:
    """What the one daemon of a store holds: everything, and always did."""

    daemon = ""

    def holds(self, name: str) -> bool:  # noqa: ARG002 - it is always true
        return True

    def grant(self, name: str) -> Grant:
        return Grant(name)

    def held_for(self, name: str) -> float:  # noqa: ARG002 - it is always the same
        return math.inf


ALONE = Alone()


class Holdings:
    """What one of several daemons holds; any thread may ask.

    Nothing of it is ours LEASE seconds after the last sign of life that the server took, by a clock that also runs
    while this process or machine stands still: another may have taken it since.
    """

    def __init__(self, daemon: str, seconds: Callable[[], float] = boot_seconds) -> None:
        self.daemon, self._seconds = daemon, seconds
        self._lock = threading.Lock()
        self._fences: dict[str, int] = {}
        self._since: dict[str, float] = {}
        self._closing: frozenset[str] = frozenset()
        self._until = 0.0

    def live(self, began: float) -> None:
        """Note that a sign of life, begun at that second of our clock, was taken."""
        self._until = max(self._until, began + LEASE)

    def die(self) -> None:
        """Note that the server has us no more: nothing is ours."""
        self._until = 0.0

    @property
    def fences(self) -> dict[str, int]:
        """Return the fences of what was last given to us, by name."""
        with self._lock:
            return dict(self._fences)

    def add(self, name: str, fence: int) -> None:
        """Hold one thing more."""
        with self._lock:
            self._fences[name] = fence
            self._since[name] = self._seconds()

    def drop(self, names: Iterable[str]) -> None:
        """Hold these things no more."""
        with self._lock:
            for each in names:
                self._fences.pop(each, None)
                self._since.pop(each, None)

    def close(self, names: Iterable[str]) -> None:
        """Begin nothing more of these things, and of these alone: they are given up when what runs has ended."""
        self._closing = frozenset(names)

    def holds(self, name: str) -> bool:
        return name in self._fences and name not in self._closing and self._seconds() < self._until

    def grant(self, name: str) -> Grant:
        with self._lock:
            fence = self._fences.get(name)
        if fence is None or self._seconds() >= self._until:
            raise StaleLease(f"{name} is not ours")
        return Grant(name, self.daemon, fence)

    def held_for(self, name: str) -> float:
        since = self._since.get(name)
        return self._seconds() - since if since is not None else 0.0

    def names(self, kind: str) -> Iterator[str]:
        """Yield what of a kind is ours now."""
        yield from (name for name in self.fences if name.partition("/")[0] == kind and self.holds(name))


class GrantedLane:
    """A lane for one piece of work: it writes while the grant is good under which that began, or raises StaleLease."""

    def __init__(self, lane: Lane, grant: Grant, news: Callable[[Any], str] = lambda _: "") -> None:
        self._lane, self._grant, self._news = lane, grant, news

    async def write(self, work: Work[T]) -> T:
        return await self._lane.write(self._grant.guard(work, self._news))


# of the work of a task and of those that it starts: the grants, by name, under which that began
_begun: ContextVar[Mapping[str, Grant]] = ContextVar("begun", default=MappingProxyType({}))


@contextmanager
def begun_under(grant: Grant) -> Iterator[None]:
    """Let a LeasedLane write what is begun in this context under that grant, however late it comes to write."""
    token = _begun.set({**_begun.get(), grant.name: grant})
    try:
        yield
    finally:
        _begun.reset(token)


class LeasedLane:
    """A lane for what one daemon alone does: it writes while that is ours, and raises StaleLease else.

    What was begun in `begun_under` is not written either where the thing was lost and won back since.
    """

    def __init__(self, lane: Lane, shares: Shares, name: str) -> None:
        self._lane, self._shares, self._name = lane, shares, name

    async def write(self, work: Work[T]) -> T:
        grant = _begun.get().get(self._name) or self._shares.grant(self._name)
        return await self._lane.write(grant.guard(work))


class Follower:
    """Who keeps in memory what the store says of things that are held; it is told when it takes or loses one."""

    def busy(self, name: str) -> bool:  # noqa: ARG002 - for who has something under way
        """Return whether something of it is under way that is better ended before it is given up."""
        return False

    def lost(self, gone: Collection[str]) -> None:
        """Drop what is under way and remembered of these: another daemon has them, or will."""

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:
        """Take over these as the store has them; called before anything is begun of them. Raises DatabaseError."""

    async def others_changed(self, now: datetime) -> None:
        """Follow that other daemons came or left, or go by other rules now."""
