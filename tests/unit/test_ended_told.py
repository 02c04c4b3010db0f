"""Starts after an end without a word -> notices to the admin: each of a long one, of short ones one an hour."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.render.title import TITLE_LIMIT
from alerts.render.words import clocks
from alerts.run.life_sign import LIFE
from alerts.run.logbook import Logbook
from alerts.run.secrets_file import SecretsFile
from alerts.store import audit, outbox
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.unit.desk import NOW, desk, rule

SECOND = timedelta(seconds=1)
SHORT, LONG = 30, 150  # seconds that nothing was watched before a start


async def _started(place: Path, database: Database, starts: list[tuple[int, int]]) -> None:
    config = desk(place, rule("{any: [militia]}"), "admin: console")
    lane = WriterLane(database)
    book = Logbook(lane, place, place / "rules.yaml", SecretsFile(None, {}))
    await book.started(config, NOW - timedelta(hours=2), always=True)
    for at, unwatched in starts:
        now = NOW + at * SECOND
        (place / LIFE).write_text(json.dumps({"at": (now - unwatched * SECOND).isoformat()}))
        await book.started(config, now, always=True)
    lane.close()


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        ([(0, SHORT), (60, SHORT), (600, SHORT)], [0]),
        ([(0, SHORT), (3600, SHORT)], [0, 3600]),
        ([(0, SHORT), (600, LONG), (1200, LONG)], [0, 600, 1200]),
    ],
    ids=["again and again", "an hour later", "long each time"],
)
def test_long_end_without_a_word_is_told_each_time_and_short_ones_once_an_hour(
    tmp_path: Path, starts: list[tuple[int, int]], told: list[int]
) -> None:
    """A start is (second, seconds that nothing was watched before it)."""
    database = Database.at(tmp_path / "a.db")
    database.migrate("crawler", "alerts")
    asyncio.run(_started(tmp_path, database, starts))
    with database.read() as connection:
        notices = outbox.deliveries_that(connection, outbox.deliveries.c.kind == "notice")
    database.close()
    assert sorted(each.queued for each in notices) == [NOW + second * SECOND for second in told]
    titles = [str((each.payload or {})["title"]) for each in notices]
    assert all(each.endswith("Baghdad): killed, or the machine went down; it runs again") for each in titles)
    assert "the watch was down 30 s (14:59-15:00 Baghdad): killed" in titles[0]
    assert all(len(f"WATCHFLOOR {each}") <= TITLE_LIMIT for each in titles)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("14T11:19", "14T11:20", "14:19-14:20 Baghdad"),
        ("14T11:19", "14T11:19", "14:19 Baghdad"),
        ("14T20:50", "14T21:10", "14 Jun 23:50-00:10 Baghdad"),  # midnight in Baghdad
        ("14T23:50", "15T00:10", "02:50-03:10 Baghdad"),  # midnight in UTC only
    ],
)
def test_hours_of_a_gap_have_a_date_only_where_it_began_on_another_day(since: str, until: str, said: str) -> None:
    first, last = (datetime.fromisoformat(f"2026-06-{each}+00:00") for each in (since, until))
    assert clocks(first, last, "Asia/Baghdad") == said


async def _stopped_and_started(place: Path, database: Database) -> None:
    config = desk(place, rule("{any: [militia]}"), "admin: console")
    lane = WriterLane(database)
    book = Logbook(lane, place, place / "rules.yaml", SecretsFile(None, {}))
    await book.started(config, NOW - timedelta(hours=2), always=True)
    await book.note(audit.Entry(NOW, audit.What.STOP, "", "stopped when it was told to"))
    await book.started(config, NOW + timedelta(minutes=90), always=True)
    lane.close()


def test_start_after_a_stop_says_how_long_nothing_was_watched(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "a.db")
    database.migrate("crawler", "alerts")
    asyncio.run(_stopped_and_started(tmp_path, database))
    with database.read() as connection:
        first, _, last = audit.entries_since(connection, NOW - timedelta(days=1))
        assert not outbox.deliveries_that(connection, outbox.deliveries.c.kind == "notice")
    database.close()
    assert last.title == f"{first.title}, 90 min after the stop"
