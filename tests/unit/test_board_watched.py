"""What stands over every page of the board while an outage could be taken for a quiet shift."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.board.desk import Desk
from alerts.board.page import Reader
from alerts.board.watched import LONGEST, WatchState, watched
from alerts.board.writing import render_plain
from alerts.decide.finding import Level
from alerts.run import board_fault
from alerts.run.checks_line import check_board
from alerts.run.life_sign import LIFE
from alerts.run.lock import lock
from alerts.run.status_report import lines_of, report_of
from alerts.run.stored import note_reload
from alerts.store.opening import PACKAGES
from crawler.store.db import DATABASE, Database

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
RELEASED = Path(__file__).parents[1] / "stores" / "v0.1.0.sqlite3"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    made = tmp_path / "var"
    made.mkdir(mode=0o700)
    shutil.copy(RELEASED, made / DATABASE)
    database = Database.at(made / DATABASE)
    database.migrate(*PACKAGES)
    with database.write() as connection:
        note_reload(connection, NOW, "refused", "abc", ("rules.yaml:3: no severity", "rules.yaml:9: no title"))
    database.close()
    return made


def shows_life(state: Path, at: datetime, why: str = "") -> None:
    (state / LIFE).write_text(json.dumps({"at": at.isoformat(), "pid": os.getpid(), "why": why}), encoding="utf-8")


def test_no_daemon_one_that_stands_still_and_refused_rules_are_said(state: Path) -> None:
    desk = Desk(state.parent / "rules.yaml", state, ())
    assert desk.watch(NOW).words.startswith("Nothing is watched: no daemon runs here")
    assert not desk.watch(NOW).watched
    shows_life(state, NOW)
    assert desk.watch(NOW).words == (
        "Nothing is watched: the daemon is gone since 15 Jun 12:00 UTC. What you see does not change until one is started."
    )
    with lock(state):
        shows_life(state, NOW)
        said = "The rules saved 15 Jun 12:00 UTC are REFUSED, those of before stay in force: rules.yaml:3: no severity"
        assert desk.watch(NOW) == WatchState(True, f"{said} (and 1 more: Health).")
        still = desk.watch(NOW + timedelta(hours=1))
        assert still.words.endswith("STANDS STILL since 15 Jun 12:00 UTC. Start it again.")
        assert not still.watched


def test_board_that_is_not_served_is_said_for_the_daemon_that_runs(state: Path) -> None:
    words = "settings.board: 127.0.0.1:8420 is taken"
    board_fault.note(state, os.getpid(), words)
    assert list(check_board(state, "")) == [], "no daemon runs"
    with lock(state):
        shows_life(state, NOW)
        assert [(each.level, each.words) for each in check_board(state, "")] == [(Level.WARNING, words)]
        said = list(lines_of(report_of(state, state.parent / "rules.yaml", NOW, "UTC"), NOW, "UTC"))
        assert said[1] == f"THE BOARD IS NOT SERVED: {words}"
        board_fault.note(state, os.getpid() + 1, "of a daemon before")
        assert list(check_board(state, "")) == []


def test_network_is_said_beside_the_rest_and_a_long_fault_is_cut() -> None:
    made = watched("x" * 2 * LONGEST, NOW, {"result": "applied"}, "UTC", NOW)
    assert made.watched
    assert made.words.startswith(f"The watch is not well: {'x' * LONGEST}…. Our network is down since 15 Jun 12:00 UTC")
    assert watched("", None, None, "UTC", NOW) == WatchState(True)


@pytest.mark.parametrize("is_watched", [True, False])
def test_title_says_that_a_page_is_old(is_watched: bool) -> None:
    frame = {
        "menu": [],
        "here": "/",
        "address": "/",
        "reader": Reader(),
        "key": "",
        "can_sign_in": False,
        "said": "",
        "back": "",
    }
    whole = {"title": "Gone", "problem": "x", "watch": WatchState(is_watched, "" if is_watched else "Nothing")}
    text = render_plain("error.html", frame | whole)
    assert ("<title>OLD - " in text) is not is_watched
