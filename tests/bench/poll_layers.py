"""What a 304 poll costs layer by layer: each layer asked for alone, in turns with a bare client in the same process."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import scrapy

from crawler.collect.collecting import Collecting
from crawler.fetch.cookies import JARS
from crawler.fetch.fetching import Fetching
from crawler.fetch.guard import TURN
from crawler.fetch.spiders import KINDS
from crawler.fetch.workers import Workers
from crawler.sources.source import Source
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.bench.polling import in_turns, loaded, served

FEEDS, REPEATS = 100, 20
Ask = Callable[[int], Awaitable[object]]


def run() -> None:
    with served(items=1) as base:
        asyncio.run(_run(base))


async def _run(base: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        database = Database.at(Path(place) / "bench.db")
        database.migrate("crawler")
        lane, workers = WriterLane(database), Workers()
        await workers.run(len, "warm")
        collecting = Collecting(database, lane, workers)
        sources = [Source(f"s{n}", f"{base}/{n}") for n in range(FEEDS)]
        now = datetime(2026, 11, 24, tzinfo=UTC)
        await collecting.open(Fetching(["127.0.0.1"], at_once=32), sources, now)
        await collecting.round(now)
        async with aiohttp.ClientSession() as session:
            _tell(await _measured(session, collecting, sources))
        await collecting.close()
        workers.close()
        lane.close()
        database.close()


async def _measured(
    session: aiohttp.ClientSession, collecting: Collecting, sources: list[Source]
) -> dict[str, list[float]]:
    """Return by layer the CPU microseconds of a poll, one figure for each turn of all feeds."""
    spent: dict[str, list[float]] = {}
    for turn in range(REPEATS + 1):
        now = max(state.due for _, state in collecting.known())
        layers = await _layers(session, collecting, sources, now)
        for name, ask in layers.items():
            begun = time.process_time()
            await in_turns(ask, FEEDS)
            if turn:  # the first warms up the connections
                spent.setdefault(name, []).append(1e6 * (time.process_time() - begun) / FEEDS)
        await collecting.flush()
        now = max(state.due for _, state in collecting.known())
        begun = time.process_time()
        await collecting.round(now)
        if turn:
            name = "Collecting.round: all in one round, their states stored"
            spent.setdefault(name, []).append(1e6 * (time.process_time() - begun) / FEEDS)
    return spent


async def _layers(
    session: aiohttp.ClientSession, collecting: Collecting, sources: list[Source], now: datetime
) -> dict[str, Ask]:
    fetching = collecting.fetching
    downloader = fetching._downloader
    handler: Any = downloader.handlers._get_handler("http")
    sets = [[await _request(fetching, collecting, each, now) for each in sources] for _ in range(2)]
    for prepare in downloader._before:
        for each in sets[0]:
            prepare(request=each)

    async def bare(n: int) -> None:
        async with session.get(sources[n].url, headers={"If-None-Match": f'"{n}"'}) as response:
            await response.read()

    return {
        "a bare aiohttp client": bare,
        "Scrapy's download handler, with the guard": lambda n: handler.download_request(sets[0][n]),
        "DirectDownloader.download: with the middlewares": lambda n: downloader.download(sets[1][n]),
        "Fetching.poll: request, turn, deadline, outcome": lambda n: fetching.poll(
            sources[n], collecting.states[sources[n].id], now
        ),
        "Collecting.poll: next state, network, rests": lambda n: collecting.poll(sources[n], lambda: now),
    }


async def _request(fetching: Fetching, collecting: Collecting, source: Source, now: datetime) -> scrapy.Request:
    made = KINDS[source.kind].request(source, collecting.states[source.id], now)
    async with fetching.hosts.turn(source.host) as turn:
        made.meta.update({TURN: turn, JARS: {}, "unverified_host": None})
    return made


def _tell(spent: dict[str, list[float]]) -> None:
    middle = {name: sorted(each)[len(each) // 4] for name, each in spent.items()}
    bare = next(iter(middle.values()))
    for name, cost in middle.items():
        print(f"{name}: {cost:.0f} us CPU a poll, {cost / bare:.1f} x bare")
    print(f"lower quartile of {REPEATS} turns of {FEEDS} polls, {loaded()}")
