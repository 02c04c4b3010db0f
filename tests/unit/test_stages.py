"""Stages fail alone, in a pass and when they take other rules over."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run import rules_file
from alerts.run.failing_stages import TellFailing
from alerts.run.secrets_file import SecretsFile
from alerts.run.stage import Stage, StageError, Turn, run_stages, use_in_stages
from alerts.run.stages import EndSilences
from alerts.store import outbox, withheld
from crawler.store.errors import StoreError
from crawler.store.faults import in_words
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import PATIENCE
from tests.migrated import new_store
from tests.unit.desk import NOW, desk, rule
from tests.unit.silenced import add

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Noting(Stage):
    """Notes what it is asked to do; raises where it is to fail."""

    failing = "nothing is noted"

    def __init__(self, config: Config, name: str, notes: list[str], *, fails: bool = False) -> None:
        super().__init__(config)
        self.name, self._notes, self._fails = name, notes, fails  # type: ignore[misc]

    def _note(self, what: str) -> None:
        self._notes.append(f"{self.name} {what}")
        if self._fails:
            raise OSError("disk full")

    async def run(self, turn: Turn) -> None:
        self._note(f"runs {turn.now:%H:%M}")

    def use(self, config: Config) -> None:
        super().use(config)
        self._notes.append(f"{self.name} uses")

    async def adopt(self, now: object) -> None:
        self._note("adopts")


def _same(now: datetime) -> datetime:
    return now


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return desk(tmp_path, rule("[militia]"))


def test_stage_that_fails_is_logged_and_those_after_it_run(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    notes: list[str] = []
    turn = Turn(lambda: NOW)
    asyncio.run(run_stages([Noting(config, "a", notes, fails=True), Noting(config, "b", notes)], turn))
    assert notes == [f"a runs {NOW:%H:%M}", f"b runs {NOW:%H:%M}"]
    assert {name: str(error) for name, error in turn.failed.items()} == {"a": "disk full"}
    (logged,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert logged.getMessage() == "stage failed stage=a"
    assert logged.exc_info


def test_stages_change_over_together_and_one_that_fails_costs_no_other(config: Config, tmp_path: Path) -> None:
    notes: list[str] = []
    (tmp_path / "new").mkdir()
    other = desk(tmp_path / "new", rule("[bomb]"))
    stages = [Noting(config, "a", notes, fails=True), Noting(config, "b", notes)]
    with pytest.raises(StageError, match=r"^a: OSError"):
        asyncio.run(use_in_stages(stages, other, NOW))
    assert notes == ["a uses", "b uses", "a adopts", "b adopts"]
    assert all(each.config is other for each in stages)


def test_silences_that_end_are_told_though_the_clock_was_set_back(config: Config, tmp_path: Path) -> None:
    """The stage looks once a minute; what it remembers of its last look moves along with the clock."""
    (target,) = (each.id for each in config.receivers["console"].targets)
    database = new_store(tmp_path / "watchfloor.db")
    with database.write() as connection:
        withheld.withhold(connection, target, add(connection).id)  # it ends four hours from NOW at the latest

    async def run() -> list[int]:
        lane = WriterLane(database)
        stage = EndSilences(config, lane)
        told = []
        for now, step in ((NOW + 9 * HOUR, timedelta(0)), (NOW + 5 * HOUR + MINUTE, -4 * HOUR)):
            stage.shift(step)
            await stage.run(Turn(partial(_same, now)))
            with database.read() as connection:
                told.append(len(outbox.deliveries_that(connection)))
            with database.write() as connection:
                withheld.withhold(connection, target, add(connection, "another").id)
        lane.close()
        return told

    assert asyncio.run(run()) == [1, 2]
    database.close()


def notices(
    config: Config, tmp_path: Path, passes: list[tuple[timedelta, bool]], *, there: bool = True
) -> list[list[str]]:
    """Run a stage and TellFailing, each pass at NOW plus a time; return the titles stored after each pass."""
    database = new_store(tmp_path / "watchfloor.db")

    async def run() -> list[list[str]]:
        lane = WriterLane(database)
        tell = TellFailing(config, Triage(database, lane, config, Matcher(config)), lane, tmp_path, lambda: there)
        told = []
        for at, fails in passes:
            turn = Turn(partial(_same, NOW + at))
            await run_stages([Noting(config, "noting", [], fails=fails), tell], turn)
            assert "tell failing" not in turn.failed
            with database.read() as connection:
                told.append([str((each.payload or {})["title"]) for each in outbox.deliveries_that(connection)])
        lane.close()
        return told

    try:
        return asyncio.run(run())
    finally:
        database.close()


def test_stage_that_fails_three_times_is_told_once_until_it_has_been_well(config: Config, tmp_path: Path) -> None:
    one = ["nothing is noted"]
    passes = [(0 * MINUTE, True), (1 * MINUTE, True), (2 * MINUTE, True), (3 * MINUTE, True), (14 * MINUTE, False)]
    again = [(15 * MINUTE, True), (16 * MINUTE, True), (17 * MINUTE, True)]
    assert notices(config, tmp_path, passes + again) == [[], [], one, one, one, one, one, one * 2]


def test_stage_that_fails_each_time_it_has_work_is_told(config: Config, tmp_path: Path) -> None:
    """A stage with work once a minute does nothing in most passes, which is no sign that it works."""
    passes = [(minute * MINUTE / 2, minute % 2 == 0) for minute in range(6)]
    assert notices(config, tmp_path, passes)[-2:] == [["nothing is noted"]] * 2


def test_what_fails_while_the_store_is_gone_is_told_by_the_watch_alone(config: Config, tmp_path: Path) -> None:
    passes = [(minute * MINUTE, True) for minute in range(5)]
    assert notices(config, tmp_path, passes, there=False)[-1] == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error")),
            "the store does not do it: disk I/O error",
        ),
        (StoreError("no room; make some"), "no room; make some"),
        (OSError(28, "No space left on device", "/srv/x"), "No space left on device: /srv/x"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (KeyError("a"), "a fault of the program, to be reported with the log (KeyError: 'a')"),
    ],
    ids=["database", "ours", "file", "system", "any other"],
)
def test_errors_are_told_in_words(error: Exception, words: str) -> None:
    assert in_words(error) == words


def test_two_passing_faults_are_not_told(config: Config, tmp_path: Path) -> None:
    passes = [(0 * MINUTE, True), (1 * MINUTE, True), (10 * MINUTE, True), (20 * MINUTE, True)]
    assert notices(config, tmp_path, passes)[-1] == []


def test_reload_that_fails_is_told_and_the_next_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_file, "LOOKED_AT_EVERY", 0.01)
    desk(tmp_path, rule("[militia]"))
    read = rules_file.RulesFile(tmp_path / "rules.yaml", SecretsFile(None, {}), lambda: None)
    told: list[tuple[str, str]] = []
    tried = 0

    async def reload() -> None:
        nonlocal tried
        tried += 1
        await read.load()
        if tried < 3:
            raise StageError({"send": OSError(28, "No space left on device")})

    async def run() -> None:
        read.watch(reload, lambda *words: told.append(words))
        for each in range(1, 4):
            read.forget()
            async with asyncio.timeout(PATIENCE):
                while tried < each:  # noqa: ASYNC110 - the watcher sets no event
                    await asyncio.sleep(0.01)
        await read.close()

    asyncio.run(run())
    ((title, words),) = told
    assert title == "the saved rules are not in force in full"
    assert "No space left on device" in words
    assert "SIGHUP" in words
