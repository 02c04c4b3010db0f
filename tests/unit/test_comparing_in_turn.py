"""Headlines that ask what they read like are compared although somebody else waits for the turn."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.line.triage import Triage
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.rules.nearness import MARGIN, Likeness
from alerts.run.encoder import Encoder
from alerts.run.encoding import Encoding
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.polling import state_for
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DESK = """\
version: 1
settings: {languages: model}
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
lists: {example-grave-en: [Men shot on road], example-told-en: [Road is visited], example-none-en: [Road wins cup]}
scale: [{severity: immediate, why: no word of a deed was known, if: {reads_like: grave}}]
rules:
  - id: named
    title: Named
    match: {all: [[road], {reads_like: grave}]}
    severity: by-scale
    notify: [console]
    tests: {no_match: [x]}
"""
GRAVE = Likeness("grave", "Men shot on road", 0.46, MARGIN + 0.01)
TITLES = ("Road quiet at dawn", "Road near village quiet")
SECONDS = 0.05  # that a headline takes


class Slow(Encoder):
    """A model that takes its time, in this process."""

    @property
    def is_ready(self) -> bool:
        return True

    async def encode(self, _text: str) -> bytes:
        await asyncio.sleep(SECONDS)
        return b"\x01" * 4


@pytest.mark.parametrize("second", [None, 0.0, 0.02])
def test_who_waits_for_the_turn_cuts_no_comparison_short(tmp_path: Path, second: float | None) -> None:
    """`second`: seconds after which another caller waits; None for none."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(DESK, encoding="utf-8")
    config = load(rules, environ={})
    database = Database.at(tmp_path / "store.db")
    database.migrate("crawler", "alerts")
    lane = WriterLane(database)
    triage, encoding = Triage(database, lane, config, Matcher(config)), Encoding(database, lane, config)
    encoding._encoder, encoding._is_installed = Slow(), True
    triage.read_ahead, triage.likeness = encoding.ahead, lambda _article, _vector: GRAVE
    (source,) = config.sources

    def poll(connection: Connection, *titles: str) -> None:
        entries = [Entry(title=each, guid=each, url=f"https://wire.example/{each}", published=NOW) for each in titles]
        store_poll(connection, source, state_for(source, None, NOW), entries, (), NOW)

    async def queued() -> None:
        pass

    async def told() -> int:
        await lane.write(lambda connection: poll(connection, "Nothing here"))
        await triage.run(NOW)
        await lane.write(lambda connection: poll(connection, *TITLES))
        runs = [asyncio.create_task(triage.run(NOW, queued))]
        if second is not None:
            await asyncio.sleep(second)
            runs.append(asyncio.create_task(triage.run(NOW, queued)))
        return sum(each.matches for each in await asyncio.gather(*runs))

    try:
        assert asyncio.run(told()) == len(TITLES)
    finally:
        lane.close()
        database.close()
