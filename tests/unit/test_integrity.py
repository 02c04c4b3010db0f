"""The look for damage: a store that is cut off is told at once, a large one is read through after the first polls."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from alerts.run import integrity
from alerts.run.integrity import Integrity, last_check
from crawler.store.db import DATABASE, Database
from tests.e2e.servers import PATIENCE

PAGE = 4096
ROWS = 300


def _store(place: Path) -> Path:
    path = place / DATABASE
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE kept (text)")
        store.executemany("INSERT INTO kept VALUES (?)", [("x" * 1000,)] * ROWS)
    return path


def missing_pages(path: Path) -> int:
    database = Database.at(path)
    try:
        return database.missing_pages()
    finally:
        database.close()


def test_a_whole_store_lacks_no_page(tmp_path: Path) -> None:
    assert missing_pages(_store(tmp_path)) == 0


def test_store_whose_pages_are_cut_off_is_damaged_to_sqlite(tmp_path: Path) -> None:
    path = _store(tmp_path)
    os.truncate(path, path.stat().st_size - 7 * PAGE)
    with pytest.raises(DatabaseError, match="malformed"):
        missing_pages(path)


def test_looking_leaves_the_locks_of_the_daemon(tmp_path: Path) -> None:
    """Closing a file drops all locks of its process: another one would then take the WAL away with all it holds."""
    path = _store(tmp_path)
    database = Database.at(path)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES ('of the daemon')")
    check = Integrity(database, _Told())
    assert not check._cut_off()
    other = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM kept'); c.close()"
    subprocess.run([sys.executable, "-c", other, str(path)], check=True)
    assert path.with_name(f"{path.name}-wal").exists()
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES ('and more')")
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("SELECT count(*) FROM kept").fetchone() == (ROWS + 2,)
    database.close()


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
    assert told.rang.wait(PATIENCE)
    check.close()
    assert "malformed" in told.texts[0]
    look = last_check(tmp_path)
    assert look is not None
    assert look.faults == ("database disk image is malformed",)


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
