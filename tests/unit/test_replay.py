"""A replay decides on what came in at one time together, as the daemon does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line
from alerts.run.replay import Replay
from alerts.store.opening import PACKAGES
from crawler.article import Article, Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import EVENTS, FIRST, LISTS, REPEAT

RULES = rule("[American, condemn*]", name="named") + rule('["US base"]', name="base", severity="flash")
# by outlet: what is not grave, and a line before it in the file; then the flash that is decided on first
ROUND = {"daily": REPEAT, "wire": FIRST, "post": "Jordan condemns Iran strike on US troops in Kuwait"}
LATER = {"news": "Kuwait condemns strike by Iran on US troops there"}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return desk(tmp_path, RULES, f"freshness: 48h, {EVENTS}", LISTS)


def replayed(config: Config) -> list[dict[str, Any]]:
    rounds = ((ROUND, NOW), (LATER, NOW + timedelta(minutes=40)))
    lines = [
        Line(Article(source, source, title, at, published=at), explicit_id=True, at=at)
        for told, at in rounds
        for source, title in told.items()
    ]
    return list(Replay(config).run(lines))


def polled(connection: Connection, source: str, title: str, now: datetime) -> None:
    outlet = Source(source, f"https://{source}.example/", owner=source)
    entry = Entry(title, guid=source, published=now)
    store_poll(connection, outlet, SourceState(source, outlet.url, now), [entry], (), now)


def judged(config: Config, place: Path) -> dict[str, list[str]]:
    """Return by headline the reasons for which the daemon's own triage decides, a round at a time."""
    database = Database.at(place / "watchfloor.db")
    database.migrate(*PACKAGES)
    lane = WriterLane(database)
    made: dict[str, list[str]] = {}

    async def work() -> None:
        judging = Triage(database, lane, config, Matcher(config))
        for told, now in ((ROUND, NOW), (LATER, NOW + timedelta(minutes=40))):
            for source, title in told.items():
                await lane.write(partial(polled, source=source, title=title, now=now))
            for revision, _, decided in (await judging.run(now)).decided:
                made[revision.article.title] = [each.reason.value for each in decided]

    asyncio.run(work())
    lane.close()
    database.close()
    return made


def test_what_came_in_at_one_time_is_decided_on_as_by_the_daemon(config: Config, tmp_path: Path) -> None:
    found = {each["title"]: each["deliveries"] for each in replayed(config) if "id" in each}
    reasons = {title: [one["reason"] for one in told] for title, told in found.items()}
    assert reasons == judged(config, tmp_path)
    assert reasons[FIRST] == ["first_article"], "flash is decided on first, whatever its place in the file"
    assert reasons[REPEAT] == ["repeats"]


def test_each_line_of_one_time_has_its_own_record(config: Config) -> None:
    records = replayed(config)
    assert [each.get("id") for each in records if "id" in each] == [*ROUND, *LATER]
    sent = [one["delivery"] for each in records for one in each["deliveries"] if one["state"] == "queued"]
    assert len(sent) == len(set(sent)), "what is sent is printed once"
    first = next(each for each in records if each.get("id") == "wire")
    assert [one["state"] for one in first["deliveries"]] == ["queued"]
