"""A store of N articles: what backup, restore, start, status, doctor and retention take on it.

python -m tests.bench.state [N [FOLDER]]; 100,000 where none is given; a store that was grown is kept in FOLDER. The rows are made up and agree with the schema: one in a
hundred articles alerted, the last four days are compared, the last seven have raw evidence.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Severity
from alerts.delivery import DeliveryState
from alerts.store import decisions, retention
from alerts.store.opening import PACKAGES
from crawler.article import Article, mint
from crawler.config.settings import Retention
from crawler.store import search, sizes, sketches
from crawler.store.db import DATABASE, Database
from crawler.store.saving import save
from crawler.stories.sketch import pack
from tests.e2e.servers import Outlet, rss

A_DAY = 3_000  # articles: 77 sources of the desk; fewer in a small store, so that it has some months
SLICES = 2_000  # at most: 100,000 stories
NOW = datetime.now(UTC).replace(microsecond=0)
WORDS = [
    f"{a}{b}"
    for a in ("ba", "ka", "mo", "si", "tur", "wel", "zan", "qu")
    for b in ("dar", "lim", "nor", "rat", "sul", "vek")
]
RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], backup: {{every: 0}}}}
sources: [{{id: wire, name: Wire, url: "{url}", every: 5m, full_text: never}}]
receivers: {{console: {{urls: ["console://"]}}}}
rules: [{{id: militia, title: Militias, match: {{any: [militia]}}, severity: priority, notify: [console]}}]
"""


def run() -> None:
    bench(int(os.environ.get("STATE_ARTICLES", "100000")))


def bench(n: int, grown: Path | None = None) -> None:
    global A_DAY  # noqa: PLW0603 - one store a process
    A_DAY = min(A_DAY, n // 120)
    with TemporaryDirectory(prefix="watchfloor-bench") as place:
        state = Path(place) / "var"
        state.mkdir(mode=0o700)
        if grown and (grown / DATABASE).exists():
            shutil.copy(grown / DATABASE, state)
        else:
            grow(state, n)
            if grown:
                grown.mkdir(parents=True, exist_ok=True)
                shutil.copy(state / DATABASE, grown)
        size = (state / DATABASE).stat().st_size
        print(f"store of {n:,} articles: {size / 1e6:,.0f} MB, {size / n:,.0f} bytes an article")
        outlet = Outlet()
        outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        rules = Path(place) / "rules.yaml"
        rules.write_text(RULES.format(url=f"{outlet.base}/a.xml"), encoding="utf-8")
        _commands(rules, state, outlet)
        outlet.close()
        _retention(state)


def _commands(rules: Path, state: Path, outlet: Outlet) -> None:
    words = ("--config", str(rules), "--state-dir", str(state))
    copies = state.parent / "copies"
    _timed("start to first poll", lambda: _started(words, outlet))
    for command in (
        ("status",), ("doctor",), ("doctor", "--thorough"), ("verify",), ("stories", "--since", "24h"),
        ("stories", "--told"), ("deliveries", "--since", "24h"), ("handover", "--since", "12h"), ("sources",),
        ("explain", "last"),
    ):  # fmt: skip
        _timed(" ".join(command), lambda command=command: _command(*command, *words))  # type: ignore[misc]
    _timed("backup", lambda: _command("backup", str(copies), *words))
    [made] = copies.glob("*.db")
    _timed("restore --check", lambda: _command("restore", "--check", str(made), *words))
    _timed("restore", lambda: _command("restore", "--yes", str(made), *words))
    for each in state.glob("replaced-*"):
        shutil.rmtree(each)


def _command(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "alerts", *words], capture_output=True, text=True, check=False)
    if done.returncode and words[0] != "doctor":
        print(f"  {words[0]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")


