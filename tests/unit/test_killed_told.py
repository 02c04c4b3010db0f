"""How often parsing children were killed, and when -> one notice to the admin, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.run.health import Health
from alerts.store import outbox
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store
from tests.unit.desk import NOW, desk, rule

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = new_store(tmp_path / "a.db")
    yield made
    made.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return desk(tmp_path, rule("{any: [militia]}"), "admin: console")


async def _looked(database: Database, config: Config, looks: list[tuple[int, int]]) -> None:
    lane = WriterLane(database)
    health = Health(database, lane, config)
    for minutes, died in looks:
        await health.tell_killed(died, NOW + minutes * MINUTE)
    lane.close()


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([(0, 1), (1, 2)], []),
        ([(0, 1), (1, 2), (59, 3)], [59]),
        ([(0, 1), (1, 2), (60, 3)], []),
        ([(0, 3)], [0]),
        ([(0, 3), (10, 6), (50, 9), (100, 12)], [0]),
        ([(0, 3), (60, 3), (61, 6)], [0, 61]),
    ],
    ids=["twice", "thrice within an hour", "one an hour ago", "all at once", "goes on", "again after an hour of calm"],
)
def test_children_killed_are_told_from_the_third_within_an_hour_once(
    database: Database, config: Config, looks: list[tuple[int, int]], told: list[int]
) -> None:
    """A look is (minute, children that ended since the start)."""
    asyncio.run(_looked(database, config, looks))
    with database.read() as connection:
        notices = outbox.deliveries_that(connection, outbox.deliveries.c.kind == "notice")
    assert sorted(each.queued for each in notices) == [NOW + minute * MINUTE for minute in told]
    assert all(str((each.payload or {})["title"]).startswith("parsing processes were killed") for each in notices)
