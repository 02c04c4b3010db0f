"""Many sources due at once: spread once, then never put off again, however slow the ticks are."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crawler.collect.collecting import Clock, Collecting
from crawler.collect.stored import Stored
from crawler.sources.source import Source, SourceState
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import PATIENCE
from tests.migrated import new_store
from tests.unit.desk import NOW


def _after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_slow_ticks_starve_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll itself is left out: what is tested is which sources are started when."""

    async def poll(self: Collecting, source: Source, clock: Any) -> Stored:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(Collecting, "poll", poll)

    async def run() -> None:
        database = new_store(tmp_path / "a.db", "crawler")
        lane = WriterLane(database)
        collecting = Collecting(database, lane, None)  # type: ignore[arg-type]
        collecting.use([Source(f"s{n}", f"https://s{n}.example/", every=timedelta(minutes=1)) for n in range(600)])
        counts = []
        for seconds in range(0, 36, 5):
            await collecting.start_due(partial(_after, seconds), partial(asyncio.sleep, 0))
            counts.append(len(collecting._polls))
        assert counts == sorted(counts)
        assert counts[0] == 21  # those of the second that begins, each to wait for its own moment
        assert counts[1] == 121
        assert counts[-1] == 600
        for task in list(collecting._polls.values()):
            task.cancel()
        await asyncio.gather(*collecting._polls.values(), return_exceptions=True)
        lane.close()
        database.close()

    asyncio.run(run())


def test_poll_that_comes_due_before_the_next_tick_starts_at_its_own_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.monotonic()
    due = NOW + timedelta(milliseconds=100)

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - begun)

    async def run() -> None:
        started: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()

        async def poll(self: Collecting, source: Source, clock: Clock) -> Stored:
            started.set_result(clock())
            return Stored()

        monkeypatch.setattr(Collecting, "poll", poll)
        database = new_store(tmp_path / "a.db", "crawler")
        lane = WriterLane(database)
        collecting = Collecting(database, lane, None)  # type: ignore[arg-type]
        collecting.use([Source("s", "https://s.example/")])
        collecting.states["s"] = SourceState("s", "https://s.example/", due)
        await collecting.start_due(clock, partial(asyncio.sleep, 0))
        assert not started.done()
        assert await asyncio.wait_for(started, PATIENCE) >= due
        lane.close()
        database.close()

    asyncio.run(run())


def test_own_feeds_of_a_carried_outlet_are_asked_soon_and_nobody_else(tmp_path: Path) -> None:
    database = new_store(tmp_path / "a.db", "crawler")
    lane = WriterLane(database)
    collecting = Collecting(database, lane, None)  # type: ignore[arg-type]
    later, before = _after(900), _after(-300)
    sources = {
        "own": Source("own", "https://a.example/", owner="alpha"),
        "second": Source("second", "https://a.example/2", owner="alpha"),
        "other": Source("other", "https://b.example/", owner="beta"),
        "ill": Source("ill", "https://a.example/ill", owner="alpha"),
        "lately": Source("lately", "https://a.example/lately", owner="alpha"),
        "carrier": Source("carrier", "https://g.example/", owner="alpha", outlet_from="source"),
    }
    collecting.use(sources.values())
    for name, source in sources.items():
        collecting.states[name] = SourceState(name, source.url, due=later, polled=before)
    collecting.states["ill"] = replace(collecting.states["ill"], failures=2)
    collecting.states["lately"] = replace(collecting.states["lately"], polled=_after(-5))
    collecting.ask_soon({"alpha"}, NOW)
    lane.close()
    database.close()
    assert {name for name, state in collecting.states.items() if state.due == NOW} == {"own", "second"}
