"""A trial ends by the clock, also where it uses no processor time, and reads page by page."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.run import trial
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store.db import DATABASE
from tests.migrated import new_store
from tests.unit.desk import NOW

SHORT = "from alerts.run import trial; trial.LONGEST = 1; trial.main()"


def test_trial_that_waits_is_ended_by_the_clock() -> None:
    with subprocess.Popen([sys.executable, "-c", SHORT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.wait(60) == -signal.SIGALRM  # it was never told what to try


@pytest.mark.sqlite_only
def test_archive_is_read_in_pages_that_hold_no_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = new_store(tmp_path / DATABASE)
    source = Source("one", "https://one.example/")
    for number in range(5):
        at, entry = NOW + number * timedelta(hours=1), Entry(f"Story number {number} of the day", guid=str(number))
        with database.write() as connection:
            store_poll(connection, source, SourceState("one", source.url, at), [entry], (), at)
    monkeypatch.setattr(trial, "PAGE", 2)
    pages = []
    for page, _ in trial._pages(tmp_path, NOW - timedelta(hours=1)):
        pages.append([each.article.title for each in page])
        with closing(sqlite3.connect(tmp_path / DATABASE)) as line:
            assert line.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0, "a reader holds the log"
    assert [len(each) for each in pages] == [2, 2, 1]
    assert len({title for page in pages for title in page}) == 5
    database.close()
