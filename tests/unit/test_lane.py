"""The writer lane outlives callers that are cancelled, whether their work waits or runs."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path

from sqlalchemy import Connection

from crawler.store.db import Database, WriterLane


def test_cancelled_callers_do_not_end_the_lane(tmp_path: Path) -> None:
    running, released = threading.Event(), threading.Event()

    def slow(_: Connection) -> None:
        running.set()
        released.wait(10)

    async def run() -> int:
        database = Database.at(tmp_path / "a.db")
        lane = WriterLane(database)
        first = asyncio.create_task(lane.write(slow))
        await asyncio.to_thread(running.wait, 10)
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
