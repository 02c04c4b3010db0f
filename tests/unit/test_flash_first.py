"""What is flash is decided on before the rest of its batch, and each revision once, whatever is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from alerts.alert import Severity
from alerts.decide.same_event import EventWindow
from alerts.line import judging_order, triage
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.run.figures import of_store
from alerts.store import decisions, outbox
from crawler.article import Entry, Revision
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
RULES = """\
version: 1
settings: {admin: desk}
sources: [{id: wire, url: "https://wire.example/"}]
receivers: {desk: {urls: ["json://127.0.0.1:9/"]}}
rules:
  - {id: militia, title: Militias, match: [militia], severity: priority, notify: [desk]}
  - {id: base, title: Bases, match: [airbase], severity: flash, notify: [desk]}
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    return load(rules, environ={})


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[Database, WriterLane]]:
    database = new_store(tmp_path / "watchfloor.db")
    lane = WriterLane(database)
    yield database, lane
    lane.close()
    database.close()


def _stored(connection: Connection, titles: list[str]) -> None:
    source = Source(id="wire", url="https://wire.example/", name="Wire", owner="wire", lang="en")
    entries = [Entry(title=each, guid=str(n), text=f"{each} " * 9, published=NOW) for n, each in enumerate(titles)]
    store_poll(connection, source, SourceState("wire", source.url, NOW, baseline=NOW), entries, (), NOW)


def _batch(database: Database, config: Config) -> tuple[judging_order.Matched, int]:
    matcher = Matcher(config)
    with database.read() as connection:
        after = int(decisions.get_mark(connection, judging_order.TRIAGED) or 0)
        ahead = judging_order.decided_ahead(connection)
        waiting = archive.revisions_after(connection, after, triage.BATCH)
    found = [(each, matcher.find(each.article)) for each in waiting if each.seq not in ahead]
    return found, waiting[-1].seq if waiting else 0


def _titles(count: int, flash: set[int]) -> list[str]:
    names = ("Karada", "Qaim", "Hawija", "Tuz", "Amara", "Zakho", "Balad", "Mosul", "Kut", "Samawa")
    return [
        f"{'airbase' if n in flash else 'militia'} at {names[n % 10]} {chr(97 + n // 10) * 5} road {n * n + 7}"
        for n in range(count)
    ]


def test_flash_is_decided_on_first_and_the_rest_in_order_in_slices(config: Config) -> None:
    database = new_store()
    with database.write() as connection:
        _stored(connection, _titles(judging_order.SLICE * 2 + 7, {40, 93}))
    matched, upto = _batch(database, config)
    parts = list(judging_order.slices(matched, upto))
    assert [len(part) for part, _ in parts] == [2, judging_order.SLICE, judging_order.SLICE, 5]
    first, end = parts[0]
    assert all(max(match.severity for match in found.matches) is Severity.FLASH for _, found in first)
    assert end == 0
    rest = [revision.seq for part, _ in parts[1:] for revision, _ in part]
    assert rest == sorted(rest)
    assert [end for _, end in parts[1:]][-1] == upto
    database.close()


def test_earlier_words_of_a_flash_story_come_with_it(config: Config) -> None:
    database = new_store()
    with database.write() as connection:
        _stored(connection, _titles(12, {5}))
    matched, upto = _batch(database, config)
    (flash,) = (
        n for n, (_, found) in enumerate(matched) if any(each.severity is Severity.FLASH for each in found.matches)
    )
    assert 0 < flash < 11
    for n in (flash - 1, flash + 1):  # a revision of its story before it, and one after it
        matched[n] = (_moved(matched[n][0], matched[flash][0].placement.story), matched[n][1])
    (first, _), *_ = judging_order.slices(matched, upto)
    assert [revision.seq for revision, _ in first] == [matched[flash - 1][0].seq, matched[flash][0].seq]
    database.close()


def _moved(revision: Revision, story: str) -> Revision:
    return replace(revision, placement=replace(revision.placement, story=story))


@pytest.mark.parametrize("cut", range(5))
def test_each_revision_is_decided_on_once_whatever_is_cut_off(config: Config, cut: int) -> None:
    database = new_store()
    many = judging_order.SLICE * 2 + 7
    with database.write() as connection:
        _stored(connection, _titles(many, {40, 93}))
    last = _batch(database, config)[1]
    for stop in (cut, 99):  # the first process ends before its slice number `cut`
        window, moved = EventWindow(config.events), dict[str, str]()
        matched, upto = _batch(database, config)
        for number, (part, end) in enumerate(judging_order.slices(matched, upto)):
            if number == stop:
                break
            with database.write() as connection:
                settle(connection, config, window, part, NOW + timedelta(seconds=1), moved, end)
    with database.read() as connection:
        told = [row.seq for row in connection.execute(select(decisions.decisions.c.seq))]
        assert len(told) == len(set(told)) == many
        assert connection.scalar(select(func.count()).select_from(outbox.deliveries)) == many
        assert int(decisions.get_mark(connection, judging_order.TRIAGED) or 0) == last
        assert judging_order.decided_ahead(connection) == frozenset()
    assert _batch(database, config) == ([], 0)
    database.close()


