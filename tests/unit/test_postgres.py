"""A store in PostgreSQL: its schema, who may write to it, what is healed, and that a desk moves there and back whole."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, make_url, text
from sqlalchemy.exc import DBAPIError, InternalError

from alerts.rules.searching import read_search
from alerts.run.copying import copy
from alerts.run.lock import AlreadyRunning, lock
from alerts.run.patience import patiently
from alerts.run.stored import ledger_of
from alerts.store import decisions
from alerts.store.moved import MOVED, need_here
from alerts.store.opening import NOTED, PACKAGES, note_url, noted_url, reading
from alerts.store.stamp import sign_life
from crawler.article import Entry
from crawler.collect.elsewhere import take_turn
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import moving, search
from crawler.store.db import DATABASE, Database, named
from crawler.store.errors import StoreBusy, StoreError, StoreHeld, StoreLost
from crawler.store.moving import ENTERED
from crawler.store.postgres import _HOLDER, HOLDS, OURS
from crawler.store.search import INDEX, fill
from crawler.store.searched import searched
from crawler.store.stored_words import stored_among, stored_beginning
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import PATIENCE
from tests.migrated import empty_store, new_store, released_store
from tests.postgres import Postgres
from tests.stores.make import NOW
from tests.unit.tables import all_tables

ROOT = Path(__file__).parents[2]
RELEASED = Path(__file__).parents[1] / "stores" / "v0.1.0.sqlite3"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    """Give the URL of a migrated store, which the tests here share."""
    return postgres.store()


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Database]]:
    """Give a function that opens the store once more, as another daemon does."""
    made: list[Database] = []

    def once_more() -> Database:
        made.append(Database(url))
        return made[-1]

    yield once_more
    for each in made:
        each.close()


def cut(postgres: Postgres, database: Database) -> None:
    """End all sessions of a database, as a server does that restarts."""
    postgres.sql(CUT.format(database.url.database))


def mark(database: Database, value: str) -> None:
    with database.write() as connection:
        decisions.set_mark(connection, "test", value)


def test_the_schema_is_the_one_in_the_code(opened: Callable[[], Database]) -> None:
    others = {
        ("table", "crawler_version"),
        ("table", "alerts_version"),
        ("table", INDEX),
        ("column", ENTERED["postgresql"]),
    }
    ours = {"include_name": lambda name, kind, _: (kind, name) not in others}
    with opened().reading.connect() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* expression-based index '?deliveries_next")
        found = compare_metadata(MigrationContext.configure(connection, opts=ours), all_tables())
    # SERIAL has 32 bits: enough revisions for 20 years of 250,000 a day
    assert [(each[0][0], *each[0][2:4]) for each in found] == [
        ("modify_type", "audit", "id"),
        ("modify_type", "revisions", "seq"),
    ]


def test_texts_are_ordered_and_kept_as_in_sqlite(opened: Callable[[], Database]) -> None:
    """By code point, whatever the locale of the database; without NUL, which PostgreSQL refuses in a text."""
    database = opened()
    with database.write() as connection:
        for name in ("a", "B", "z-1", "z1", "ä"):
            decisions.set_mark(connection, f"order {name}", "x\x00y")
        found = connection.execute(
            decisions.marks.select().where(decisions.marks.c.name.like("order %")).order_by(decisions.marks.c.name)
        ).all()
        connection.rollback()
    assert [row.name.removeprefix("order ") for row in found] == ["B", "a", "z-1", "z1", "ä"]
    assert {row.value for row in found} == {"x\ufffdy"}


def test_a_second_daemon_is_told_who_holds_the_store(opened: Callable[[], Database]) -> None:
    first, second = opened(), opened()
    mark(first, "first")
    with pytest.raises(StoreHeld, match=r"is held by the process \d+ on .*: only daemons of one version share a"):
        mark(second, "second")
    with second.read() as connection:  # commands read all the same
        assert decisions.get_mark(connection, "test") == "first"
    first.close()
    mark(second, "second")


def test_who_lost_the_store_while_cut_off_writes_no_more(opened: Callable[[], Database], postgres: Postgres) -> None:
    paused, other = opened(), opened()
    mark(paused, "before")
    cut(postgres, paused)
    mark(other, "taken over")
    with pytest.raises(StoreHeld):
        mark(paused, "stale")
    with other.read() as connection:
        assert decisions.get_mark(connection, "test") == "taken over"
    other.close()
    with pytest.raises(StoreLost, match="start this one anew"):
        mark(paused, "what it remembers is of before")

    async def mark_again() -> None:
        mark(paused, "tried again")

    with pytest.raises(StoreLost):  # a start that waits for it would wait for ever
        asyncio.run(asyncio.wait_for(patiently(mark_again, lambda _: None), 3))
    lane = WriterLane(paused)
    assert asyncio.run(take_turn(lane, "a.example", 5.0)) == 0.0, "no source is charged with it"
    lane.close()
    mark(opened(), "started anew")


def test_a_lock_in_another_database_of_the_server_names_nobody(
    opened: Callable[[], Database], postgres: Postgres
) -> None:
    elsewhere = Database(postgres.store())
    mark(elsewhere, "elsewhere")
    first, second = opened(), opened()
    mark(first, "here")
    with pytest.raises(StoreHeld) as refused:
        mark(second, "second")
    assert f"the process {os.getpid()} on " in str(refused.value)
    with first.read() as connection:
        holders = connection.exec_driver_sql(_HOLDER, (OURS, HOLDS)).all()
    assert len(holders) == 1, "of this database alone"
    elsewhere.close()


def test_who_stands_still_loses_the_store_and_is_refused_when_it_wakes(
    opened: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.store.postgres.PAUSED", 300)
    paused, other = opened(), opened()
    mark(paused, "before")
    ends = time.monotonic() + PATIENCE
    while True:  # as a daemon that waits asks again
        try:
            mark(other, "taken over")
            break
        except StoreHeld:
            assert time.monotonic() < ends
    with pytest.raises(StoreHeld):
        mark(paused, "stale")
    with other.read() as connection:
        assert decisions.get_mark(connection, "test") == "taken over"


def test_a_connection_that_is_cut_undoes_its_whole_batch_and_is_healed(
    opened: Callable[[], Database], postgres: Postgres
) -> None:
    database = opened()
    mark(database, "whole")
    lane = WriterLane(database)

    def cut_off(connection: Connection) -> None:
        decisions.set_mark(connection, "test", "half")
        cut(postgres, database)
        connection.execute(text("SELECT 1"))

    assert isinstance(lane.put(cut_off).exception(20), DBAPIError)
    assert lane.refused_since is not None
    assert lane.put(lambda connection: decisions.get_mark(connection, "test")).result(20) == "whole"
    lane.put(lambda connection: decisions.set_mark(connection, "test", "again")).result(20)
    assert lane.refusal == ""
    lane.close()


def test_a_database_that_takes_no_writes_is_noted_until_it_takes_one(opened: Callable[[], Database]) -> None:
    """A standby after a failover to the wrong side: what it answers to reads must not hide that it refuses writes."""
    lane = WriterLane(opened())
    switch = "SET SESSION CHARACTERISTICS AS TRANSACTION READ {}"

    def run(words: str) -> BaseException | None:
        return lane.put(lambda connection: connection.execute(text(words)).close()).exception(20)

    def write() -> BaseException | None:
        return lane.put(lambda connection: decisions.set_mark(connection, "test", "x")).exception(20)

    assert run(switch.format("ONLY")) is None
    assert isinstance(write(), InternalError)
    assert run("SELECT 1") is None
    assert lane.refused_since is not None
    assert "read-only transaction" in lane.refusal
    assert run(switch.format("WRITE")) is None
    assert write() is None
    assert lane.refused_since is None
    lane.close()


def test_a_server_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    database = Database(f"postgresql://nobody:secret@/nowhere?host={tmp_path}")
    with pytest.raises(StoreBusy, match="cannot be used now") as caught:
        database.check(*PACKAGES)
    assert "secret" not in str(caught.value)
    database.close()


@pytest.mark.parametrize("given", ["mysql://host/name", "no url at all"])
def test_only_the_two_databases_are_taken(given: str) -> None:
    with pytest.raises(StoreError, match="postgresql://"):
        Database(given)


def test_a_store_on_several_hosts_is_named_with_all_of_them() -> None:
    database = Database("postgresql://nobody@/desk?host=a:5432&host=b:5432&target_session_attrs=read-write")
    assert database.name == "postgresql://a:5432,b:5432/desk"
    database.close()


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crawler.store.postgres", None)
    with pytest.raises(StoreError, match=r"pip install 'watchfloor\[postgres\]'"):
        Database("postgresql://host/name")


def test_commands_find_the_store_that_the_daemon_noted(tmp_path: Path, url: str) -> None:
    note_url(tmp_path, url)
    assert (tmp_path / NOTED).stat().st_mode & 0o077 == 0
    with reading(tmp_path) as connection:
        assert connection.dialect.name == "postgresql"
    note_url(tmp_path, "")
    assert noted_url(tmp_path, {}) == ""
    assert noted_url(tmp_path, {"WATCHFLOOR_STORE": url}) == url


# -- a desk moves ----------------------------------------------------------------------------------------------------


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    database = Database.at(path)
    with database.read() as connection:
        names = [each for each in database.tables() if not each.startswith("article_words")]
        found = {
            name: sorted(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr) for name in names
        }
        found["in order"] = [
            tuple(row) for row in connection.exec_driver_sql("SELECT id FROM deliveries ORDER BY rowid")
        ]
    database.close()
    return found


def test_a_desk_moves_to_postgresql_and_back_without_loss(tmp_path: Path, postgres: Postgres) -> None:
    old, back, url = tmp_path / DATABASE, tmp_path / "back.db", postgres.database()
    released_store(old)
    database = Database.at(old)
    with database.write() as connection:
        sign_life(connection, datetime.now(UTC))
        # a revision that is gone again: its number is never given twice
        connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = 900 WHERE name = 'revisions'")
        books = ledger_of(connection)
    database.close()

    there = copy(str(old), url)
    assert (there.ledger, there.rows["articles"] > 0, there.rows["deliveries"] > 0) == (books, True, True)
    moved = Database(url)
    with moved.write() as connection:
        assert connection.scalar(text("SELECT nextval(pg_get_serial_sequence('revisions', 'seq'))")) == 901
        connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('revisions', 'seq'), 900)").close()
    moved.close()
    with pytest.raises(StoreError, match="is not empty"):
        copy(str(old), url)

    assert copy(url, str(back)).ledger == books
    before, after = rows_of(old), rows_of(back)
    assert len(before["marks"]) - len(after["marks"]) == 1  # that the desk left
    before["marks"] = [each for each in before["marks"] if each[0] != MOVED]
    for each in (before, after):
        each.pop("search_fill")  # the index is filled anew
    assert after == before
    database = Database.at(back)
    with database.read() as connection:
        given = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'revisions'").scalar()
    database.close()
    assert given == 900
    with pytest.raises(StoreError, match="exists"):
        copy(url, str(back))


def refusal_of(given: str) -> str:
    """Return why a daemon does not start on a store, "" where it does."""
    database = moving.database_of(given)
    try:
        with database.read() as connection:
            need_here(connection, database.name)
    except StoreError as error:
        return str(error)
    finally:
        database.close()
    return ""


def test_the_store_that_a_desk_left_says_where_it_went(tmp_path: Path, postgres: Postgres) -> None:
    old, back, again, url = tmp_path / DATABASE, tmp_path / "back.db", tmp_path / "again.db", postgres.database()
    empty_store(old)
    assert refusal_of(str(old)) == ""
    assert copy(str(old), url).unmarked == ""
    assert f"moved to {named(make_url(url))} at" in refusal_of(str(old))
    assert refusal_of(url) == ""
    assert copy(url, str(back)).unmarked == ""
    assert f"moved to {back} at" in refusal_of(url)
    assert refusal_of(str(back)) == ""
    copy(str(old), str(again))  # the copy was lost, and is made once more
    assert (refusal_of(str(again)), f"moved to {again} at" in refusal_of(str(old))) == ("", True)

    # the rows are read, but nothing can be written: the copy stands, and says so
    database = Database.at(back)
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON marks BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    database.close()
    assert "disk full" in copy(str(back), str(tmp_path / "last.db")).unmarked


KILLED = """
import os, signal, sys
from alerts.run import copying
copying.note_move = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
copying.copy(*sys.argv[1:])
"""


@pytest.mark.parametrize("back", [False, True], ids=["to the server", "to a file"])
def test_a_copy_that_was_killed_once_it_was_whole_leaves_a_store_that_says_so(
    tmp_path: Path, postgres: Postgres, back: bool
) -> None:
    file, url = tmp_path / DATABASE, postgres.store() if back else postgres.database()
    if not back:
        empty_store(file)
    source, target = (url, str(file)) if back else (str(file), url)
    killed = subprocess.run([sys.executable, "-c", KILLED, source, target], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    where = str(file) if back else named(make_url(url))
    assert f"to {where} began at" in refusal_of(source)
    assert refusal_of(target) == "", "the copy is whole"
    copy(source, str(tmp_path / "again.db"))
    assert f"moved to {tmp_path / 'again.db'} at" in refusal_of(source)


def test_a_copy_that_came_to_nothing_leaves_no_mark(tmp_path: Path, postgres: Postgres) -> None:
    file, url = tmp_path / DATABASE, postgres.store()
    database = Database(url)
    with database.write() as connection:
        decisions.set_mark(connection, "rows", "of another desk")
    database.close()
    empty_store(file)
    with pytest.raises(StoreError):
        copy(str(file), url)
    assert refusal_of(str(file)) == ""


def test_nothing_is_copied_while_a_daemon_runs_or_after_a_fault(
    tmp_path: Path, url: str, opened: Callable[[], Database]
) -> None:
    with lock(tmp_path), pytest.raises(AlreadyRunning):
        copy(url, str(tmp_path / DATABASE))
    mark(opened(), "a daemon elsewhere")
    with pytest.raises(StoreHeld):
        copy(url, str(tmp_path / DATABASE))
    (tmp_path / "old").mkdir()
    shutil.copy(RELEASED, tmp_path / "old")
    with pytest.raises(StoreError, match="made by an older Watchfloor"):
        copy(str(tmp_path / "old" / RELEASED.name), str(tmp_path / DATABASE))
    assert not (tmp_path / DATABASE).exists()


def test_a_copy_that_differs_in_a_letter_is_refused_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released_store(tmp_path / DATABASE)
    insert = moving._insert

    def garble(target: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        """Write what a driver might that loses a letter."""
        spoilt = [tuple("?" if each == "wire" else each for each in row) for row in rows]
        insert(target, table, names, spoilt if table.name == "sources" else rows)

    monkeypatch.setattr(moving, "_insert", garble)
    (tmp_path / "new").mkdir()
    with pytest.raises(StoreError, match="the copy of sources is not equal"):
        copy(str(tmp_path / DATABASE), str(tmp_path / "new" / DATABASE))
    assert list((tmp_path / "new").glob(f"{DATABASE}*")) == []


HEADLINES = {
    "en": "Drones strike Ain al-Asad base, U.S. officers say",
    "ar": "مسيرات تستهدف قاعدة عين الأسد",
    "fa": "حمله پهپادی به پایگاه عین‌الاسد در عراق",
    "long": "x" * 600 + " convoy at dawn",
}
SEARCHES = (
    "base",
    '"ain al asad"',
    '"asad al ain"',
    "drones -officers",
    "قاعدة",
    "پایگاه عراق",
    '"convoy at dawn"',
    "o'neill",
)


def test_a_search_by_words_finds_the_same_in_both(
    opened: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = new_store()
    stores = {"sqlite": file, "postgresql": opened()}
    source, found, looked = Source("wire", "https://wire.example/rss", name="Wire"), {}, {}
    for name, database in stores.items():
        with database.write() as connection:
            entries = [Entry(title, guid=guid, summary="Told by O'Neill.") for guid, title in HEADLINES.items()]
            store_poll(connection, source, SourceState("wire", source.url, NOW), entries, (), NOW)
            edited = [Entry("Drones strike a depot", guid="en", summary="Told anew.")]
            store_poll(connection, source, SourceState("wire", source.url, NOW), edited, (), NOW)

            def guids(words: str, connection: Connection = connection) -> list[str | None]:
                return [each.article.guid for each in searched(connection, read_search(words), None, None, 9)]

            before = [guids(words) for words in SEARCHES]
            connection.execute(text("UPDATE search_fill SET folding = 'other'"))
            while fill(connection):
                pass
            assert [guids(words) for words in SEARCHES] == before
            found[name] = before
            with monkeypatch.context() as large:
                large.setattr(search, "FEW", 0)
                for words, plain in zip(SEARCHES, before, strict=True):
                    made = search.narrowed(connection, read_search(words))
                    assert [each.article.guid for each in searched(connection, made, None, None, 9)] == plain, words
            asked = {"o", "neill", "oneill", "convoy", "base", "none", "قاعده", "it's", "back\\slash"}
            looked[name] = stored_among(connection, asked), sorted(stored_beginning(connection, "d", 9))
            connection.rollback()
    file.close()
    assert found["postgresql"] == found["sqlite"]
    assert looked["postgresql"] == looked["sqlite"]
    assert {"convoy", "قاعده"} <= looked["sqlite"][0]
    assert looked["sqlite"][1] == ["dawn", "depot", "drones"]
    assert found["sqlite"][:3] == [["en"], ["en"], []]
    assert found["sqlite"][6] == ["long"]
