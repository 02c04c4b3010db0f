"""What makes the watch blind is told: a store that is gone, refuses writes or goes back in time, a daemon that stands."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from alerts.run.watch import STANDS_STILL
from alerts.store.stamp import STAMP
from tests.e2e.conftest import Desk
from tests.e2e.running import Running, daemon
from tests.e2e.servers import rss

T0, T1, T2 = ("2026-06-14T10:00:00Z", "2026-06-14T10:10:00Z", "2026-06-14T10:20:00Z")
DATE = "Sun, 14 Jun 2026 09:30:00 GMT"
ROOT = Path(__file__).parents[2]
STORE = "watchfloor.db"
REFUSED = 78


def watched(desk: Desk) -> Path:
    """Let a desk tell one story in two rounds, and return its state directory."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml", settings="backfill: 6h")
    assert desk.rounds(T0, T1)[0]["deliveries"] == 1
    return desk.place / "var"


def emptied(state: Path) -> None:
    (state / STORE).write_bytes(b"")


def deleted(state: Path) -> None:
    for each in state.glob(f"{STORE}*"):
        each.unlink()


def another(state: Path) -> None:
    """Put a store of the same version there that never heard of ours."""
    deleted(state)
    kept = (state / STAMP).read_bytes()
    (state / STAMP).unlink()
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [sys.executable, "-m", "alerts", "run", "--once"],
        cwd=state.parent,
        env=environ,
        check=True,
        capture_output=True,
    )
    (state / STAMP).write_bytes(kept)


LOST = [(emptied, "is gone or empty"), (deleted, "is gone or empty"), (another, "is another store")]


@pytest.mark.parametrize(("lose", "words"), LOST, ids=[each[0].__name__ for each in LOST])
def test_a_store_that_lost_everything_is_refused_and_told(desk: Desk, lose: Callable[[Path], None], words: str) -> None:
    state = watched(desk)
    lose(state)
    told = len(desk.hook.accepted)
    done = desk.run("run", expect=REFUSED)
    assert words in done.stderr
    assert "--accept-store" in done.stderr
    assert desk.hook.titles()[told:] == ["WATCHFLOOR does not start: nothing is watched"]
    assert words in desk.hook.accepted[-1]["message"]
    # on an explicit word it begins anew, and from then on as ever
    desk.run("run", "--once", "--accept-store")
    assert desk.hook.titles()[-1].startswith("WATCHFLOOR started on the store as it is")
    desk.run("run", "--once")
    assert [oct(path.stat().st_mode & 0o777) for path in sorted(state.glob("*.db"))] == ["0o600"]


def test_a_store_without_its_last_writes_is_refused(desk: Desk) -> None:
    state = watched(desk)
    older = state.parent / "older.db"
    shutil.copy(state / STORE, older)
    desk.rounds(T2)
    shutil.copy(older, state / STORE)
    done = desk.run("run", "--once", expect=REFUSED)
    assert "holds less than it did" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_is_refused_is_left_as_it_is(desk: Desk) -> None:
    """An older store in the place of ours is not brought up to date first."""
    state = watched(desk)
    deleted(state)
    shutil.copy(sorted((ROOT / "tests" / "stores").glob("*.sqlite3"))[0], state / STORE)
    before = (state / STORE).read_bytes()
    assert "is another store than" in desk.run("run", "--once", expect=REFUSED).stderr
    assert (state / STORE).read_bytes()[100:] == before[100:]  # the header says that it may have a WAL


def test_a_daemon_of_before_the_lock_on_the_directory_is_honoured(desk: Desk) -> None:
    state = watched(desk)
    with (state / "watchfloor.lock").open("a+", encoding="ascii") as older:
        older.truncate(0)
        older.write("4711")
        older.flush()
        fcntl.flock(older, fcntl.LOCK_EX)
        assert "is in use by the daemon with pid 4711" in desk.run("run", "--once", expect=1).stderr
        assert desk.status()["daemon"] == 4711
    assert desk.status()["daemon"] is None