def _started(words: tuple[str, ...], outlet: Outlet) -> None:
    daemon = subprocess.Popen(
        [sys.executable, "-m", "alerts", "run", *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    before, end = len(outlet.requests), time.monotonic() + 120
    while len(outlet.requests) == before and time.monotonic() < end:
        time.sleep(0.01)
    daemon.terminate()
    daemon.communicate()


def _timed(name: str, work: Callable[[], object]) -> None:
    """Print how long it took, and the processor time of the processes it started: the machine has other work."""
    began, before = time.monotonic(), os.times()
    work()
    took, after = time.monotonic() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{name}: {took:.2f} s, processor {used:.2f} s", flush=True)


def _retention(state: Path) -> None:
    """Delete half of the store by slices, as the daemon does when it is idle, and give the space back."""
    database = Database.at(state / DATABASE)
    kept = Retention(articles=timedelta(days=30), alerted=timedelta(days=60))
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM marks WHERE name = ?", (retention.MARK,))  # the daemon's own may rest
    slices, longest, done, began, used = 0, 0.0, 0, time.monotonic(), time.process_time()
    while True:
        at = time.monotonic()
        with database.write() as connection:
            swept = retention.sweep(connection, kept, NOW)
        longest = max(longest, time.monotonic() - at)
        slices, done = slices + 1, done + swept.articles
        if not swept.looked or slices >= SLICES:
            break
    took, used = time.monotonic() - began, time.process_time() - used
    words = f"{done:,} articles in {slices} slices, {took:.1f} s, processor {used:.1f} s"
    print(f"retention: {words}, the longest {longest * 1000:.0f} ms")
    before, given, longest, began = (state / DATABASE).stat().st_size, 0, 0.0, time.monotonic()
    while True:
        at = time.monotonic()
        with database.write() as connection:
            back = sizes.give_back(connection)
        longest = max(longest, time.monotonic() - at)
        if not back:
            break
        given += back
    database.writing.dispose()
    after = (state / DATABASE).stat().st_size
    took = time.monotonic() - began
    print(
        f"given back: {given:,} pages, {before / 1e6:,.0f} -> {after / 1e6:,.0f} MB, {took:.1f} s, longest {longest * 1000:.0f} ms"
    )
    with database.read() as connection:
        left = sketches.misplaced(connection)
    print(f"contradictions left: {left or 'none'}")
    database.close()


# -- the store ---------------------------------------------------------------------------------------------------------


def grow(state: Path, n: int) -> None:
    """Make a store of `n` articles, A_DAY of them a day up to now."""
    database = Database.at(state / DATABASE)
    database.migrate(*PACKAGES)
    with database.write() as connection:
        for day in range(10):
            save(
                connection,
                sizes.store_sizes,
                {
                    "at": NOW - timedelta(days=10 - day),
                    "used": n * 2600 - (10 - day) * A_DAY * 2600,
                    "file": n * 2600,
                    "free": 80_000_000_000,
                },
                "at",
            )
        _alerts(connection, n)
    database.close()
    with closing(sqlite3.connect(state / DATABASE)) as raw, raw:
        raw.execute("PRAGMA synchronous=OFF")
        for table, rows in _rows(n):
            marks = ", ".join("?" * len(rows[0]))
            raw.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        raw.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", [("entries", n), ("new", n)])
        raw.execute("INSERT OR REPLACE INTO marks SELECT 'triaged', max(seq) FROM revisions")
        raw.execute("ANALYZE main.sqlite_schema")
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        search.begin_anew(connection)  # no words were added beside the articles: as of a store before it had the index
    database.close()


def _at(number: int, n: int) -> datetime:
    return NOW - timedelta(days=1) * ((n - number) / A_DAY)


def _name(letter: str, number: int, n: int) -> str:
    return mint(letter, _at(number, n), str(number))


def _text(number: int, words: int) -> str:
    return " ".join(random.Random(number).choices(WORDS, k=words))


def _iso(at: datetime) -> str:
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _rows(n: int) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Yield rows by table, some thousand articles at a time."""
    for begin in range(0, n, 5_000):
        numbers = range(begin, min(n, begin + 5_000))
        at = {each: _iso(_at(each, n)) for each in numbers}
        story, thread, article = ({each: _name(kind, each, n) for each in numbers} for kind in "sta")
        title = {each: f"{_text(each, 9).capitalize()}" for each in numbers}
        key = {each: f"{each:024x}" for each in numbers}
        url = {
            each: f"https://outlet{each % 77}.example/news/{title[each].replace(' ', '-')}-{each}" for each in numbers
        }
        source = {each: f"outlet-{each % 77}" for each in numbers}
        yield "threads", [(thread[each], at[each]) for each in numbers]
        yield "stories", [(story[each], thread[each], at[each], at[each]) for each in numbers]
        yield "articles", [
            (article[each], story[each], "new", "", "", source[each], source[each], f"Outlet {each % 77}", source[each],
             url[each], url[each], None, "en", at[each], at[each], 1, title[each], key[each], "")
            for each in numbers
        ]  # fmt: skip
        yield (
            "revisions",
            [
                (each + 1, article[each], 1, at[each], 0, "", title[each], _text(each, 30), _text(each + 1, 60))
                for each in numbers
            ],
        )
        yield "identities", [
            (f"{kind}:{url[each]}" if kind != "h" else f"h:{key[each]}", source[each], article[each], key[each])
            for each in numbers for kind in "guh"
        ]  # fmt: skip
        recent = [each for each in numbers if each >= n - 4 * A_DAY]
        if recent:
            keys = {each: sorted(random.Random(each).sample(range(1 << 40), 30)) for each in recent}
            yield "sketched", [(each + 1, article[each], at[each], pack(frozenset(keys[each]))) for each in recent]
            yield "sketches", sorted((one, each + 1) for each in recent for one in keys[each])


def _alerts(connection: Connection, n: int) -> None:
    """Store an alert, its decision and its sent message for one article in a hundred, as deciding and sending would."""
    deliveries = []
    sealed = "INSERT INTO decisions VALUES (?, 'console#1', ?, ?, 'console', 'alert', 1, 'first_article', 1, '[\"militia\"]', '[]', NULL)"
    for number in range(0, n, 100):
        story, at = _name("s", number, n), _at(number, n)
        article = Article(_name("a", number, n), "wire", _text(number, 9), at, text=_text(number, 60))
        decisions.add_alert(
            connection, Alert(story, _name("t", number, n), 1, Severity.PRIORITY, at, article, (), ("Wire",))
        )
        connection.exec_driver_sql(sealed, (number + 1, story, _iso(at)))
        deliveries.append(_delivery(number, n, story, _iso(at)))
    connection.exec_driver_sql(f"INSERT INTO deliveries VALUES ({', '.join('?' * 28)})", deliveries)
    many = len(deliveries)
    for name in ("matched", "queued"):
        connection.exec_driver_sql("INSERT INTO alert_counts VALUES (?, ?)", (name, many))


def _delivery(number: int, n: int, story: str, at: str) -> tuple[object, ...]:
    return (
        _name("d", number, n), story, Kind.ALERT.value, 1, "console#1", "console", 1, "first_article", DeliveryState.SENT.value,
        at, at, 1, 0, at, "", None, _name("t", number, n), "[]", '["militia"]', "", "", None, at, at, "", "", "", "",
    )  # fmt: skip


if __name__ == "__main__":
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
