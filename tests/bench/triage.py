"""What it costs to decide on one matching revision and to queue its message, as the store grows; the store is a file.

Matching is not counted: it is measured by `matching`. A commit holds as many revisions as the daemon's does.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.decide.same_event import EventWindow
from alerts.line.judging_order import SLICE
from alerts.line.triage import settle
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

ROUNDS = 72  # of SLICE stories each
AROUND = 8  # rounds whose median is the cost at a size
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
        config = load(rules, environ={})
        matcher, window = Matcher(config), EventWindow(config.events)
        database = Database.at(Path(place) / DATABASE)
        database.migrate(*PACKAGES)
        times = []
        for number in range(ROUNDS):
            now = START + timedelta(minutes=number)
            with database.write() as connection:
                _store(connection, number, now)
                waiting = archive.revisions_after(connection, int(decisions.get_mark(connection, "triaged") or 0), 1000)
            found = [(each, matcher.find(each.article)) for each in waiting]
            with database.write() as connection:
                began = time.process_time()
                made = settle(connection, config, window, found, now)
                times.append((time.process_time() - began) / SLICE)
            assert made.alerts == SLICE
        database.close()
    costs = {end * SLICE: statistics.median(times[end - AROUND : end]) for end in (AROUND, ROUNDS // 3, ROUNDS)}
    for stories, cost in costs.items():
        print(
            f"one matching revision, decided and queued, {stories:5} stories told: {cost * 1e3:.2f} ms of processor time"
        )
    print(f"it grows with the stories told to the power of {exponent(costs):.2f}")


def _store(connection: Connection, number: int, now: datetime) -> None:
    source = Source(id="w", url="https://w.example/", name="Wire", owner="w", lang="en")
    entries = []
    for n in range(SLICE):
        words = [f"{syllable}{number * 997 + n * 13 + k}" for k, syllable in enumerate(SYLLABLES)]
        entries.append(
            Entry(title=f"militia {' '.join(words)}", guid=f"{number}-{n}", text=" ".join(words * 20), published=now)
        )
    store_poll(connection, source, SourceState("w", source.url, START, baseline=START), entries, (), now)


if __name__ == "__main__":
    run()
