"""PostgreSQL: writers take turns, readers read one moment and write nothing, and texts of any length are searched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy.exc import InternalError

from alerts.rules.searching import read_search
from alerts.store import decisions
from alerts.store.opening import PACKAGES
from crawler.store import search
from crawler.store.db import Database
from crawler.store.postgres import OURS, WRITES
from tests.e2e.servers import PATIENCE
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    return postgres.database()


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[Database]:
    database = Database(url)
    database.migrate(*PACKAGES)
    yield database
    database.close()


def test_who_reads_and_then_writes_is_not_overtaken(store: Database, url: str) -> None:
    """Another process has its turn, reads 0 and writes 1; ours waits for it, or its 1 would be written over."""
    with store.write() as connection:
        decisions.set_mark(connection, "count", "0")
    began, read = threading.Event(), list[str]()

    def count_up() -> None:
        began.set()
        with store.write() as connection:
            read.append(decisions.get_mark(connection, "count") or "")
            decisions.set_mark(connection, "count", str(int(read[-1]) + 1))

    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", (OURS, WRITES))
        assert other.execute("SELECT value FROM marks WHERE name = 'count'").fetchone() == ("0",)
        ours = threading.Thread(target=count_up)
        ours.start()
        assert began.wait(PATIENCE)
        ours.join(0.5)
        assert ours.is_alive(), "it waits for its turn"
        other.execute("UPDATE marks SET value = '1' WHERE name = 'count'")
        other.commit()
    ours.join(PATIENCE)
    assert read == ["1"]
    with store.read() as connection:
        assert decisions.get_mark(connection, "count") == "2"


def test_reader_cannot_write(store: Database) -> None:
    with store.read() as connection, pytest.raises(InternalError, match="read-only transaction"):
        decisions.set_mark(connection, "reader", "wrote")
    with store.read() as connection:
        assert decisions.get_mark(connection, "reader") in {"", None}


def test_reader_reads_one_moment(store: Database) -> None:
    with store.write() as connection:
        decisions.set_mark(connection, "moment", "before")
    with store.read() as connection:
        assert decisions.get_mark(connection, "moment") == "before"
        with store.write() as writing:
            decisions.set_mark(writing, "moment", "after")
        assert decisions.get_mark(connection, "moment") == "before"
    with store.read() as connection:
        assert decisions.get_mark(connection, "moment") == "after"


@dataclass(frozen=True)
class Text:
    title: str
    text: str
    summary: str = ""


@pytest.mark.parametrize(
    ("seq", "said", "found"),
    [
        (1_000_001, " ".join(f"word{number}" for number in range(17_000)), ["word1", "word16999"]),
        (1_000_002, " ".join(f"number{number:06}" for number in range(80_000)), ["number000001"]),  # 1.1 MB
        (1_000_003, f"before {'x' * 3_000} behind", ["before", "behind"]),
    ],
    ids=["of many words", "of many bytes", "with a long word"],
)
def test_text_of_any_length_is_found(store: Database, seq: int, said: str, found: list[str]) -> None:
    """A tsvector holds 1 MB, a word of it 2,046 bytes, and it counts 16,383 places."""
    with store.write() as connection:
        search.add(connection, [(seq, Text(f"Headline of {seq}", said))])
    with store.read() as connection:
        for words in (f"headline {seq}", *found):
            assert search.find(connection, read_search(words), None, None, 50) == [seq], words
