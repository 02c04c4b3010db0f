"""Many sources due at once: spread once, then never put off again, however slow the ticks are."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crawler.collecting import Collecting
from crawler.db import Database, WriterLane
from crawler.ingest import Stored
from crawler.source import Source
from tests.unit.desk import NOW


def _after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_slow_ticks_starve_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll itself is left out: what is tested is which sources are started when."""
    started: list[str] = []

    async def poll(self: Collecting, source: Source, clock: Any) -> Stored:
        started.append(source.id)
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(Collecting, "poll", poll)

    async def run() -> None:
        database = Database.at(tmp_path / "a.db")
        database.migrate("crawler")
        lane = WriterLane(database)
        collecting = Collecting(database, lane, None)  # type: ignore[arg-type]
        collecting.use([Source(f"s{n}", f"https://s{n}.example/", every=timedelta(minutes=1)) for n in range(600)])
        counts = []
        for seconds in range(0, 36, 5):
            await collecting.start_due(partial(_after, seconds), partial(asyncio.sleep, 0))
            await asyncio.sleep(0)
            counts.append(len(started))
        assert counts == sorted(counts)
        assert counts[0] == 1
        assert counts[1] == 101
        assert counts[-1] == len(set(started)) == 600
        for task in list(collecting._polls.values()):
            task.cancel()
        await asyncio.gather(*collecting._polls.values(), return_exceptions=True)
        lane.close()
        database.close()

    asyncio.run(run())
