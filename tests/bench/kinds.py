"""What a poll costs by kind of source, beside a feed's in the same run: fetched, read in a child, stored; and again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

import psutil

from crawler.collect.collecting import Collecting
from crawler.fetch.fetching import Fetching
from crawler.fetch.workers import Workers
from crawler.sources.source import Source
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.bench.stories_window import written
from tests.e2e.channel import page_of, text
from tests.e2e.servers import Outlet, rss

KINDS = ("feed", "sitemap", "section", "telegram", "json")
SOURCES, ENTRIES, AGAIN, RUNS = 20, 20, 5, 3
NOW = datetime(2026, 11, 24, tzinfo=UTC)
PATHS = tuple((name, name) for name in ("id", "title", "url", "date"))


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time of a poll in ms, of the main process and of its children: the first one, and one of nothing new."""

    first: tuple[float, float]
    again: tuple[float, float]


def run() -> None:
    """Print the cost of a poll of each kind, the best of RUNS runs, and the median of its ratios to the feed's."""
    with _served() as (base, server):
        runs = [{kind: asyncio.run(_polled(kind, base, server)) for kind in KINDS} for _ in range(RUNS)]
    print("| kind | first poll, 20 entries stored | beside a feed's | a poll of nothing new | beside a feed's |")
    print("|---|---|---|---|---|")
    for kind in KINDS:
        first, beside_first = _told([(each[kind].first, each["feed"].first) for each in runs])
        again, beside_again = _told([(each[kind].again, each["feed"].again) for each in runs])
        print(f"| {kind} | {first} | {beside_first} | {again} | {beside_again} |")
    print(
        f"ms of processor time in the main process + in its children, best of {RUNS} runs of {SOURCES} sources; the ratio "
        f"is the median of those within a run; load {os.getloadavg()[0]:.1f}"
    )


def _told(pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> tuple[str, str]:
    best = min((each for each, _ in pairs), key=sum)
    return f"{best[0]:.1f} + {best[1]:.1f}", f"{statistics.median(sum(each) / sum(feed) for each, feed in pairs):.2f} x"


def body_of(kind: str, number: int) -> bytes:
    """Return what source `number` answers if it is of this kind: the same headlines in each kind."""
    titles = [each.title for each in islice(written(number), ENTRIES)]
    dates = [NOW - timedelta(hours=1, minutes=n) for n in range(ENTRIES)]
    links = [f"https://paper{number}.example/news/{n}00000" for n in range(ENTRIES)]
    rows = list(zip(titles, links, dates, strict=True))
    if kind == "feed":
        return rss(
            *(
                {"title": escape(each), "guid": link, "link": link, "date": f"{date:%a, %d %b %Y %H:%M:%S} GMT"}
                for each, link, date in rows
            )
        )
    if kind == "sitemap":
        locations = "".join(
            f"<url><loc>{link}</loc><news:news><news:publication_date>{date:%Y-%m-%dT%H:%M:%SZ}</news:publication_date>"
            f"<news:title>{escape(each)}</news:title></news:news></url>"
            for each, link, date in rows
        )
        return f'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{locations}</urlset>'.encode()
    if kind == "section":
        found = "".join(
            f'<h2><a href="/news/{number}/{n}00000">{escape(each)}</a></h2>' for n, each in enumerate(titles)
        )
        return f"<html><body><main>{found}</main></body></html>".encode()
    if kind == "telegram":
        posts = [text(n, escape(each), time=date.isoformat()) for n, (each, _, date) in enumerate(rows, 1)]
        return page_of(posts, name=f"n{number}")
    return json.dumps(
        [{"id": link, "title": each, "url": link, "date": date.isoformat()} for each, link, date in rows]
    ).encode()


def _serve(port: Any) -> None:
    outlet = Outlet()
    for kind in KINDS:
        for number in range(SOURCES):
            outlet.serve(f"/{kind}/s/n{number}", body_of(kind, number))
    port.send(outlet.base)
    Event().wait()


@contextlib.contextmanager
def _served() -> Iterator[tuple[str, int]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        yield ours.recv(), server.pid or 0
    finally:
        server.kill()
        server.join()


async def _polled(kind: str, base: str, server: int) -> Cost:
    with tempfile.TemporaryDirectory() as place:
        database = Database.at(Path(place) / "bench.db")
        database.migrate("crawler")
        lane, workers = WriterLane(database), Workers()
        await workers.run(len, "warm")
        collecting = Collecting(database, lane, workers)
        paths = PATHS if kind == "json" else ()
        sources = [Source(f"s{n}", f"{base}/{kind}/s/n{n}", kind=kind, paths=paths) for n in range(SOURCES)]
        await collecting.open(Fetching(["127.0.0.1"], at_once=8), sources, NOW)
        await workers.run(len, "warm")
        begun = _spent(server)
        stored = await collecting.round(NOW)
        first = _since(begun, SOURCES, server)
        assert sum(each.new for each in stored) == SOURCES * ENTRIES, (kind, sum(each.new for each in stored))
        begun = _spent(server)
        for n in range(1, AGAIN + 1):
            for name, state in list(collecting.states.items()):  # else a body with the hash of the last is not read
                collecting.states[name] = replace(state, body_sha256=None, due=NOW)
            stored = await collecting.round(NOW + timedelta(hours=n))
            assert sum(each.known for each in stored) == SOURCES * ENTRIES, (kind, stored[0])
        again = _since(begun, SOURCES * AGAIN, server)
        await collecting.close()
        workers.close()
        lane.close()
        database.close()
        return Cost(first, again)


def _spent(server: int) -> tuple[float, float]:
    children = [each for each in psutil.Process().children(recursive=True) if each.pid != server]
    return time.process_time(), sum(sum(each.cpu_times()[:2]) for each in children)


def _since(begun: tuple[float, float], polls: int, server: int) -> tuple[float, float]:
    ended = _spent(server)
    return 1000 * (ended[0] - begun[0]) / polls, 1000 * (ended[1] - begun[1]) / polls
