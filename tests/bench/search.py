"""Full-text search: how long a search takes in a large archive, and what the index adds to storing an article.

The articles are made up: words drawn from a vocabulary as words of a language are, few of them often and most seldom
(Zipf). WATCHFLOOR_ARTICLES says how many; WATCHFLOOR_STORE names a store with articles, which is copied and filled
instead.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import text

from alerts.rules.searching import read_search
from alerts.store.opening import PACKAGES
from crawler.article import Article, Entry, Placement, Relation
from crawler.parse.normalise import draft
from crawler.store import articles as archive
from crawler.store import search as index
from crawler.store.articles import NewArticle
from crawler.store.db import DATABASE, Database
from crawler.store.searched import searched

ARTICLES = int(os.environ.get("WATCHFLOOR_ARTICLES", "50000"))
AT_ONCE = 5  # articles of one poll
WORDS, VOCABULARY = 90, 60_000  # of an article; of all
PAGE = 51
NOW = datetime(2026, 6, 14, tzinfo=UTC)
LETTERS = ("bdfghklmnrstz", "aeiou"), ("بتجدرسعفقكلمن", "اوي"), ("بپتچدرسفکگلمن", "اوی")  # of three scripts


def run() -> None:
    """Print the cost of the index for an article stored, and the time of searches."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        database = Database.at(Path(place) / DATABASE)
        if given := os.environ.get("WATCHFLOOR_STORE"):
            shutil.copy(given, Path(place) / DATABASE)
            database.migrate(*PACKAGES)
            _fill(database)
            words = _common(database)
        else:
            database.migrate(*PACKAGES)
            words = _vocabulary()
            _store(database, words)
        _search(database, words)
        database.close()


def _vocabulary() -> list[str]:
    draw = random.Random(7)
    made = {
        "".join(draw.choice(each) for each in letters * (1 + draw.randrange(3)))
        for letters in LETTERS
        for _ in range(VOCABULARY // 2)
    }
    words = sorted(made)
    draw.shuffle(words)
    return words[:VOCABULARY]


def _made(words: list[str]) -> Iterator[list[NewArticle]]:
    draw, weights = random.Random(1), list(accumulate(1 / (rank + 10) for rank in range(len(words))))
    for start in range(0, ARTICLES, AT_ONCE):
        now, polled = NOW + timedelta(seconds=start), []
        for at in range(start, start + AT_ONCE):
            said = draw.choices(words, cum_weights=weights, k=WORDS)
            title, body = " ".join(said[:10]), " ".join(said[10:])
            article = Article(f"a{at}", "wire", title, now, "Wire", "wire", f"g{at}", lang="en")
            placement = Placement(Relation.NEW, f"s{at}", f"t{at}", origin="wire")
            polled.append(NewArticle(article, draft(Entry(title, summary=body), now), placement))
        yield polled


def _store(database: Database, words: list[str]) -> None:
    cost = index_cost = 0.0
    add = index.add

    def timed(*given: object) -> None:
        nonlocal index_cost
        began = time.thread_time()
        add(*given)  # type: ignore[arg-type]
        index_cost += time.thread_time() - began

    with patch.object(index, "add", timed):
        for polled in _made(words):
            began = time.thread_time()
            with database.write() as connection:
                archive.add_articles(connection, polled, baseline=False)
            cost += time.thread_time() - began
    # the words of a commit become a part of the index at its end: what is beside `add` is told by a run without it
    bare = _bare(words)
    size, whole = _bytes(database)
    print(
        f"{ARTICLES:,} articles of {WORDS} words stored, {AT_ONCE} a commit, each in all {cost / ARTICLES * 1e6:.0f} us"
    )
    print(f"  of it folding and indexing within the commit {index_cost / ARTICLES * 1e6:.0f} us of processor time")
    print(
        f"  without the index {bare * 1e6:.0f} us (of {ARTICLES // 10:,}): it adds {cost / ARTICLES * 1e6 - bare * 1e6:.0f} us"
    )
    print(f"the index has {size / ARTICLES:.0f} bytes an article, of {whole / ARTICLES:.0f} in all")


def _bare(words: list[str]) -> float:
    """Return the processor seconds of an article stored without the index."""
    cost, stored = 0.0, 0
    with patch.object(index, "add", lambda *_: None), tempfile.TemporaryDirectory() as place:
        database = Database.at(Path(place) / DATABASE)
        database.migrate(*PACKAGES)
        for polled in _made(words):
            began = time.thread_time()
            with database.write() as connection:
                archive.add_articles(connection, polled, baseline=False)
            cost += time.thread_time() - began
            stored += len(polled)
            if stored >= ARTICLES // 10:
                break
        database.close()
    return cost / stored


def _bytes(database: Database) -> tuple[int, int]:
    """Return the bytes of the index, and of the whole store."""
    with database.read() as connection:
        size = connection.scalar(text(f"SELECT sum(length(block)) FROM {index.INDEX}_data"))
        pages = connection.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
    return int(size or 0), int(pages or 0)


def _fill(database: Database) -> None:
    times, filled = [], 0
    while True:
        began, spent = time.perf_counter(), time.process_time()
        with database.write() as connection:
            done = index.fill(connection)
        if not done:
            break
        filled += done
        times.append((time.perf_counter() - began, time.process_time() - spent))
    walls = sorted(wall for wall, _ in times)
    size, whole = _bytes(database)
    print(f"{filled:,} articles of an older store filled in {len(times):,} slices of {index.SLICE:,}")
    print(
        f"  a slice {statistics.median(walls) * 1e3:.0f} ms, the longest of a hundred {walls[int(len(walls) * 0.99)] * 1e3:.0f} ms"
    )
    print(
        f"  {sum(cpu for _, cpu in times) / filled * 1e6:.0f} us of processor time and {size / filled:.0f} bytes an article, of {whole / filled:.0f} in all"
    )


def _common(database: Database) -> list[str]:
    with database.read() as connection:
        said = connection.execute(text("SELECT text FROM revisions ORDER BY seq DESC LIMIT 20")).scalars()
        return list(dict.fromkeys(word for each in said for word in each.lower().split()))


def _search(database: Database, words: list[str]) -> None:
    few = words[len(words) // 2 :]
    searches = {
        "one common word": words[0],
        "one seldom word": few[0],
        "a word that is nowhere": "qqxqq",
        "two common words": " ".join(words[:2]),
        "five common words": " ".join(words[:5]),
        "a common and a seldom word": f"{words[0]} {few[1]}",
        "a common word without another": f"{words[0]} -{words[1]}",
        "a phrase of two common words": f'"{words[0]} {words[1]}"',
        "a phrase of three": f'"{" ".join(words[:3])}"',
        "twenty words": " ".join(words[:20]),
    }
    slowest = 0.0
    for name, asked in searches.items():
        times, found = [], 0
        for _ in range(7):
            with database.read() as connection:
                began = time.perf_counter()
                found = len(searched(connection, read_search(asked), None, None, PAGE))
                times.append(time.perf_counter() - began)
        slowest = max(slowest, statistics.median(times))
        print(f"{name}: {statistics.median(times) * 1e3:.1f} ms, {found} found of at most {PAGE}")
    print(f"the slowest of them {slowest * 1e3:.0f} ms")
