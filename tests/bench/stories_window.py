"""How fast an article is placed as the window grows: articles/s, p50, p99, bytes a story, time to reopen.

WATCHFLOOR_STORIES=10000,100000,1000000 names the windows; without it the first two are measured. Stories are
made up: words by Zipf's law, so that common word pairs are shared by many; one in twenty reprints another. Beyond the
first BASE they are those again under other names, times and keys; keys that several of them share stay as they are.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import text

from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.parse.normalise import OLDEST
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store import sketches
from crawler.store.db import Database
from crawler.stories.sketch import pack, sketch, unpack
from crawler.stories.wording import wording
from tests.bench.figures import exponent

START = OLDEST + timedelta(days=9_000)
PROBES = 1_000
SMALL = (1_000, 3_000, 10_000)
EXPIRED = 10_000  # windows up to this one are also expired to the end
TOGETHER = 500  # articles in one commit while the window grows
BASE = 10_000  # stories whose rows are made by the functions of the line; SQL multiplies them
POLLS, ITEMS = 30, 20  # polls of so many new items
NAMES = ("id", "story", "thread", "article")  # columns that name a row: a letter and 14 digits
TIMES = ("opened", "joined", "first_seen", "seen")
VOCABULARY = 40_000


def run() -> None:
    """Print one row a window, and how the cost grows over them."""
    _rows([int(size) for size in os.environ.get("WATCHFLOOR_STORIES", "10000,100000").split(",")])


def growth() -> None:
    """Print the same of three small windows, in half a minute."""
    _rows(SMALL)


def _rows(sizes: Sequence[int]) -> None:
    print(
        f"{'stories':>9} {'p50 ms':>7} {'p99 ms':>7} {'in a poll of 20':>15} {'bytes a story':>13} {'keys only':>9} {'reopen ms':>9}"
    )
    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            found[size] = measure(Path(place) / "window.db", size)
    if len(found) > 1:
        print(f"the median grows with the stories to the power of {exponent(found):.2f}")


def written(seed: int) -> Iterator[Entry]:
    """Make up articles of a headline of ten words and a body of sixty, one in twenty a reprint."""
    random_ = random.Random(seed)
    words, weights = _vocabulary()
    last: list[str] = []
    for number in range(1 << 60):
        if not last or random_.random() > 0.05:
            last = random_.choices(words, cum_weights=weights, k=70)
        body = " ".join(last[10:])
        yield Entry(" ".join(last[:10]).capitalize(), guid=f"{seed}/{number}", text=f"{body}.")


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    words = [f"w{number:x}" for number in range(VOCABULARY)]
    return words, list(accumulate(1 / (rank + 20) for rank in range(VOCABULARY)))


def measure(path: Path, size: int) -> float:
    """Print the row of a window; return its median in seconds."""
    database = Database.at(path)
    database.migrate("crawler")
    source = Source("made", "https://made.example/", lang="en")
    grow(database, size)
    times = probe(database, source, START + timedelta(days=3))
    together = polls(database, source, START + timedelta(days=3))
    with database.read() as connection:
        stories = connection.scalar(text("SELECT count(*) FROM stories")) or 1
        keys = connection.scalar(text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'sketch%'")) or 0
    dropped, longest = expiry(database, START + timedelta(days=30)) if size <= EXPIRED else (0, 0.0)
    database.close()
    start = time.perf_counter()
    again = Database.at(path)
    again.migrate("crawler")
    _store(again, source, [next(written(3))], START + timedelta(days=3, hours=1))
    reopened = time.perf_counter() - start
    again.close()
    if dropped:
        print(f"expiry: {dropped:,} articles, longest slice of {sketches.ARTICLES_DROPPED} {longest * 1e3:.0f} ms CPU")
    times.sort()
    print(
        f"{size:9,} {times[len(times) // 2] * 1e3:7.2f} {times[int(len(times) * 0.99)] * 1e3:7.2f} {together * 1e3:15.2f}"
        f" {path.stat().st_size / stories:13.0f} {keys / stories:9.0f} {reopened * 1e3:9.0f}"
    )
    return times[len(times) // 2]


def grow(database: Database, size: int) -> None:
    """Fill the store with stories in bulk: the rows that the line would write, without judging each."""
    made, step, base = written(1), timedelta(days=3) / size, min(size, BASE)
    for first in range(0, base, TOGETHER):
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for number in range(first + 1, min(first + TOGETHER, base) + 1):
            _add_rows(rows, next(made), number, START + step * number)
        with database.write() as connection:
            for name, values in rows.items():
                connection.execute(archive.metadata.tables[name].insert(), values)

    database.writing.dispose()
    with closing(sqlite3.connect(str(database.url.database))) as raw, raw:
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-4000000")  # kilobytes: keys go in at random
        often = {key for (key,) in raw.execute("SELECT key FROM sketches GROUP BY key HAVING count(*) > 1")}
        raw.create_function("keys_of", 2, lambda keys, block: pack(_others(unpack(keys), block, often)))
        for block in range(1, size // base):
            _multiply(raw, block, base, step.total_seconds())


def _others(keys: Iterable[int], block: int, often: Set[int]) -> list[int]:
    """Return the keys of a story of another block: others than these, but for those that many stories share."""
    return [key if key in often else key ^ block << 40 for key in keys]


def _multiply(raw: sqlite3.Connection, block: int, base: int, step: float) -> None:
    """Add the base's stories once more, as the stories of a later block."""
    values = {"shift": block * base, "block": block, "begin": START.timestamp(), "step": step, "end": base}
    for name in ("threads", "stories", "articles", "revisions", "sketched"):
        columns = [column.name for column in archive.metadata.tables[name].columns]
        number = f"CAST(substr({next(each for each in columns if each in NAMES)}, 2) AS INTEGER)"
        at = f"strftime('%Y-%m-%dT%H:%M:%f000Z', :begin + :step * ({number} + :shift), 'unixepoch')"
        made = {
            **{each: f"substr({each}, 1, 1) || printf('%014d', {number} + :shift)" for each in NAMES},
            **dict.fromkeys(TIMES, at),
            "seq": "seq + :shift",
            "keys": "keys_of(keys, :block)",
        }
        chosen = ", ".join(made.get(each, each) for each in columns)
        raw.execute(
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {chosen} FROM {name} WHERE {number} <= :end", values
        )
    listed = raw.execute(
        "SELECT seq, keys FROM sketched WHERE seq > ? AND seq <= ?", (block * base, (block + 1) * base)
    )
    rows = sorted((key, seq) for seq, keys in listed.fetchall() for key in unpack(keys))
    raw.executemany("INSERT INTO sketches (key, seq) VALUES (?, ?)", rows)


