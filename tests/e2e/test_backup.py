"""A backup while the daemon writes, the store lost, the restore, and what the watch tells again."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from alerts.render.title import marked
from tests.e2e.conftest import Desk
from tests.e2e.running import daemon
from tests.e2e.servers import rss
from tests.e2e.starting import start

NOW = datetime.now(UTC).replace(microsecond=0)  # a restore is of the present: what is told before and after it is too
DATE = format_datetime(NOW - timedelta(minutes=40))
OLD = {"title": "A militia moves", "guid": "1", "date": DATE}
NEW = {"title": "Militia shells the port of Umm Qasr", "guid": "2", "date": DATE}


def at(minutes: int) -> str:
    return f"{NOW + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def test_the_running_daemon_is_backed_up_and_its_store_is_not_replaced_under_it(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(OLD))
    desk.write("/a.xml")
    with daemon(desk) as running:
        assert running.says("polled source=s1|stored source=s1|source=s1")
        made = json.loads(desk.run("backup", "--json").stdout)
        assert made["counts"]["articles"] == 1
        proven = desk.run("restore", "--check", made["file"]).stdout  # it replaces nothing, so the daemon may run
        assert "integrity: whole" in proven
        assert proven.endswith("nothing was changed (--check)\n")
        assert not list((desk.place / "var").glob(".check-*"))
        other = desk.place / "notes.json"
        other.write_text("{}")
        refused = desk.run("restore", "--check", str(other), expect=1).stderr
        assert "notes.json is no manifest of a backup" in refused
        assert "name the copy of the store (.db)" in refused
        done = desk.run("restore", "--yes", made["file"], expect=1)
        assert f"is in use by the daemon with pid {running.process.pid}; stop it first" in done.stderr
        # of any exit code: whether the clock of this machine is synchronised is not the test's
        found = json.loads(start("alerts", "doctor", "--json", place=desk.place, environ=desk.environ()).stdout)
        named = {each["name"]: each["level"] for each in found["findings"]}
        looked = ("permissions", "store", "integrity", "ledger", "backup")
        assert {name: named[name] for name in looked} == dict.fromkeys(looked, "ok")
        assert named["daemon"] != "fault"  # its first life sign comes after some seconds
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0


def test_what_the_backup_does_not_know_is_told_again_and_marked(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(OLD))
    desk.write("/a.xml")
    desk.rounds(at(-30))
    made = Path(json.loads(desk.run("backup", "--json").stdout)["file"])
    desk.outlet.serve("/a.xml", rss(OLD, NEW))
    desk.rounds(at(-20))
    told = ["PRIORITY A militia moves | Outlet 1", "PRIORITY Militia shells the port of Umm Qasr | Outlet 1"]
    assert desk.hook.titles() == told

    keep = desk.place / "elsewhere"
    shutil.move(made.parent, keep)
    shutil.rmtree(desk.place / "var")
    file = str(keep / made.name)
    assert (
        desk.run("restore", file, stdin="n\n", expect=1).stdout.count("will be as it was when the backup was made") == 1
    )
    assert not (desk.place / "var" / "watchfloor.db").exists()
    silent = desk.run("restore", file, stdin="", expect=1)
    assert "where nobody can be asked, write --yes" in silent.stderr
    assert "Aborted" not in silent.stderr
    said = desk.run("restore", file, stdin="y\n").stdout
    assert "books: they balance" in said
    assert "Acknowledgements and silences given since are lost" in said
    # the news that only the lost store knew is told again and marked; what the backup knew is not
    desk.rounds(at(30 * 60))  # the day in which it is marked begins with the first start
    assert desk.hook.titles() == [*told, marked(told[1])]
    # and ends a day after it, also for what bears no date
    desk.outlet.serve("/a.xml", rss(OLD, NEW, {"title": "Militia buys a quarry near Kut", "guid": "3"}))
    desk.rounds(at(30 * 60 + 24 * 60 + 1))
    assert desk.hook.titles()[3:] == ["PRIORITY Militia buys a quarry near Kut | Outlet 1"]
    report = desk.status()
    assert set(report["ledger"]["remainders"].values()) == {0}
    assert json.loads(desk.run("verify", "--json").stdout)["broken"] is None
    assert {path.stat().st_mode & 0o077 for path in (desk.place / "var").iterdir()} == {0}


def test_a_chain_that_was_cut_while_nothing_ran_is_told_at_the_next_start(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(OLD))
    desk.write("/a.xml")
    desk.rounds(at(-30))
    assert "1 records follow" not in desk.run("verify").stdout  # its entry is sealed as well
    with closing(sqlite3.connect(desk.place / "var" / "watchfloor.db")) as connection, connection:
        connection.execute("DELETE FROM seals")
        connection.execute("DELETE FROM alerts")
    assert "CONTRADICTED by the stamp beside the store" in desk.run("verify", expect=1).stdout
    with daemon(desk):
        assert desk.hook.wait_for_title("WATCHFLOOR the chain of evidence was cut")
    assert "the chain ends at 0" in json.loads(desk.run("verify", "--json", expect=1).stdout)["contradicted_by"][0]


def test_a_store_that_is_removed_is_told_in_one_notice_and_ends_without_a_warning(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(OLD))
    desk.write("/a.xml", every="1s")
    with daemon(desk, fresh=True) as running:
        assert running.says("stored source=s1|polled source=s1|source=s1")
        for each in (desk.place / "var").glob("watchfloor.db*"):
            each.unlink()
        assert running.process.wait(60) == 70
    assert [each for each in desk.hook.titles() if "WATCHFLOOR" in each] == ["WATCHFLOOR does not watch"]
    assert "Error" not in str(desk.hook.accepted)
    assert "leaked" not in "".join(running.log)
