"""What retention deletes is in the log, in `watchfloor log`, and told where it is much."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text

from alerts.decide import deletions
from alerts.decide.deletions import FEWEST, Deleted, notice_of, words_of
from alerts.run.expiring import Expire
from alerts.run.log_entries import read_log
from alerts.run.stage import Turn
from alerts.store import retention
from alerts.store.audit import What
from crawler.collect.collecting import Collecting
from crawler.config.settings import Retention
from crawler.store import sketches
from crawler.store.db import DATABASE
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store
from tests.stores.make import NOW, config_of, judge

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("deleted", "left", "words"),
    [
        (Deleted(FEWEST, 900), 9 * FEWEST - 1, "are older than settings.retention allows"),
        (Deleted(FEWEST, 900), 9 * FEWEST, ""),
        (Deleted(FEWEST - 1, 900), 0, ""),
        (Deleted(3, 5, early=1), 10_000, "settings.retention.most_gb"),
    ],
    ids=["more than a tenth", "a tenth", "all of a small store", "before their time"],
)
def test_what_is_much_is_told(deleted: Deleted, left: int, words: str) -> None:
    notice = notice_of(deleted, left)
    assert (notice is not None) == bool(words)
    if notice:
        assert notice[0] == words_of(deleted)
        assert words in notice[1]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (Retention(articles=40 * DAY), "deleted 5 old stories with 5 articles"),
        (
            Retention(most_gb=0.0001),
            "deleted 5 old stories with 5 articles, 5 of them before their time, as the store was too large",
        ),
    ],
    ids=["shortened", "too large"],
)
def test_a_sweep_is_logged_kept_and_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kept: Retention,
    told: str,
) -> None:
    monkeypatch.setattr(deletions, "FEWEST", 2)
    monkeypatch.setattr(retention, "STORIES", 3)  # a sweep of two slices
    caplog.set_level(logging.INFO)
    config = replace(config_of(tmp_path), retention=kept)
    database = new_store(tmp_path / DATABASE)
    with database.write() as connection:
        for number in range(5):
            judge(connection, config, "wire", {f"Nothing of note number {number} in Duhok": ""}, NOW + number * DAY)
        judge(connection, config, "wire", {"Rain falls on the hills of Sulaymaniyah": ""}, NOW + 20 * DAY)
        sketches.expire(connection, NOW + 100 * DAY)
    lane = WriterLane(database)
    stage = Expire(config, lane, cast("Collecting", SimpleNamespace(idle=True)))
    later = NOW + 45 * DAY

    async def work() -> None:
        for turn in (
            later - DAY,
            later,
            *(later + (n + 1) * MINUTE for n in range(4)),
            later + 61 * MINUTE,
            *(later + 500 * MINUTE + n * MINUTE for n in range(4)),
        ):
            await stage.run(Turn(lambda now=turn: now, waits=True))  # type: ignore[misc]

    asyncio.run(work())
    with database.read() as connection:
        [entry] = [each for each in read_log(connection, NOW) if each.what is What.DELETION]
        assert entry.title == told
        titles = connection.scalars(text("SELECT payload ->> 'title' FROM deliveries WHERE kind = 'notice'")).all()
        assert [each for each in titles if each.startswith("deleted")] == [told]
    lane.close()
    database.close()
    said = [each.getMessage() for each in caplog.records if "deleted for its age" in each.getMessage()]
    assert [each.rpartition("stories=")[2] for each in said] == ["3", "2"]  # at once, then once an hour