def test_a_locked_store_is_waited_for_and_taken_for_no_broken_one(desk: Desk) -> None:
    state = watched(desk)
    other = sqlite3.connect(state / STORE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    done = desk.run("run", "--once", expect=75)
    assert "cannot be used now: database is locked" in done.stderr
    assert "backup" not in done.stderr
    running = Running(desk)
    try:
        assert running.says("store not opened, trying again")
        other.execute("ROLLBACK")
        other.close()
        assert running.says("running sources=1")
    finally:
        running.end()


def test_a_broken_store_is_refused_in_a_sentence(desk: Desk) -> None:
    state = watched(desk)
    (state / STORE).write_bytes(b"garbage" * 1000)
    done = desk.run("run", "--once", expect=REFUSED)
    assert "file is not a database. Put the last backup in its place" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_page_is_told_and_the_watch_goes_on(desk: Desk) -> None:
    state = watched(desk)
    damage(state / STORE)
    with daemon(desk):
        assert desk.hook.wait_for_title("WATCHFLOOR the store is damaged")
        assert "put the last backup in its place" in desk.hook.accepted[-1]["message"]


def damage(store: Path) -> None:
    """Overwrite the page where the index of the evidence begins: opening the store does not read it."""
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'evidence'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with store.open("r+b") as handle:
        handle.seek((page - 1) * size)
        handle.write(b"\xff" * size)


def test_a_store_removed_under_the_daemon_is_told_and_ends_it(desk: Desk) -> None:
    watched(desk)
    with daemon(desk) as running:
        deleted(desk.place / "var")
        # into a file that nobody finds any more it would be written in vain; on a slow machine the daemon has ended by then
        refused = desk.run("ack", "last", expect=1).stderr
        assert "this may be lost: the file of the store was removed" in refused or "no daemon listens" in refused
        assert desk.hook.wait_for_title("WATCHFLOOR does not watch")
        assert running.process.wait(timeout=60) == STANDS_STILL
        assert not any("Traceback" in line for line in running.log), "\n".join(running.log)
        # the socket is left, and nobody listens
        assert "is gone or empty. It held store" in desk.run("status", expect=1).stderr
    assert "removed or replaced" in desk.hook.accepted[-1]["message"]
    assert "Sent past the store" in desk.hook.accepted[-1]["message"]


def test_a_folder_that_was_removed_is_told_by_the_start_that_makes_it_anew(desk: Desk) -> None:
    state = watched(desk)
    shutil.rmtree(state)
    state.mkdir(mode=0o700)
    with daemon(desk) as running:
        assert desk.hook.wait_for_title("WATCHFLOOR begins with a new, empty store")
        assert running.says("suppressed reason=baseline")
    desk.outlet.serve("/b.xml", rss({"title": "A militia rests", "guid": "2", "date": DATE}))
    desk.write("/a.xml", "/b.xml")
    with daemon(desk) as running:  # finds the store of the first, and has nothing to say of it
        assert running.says("baseline source=s2")
    told = [each["message"] for each in desk.hook.accepted if "new, empty store" in each["title"]]
    assert len({each.splitlines()[-1] for each in told}) == 1, told  # one delivery: a kill may let it go again
    assert "the store was removed with its folder" in told[0]
    assert f"{state / STORE} was made " in told[0]


def test_store_that_rounds_filled_is_new_to_no_daemon(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml")
    assert "new store store=" in desk.run("run", "--once").stderr
    assert "new store store=" not in desk.run("run", "--once").stderr
    desk.outlet.serve("/b.xml", rss({"title": "A militia rests", "guid": "2", "date": DATE}))
    desk.write("/a.xml", "/b.xml")
    with daemon(desk) as running:
        assert running.says("baseline source=s2")
    assert not [each for each in desk.hook.accepted if "new, empty store" in each["title"]]


def test_store_that_a_command_made_is_told_by_the_first_daemon(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml")
    assert "new store store=" not in desk.run("rematch").stderr
    assert not desk.hook.accepted
    with daemon(desk) as running:
        assert running.says("subject=notice:new store .*state=sent")
    desk.outlet.serve("/b.xml", rss({"title": "A militia rests", "guid": "2", "date": DATE}))
    desk.write("/a.xml", "/b.xml")
    with daemon(desk) as running:
        assert running.says("baseline source=s2")
    told = [each["message"] for each in desk.hook.accepted if "new, empty store" in each["title"]]
    # a kill before it is noted as sent lets the same delivery go again
    assert len({each.splitlines()[-1] for each in told}) == 1, told
    assert told[0].startswith("If this is the first start here, all is well")


def test_what_a_removed_wal_held_is_saved_before_the_end(desk: Desk) -> None:
    """The whole of a young store is in its -wal file; the next start finds all of it."""
    watched(desk)
    with daemon(desk) as running:
        (desk.place / "var" / f"{STORE}-wal").unlink()
        assert running.process.wait(timeout=60) == STANDS_STILL
    assert desk.run("run", "--once").returncode == 0
    assert desk.status()["ledger"]["sent"] == 1


def test_a_heartbeat_whose_secret_is_missing_stops_nothing_and_is_told(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s", settings=f'heartbeat: "{desk.outlet.base}/${{NOT_SET_HERE}}"')
    assert "${NOT_SET_HERE} is not set in the environment" in desk.run("check", expect=1).stderr
    with daemon(desk) as running:
        assert running.says("baseline source=s1")
        assert desk.hook.wait_for_title("a secret is not set; not called: settings.heartbeat")
        words = "settings.heartbeat is not called: ${NOT_SET_HERE} is not set in the environment; set it"
        assert words in desk.hook.accepted[0]["message"]
        assert "All sources are polled." in desk.hook.accepted[0]["message"]
        assert f"  {words}" in desk.run("status", "--state-dir", "var").stdout
        assert (
            "fault    heartbeat: it is not called: ${NOT_SET_HERE}"
            in desk.run("doctor", "--state-dir", "var", expect=2).stdout
        )
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for_title("A militia moves")


@pytest.mark.timeout(300)  # a minute and more alone: it waits until a refusal is old enough to be told
def test_a_store_that_refuses_writes_is_told_past_it_and_heals(desk: Desk) -> None:
    """Another process holds the lock, as a backup tool that hangs does: each write ends in "database is locked"."""
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.outlet.serve("/beat", b"ok")
    desk.write("/a.xml", every="1s", settings=f"heartbeat: {desk.outlet.base}/beat")
    with daemon(desk) as running:
        assert running.says("baseline source=s1")
        assert desk.outlet.wait_for("/beat")
        other = sqlite3.connect(desk.place / "var" / STORE, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for_title("WATCHFLOOR is not well", timeout=100)
        assert "has taken nothing" in desk.hook.accepted[-1]["message"]
        assert "locked" in desk.hook.accepted[-1]["message"]
        assert desk.status()["life"]["why"].startswith("the store has taken nothing")
        other.execute("ROLLBACK")
        other.close()
        assert desk.hook.wait_for_title("WATCHFLOOR is well again")
        # nothing is lost: the item that came meanwhile is told
        assert desk.hook.wait_for_title("A militia moves")
    assert desk.hook.times()["WATCHFLOOR is not well"] == 1


def test_a_stopped_daemon_is_shown_as_standing_still(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(desk.place / "notify"))
        supervisor.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(desk.place / "notify"))
        with daemon(desk, fresh=True) as running:
            assert supervisor.recv(100) == b"READY=1"
            assert (
                "last life sign" in desk.run("status").stdout
            )  # from the start, or a stop before the first look is hidden
            assert supervisor.recv(100) == b"WATCHDOG=1"
            running.process.send_signal(signal.SIGSTOP)
            supervisor.settimeout(35)
            silent(supervisor)
            status = desk.run("status").stdout
            assert "STANDS STILL" in status
            assert "NONE IS WATCHED NOW" in status
            running.process.send_signal(signal.SIGCONT)
            # awake again it does not take the pause for a fault of its own
            assert supervisor.recv(100) == b"WATCHDOG=1"
            assert not any("not" in title for title in desk.hook.titles())


def silent(supervisor: socket.socket) -> None:
    """Wait until the supervisor was told nothing for as long as its socket waits."""
    with suppress(TimeoutError):
        while supervisor.recv(100):
            pass


def test_faulty_rules_at_the_start_leave_the_last_good_ones_in_force(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk) as running:
        assert running.says("baseline source=s1")
    good = desk.rules.read_text()
    desk.rules.write_text(good.replace("severity: priority", "severity: dire"))
    desk.run("run", "--once", expect=1)  # whoever asks for a round reads the error
    with daemon(desk) as running:
        assert desk.hook.wait_for_title("rules.yaml has 1 error; the old rules stay in force")
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for_title("A militia moves")
        assert "REFUSED" in desk.run("status", "--state-dir", "var").stdout
        # what was told can still be read, by the rules in force
        read = desk.run("handover", "--since", "1h")
        assert "A militia moves" in read.stdout
        assert "has 1 error (watchfloor check); shown by the rules last in force" in read.stderr
        desk.rules.write_text(good + "\n")
        assert running.says("rules reloaded version=")


def test_without_rules_ever_in_force_faulty_ones_end_the_start(desk: Desk) -> None:
    desk.write("/a.xml")
    desk.rules.write_text(desk.rules.read_text().replace("severity: priority", "severity: dire"))
    assert "dire" in desk.run("run", expect=1).stderr


def test_deleting_the_lock_file_lets_nobody_in(desk: Desk) -> None:
    watched(desk)
    with daemon(desk):
        (desk.place / "var" / "watchfloor.lock").unlink()
        assert "is in use by the daemon" in desk.run("run", "--once", expect=1).stderr


def test_a_file_as_state_directory_is_refused_in_a_sentence(desk: Desk) -> None:
    desk.write("/a.xml")
    (desk.place / "var").write_text("no directory")
    done = desk.run("run", "--once", expect=REFUSED)
    assert "cannot be used as state directory" in done.stderr
    assert "Traceback" not in done.stderr


ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed here")
def test_the_unit_exposes_little() -> None:
    """systemd rates a unit from 0 (locked) to 10; what is left is the network, which a poller needs."""
    unit = Path(__file__).parents[2] / "deploy" / "watchfloor.service"
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", "--threshold=15", str(unit)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-200:]
