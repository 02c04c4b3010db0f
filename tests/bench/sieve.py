"""An hour of a list of the world's articles through a sieve under the shipped rules, reckoned up to a day."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from alerts.decide.ledger import balance
from alerts.rules.config import load
from alerts.rules.match import Matcher
from crawler.collect.ingest import store_poll
from crawler.collect.sieve import sift
from crawler.collect.stored import Stored
from crawler.config.outlets import make_outlets
from crawler.parse.jsonlists import read_list
from crawler.sources.polling import state_for
from crawler.sources.source import Source
from crawler.store import articles as archive
from crawler.store.db import Database
from tests.bench.shared import ROOT
from tests.bench.stories_window import written

A_DAY = 250_000  # items
BATCHES = 25  # in an hour
SMALLEST, LARGEST = 400, 3_000  # items of a batch; what a batch has beyond its share of new items, the last one had
SEED = 18
START = datetime(2026, 6, 14, tzinfo=UTC)
PATHS = {"title": "title", "url": "url", "date": "date", "text": "desc", "outlet": "domain"}
PLANTED = 0.004  # of the items: a thousand a day
HEADLINES = (
    "Rockets hit Ain al-Asad base in western Iraq, {n} wounded",
    "Kataib Hezbollah claims attack number {n} on US base in Iraq",
    "Iran fires {n} missiles at Erbil, officials say",
)


def run() -> None:
    config = load(ROOT / "rules.yaml", environ={}, read_urls=False)
    matcher = Matcher(config)
    source = Source("world", "https://lists.example/now.json.gz", "World", kind="json", keep="matched", outlet_from="source", outlets=make_outlets({}, config.sources))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        database = Database.at(Path(folder) / "watchfloor.db")
        database.migrate("crawler", "alerts")
        before, items, planted, done = _size(Path(folder)), 0, set[str](), list[Stored]()
        spent = {"reading": 0.0, "sifting": 0.0, "storing": 0.0}
        for number, rows in enumerate(_batches()):
            at = START + timedelta(hours=number / BATCHES)
            planted |= {row["url"] for row in rows if row["url"].endswith("/planted")}
            body = gzip.compress("\n".join(map(json.dumps, rows)).encode())
            begun = time.process_time()
            feed = read_list(body, None, source.url, PATHS)
            read = time.process_time()
            found = sift(database, source, feed.entries, at, lambda article: bool(matcher.match(article)))
            sifted = time.process_time()
            with database.write() as connection:
                state = state_for(source, None, at)
                work = partial(store_poll, connection, source, state, feed.entries, feed.rejected, at, sifted=found)
                done.append(work())
            for name, cost in (
                ("reading", read - begun),
                ("sifting", sifted - read),
                ("storing", time.process_time() - sifted),
            ):
                spent[name] += cost
            items += len(rows)
        with database.read() as connection:
            ledger = balance(archive.load_counts(connection, archive.counts), {}, {})
            kept = {each.url for each in archive.articles_since(connection, START, 100_000)}
        database.close()
        grown = _size(Path(folder)) - before
    new = ledger.new + ledger.passed
    total = sum(spent.values())
    parts = ", ".join(f"{name} {cost / items * 1000:.2f}" for name, cost in spent.items())
    print(
        f"{items} items shown in {BATCHES} batches, {new} of them new: {total:.1f} s of processor time; ms an item: {parts}"
    )
    print(
        f"a day of {A_DAY} new items: {total / new * A_DAY / 86_400:.2%} of one core, {grown / new * A_DAY / 1e6:.1f} MB"
    )
    print(f"matched {len(planted)} planted items: {len(planted - kept)} lost; kept {ledger.new}, passed {ledger.passed}; books off by {ledger.remainders()['entries']}")  # fmt: skip


def _batches() -> Iterator[list[dict[str, str]]]:
    """Yield the batches of an hour: new items, and before them the newest of the last batch once more."""
    rand, words = random.Random(SEED), written(SEED)
    share, before, number = A_DAY // 24 // BATCHES, list[dict[str, str]](), 0
    for _ in range(BATCHES):
        rows = []
        for item in islice(words, share):
            number += 1
            is_planted = rand.random() < PLANTED
            title = rand.choice(HEADLINES).format(n=number) if is_planted else item.title
            link = f"https://www.paper{rand.randrange(4_000)}.example/{number}/{'planted' if is_planted else 'x'}"
            rows.append(
                {
                    "title": title,
                    "url": link,
                    "date": "2026-06-14T00:00:00Z",
                    "desc": item.text[:200],
                    "domain": link.split("/")[2],
                }
            )
        shown = before[-max(0, rand.randrange(SMALLEST, LARGEST) - len(rows)) :] + rows
        yield shown
        before = (before + rows)[-LARGEST:]


def _size(place: Path) -> int:
    """Return the bytes of the store once its log is written into it."""
    with closing(sqlite3.connect(place / "watchfloor.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (place / "watchfloor.db").stat().st_size
