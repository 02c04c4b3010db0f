"""Which examples are read, tried again and counted as unread; and that a reload takes none away in mid-comparison."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.decide.encoding import ExampleCounts, words
from alerts.decide.translating import ServiceState
from alerts.decide.wordings import packed
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.nearness import Examples
from alerts.run.checks_line import check_model
from alerts.run.comparing import AGAIN, TRIES, Comparing
from alerts.store import translations
from alerts.store.marks import examples_noted
from crawler.article import Article
from tests.migrated import new_store

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GRAVE, TOLD = "Men shot on road", "Road is visited"
DESK = f"""\
version: 1
settings: {{languages: model}}
sources: [{{id: wire, url: "https://wire.example/rss.xml"}}]
receivers: {{console: {{urls: ["console://"]}}}}
lists: {{example-grave-en: [{GRAVE}], example-told-en: [{TOLD}]}}
rules: [{{id: r, title: R, match: {{all: [[road], {{reads_like: grave}}]}}, severity: routine, notify: [console]}}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "rules.yaml").write_text(DESK, encoding="utf-8")
    return load(tmp_path / "rules.yaml", environ=dict(os.environ))


def test_example_on_which_the_model_failed_is_tried_again_and_not_for_ever(config: Config) -> None:
    known = Comparing(config)
    assert known.due(NOW) == [GRAVE, TOLD]
    known.add({GRAVE: b"", TOLD: vector(0, 1)}, NOW)
    assert known.counts == ExampleCounts(2, 1, 1)
    now, waits = NOW, []
    for _ in range(TRIES - 1):
        began = now
        while not known.due(now):
            now += MINUTE
        assert known.due(now) == [GRAVE]
        waits.append(now - began)
        known.add({GRAVE: b""}, now)
    assert waits == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE]
    assert not known.due(now + timedelta(days=30))


def test_example_that_is_read_at_another_try_is_compared_with(config: Config) -> None:
    known = Comparing(config)
    known.add({GRAVE: b"", TOLD: vector(0, 1)}, NOW)
    assert known.likeness(article(), vector(1, 0)) is None
    known.add({GRAVE: vector(1, 0)}, NOW + AGAIN)
    assert known.counts == ExampleCounts(2, 0, 0)
    found = known.likeness(article(), vector(1, 0))
    assert found is not None
    assert found.example == GRAVE


def test_clock_that_was_set_back_puts_no_try_off(config: Config) -> None:
    known = Comparing(config)
    known.add({GRAVE: b"", TOLD: b""}, NOW)
    assert known.due(NOW - timedelta(days=1)) == [GRAVE, TOLD]


def test_new_start_tries_what_failed_before(config: Config) -> None:
    database, before = new_store(), Comparing(config)
    for n in range(TRIES):
        before.add({GRAVE: b"", TOLD: vector(0, 1)}, NOW + n * MINUTE)
    with database.write() as connection:
        before.save(connection)
        assert examples_noted(connection) == ExampleCounts(2, 1, 1)
        after = Comparing(config)
        after.load(connection)
    assert after.due(NOW) == [GRAVE]


def test_status_and_doctor_say_how_many_are_unread(config: Config) -> None:
    well = ServiceState(worked=NOW)
    assert words(well, "UTC", ExampleCounts(2, 0, 0)) == words(well, "UTC")
    assert words(well, "UTC", ExampleCounts(9, 4, 0)).endswith("; 4 of 9 examples of reads_like are unread")
    database, known = new_store(), Comparing(config)
    known.add({GRAVE: b"", TOLD: vector(0, 1)}, NOW)
    with database.write() as connection:
        translations.save_state(connection, well, translations.ENCODER)
        known.save(connection)
        (found,) = check_model(connection, config)
    assert found.level.word == "warning"
    assert "1 of 2 examples of reads_like are unread, on 1 of them the model failed" in found.words


class Reloaded(Comparing):
    """Other rules come right after each look at what is ready, as from another thread."""

    _kept: Examples | None = None

    @property
    def _ready(self) -> Examples | None:
        kept, self._kept = self._kept, None
        return kept

    @_ready.setter
    def _ready(self, made: Examples | None) -> None:
        self._kept = made


def test_reload_in_the_middle_of_a_comparison_takes_nothing_from_it(config: Config) -> None:
    known = Reloaded(config)
    known.add({GRAVE: vector(1, 0), TOLD: vector(0, 1)}, NOW)
    assert known.likeness(article(), vector(1, 0)) is not None
    assert known.likeness(article(), vector(1, 0)) is None


def article() -> Article:
    return Article("a", "wire", "Men shot on the road", NOW, lang="en")


def vector(*parts: float) -> bytes:
    return packed(list(parts))
