"""A backlog of article pages and the loop that works through it, in one process, for tests of its manners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.collect.fulltext import FullText
from crawler.fetch.fetching import Fetching
from crawler.fetch.workers import Workers
from crawler.sources.health import Network
from crawler.sources.source import Source
from crawler.store import pages_wanted
from crawler.store.db import Database
from crawler.store.pages_wanted import Wanted
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)


@asynccontextmanager
async def backlog(
    place: Path, pages: list[str], network: Callable[[], Network] = Network
) -> AsyncIterator[tuple[FullText, Database]]:
    """A backlog of pages of source `a`, each due a second after the one before, and who works through it."""
    database = new_store(place / "a.db", "crawler")
    lane, workers, fetching = WriterLane(database), Workers(processes=1), Fetching(["127.0.0.1"], timeout=2.0)
    await fetching.open()
    rows = []
    for n, url in enumerate(pages):
        due = NOW - timedelta(hours=1) + timedelta(seconds=n)
        rows.append(Wanted(f"a{n:03}", "a", url, url.split("/")[2], due, due))
    await lane.write(lambda connection: pages_wanted.want(connection, rows))
    full = FullText(database, lane, workers, network)
    full.use(fetching, [Source("a", "http://127.0.0.1/")])
    try:
        yield full, database
    finally:
        await full.close()
        await fetching.close()
        workers.close()
        await asyncio.to_thread(lane.close)
        database.close()