def test_flash_alone_is_cut_as_well_and_the_mark_moves_at_last(config: Config) -> None:
    database = new_store()
    many = judging_order.SLICE + 5
    with database.write() as connection:
        _stored(connection, _titles(many, set(range(many))))
    matched, upto = _batch(database, config)
    assert [(len(part), end) for part, end in judging_order.slices(matched, upto)] == [
        (judging_order.SLICE, 0),
        (5, 0),
        (0, upto),
    ]
    database.close()


def test_flash_may_be_sent_before_the_rest_is_decided_on(config: Config, line: tuple[Database, WriterLane]) -> None:
    database, lane = line
    seen: list[tuple[int, int]] = []

    async def queued() -> None:
        with database.read() as connection:
            waiting = outbox.deliveries_that(connection)
            seen.append((len(waiting), max(int(each.severity) for each in waiting)))

    async def work() -> int:
        await lane.write(lambda connection: _stored(connection, _titles(30, {20})))
        judging = triage.Triage(database, lane, config, Matcher(config))
        return (await judging.run(NOW + timedelta(seconds=1), queued)).alerts

    assert asyncio.run(work()) == 30
    assert seen == [(1, int(Severity.FLASH))]


def test_rules_that_are_reloaded_meanwhile_decide_on_the_rest(
    config: Config, line: tuple[Database, WriterLane]
) -> None:
    database, lane = line
    off = replace(config, rules=tuple(replace(each, mode="off") for each in config.rules))
    judging = triage.Triage(database, lane, config, Matcher(config))

    async def queued() -> None:
        judging.use(off, Matcher(off))

    async def work() -> int:
        await lane.write(lambda connection: _stored(connection, _titles(30, {20})))
        return (await judging.run(NOW + timedelta(seconds=1), queued)).alerts

    assert asyncio.run(work()) == 1
    assert _batch(database, config) == ([], 0)


def test_a_flash_that_only_deciding_finds_is_sent_after_its_commit(
    config: Config, line: tuple[Database, WriterLane]
) -> None:
    """A new toll of a story that was told as flash is flash, whatever its own words match."""
    database, lane = line
    source = Source(id="wire", url="https://wire.example/", name="Wire", owner="wire", lang="en")
    seen: list[list[tuple[str, Severity]]] = []

    async def queued() -> None:
        with database.read() as connection:
            seen.append([(each.kind.value, each.severity) for each in outbox.deliveries_that(connection)])

    async def tell(title: str, minutes: int) -> None:
        now = NOW + timedelta(minutes=minutes)
        entry = Entry(title=title, guid="1", text=f"{title}. Police said so at the scene.", published=NOW)
        state = SourceState("wire", source.url, NOW, baseline=NOW)
        await lane.write(lambda connection: store_poll(connection, source, state, [entry], (), now))
        await triage.Triage(database, lane, config, Matcher(config)).run(now, queued)

    async def work() -> None:
        await tell("Blast kills 14 at airbase near Erbil", 1)
        await tell("Blast kills 17 near Erbil", 40)

    asyncio.run(work())
    assert len(seen) == 2
    assert {severity for _, severity in seen[-1]} == {Severity.FLASH}


def test_what_was_decided_on_ahead_does_not_wait_any_more(config: Config) -> None:
    database = new_store()
    later = timedelta(minutes=5)
    with database.write() as connection:
        _stored(connection, _titles(3, {2}))  # the oldest is the flash: a feed's last item is stored first
        source = Source(id="wire", url="https://wire.example/", name="Wire", owner="wire", lang="en")
        entry = Entry(title="A quiet day", guid="quiet", text="A quiet day", published=NOW)
        store_poll(connection, source, SourceState("wire", source.url, NOW, baseline=NOW), [entry], (), NOW + later)
    matched, upto = _batch(database, config)
    (first, end), *_ = judging_order.slices(matched, upto)
    for waiting, oldest, done in ((4, NOW, first), (3, NOW, matched[:3])):
        with database.write() as connection:
            assert judging_order.undecided(connection) == (waiting, oldest)
            assert of_store(connection, config, NOW + later)["watchfloor_queue_length"]["judge",] == waiting
            judging_order.move_mark(connection, [revision.seq for revision, _ in done], end)
    with database.write() as connection:
        assert judging_order.undecided(connection) == (1, NOW + later)
        assert of_store(connection, config, NOW + later)["watchfloor_queue_oldest_seconds"]["judge",] == 0
        judging_order.move_mark(connection, [], upto)
        assert judging_order.undecided(connection) == (0, None)
    database.close()
