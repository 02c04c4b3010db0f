"""Whether a daemon watches, by its signs of life; a watch that finds it standing still ends the process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.decide.life import (
    HOPELESS,
    LONG_TICK,
    SENDING,
    STILL,
    UNPOLLED,
    UNSTORED,
    Life,
    Sending,
    Signs,
    life_of,
    stuck_lanes,
)
from alerts.line.direct_notice import tell_once
from alerts.rules.config import load
from alerts.run.heartbeat import beat
from alerts.run.life_sign import last_life
from alerts.run.watch import STANDS_STILL
from alerts.store.stamp import Stamp, read_stamp, write_stamp
from crawler.config.problems import ConfigError
from crawler.store.errors import StoreError
from tests.e2e.servers import Hook, Outlet, closing_all
from tests.unit.desk import NOW

WELL = Signs(loop=1.0, tick=1.0, writer=0.0)
FAULTS = [
    (replace(WELL, store_there=False), "removed or replaced", True),
    (replace(WELL, lost="another took it"), "another took it", True),
    (replace(WELL, writer_runs=False), "the thread that writes", True),
    (replace(WELL, loop=STILL + 1), "has stood still for 31 s", False),
    (replace(WELL, loop=HOPELESS + 1), "has stood still for 121 s", True),
    (replace(WELL, tick=LONG_TICK + 1), "no round of polling", False),
    (replace(WELL, tick=2 * LONG_TICK + 1), "no round of polling", True),
    (replace(WELL, writer=STILL + 1), "the store has not answered", False),
    (replace(WELL, writer=HOPELESS + 1), "the store has not answered", True),
    (replace(WELL, refused=9_000.0, refusal="disk is full"), "has taken nothing for 9000 s: disk is full", False),
    (replace(WELL, unstored=UNSTORED + 1), "for 121 s no poll could be stored", False),
    (replace(WELL, overdue=UNPOLLED + 1), "no source was polled for 15 min", False),
]


@pytest.mark.parametrize(("signs", "words", "hopeless"), FAULTS, ids=[each[1] for each in FAULTS])
def test_what_stands_still_is_said(signs: Signs, words: str, hopeless: bool) -> None:
    life = life_of(signs)
    assert words in life.why
    assert (life.well, life.hopeless) == (False, hopeless)


def test_whatever_moves_is_well() -> None:
    assert life_of(WELL) == Life()
    edge = Signs(loop=STILL, tick=LONG_TICK, writer=STILL, refused=STILL, overdue=UNPOLLED)
    assert life_of(edge).well


def test_each_lane_that_hangs_is_named_with_what_is_under_way() -> None:
    sends = [Sending("hook", "hook#1", 0.0), Sending("hook", "hook#1", 60.0), Sending("mail", "mail#1", 300.0)]
    assert stuck_lanes(sends, 360.0, 0.0) == {
        "hook#1": "sending to hook hangs: 2 messages to hook#1 did not end for 6 min"
    }
    assert stuck_lanes(sends, SENDING, 0.0) == {}
    assert list(stuck_lanes(sends, SENDING + 1, 0.0)) == ["hook#1"]
    assert stuck_lanes(sends, 360.0, 300.0) == {}  # the process was stopped until then
    assert list(stuck_lanes(sends, 301.0 + SENDING, 300.0)) == ["hook#1", "mail#1"]


RULES = """version: 1
settings: {{heartbeat: "{heartbeat}"}}
sources: [{{id: a, name: A, url: "https://a.example/feed", lang: en}}]
receivers: {{console: {{urls: ["{url}"]}}}}
rules: [{{id: r, title: R, match: militia, severity: priority, notify: [console]}}]
"""
BLOCKED = """
import sys, time
from pathlib import Path
from alerts.rules.config import load
from alerts.run.watch import Paces, Watch
from alerts.store.opening import PACKAGES
from crawler.store.db import DATABASE, Database
from crawler.store.writer_lane import WriterLane
state = Path(sys.argv[1])
database = Database.at(state / DATABASE)
database.migrate(*PACKAGES)
config = load(state / "rules.yaml", environ={})
lane = WriterLane(database)
watch = Watch(state, lane, lambda: config, Paces(look=0.05, sign=0.1))
watch.start()
watch.beats.loop -= float(sys.argv[2])
time.sleep(20)  # the loop that never comes round again
"""


def test_a_loop_that_stands_still_is_told_and_ends_the_process(tmp_path: Path) -> None:
    hook = Hook()
    with closing_all(hook):
        (tmp_path / "rules.yaml").write_text(RULES.format(heartbeat="https://beat.example/1", url=hook.url))
        blocked = [sys.executable, "-c", BLOCKED, str(tmp_path), str(HOPELESS)]
        done = subprocess.run(blocked, cwd=Path(__file__).parents[2], check=False, timeout=60)
        assert done.returncode == STANDS_STILL
        assert hook.titles() == ["WATCHFLOOR does not watch"]
        assert "has stood still" in hook.accepted[0]["message"]
    shown = last_life(tmp_path, json.loads((tmp_path / "life.json").read_text())["pid"])
    assert last_life(tmp_path, 1) is None
    assert shown is not None
    assert "has stood still" in shown[1]


def test_no_file_is_missed_where_the_store_is_elsewhere(tmp_path: Path) -> None:
    """As with PostgreSQL: of a file that never was, none can have been removed."""
    hook = Hook()
    with closing_all(hook):
        (tmp_path / "rules.yaml").write_text(RULES.format(heartbeat="https://beat.example/1", url=hook.url))
        elsewhere = BLOCKED.replace("Database.at(state / DATABASE)", 'Database.at(state / "elsewhere.db")')
        blocked = [sys.executable, "-c", elsewhere, str(tmp_path), str(HOPELESS)]
        done = subprocess.run(
            blocked, cwd=Path(__file__).parents[2], check=False, timeout=60, capture_output=True, text=True
        )
    assert done.returncode == STANDS_STILL
    assert "-wal" not in done.stderr
    assert "has stood still" in done.stderr


def test_what_heals_by_itself_is_told_once_and_keeps_the_supervisor_quiet(tmp_path: Path) -> None:
    """A restart would meet the same full disk: systemd must not end a daemon that waits for it."""
    hook = Hook()
    with closing_all(hook), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(30)
        (tmp_path / "rules.yaml").write_text(RULES.format(heartbeat="https://beat.example/1", url=hook.url))
        waiting = [sys.executable, "-c", BLOCKED, str(tmp_path), str(STILL)]
        environ = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        process = subprocess.Popen(waiting, cwd=Path(__file__).parents[2], env=environ)
        try:
            assert hook.wait_for_title("WATCHFLOOR is not well", timeout=60)
            assert {supervisor.recv(100) for _ in range(20)} == {b"WATCHDOG=1"}
        finally:
            process.kill()
            process.wait()
    assert hook.titles() == ["WATCHFLOOR is not well"]


def test_the_same_notice_past_the_store_is_sent_once_an_hour(tmp_path: Path) -> None:
    hook = Hook()
    with closing_all(hook):
        rules = tmp_path / "rules.yaml"
        rules.write_text(RULES.format(heartbeat="https://beat.example/1", url=hook.url))
        config = load(rules, environ={})
        for minutes, body in (
            (0, "silent for 30 s"),
            (5, "silent for 95 s"),
            (6, "another fault"),
            (61, "silent for 9 s"),
        ):
            assert tell_once(tmp_path, config, "is not well", body, NOW + timedelta(minutes=minutes))
        assert [each["message"].splitlines()[0] for each in hook.accepted] == [
            "silent for 30 s",
            "another fault",
            "silent for 9 s",
        ]
        hook.choose = lambda: 500
        assert not tell_once(tmp_path, config, "is not well", "nobody takes it", NOW)
        hook.choose = lambda: 200
        assert tell_once(tmp_path, config, "is not well", "nobody takes it", NOW)
    assert hook.accepted[-1]["message"].startswith("nobody takes it")


def test_a_heartbeat_counts_only_where_it_is_taken() -> None:
    outlet = Outlet()
    with closing_all(outlet):
        assert beat(outlet.serve("/beat", b"ok"))
        assert not beat(outlet.serve("/full", b"no", status=503))
        outlet.serve("/other", b"ok")
        assert not beat(outlet.serve("/moved", b"", status=302, Location=f"{outlet.base}/other"))
        assert not outlet.asked("/other")
    assert not beat(f"{outlet.base}/beat")
    assert not beat("")


@pytest.mark.parametrize(("url", "environ"), [("ftp://beat.example", {}), ("${BEAT}", {"BEAT": "beat.example/1"})])
def test_a_wrong_heartbeat_is_named(tmp_path: Path, url: str, environ: dict[str, str]) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.format(heartbeat=url, url="console://"))
    with pytest.raises(ConfigError) as error:
        load(rules, environ=environ)
    assert ["is no http:// or https://" in each.message for each in error.value.problems] == [True]


@pytest.mark.parametrize("url", ["https://beat.example/${BEAT}", "${BEAT}"])
def test_a_heartbeat_whose_secret_is_missing_is_no_error_of_the_rules(tmp_path: Path, url: str) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.format(heartbeat=url, url="console://"))
    config = load(rules, environ={})
    assert config.heartbeat == ""
    assert config.unset["settings.heartbeat"].message.startswith("${BEAT} is not set in the environment; set it, or")
    assert load(rules, environ={"BEAT": "https://beat.example/1"}).unset == {}


def test_a_stamp_that_cannot_be_read_protects_all_the_same(tmp_path: Path) -> None:
    assert read_stamp(tmp_path) is None
    write_stamp(tmp_path, Stamp("a", 3, "2026-06-14T10:00:00+00:00"))
    assert read_stamp(tmp_path) == Stamp("a", 3, "2026-06-14T10:00:00+00:00")
    (tmp_path / "store.stamp").write_text("{}")
    with pytest.raises(StoreError, match="cannot be read"):
        read_stamp(tmp_path)
