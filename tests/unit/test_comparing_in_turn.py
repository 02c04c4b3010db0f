"""Headlines that ask what they read like are compared although somebody else waits for the turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.line.triage import AHEAD_WITHIN, Triage
from alerts.rules.config import load
from alerts.rules.match import Finding, Matcher
from alerts.rules.nearness import MARGIN, Likeness
from alerts.run.encoder import Encoder
from alerts.run.encoding import Encoding
from crawler.article import Article, Entry
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
lists: {deed-strike: [strike], example-grave-en: [Men shot on road], example-told-en: [Road is visited], example-none-en: [Road wins cup]}
scale:
  - {severity: priority, why: a strike, if: [strike]}
  - {severity: immediate, why: no word of a deed was known, if: {reads_like: grave}}
rules:
  - id: named
    title: Named
    match: {all: [[road], {reads_like: grave}]}
    severity: by-scale
    notify: [console]
    tests: {no_match: [x]}
  - {id: camp, title: Camp, match: [camp, strike], severity: by-scale, notify: [console], tests: {match: [camp], no_match: [x]}}
"""
GRAVE = Likeness("grave", "Men shot on road", 0.46, MARGIN + 0.01)
TITLES = ("Road quiet at dawn", "Road near village quiet")
STRIKE = "Air strike kills three soldiers in Baghdad"
SECONDS = 0.05  # that a headline takes


class Slow(Encoder):
    """A model that takes its time, in this process."""

    @property
    def is_ready(self) -> bool:
        return True

    async def encode(self, _text: str) -> bytes:
        await asyncio.sleep(SECONDS)
        return b"\x01" * 4


class Broken(Matcher):
    """Matchers that fail where a headline was compared."""

    def find(self, article: Article, likeness: Likeness | None = None) -> Finding:
        if likeness:
            raise RuntimeError(article.title)
        return super().find(article)


class Line:
    """A store, its writer lane, and a triage that reads ahead with a slow model."""

    def __init__(self, place: Path) -> None:
        rules = place / "rules.yaml"
        rules.write_text(DESK, encoding="utf-8")
        self.config = load(rules, environ={})
        self.database = Database.at(place / "store.db")
        self.database.migrate("crawler", "alerts")
        self.lane = WriterLane(self.database)
        self.triage = Triage(self.database, self.lane, self.config, Matcher(self.config))
        encoding = Encoding(self.database, self.lane, self.config)
        encoding._encoder, encoding._is_installed = Slow(), True
        self.triage.read_ahead, self.triage.likeness = encoding.ahead, lambda _article, _vector: GRAVE

    async def poll(self, *titles: str) -> None:
        await self.lane.write(lambda connection: self._store(connection, titles))

    def _store(self, connection: Connection, titles: Sequence[str]) -> None:
        entries = [Entry(title=each, guid=each, url=f"https://wire.example/{each}", published=NOW) for each in titles]
        (source,) = self.config.sources
        store_poll(connection, source, state_for(source, None, NOW), entries, (), NOW)

    async def told(self, *titles: str, second: float | None = None) -> int:
        """Return how many matches there are among these; `second`: seconds after which another caller comes."""
        await self.poll("Nothing here")
        await self.triage.run(NOW)
        await self.poll(*titles)
        runs = [asyncio.create_task(self.triage.run(NOW, queued))]
        if second is not None:
            await asyncio.sleep(second)
            runs.append(asyncio.create_task(self.triage.run(NOW, queued)))
        return sum(each.matches for each in await asyncio.gather(*runs))


async def queued() -> None:
    """Send nothing."""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.lane.close()
    made.database.close()


@pytest.mark.parametrize("second", [None, 0.0, 0.02])
def test_who_waits_for_the_turn_cuts_no_comparison_short(line: Line, second: float | None) -> None:
    assert asyncio.run(line.told(*TITLES, second=second)) == len(TITLES)


def test_all_headlines_of_a_commit_share_the_second(line: Line) -> None:
    given: list[tuple[set[str], float]] = []

    async def ahead(titles: Mapping[int, str], _now: datetime, within: float, _hurry: object) -> Mapping[int, bytes]:
        given.append((set(titles.values()), within))
        await asyncio.sleep(SECONDS)
        return {}

    line.triage.read_ahead = ahead
    asyncio.run(line.told(TITLES[0], STRIKE))
    (asking, whole), (rest, left) = given[-2:]
    assert (asking, rest) == ({TITLES[0]}, {STRIKE})
    assert whole == AHEAD_WITHIN
    assert left <= AHEAD_WITHIN - SECONDS


def test_what_was_found_stays_where_matching_anew_fails(line: Line) -> None:
    line.triage.matcher = Broken(line.config)
    assert asyncio.run(line.told("Camp on road")) == 1
    assert [each.article.title for each in line.triage.failed] == ["Camp on road"]


@pytest.mark.parametrize(("alike", "lines"), [(GRAVE, 0), (None, 1)])
def test_log_says_what_unread_examples_left_uncompared(
    line: Line, caplog: pytest.LogCaptureFixture, alike: Likeness | None, lines: int
) -> None:
    line.triage.likeness = lambda _article, _vector: alike
    with caplog.at_level("INFO", "alerts.line.triage"):
        asyncio.run(line.told(*TITLES))
    assert [each.getMessage() for each in caplog.records if "not compared" in each.getMessage()] == [
        "headlines not compared with examples, told by their words alone number=2"
    ] * lines
