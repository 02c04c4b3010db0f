"""What one daemon's writer does on each store: articles, claims and deliveries a second, with a commit as durable as it is in use.

PostgreSQL is the server of the tests, with fsync and synchronous_commit on; its processor time is not counted in ours.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.alert import SendResult
from alerts.decide.attempt import judge_attempt
from alerts.line.next_delivery import next_delivery
from alerts.store import claims, targets
from alerts.store.opening import PACKAGES
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store.db import DATABASE, Database
from tests.bench.claims import DESK, TARGET, queue
from tests.postgres import start

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
POLLS, OF_A_POLL, MESSAGES = 60, 20, 400
WORDS = [
    "convoy",
    "base",
    "drone",
    "airport",
    "minister",
    "dawn",
    "river",
    "border",
    "statement",
    "rocket",
    "patrol",
    "fuel",
    "depot",
    "court",
    "north",
    "officials",
]


def run() -> None:
    """Print the figures of each store, and the load they were taken at."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as place:
        _measure("SQLite", Database.at(Path(place) / DATABASE))
    server = start()
    for each in ("fsync", "synchronous_commit", "full_page_writes"):
        server.sql(f"ALTER SYSTEM RESET {each}")
    server.sql("SELECT pg_reload_conf()")
    _measure("PostgreSQL", Database(server.database()))
    server.close()


def _measure(name: str, database: Database) -> None:
    database.migrate(*PACKAGES)
    articles = _timed(POLLS, lambda n: _poll(database, n)) * OF_A_POLL
    with database.write() as connection:
        for n in range(MESSAGES):
            queue(connection, n)
    moved = _timed(MESSAGES // 2, lambda n: _deliver(database, n))
    empty = _timed(MESSAGES, lambda _: _nothing(database))
    database.close()
    print(f"{name:10}: {articles:6.0f} articles/s, {moved:5.0f} claims with their end/s, {empty:6.0f} empty commits/s")


def _timed(times: int, work: Callable[[int], None]) -> float:
    """Return how often a second."""
    began = time.perf_counter()
    for n in range(times):
        work(n)
    return times / (time.perf_counter() - began)


def _poll(database: Database, number: int) -> None:
    """Store a poll of articles that share no story."""
    source = Source(f"s{number % 10}", f"https://s{number % 10}.example/rss.xml")
    at = NOW + timedelta(seconds=number)
    entries = [
        Entry(
            " ".join(WORDS[(number * 7 + each * k) % len(WORDS)] for k in range(1, 9)) + f" {number} {each}",
            guid=f"{number}/{each}",
            summary=" ".join(f"{WORDS[(each + k * number) % len(WORDS)]}{number * 31 + k}" for k in range(40)),
        )
        for each in range(OF_A_POLL)
    ]
    with database.write() as connection:
        store_poll(connection, source, SourceState(source.id, source.url, at), entries, (), at)


def _deliver(database: Database, number: int) -> None:
    """Claim a message and record its end: commits 3 and 4 of a lane that is busy."""
    now = NOW + timedelta(minutes=2, seconds=number)
    with database.write() as connection:
        claimed = next_delivery(connection, TARGET.id, DESK, now)
        assert claimed is not None
        result = SendResult(ok=True, handle="")
        before = targets.state_of_target(connection, TARGET.id)
        claims.settle(connection, claimed, judge_attempt(claimed, result, before, now), result, now)


def _nothing(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("SELECT 1").close()


if __name__ == "__main__":
    run()
