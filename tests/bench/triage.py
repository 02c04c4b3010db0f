"""What it costs to decide on one matching revision and to queue its message, as the store grows; the store is a file.

Matching is not counted: it is measured by `matching`. A commit holds as many revisions as the daemon's does. Measured
first by one plain rule, of stories that share nothing; then by the shipped desk, of a storm of reports of one event.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.decide.same_event import EventWindow
from alerts.line.judging_order import SLICE
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.store import decisions
from alerts.store.opening import PACKAGES
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.db import DATABASE, Database
from tests.bench.figures import exponent
from tests.bench.shared import ROOT

ROUNDS = 72  # of SLICE stories each
AROUND = 8  # rounds whose median is the cost at a size
STORM = 6  # rounds of reports of one event, of which the second half is the cost
START = datetime(2026, 6, 14, 3, tzinfo=UTC)
SYLLABLES = ("kera", "boto", "lumi", "sade", "fipo")
RULES = """\
version: 1
settings: {admin: floor}
sources: [{id: w, url: "https://w.example/"}]
receivers: {floor: {urls: ["json://127.0.0.1:9/x"]}}
rules: [{id: militia, title: Militias, match: [militia], severity: immediate, notify: [floor]}]
"""


def run() -> None:
    """Print the processor time for one matching revision at three numbers of stories told before, and how it grows."""
    with tempfile.TemporaryDirectory() as place:
        rules = Path(place) / "rules.yaml"
        rules.write_text(RULES, encoding="utf-8")
        times = _settled(load(rules, environ={}), ROUNDS, lambda _, words: f"militia {words}")
    costs = {end * SLICE: statistics.median(times[end - AROUND : end]) for end in (AROUND, ROUNDS // 3, ROUNDS)}
    for stories, cost in costs.items():
        print(
            f"one matching revision, decided and queued, {stories:5} stories told: {cost * 1e3:.2f} ms of processor time"
        )
    print(f"it grows with the stories told to the power of {exponent(costs):.2f}")
    desk = load(ROOT / "rules.yaml", environ=os.environ)
    times = _settled(
        desk, STORM, lambda n, words: f"Drone strike kills {n % 7 + 2} US soldiers at base in Iraq {words}"
    )
    cost = statistics.median(times[STORM // 2 :])
    print(f"one of {STORM * SLICE} reports of one event, by the shipped desk: {cost * 1e3:.1f} ms of processor time")


def _settled(config: Config, rounds: int, title: Callable[[int, str], str]) -> list[float]:
    """Return the seconds of the processor for one matching revision in each round; `title` makes a headline."""
    matcher, window, times = Matcher(config), EventWindow(config.events), []
    with tempfile.TemporaryDirectory() as place, closing(Database.at(Path(place) / DATABASE)) as database:
        database.migrate(*PACKAGES)
        for number in range(rounds):
            now = START + timedelta(minutes=number)
            with database.write() as connection:
                _store(connection, number, now, title)
                waiting = archive.revisions_after(connection, int(decisions.get_mark(connection, "triaged") or 0), 1000)
            found = [(each, matcher.find(each.article)) for each in waiting]
            with database.write() as connection:
                began = time.process_time()
                made = settle(connection, config, window, found, now)
                times.append((time.process_time() - began) / SLICE)
            assert made.alerts == SLICE
    return times


def _store(connection: Connection, number: int, now: datetime, title: Callable[[int, str], str]) -> None:
    source = Source(id="w", url="https://w.example/", name="Wire", owner="w", lang="en")
    entries = []
    for n in range(SLICE):
        words = [f"{syllable}{number * 997 + n * 13 + k}" for k, syllable in enumerate(SYLLABLES)]
        entries.append(
            Entry(title=title(n, " ".join(words)), guid=f"{number}-{n}", text=" ".join(words * 20), published=now)
        )
    store_poll(connection, source, SourceState("w", source.url, START, baseline=START), entries, (), now)


if __name__ == "__main__":
    run()
