"""A store that daemons share goes in; what others have left there of sources and hosts, and ask for, comes out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from crawler.fetch.hosts import Rest
from crawler.sources.source import SourceState
from crawler.store import asked_polls, host_rests, host_turns
from crawler.store.asked_polls import AskedPoll
from crawler.store.db import Database
from crawler.store.errors import StoreError
from crawler.store.leases import POLLS, say
from crawler.store.source_states import load_states
from crawler.store.writer_lane import Lane


def states_in(database: Database) -> dict[str, SourceState]:
    """Return the states of all sources as they are stored. It reads: call it in a thread."""
    with database.read() as connection:
        return load_states(connection)


def rests_in(database: Database, now: datetime, *, pages: bool) -> dict[str, Rest]:
    """Return the hosts that asked for a pause: of all requests, or of `pages` alone. Call it in a thread."""
    with database.read() as connection:
        found = host_rests.resting(connection, now)
    return {host: Rest(until, why) for host, (until, why, only_pages) in found.items() if only_pages is pages}


def asked_in(database: Database) -> list[AskedPoll]:
    """Return the polls that are asked for. Call it in a thread."""
    with database.read() as connection:
        return asked_polls.asked(connection)


def contested_in(database: Database) -> frozenset[str]:
    """Return the hosts that daemons ask by way of redirects. Call it in a thread."""
    with database.read() as connection:
        return host_turns.contested(connection)


async def take_turn(lane: Lane, host: str, apart: float) -> float:
    """Take the next turn of a host among all daemons; return in how many seconds it comes, 0 where nobody can say."""
    try:
        return await lane.write(partial(host_turns.take, host=host, apart=apart))
    except (DatabaseError, StoreError):  # the store is gone: the others cannot ask by it either
        return 0.0


async def ask(lane: Lane, sources: Collection[str], by: str, now: datetime) -> None:
    """Ask the daemons that have these sources to poll them, for somebody or SOON."""

    def put(connection: Connection) -> None:
        asked_polls.ask(connection, sources, by, now)
        say(connection, f"{POLLS} ")

    await lane.write(put)
