"""The writer lane outlives callers that are cancelled, whether their work waits or runs."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import Future
from pathlib import Path

from sqlalchemy import Connection

from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import PATIENCE


def test_cancelled_callers_do_not_end_the_lane(tmp_path: Path) -> None:
    running, released = threading.Event(), threading.Event()

    def slow(_: Connection) -> None:
        running.set()
        released.wait(PATIENCE)

    async def run() -> int:
        database = Database.at(tmp_path / "a.db")
        lane = WriterLane(database)
        first = asyncio.create_task(lane.write(slow))
        await asyncio.to_thread(running.wait, PATIENCE)
        second = asyncio.create_task(lane.write(slow))
        await asyncio.sleep(0)
        for task in (first, second):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        released.set()
        try:
            return await asyncio.wait_for(lane.write(lambda _: 7), 5)
        finally:
            lane.close()
            database.close()

    assert asyncio.run(run()) == 7


def test_only_a_write_shows_that_the_store_takes_writes_again(tmp_path: Path) -> None:
    """On a full disk a transaction that changes nothing succeeds: it must not hide that all others fail."""
    database = Database.at(tmp_path / "a.db")
    lane = WriterLane(database)

    def sql(text: str) -> BaseException | None:
        return lane.put(lambda connection: connection.exec_driver_sql(text).close()).exception(PATIENCE)

    assert sql("CREATE TABLE t (x)") is None
    sql("PRAGMA max_page_count=3")
    assert "full" in str(sql("INSERT INTO t VALUES (zeroblob(100000))"))
    refused = lane.refused_since
    assert sql("SELECT 1") is None
    assert (lane.refused_since, lane.refusal) == (refused, "database or disk is full")
    sql("PRAGMA max_page_count=1000000")
    assert sql("INSERT INTO t VALUES (1)") is None
    assert (lane.refused_since, lane.refusal) == (None, "")
    lane.close()
    database.close()


def test_full_disk_undoes_the_whole_batch_and_says_so_to_each(tmp_path: Path) -> None:
    """SQLite then ends the transaction itself: a later work of the batch must not be committed alone."""
    database = Database.at(tmp_path / "a.db")
    lane = WriterLane(database)
    started, released = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        connection.exec_driver_sql("PRAGMA max_page_count=3")
        started.set()
        released.wait(PATIENCE)

    def insert(what: str) -> Future[None]:
        return lane.put(lambda connection: connection.exec_driver_sql(f"INSERT INTO t VALUES ({what})").close())

    first = lane.put(hold)
    started.wait(PATIENCE)
    batch = [insert(what) for what in ("1", "zeroblob(100000)", "2")]
    released.set()
    assert first.exception(PATIENCE) is None
    assert ["database or disk is full" in str(each.exception(PATIENCE)) for each in batch] == [True] * 3
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    lane.close()
    database.close()


def test_checkpoint_saves_what_a_removed_wal_held(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "a.db")
    lane = WriterLane(database)
    lane.put(lambda connection: connection.exec_driver_sql("CREATE TABLE t (x)").close()).result(10)
    lane.put(lambda connection: connection.exec_driver_sql("INSERT INTO t VALUES (7)").close()).result(10)
    (tmp_path / "a.db-wal").unlink()
    lane.checkpoint().result(10)
    kept = (tmp_path / "a.db").read_bytes()  # as a process finds it that starts after this one has ended
    (tmp_path / "b.db").write_bytes(kept)
    with Database.at(tmp_path / "b.db").read() as connection:
        assert connection.exec_driver_sql("SELECT x FROM t").scalar() == 7
    lane.close()
    database.close()
