"""More values than one statement holds: they are asked for in parts, in the store as it is."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from alerts.store import decisions
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import chain, pages_wanted, passed, retention, sketches
from crawler.store.asked import ASKED
from crawler.store.db import Database
from crawler.store.identities import identified, identities
from crawler.store.saving import save_all
from crawler.stories.wording import wording
from tests.migrated import new_store
from tests.unit.desk import NOW

MOST = 2_000  # values in a statement here; 32,766 where SQLite is as it is built
SOURCE = Source("list", "https://list.example/", kind="json")
STATE = SourceState(SOURCE.id, SOURCE.url, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = new_store(tmp_path / "store.db")

    @event.listens_for(database.writing, "checkout")
    def _limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, MOST)

    yield database
    database.close()


@pytest.fixture
def line(store: Database) -> Iterator[Connection]:
    with store.write() as connection:
        yield connection


def entries(many: int, sentences: int) -> list[Entry]:
    rand = random.Random(1)
    words = ["".join(rand.choices("abcdefghijklmnop", k=rand.randint(4, 9))) for _ in range(3_000)]

    def sentence() -> str:
        return " ".join(rand.choices(words, k=9)).capitalize() + "."

    return [
        Entry(sentence(), guid=str(n), text=" ".join(sentence() for _ in range(sentences)), published=NOW)
        for n in range(many)
    ]


@pytest.mark.parametrize("careful", [False, True])
def test_poll_with_more_sentences_than_a_statement_holds_is_stored(store: Database, careful: bool) -> None:
    given = entries(190, 13)
    asked = {number for each in given for number in wording(each.title, each.text, "").numbers}
    assert len(asked) > MOST
    with store.write() as connection:
        assert store_poll(connection, SOURCE, STATE, given, (), NOW, careful=careful).new == 190


def test_more_keys_numbers_and_names_than_a_statement_holds_are_looked_up(line: Connection) -> None:
    made = store_poll(line, SOURCE, STATE, entries(150, 1), (), NOW)
    names = [name for _, name in made.placed]
    keys = [f"none-{n}" for n in range(MOST)] + list(line.scalars(select(identities.c.key)))
    assert {each.article for each in identified(line, keys)} == set(names)
    many = range(MOST + ASKED)
    passed.remember(line, many, NOW)
    assert set(passed.passed(line, many)) == set(many)
    sketches.count_sentences(line, sketches.EVERYWHERE, dict.fromkeys(many, 1), NOW)
    assert sketches.repeated_among(line, sketches.EVERYWHERE, frozenset(many)) == frozenset(many)
    assert sketches.repeated_among(line, sketches.EVERYWHERE, frozenset()) == frozenset()
    save_all(line, retention.former_keys, [{"hash": n, "day": 1} for n in many], "hash")
    assert retention.former(line, many, NOW) == frozenset(many)
    days = {row.day for row in line.execute(retention.former_keys.select())}
    assert days == {NOW.toordinal()}, "noted that a feed still shows them"
    chain.seal_pieces(line, [*names, *(f"none-{n}" for n in many)], NOW)
    assert decisions.told_of_stories(line, [f"s{n}" for n in many]) == {}
    old = NOW - timedelta(days=90)
    wanted = [
        pages_wanted.Wanted(name, SOURCE.id, f"https://list.example/{name}", "list.example", old, old) for name in names
    ]
    pages_wanted.want(line, wanted)
    assert pages_wanted.expire(line, NOW) == 150
