"""What 1, 2 and 4 workers write a second on each store: claims of polls, articles, deliveries, with commits as durable as in use.

A worker is a process with a writing connection of its own, as a daemon has one. It takes a part of the hosts by a lease,
looks at its fence and stores the state of a poll under it (a daemon keeps a lease for all polls of its hosts, so this is
the most that claims can cost); it stores polls of 20 articles; it claims messages of a target of its own and records
their end. SQLite has one writer, so one worker, which holds everything and claims no poll: it stores its state. What
all do is divided among the workers. PostgreSQL is the server of the tests, with fsync and synchronous_commit on.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from alerts.alert import SendResult
from alerts.decide.attempt import judge_attempt
from alerts.line.next_delivery import next_delivery
from alerts.store import claims, targets
from alerts.store.opening import PACKAGES
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import leases
from crawler.store.db import DATABASE, Database
from crawler.store.holdings import Grant
from crawler.store.source_states import save_states
from tests.bench.claims import DESK, TARGET, queue
from tests.postgres import start

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
WORKERS = (1, 2, 4)
CLAIMS, POLLS, OF_A_POLL, MESSAGES, COMMITS = 240, 24, 20, 240, 240  # of all workers together
WITHIN = 300.0  # seconds for one kind of work
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
    """Print the figures of each store and number of workers, and the load they were taken at."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as place:
        _measure("SQLite", str(Database.at(Path(place) / DATABASE).url), 1)
        print("SQLite has one writer: there are no 2 and 4 workers on it, and its one needs no claim for a poll")
    server = start()
    for each in ("fsync", "synchronous_commit", "full_page_writes"):
        server.sql(f"ALTER SYSTEM RESET {each}")
    server.sql("SELECT pg_reload_conf()")
    for workers in WORKERS:
        _measure("PostgreSQL", server.database(), workers)
    server.close()


def _measure(name: str, url: str, workers: int) -> None:
    with _opened(url) as database:
        database.migrate(*PACKAGES)
    spawning = multiprocessing.get_context("spawn")
    barrier, found = spawning.Barrier(workers + 1), spawning.Queue()
    running = [spawning.Process(target=work, args=(url, n, workers, barrier, found)) for n in range(workers)]
    for each in running:
        each.start()
    rates = {}
    for what, of in KINDS.items():
        barrier.wait(WITHIN)  # all are ready
        began = time.perf_counter()
        barrier.wait(WITHIN)  # all are done
        rates[what] = of / (time.perf_counter() - began)
    done = sum(found.get(timeout=WITHIN) for _ in running)
    for each in running:
        each.join()
    assert done == CLAIMS + POLLS + MESSAGES // 2 + COMMITS, done
    shown = ", ".join(f"{rate:5.0f} {what}/s" for what, rate in rates.items())
    print(f"{name:10}, {workers} worker{'s' * (workers > 1)}: {shown}; load {os.getloadavg()[0]:.1f}", flush=True)


KINDS = {
    "poll claims": CLAIMS,
    "articles": POLLS * OF_A_POLL,
    "deliveries": MESSAGES // 2,
    "empty commits": COMMITS,
}


def work(url: str, worker: int, workers: int, barrier: Barrier, found: Any) -> None:
    """Do a worker's part of each kind of work, all workers at once; put how many pieces it did into `found`."""
    done = 0
    with _opened(url, shared=True) as database:
        with database.write() as connection:
            for n in range(worker, MESSAGES, workers):
                queue(connection, n, _target(worker))
        for piece, times in ((_claim, CLAIMS), (_poll, POLLS), (_deliver, MESSAGES // 2), (_nothing, COMMITS)):
            barrier.wait(WITHIN)
            for n in range(worker, times, workers):
                piece(database, worker, n)
                done += 1
            barrier.wait(WITHIN)
    found.put(done)


@contextmanager
def _opened(url: str, *, shared: bool = False) -> Iterator[Database]:
    database = Database(url, shared=shared)
    try:
        yield database
    finally:
        database.close()


def _claim(database: Database, worker: int, number: int) -> None:
    """Take the lease of a part of the hosts, and store under it that a source there was polled."""
    source, part = f"s{worker}-{number % 10}", f"hosts/{worker}-{number % 8}"
    with database.write() as connection:
        if not database.sqlite:
            leases.give(connection, str(worker), [part])
            leases.take(connection, str(worker), [part])
            fence = leases.standing(connection).leases[part].fence
            Grant(part, str(worker), fence).check(connection)
        at = NOW + timedelta(seconds=number)
        save_states(connection, [SourceState(source, f"https://{source}.example/rss.xml", at)])


def _poll(database: Database, worker: int, number: int) -> None:
    """Store a poll of articles that share no story."""
    name = f"s{worker}-{number % 10}"
    source = Source(name, f"https://{name}.example/rss.xml")
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


def _target(worker: int) -> Any:
    return replace(TARGET, id=f"desk#{worker}")


def _deliver(database: Database, worker: int, number: int) -> None:
    """Claim a message and record its end: commits 3 and 4 of a lane that is busy."""
    now, target = NOW + timedelta(minutes=2, seconds=number), _target(worker)
    with database.write() as connection:
        claimed = next_delivery(connection, target.id, replace(DESK, targets=(target,)), now)
        assert claimed is not None
        result = SendResult(ok=True, handle="")
        before = targets.state_of_target(connection, target.id)
        claims.settle(connection, claimed, judge_attempt(claimed, result, before, now), result, now)


def _nothing(database: Database, worker: int, number: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("SELECT 1").close()


if __name__ == "__main__":
    run()