def _add_rows(rows: dict[str, list[dict[str, Any]]], entry: Entry, number: int, at: datetime) -> None:
    name, keys = f"{number:014}", sketch(wording(entry.title, entry.text))
    rows["threads"].append({"id": f"t{name}", "opened": at})
    rows["stories"].append({"id": f"s{name}", "thread": f"t{name}", "opened": at, "joined": at})
    article = dict.fromkeys(("evidence", "change", "origin", "outlet", "owner", "content_key"), "made")
    article |= {"id": f"a{name}", "story": f"s{name}", "relation": "new", "source": "made", "lang": "en"}
    rows["articles"].append(article | {"title": entry.title, "first_seen": at, "revision": 1})
    told = {"title": entry.title, "summary": "", "text": entry.text, "change": ""}
    rows["revisions"].append(told | {"seq": number, "article": f"a{name}", "number": 1, "seen": at, "baseline": False})
    rows["sketched"].append({"seq": number, "article": f"a{name}", "seen": at, "keys": pack(keys)})
    rows["sketches"] += [{"key": key, "seq": number} for key in sorted(keys)]


def _store(database: Database, source: Source, entries: list[Entry], at: datetime) -> None:
    with database.write() as connection:
        store_poll(connection, source, SourceState(source.id, source.url, at), entries, (), at)


def probe(database: Database, source: Source, at: datetime) -> list[float]:
    """Time single articles inside one commit, in CPU seconds: the machine is shared, and fsync is not the window's cost."""
    times = []
    entries = written(2)
    with database.write() as connection:
        for _ in range(PROBES):
            entry = next(entries)
            start = time.process_time()
            store_poll(connection, source, SourceState(source.id, source.url, at), [entry], (), at)
            times.append(time.process_time() - start)
    return times


def polls(database: Database, source: Source, at: datetime) -> float:
    """Return the median CPU seconds an article of polls that bring ITEMS new ones, without the commit."""
    times, entries = [], written(4)
    for _ in range(POLLS):
        found = list(islice(entries, ITEMS))
        with database.write() as connection:
            start = time.process_time()
            store_poll(connection, source, SourceState(source.id, source.url, at), found, (), at)
            times.append((time.process_time() - start) / ITEMS)
    return statistics.median(times)


def expiry(database: Database, now: datetime) -> tuple[int, float]:
    """Drop everything before the window, slice by slice; give the articles and the longest slice in seconds."""
    dropped, longest = 0, 0.0
    while True:
        start = time.process_time()
        with database.write() as connection:
            found = sketches.expire(connection, now)
        longest = max(longest, time.process_time() - start)
        dropped += found
        if not found:
            return dropped, longest
