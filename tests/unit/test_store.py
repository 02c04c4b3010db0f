"""What the store says of stories and articles."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from crawler.article import Entry, Relation
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.db import Database
from crawler.store.members import members_of
from tests.migrated import new_store
from tests.unit.desk import NOW

HOUR = timedelta(hours=1)


def poll(database: Database, source: Source, *titles: str, at: timedelta = timedelta(0)) -> None:
    entries = [
        Entry(title, guid=f"{source.id}/{title}", summary="The convoy left the base at dawn.") for title in titles
    ]
    with database.write() as connection:
        store_poll(connection, source, SourceState(source.id, source.url, NOW + at), entries, (), NOW + at)


def test_a_broken_constraint_is_a_fault_of_ours_and_no_store_to_be_waited_for() -> None:
    database = Database("sqlite://")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE one (n INTEGER PRIMARY KEY)"))
    with pytest.raises(IntegrityError), database.errors(), database.write() as connection:
        connection.execute(text("INSERT INTO one VALUES (1), (1)"))
    database.close()


def test_members_of_a_story_are_in_order_with_their_origin() -> None:
    database = new_store(None, "crawler")
    poll(database, Source("one", "https://one.example/", name="One", owner="first"), "Convoy leaves base")
    poll(database, Source("two", "https://two.example/", name="Two", owner="second"), "Convoy leaves base", at=HOUR)
    with database.read() as connection:
        opened, joined = (each.placement for each in archive.revisions_after(connection, 0, 9))
        by_story, by_thread = (
            members_of(connection, opened.story),
            members_of(connection, opened.thread),
        )
    assert [(each.outlet, each.relation, each.origin) for each in by_story] == [
        ("One", Relation.NEW, "first"),
        ("Two", Relation.DUPLICATE, "first"),
    ]
    assert by_thread == by_story
    assert joined.origin == "first"
    database.close()


def test_what_was_first_seen_since_is_read_from_there_on_and_as_it_stands(tmp_path: Path) -> None:
    database = new_store(tmp_path / "a.db", "crawler")
    source = Source("one", "https://one.example/")
    for number in range(30):
        poll(database, source, f"Story number {number} of the day", at=number * HOUR)
    revised = Entry("Story number 27 again", guid="one/Story number 27 of the day")
    with database.write() as connection:
        store_poll(connection, source, SourceState("one", source.url, NOW), [revised], (), NOW + 40 * HOUR)
    with database.read() as connection:
        found = [each.article.title for each in archive.revisions_since(connection, NOW + 25 * HOUR, 2)]
        [third, *_] = [each.seq for each in archive.revisions_since(connection, NOW + 25 * HOUR, 2)][2:]
        on = [each.article.title for each in archive.revisions_since(connection, NOW + 25 * HOUR, 2, third)]
        plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {archive._FIRST_SINCE}"), {"since": ""}).all())
        assert list(archive.revisions_since(connection, NOW + 99 * HOUR, 2)) == []
    assert found == [f"Story number {n} of the day" for n in (25, 26, 28, 29)] + ["Story number 27 again"]
    assert on == found[3:]
    assert "articles_by_time" in plan
    database.close()


def test_all_that_a_reader_sees_is_of_one_moment(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "watchfloor.db")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE told (n INTEGER)"))
    with database.read() as reader:
        assert reader.scalar(text("SELECT count(*) FROM told")) == 0
        with database.write() as connection:
            connection.execute(text("INSERT INTO told VALUES (1)"))
        assert reader.scalar(text("SELECT count(*) FROM told")) == 0  # else books are compared with later ones
    with database.read() as reader:
        assert reader.scalar(text("SELECT count(*) FROM told")) == 1
    database.close()


def test_pages_that_a_poll_changes_wait_in_memory_for_its_commit(tmp_path: Path) -> None:
    """A first poll of 20 articles changes some 700 pages; one that left memory earlier would be read and written again."""
    database = Database.at(tmp_path / "a.db")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE pages (page)")
    log = tmp_path / "a.db-wal"
    before = log.stat().st_size
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO pages VALUES (?)", [(b"page" * 900,) for _ in range(700)])
        assert log.stat().st_size == before
    assert log.stat().st_size > before
    database.close()
