"""The look for damage: a store that is cut off is told at once, a large one is read through after the first polls."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from alerts.run import integrity
from alerts.run.integrity import Integrity, last_check
from crawler.store.db import DATABASE, Database
from crawler.store.header import missing_pages

PAGE = 4096
ROWS = 300


def _store(place: Path) -> Path:
    path = place / DATABASE
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE kept (text)")
        store.executemany("INSERT INTO kept VALUES (?)", [("x" * 1000,)] * ROWS)
    return path


def test_a_whole_store_lacks_no_page(tmp_path: Path) -> None:
    assert missing_pages(_store(tmp_path)) == 0


def test_pages_that_are_cut_off_are_counted(tmp_path: Path) -> None:
    path = _store(tmp_path)
    os.truncate(path, path.stat().st_size - 7 * PAGE)
    assert missing_pages(path) == 7


def test_pages_that_wait_in_the_wal_are_not_missing(tmp_path: Path) -> None:
    path = _store(tmp_path)
    whole = path.stat().st_size
    with closing(sqlite3.connect(path)) as store:
        with store:
            store.executemany("INSERT INTO kept VALUES (?)", [("y" * 1000,)] * ROWS)
        wal = path.with_name(f"{DATABASE}-wal")
        kept = wal.read_bytes()
        store.execute("PRAGMA wal_checkpoint(FULL)")
        assert path.stat().st_size > whole
        # as a checkpoint that was killed leaves it: the header has the new number, the pages are in the WAL alone
        os.truncate(path, whole)
        assert len(kept) == wal.stat().st_size
        assert missing_pages(path) == 0
        os.truncate(wal, 0)
        assert missing_pages(path) > 0


def test_what_is_no_database_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    path.write_bytes(b"no database" * 20)
    assert missing_pages(path) == 0


class _Told:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rang = threading.Event()

    def __call__(self, title: str, text: str) -> None:
        self.texts.append(f"{title}: {text}")
        self.rang.set()


def test_a_large_store_that_is_cut_off_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "SMALL", 1)
    path = _store(tmp_path)
    os.truncate(path, path.stat().st_size - 7 * PAGE)
    told = _Told()
    check = Integrity(Database.at(path), told)
    check.start()
    assert told.rang.wait(10)
    check.close()
    assert "the file is cut off: 7 pages are missing" in told.texts[0]
    look = last_check(tmp_path)
    assert look is not None
    assert look.faults == ("the file is cut off: 7 pages are missing",)


@pytest.mark.parametrize(("after", "looked"), [(0.0, True), (60.0, False)])
def test_a_large_store_is_read_through_after_the_first_polls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: float, looked: bool
) -> None:
    monkeypatch.setattr(integrity, "SMALL", 1)
    monkeypatch.setattr(integrity, "AFTER_START", after)
    path = _store(tmp_path)
    with path.open("r+b") as handle:  # damage within: only reading it through finds it
        handle.seek(5 * PAGE)
        handle.write(b"\xff" * PAGE)
    told = _Told()
    check = Integrity(Database.at(path), told)
    check.start()
    assert told.rang.wait(10 if looked else 0.3) is looked
    check.close()
    assert (last_check(tmp_path) is not None) is looked
