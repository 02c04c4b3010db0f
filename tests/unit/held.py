"""Daemons that hold parts of a shared store, and a collecting line of one, as tests make them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import SimpleNamespace

from crawler.collect.collecting import Collecting
from crawler.fetch.hosts import Hosts
from crawler.sources.source import Source
from crawler.store import leases
from crawler.store.db import Database
from crawler.store.holdings import Holdings, Shares
from crawler.store.leases import Daemon
from crawler.store.writer_lane import WriterLane


def holding(database: Database, name: str, *names: str) -> Holdings:
    """Let a daemon come in and hold what is named."""
    with database.write() as connection:
        leases.enter(connection, Daemon(name, home=name, host=name, pid=1, roles="all", program="1"))
        leases.take(connection, name, names)
        fences = leases.standing(connection).of(name)
    held = Holdings(name)
    held.live(time.clock_gettime(time.CLOCK_BOOTTIME))
    for each, fence in fences.items():
        held.add(each, fence)
    return held


def collecting_of(database: Database, lane: WriterLane, held: Shares, sources: Sequence[Source]) -> Collecting:
    """Return one that fetches nothing: it knows the pace of hosts only."""
    made = Collecting(database, lane, None, held)  # type: ignore[arg-type]
    made.use(sources)
    made.fetching = SimpleNamespace(hosts=Hosts(4, lambda _: 0.0))  # type: ignore[assignment]
    return made
