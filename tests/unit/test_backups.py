"""Backups and restores on real files: what is proven, what is refused, what a cut or a full disk leaves behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from alerts.cli.backup import settings_of
from alerts.decide.finding import Level
from alerts.decide.repeats import Restore, may_repeat
from alerts.delivery import DeliveryState
from alerts.rules.config import load
from alerts.run import restoring
from alerts.run.backup_thread import Backups, newest
from alerts.run.backups import SPARE, Manifest, backups_in, make_backup
from alerts.run.checks_machine import check_backups
from alerts.run.figures import backups_of
from alerts.run.integrity import LOOKED, last_check
from alerts.run.owner import login_of
from alerts.run.restoring import PART, discard, prove, put_in_place
from alerts.store import audit, claims, decisions, outbox
from alerts.store.restoring import last_restore, note_restored, note_start
from alerts.store.stamp import need_file, need_same, read_stamp, sign_life, write_stamp
from crawler.config.settings import BackupSettings
from crawler.store.copies import faults_of, make_compactable
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError
from tests.e2e.servers import PATIENCE
from tests.migrated import RELEASED, released_store

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Give a state directory with the store of the first release, brought up to date, and its stamp."""
    made = tmp_path / "var"
    made.mkdir(mode=0o700)
    released_store(made / DATABASE)
    database = Database.at(made / DATABASE)
    with database.write() as connection:
        write_stamp(made, sign_life(connection, NOW))
    database.close()
    return made


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put_mark(state: Path, value: str) -> None:
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        decisions.set_mark(connection, "probe", value)
    database.close()


def mark(path: Path) -> str | None:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT value FROM marks WHERE name = 'probe'").fetchone()
    return row[0] if row else None


def restored(made: Manifest, state: Path, at: datetime = NOW) -> Path:
    return put_in_place(prove(made.path, state, at), state, at)


def test_a_backup_is_one_closed_file_and_its_manifest(state: Path, tmp_path: Path) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    assert files(tmp_path / "copies") == ["watchfloor-20260615T120000Z.db", "watchfloor-20260615T120000Z.json"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "copies").iterdir()} == {0o600}
    assert (tmp_path / "copies").stat().st_mode & 0o777 == 0o700
    stamp = read_stamp(state)
    assert stamp is not None
    assert (made.store, made.sign, made.counts["articles"]) == (stamp.store, stamp.sign, 3)
    assert backups_in(tmp_path / "copies") == [made]


def test_a_backup_is_of_one_moment_while_a_writer_goes_on(state: Path, tmp_path: Path) -> None:
    ending = threading.Event()
    with closing(sqlite3.connect(state / DATABASE)) as connection:
        connection.execute("CREATE TABLE pairs (a INTEGER, b INTEGER)")

    def write() -> None:
        with closing(sqlite3.connect(state / DATABASE, timeout=10)) as connection:
            number = 0
            while not ending.is_set():
                number += 1
                with connection:
                    connection.execute("INSERT INTO pairs VALUES (?, 0)", (number,))
                    connection.execute("UPDATE pairs SET b = ? WHERE a <= ?", (number, number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [make_backup(state, tmp_path / "copies", NOW + number * MINUTE) for number in range(5)]
    finally:
        ending.set()
        writer.join()
    for each in made:
        with closing(sqlite3.connect(each.path)) as connection:
            wrong = connection.execute("SELECT count(*) FROM pairs WHERE b <> (SELECT max(a) FROM pairs)").fetchone()
        assert wrong == (0,)


def test_the_newest_are_kept_of_this_store_only(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    other = make_backup(state, folder, NOW - 99 * MINUTE)
    manifest = folder / f"{other.path.stem}.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(other.store, "another"), encoding="utf-8")
    for number in range(4):
        make_backup(state, folder, NOW + number * MINUTE, keep=2)
    assert [each.made for each in backups_in(folder, other.store)] == [
        "2026-06-15T12:03:00+00:00",
        "2026-06-15T12:02:00+00:00",
    ]
    assert len(files(folder)) == 6


def test_backups_of_the_future_push_out_none_and_stop_none(state: Path, tmp_path: Path) -> None:
    """A clock that was ahead left them; doctor tells, and a person decides."""
    folder, day = tmp_path / "copies", timedelta(days=1)
    ahead = [make_backup(state, folder, NOW + 365 * day + n * day, keep=9) for n in range(2)]
    daily = [make_backup(state, folder, NOW + n * day, keep=3) for n in range(4)]
    assert [each.file for each in backups_in(folder)] == [each.file for each in (*ahead[::-1], *daily[:0:-1])]
    settings, now = BackupSettings(keep=3, to=folder), NOW + 3 * day + timedelta(hours=1)
    last = newest(settings, state, now)
    assert last is not None
    assert last.file == daily[-1].file
    assert [each.level for each in check_backups(settings, state, now)] == [Level.FAULT, Level.OK]
    # the one just made is never deleted, whatever else is there
    assert make_backup(state, folder, NOW - day, keep=1).path.exists()


def test_a_manifest_whose_store_was_never_put_there_goes_with_the_next(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"

    def fails(part: Path, path: Path) -> None:
        if path.suffix == ".db":
            raise OSError(28, "No space left on device", "x")
        part.rename(path)

    with monkeypatch.context() as patched:
        patched.setattr("alerts.run.backups._put", fails)
        with pytest.raises(StoreError, match="No space left"):
            make_backup(state, folder, NOW)
    assert [each.name for each in folder.iterdir()] == []
    made = make_backup(state, folder, NOW)
    made.path.unlink()  # as a kill between the two leaves it
    assert make_backup(state, folder, NOW + timedelta(seconds=1)).path.exists()
    assert len(list(folder.iterdir())) == 2


def test_a_folder_in_use_is_tried_again_and_told_nobody(state: Path, tmp_path: Path) -> None:
    told: list[str] = []
    folder = tmp_path / "copies"
    made = make_backup(state, folder, datetime.now(UTC) - timedelta(days=2))
    copies = Backups(state, lambda: BackupSettings(to=folder), lambda *words: told.append(words[0]), first=0, look=0.01)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    copies.start()
    time.sleep(0.3)
    copies.close()
    os.close(handle)
    assert told == []
    assert [each.file for each in backups_in(folder)] == [made.file]


def test_a_damaged_store_replaces_no_backup(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    good = make_backup(state, folder, NOW, keep=1)
    with closing(sqlite3.connect(state / DATABASE)) as connection:  # a table that nothing reads on the way
        [root] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'silences'").fetchone()
        [size] = connection.execute("PRAGMA page_size").fetchone()
    raw = bytearray((state / DATABASE).read_bytes())
    raw[(root - 1) * size : (root - 1) * size + 64] = b"\xff" * 64
    (state / DATABASE).write_bytes(raw)
    with pytest.raises(StoreError, match="the store is damaged, no backup was made of it"):
        make_backup(state, folder, NOW + MINUTE, keep=1)
    assert backups_in(folder) == [good]
    assert len(files(folder)) == 2


def test_what_a_cut_backup_left_is_removed_by_the_next(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "watchfloor-20260101T000000Z.db.part").write_bytes(b"half")
    (folder / "watchfloor-20260102T000000Z.db").write_bytes(b"whole, but without a manifest: no backup")
    made = make_backup(state, folder, NOW)
    assert not list(folder.glob("*.part*"))
    assert backups_in(folder) == [made]


def test_a_full_disk_is_said_before_anything_is_written(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match="1 MB free, and a backup needs"):
        make_backup(state, tmp_path / "copies", NOW)
    assert files(tmp_path / "copies") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_disk_that_fills_while_it_is_copied_to_leaves_nothing(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", small], check=False, capture_output=True
    ).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)  # it fills after it was looked at
        with pytest.raises(StoreError, match="full"):
            make_backup(state, small, NOW)
        assert files(small) == []
    finally:
        subprocess.run(["umount", small], check=True)


# -- restore -------------------------------------------------------------------------------------------------------


def test_a_restore_brings_the_store_back_and_keeps_the_other(state: Path, tmp_path: Path) -> None:
    put_mark(state, "before")
    made = make_backup(state, tmp_path / "copies", NOW)
    put_mark(state, "after")
    (state / LOOKED).write_text('{"at": "2026-06-15T12:00:00+00:00", "faults": ["a page"]}')
    kept = restored(made, state)
    assert (last_check(state), bool(last_check(kept))) == (None, True), "of the old store"
    assert (mark(state / DATABASE), mark(kept / DATABASE)) == ("before", "after")
    assert kept.name == "replaced-20260615T120000Z"
    assert not list(state.glob("*.part*"))
    database = Database.at(state / DATABASE)
    with database.read() as connection:
        need_same(connection, state)  # raises where the fresh stamp does not fit
        waiting = [each for each in outbox.deliveries_that(connection) if each.state is DeliveryState.QUEUED]
        assert waiting
        assert all(each.repeat for each in waiting)
        assert connection.execute(text("PRAGMA auto_vacuum")).scalar_one() == 2
    database.close()


@pytest.mark.parametrize("full", ["state", "temporary files"])
def test_a_tight_disk_leaves_the_copy_as_it_is_with_a_sentence(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    usage, place = shutil.disk_usage(tmp_path), state if full == "state" else temporary
    tight = usage._replace(free=made.bytes + SPARE)  # what a copy of it needs, and no more

    def of(folder: Path) -> object:
        used = (state / PART).stat().st_size if (state / PART).exists() else 0
        return tight._replace(free=tight.free - used) if folder == place else usage

    monkeypatch.setattr(shutil, "disk_usage", of)
    proven = prove(made.path, state, NOW)
    assert f"{place} has 31 MB free, and that takes 32" in proven.as_it_was or "has 32 MB free" in proven.as_it_was
    put_in_place(proven, state, NOW)
    database = Database.at(state / DATABASE)
    with database.read() as connection:
        need_same(connection, state)
        assert connection.execute(text("PRAGMA auto_vacuum")).scalar_one() == 0
    database.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_disk_that_gets_full_while_a_copy_is_written_anew_costs_nothing(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    size = RELEASED.stat().st_size
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={(size >> 10) + 40}k", "tmpfs", str(small)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        shutil.copy(RELEASED, small / DATABASE)
        assert make_compactable(small / DATABASE, -size) == "database or disk is full"
        assert faults_of(small / DATABASE, thorough=True) == []
        assert (small / DATABASE).read_bytes() == RELEASED.read_bytes()
    finally:
        subprocess.run(["umount", small], check=False)


def test_a_restore_is_in_the_log_and_what_follows_it_followed_no_kill(state: Path, tmp_path: Path) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    restored(made, state)
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        last = audit.last_run(connection)
        assert last
        assert last[0] is audit.What.RESTORE
        (entry,) = [each for each in audit.entries_since(connection, NOW) if each.what is audit.What.RESTORE]
    database.close()
    assert entry.title == f"the store was restored from {made.path.name}"
    assert entry.who == login_of(os.getuid())


def test_an_old_wal_is_not_played_into_the_restored_store(state: Path, tmp_path: Path) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    open_still = sqlite3.connect(state / DATABASE)  # as a killed daemon leaves it: written, and not checkpointed
    with open_still:
        open_still.execute("INSERT INTO marks VALUES ('probe', 'after')")
    wal = (state / f"{DATABASE}-wal").read_bytes()
    open_still.close()
    (state / f"{DATABASE}-wal").write_bytes(wal)
    kept = restored(made, state)
    assert mark(state / DATABASE) is None
    assert (kept / f"{DATABASE}-wal").read_bytes() == wal


def test_a_restore_into_an_emptied_directory(state: Path, tmp_path: Path) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    shutil.rmtree(state)
    state.mkdir()
    restored(made, state)
    stamp = read_stamp(state)
    assert stamp is not None
    assert stamp.store == made.store


def flip(made: Manifest) -> None:
    raw = bytearray(made.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    made.path.write_bytes(raw)


def edit(made: Manifest, **values: object) -> None:
    path = made.path.with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def unbalance(made: Manifest) -> None:
    with closing(sqlite3.connect(made.path)) as connection, connection:
        connection.execute("UPDATE alert_counts SET n = n + 1 WHERE name = 'queued'")
    made.path.with_suffix(".json").unlink()


def age(made: Manifest) -> None:
    with closing(sqlite3.connect(made.path)) as connection, connection:
        connection.execute("UPDATE crawler_version SET version_num = 'crawler_999'")
    made.path.with_suffix(".json").unlink()


FAULTY = [
    (flip, False, "is not what was backed up: its SHA-256 is"),
    (lambda made: made.path.with_suffix(".json").unlink(), False, "has no manifest"),
    (lambda made: made.path.write_bytes(b""), False, "is not what was backed up"),
    (lambda made: edit(made, format=2), False, "is of format 2, known here is 1"),
    (lambda made: edit(made, sha256=7), False, "is no manifest of a backup"),
    (lambda made: edit(made, counts={"articles": 99}), False, "does not hold what its manifest says: articles"),
    (lambda made: edit(made, file="../../etc/passwd"), False, "what it says cannot be"),
    (lambda made: made.path.with_suffix(".json").write_text("{"), False, "no manifest of a backup .JSONDecodeError"),
    (unbalance, True, "its books do not balance"),
    (age, True, "made by another Watchfloor"),
    (lambda made: (made.path.with_suffix(".json").unlink(), made.path.write_text("no store")), True, "is damaged"),
]


@pytest.mark.parametrize(("fault", "unvouched", "said"), FAULTY, ids=[said[:30] for _, _, said in FAULTY])
def test_what_is_not_proven_replaces_nothing(
    state: Path, tmp_path: Path, fault: object, unvouched: bool, said: str
) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    fault(made)  # type: ignore[operator]
    before = {name: (state / name).read_bytes() for name in files(state)}
    with pytest.raises(StoreError, match=said):
        prove(made.path, state, NOW, unvouched=unvouched)
    assert {name: (state / name).read_bytes() for name in files(state)} == before


def test_a_restore_that_is_cut_off_is_refused_at_the_start_and_mended_by_another(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        for _ in range(9):
            stamp = sign_life(connection, NOW)
    write_stamp(state, stamp)
    database.close()

    def cut(*_: object) -> None:
        raise OSError(28, "No space left on device", "store.stamp")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "write_stamp", cut)
        with pytest.raises(StoreError, match="restore once more"):
            restored(made, state)
    database = Database.at(state / DATABASE)
    with database.read() as connection, pytest.raises(StoreError, match="holds less than it did"):
        need_same(connection, state)
    database.close()
    discard(state)
    restored(made, state, NOW + MINUTE)
    database = Database.at(state / DATABASE)
    with database.read() as connection:
        need_same(connection, state)
    database.close()


@pytest.mark.parametrize("step", range(11))
def test_a_restore_cut_at_any_step_never_looks_like_a_first_start(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    put_mark(state, "after")
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        write_stamp(state, sign_life(connection, NOW))
    database.close()
    proven, steps = prove(made.path, state, NOW), iter(range(99))

    def counted(work: Callable[..., object]) -> Callable[..., object]:
        def done(*words: object, **named: object) -> object:
            if next(steps) == step:
                raise KeyboardInterrupt  # as a kill: nothing after it is done
            return work(*words, **named)

        return done

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        for name in ("link", "rename", "replace", "fsync", "mkdir"):
            patch.setattr(os, name, counted(getattr(os, name)))
        put_in_place(proven, state, NOW)
    refused = ""
    try:
        need_file(state)
        database = Database.at(state / DATABASE)
        with database.read() as connection:
            need_same(connection, state)
        database.close()
    except StoreError as error:
        refused = str(error)
    assert (state / DATABASE).stat().st_size  # there is a store at each moment: the old one or the new one
    assert read_stamp(state)
    assert refused or mark(state / DATABASE) in {"after", None}
    discard(state)
    restored(made, state, NOW + MINUTE)
    database = Database.at(state / DATABASE)
    with database.read() as connection:
        need_same(connection, state)
    database.close()
    assert mark(state / DATABASE) is None


HOUR = timedelta(hours=1)
REPEATS = [
    ("never restored", NOW, None, NOW, False),
    ("published before the restore", NOW - HOUR, NOW, NOW + HOUR, True),
    ("published at the restore", NOW, NOW, NOW + HOUR, True),
    ("published after it", NOW + MINUTE, NOW, NOW + HOUR, False),
    ("without a date", None, NOW, NOW + HOUR, True),
    ("judged at the restore", None, NOW, NOW, True),
    ("judged before it, by another clock", None, NOW, NOW - MINUTE, False),
    ("a day after the start", None, NOW, NOW + 34 * HOUR, False),
    ("first started after ten hours", NOW - HOUR, NOW, NOW + 33 * HOUR, True),
    ("just within a day of the start", None, NOW, NOW + 34 * HOUR - MINUTE, True),
]


@pytest.mark.parametrize(
    ("published", "at", "now", "expected"), [each[1:] for each in REPEATS], ids=[each[0] for each in REPEATS]
)
def test_what_may_have_been_told_before_a_restore(
    published: datetime | None, at: datetime | None, now: datetime, expected: bool
) -> None:
    assert may_repeat(published, Restore(at, at + 10 * HOUR) if at else None, now) is expected


def test_before_the_first_start_the_day_has_not_begun() -> None:
    assert may_repeat(NOW - HOUR, Restore(NOW), NOW + 1000 * HOUR)


def test_the_first_start_since_a_restore_is_noted_once_and_what_is_over_its_age_is_tried_anew(
    state: Path, tmp_path: Path
) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    restored(made, state, NOW + 100 * HOUR)
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        waiting = connection.execute(text("SELECT count(*) FROM deliveries WHERE state IN ('queued', 'unknown')"))
        number = waiting.scalar_one()
        connection.execute(text("UPDATE deliveries SET tried = due"))
        assert number
        assert note_start(connection, NOW + 200 * HOUR) == number
        assert {
            target for target in _waited_for(connection) if claims.spent(connection, target, NOW + 200 * HOUR)
        } == set()
        assert note_start(connection, NOW + 900 * HOUR) == 0  # not the first
        assert last_restore(connection) == Restore(NOW + 100 * HOUR, NOW + 200 * HOUR)
        note_restored(connection, NOW + 950 * HOUR)
        assert last_restore(connection) == Restore(NOW + 950 * HOUR)
    database.close()


def _waited_for(connection: Connection) -> set[str]:
    return set(connection.scalars(text("SELECT target FROM deliveries")))


# -- the daemon's own ----------------------------------------------------------------------------------------------


def test_the_daemons_own_backups_are_made_in_time_and_told_when_they_fail(state: Path, tmp_path: Path) -> None:
    told: list[str] = []
    heard = threading.Condition()
    settings = BackupSettings(timedelta(days=1), 2, tmp_path / "file")
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")

    def tell(title: str, body: str) -> None:
        with heard:
            told.append(f"{title}: {body}")
            heard.notify_all()

    running = Backups(state, lambda: settings, tell, first=0, look=0.02, again=0.05)
    running.start()
    try:
        with heard:
            assert heard.wait_for(lambda: told, PATIENCE)
        assert "no backup could be made" in told[0]
        assert f"{tmp_path / 'file'} cannot be used for backups" in told[0]
        (tmp_path / "file").unlink()
        with heard:
            assert heard.wait_for(lambda: len(told) > 1, 10)
        assert told[1:] == [f"backups are made again: The newest is {backups_in(tmp_path / 'file')[0].path}"]
    finally:
        running.close()
    assert len(backups_in(tmp_path / "file")) == 1  # the next is due tomorrow


def test_a_restore_cut_after_the_wal_was_moved_is_refused(state: Path, tmp_path: Path) -> None:
    made = make_backup(state, tmp_path / "copies", NOW)
    dead = tmp_path / "dead"
    dead.mkdir(mode=0o700)
    lived = Database.at(state / DATABASE)
    for _ in range(5):  # the store has lived on since the backup, so it would meet the stamp of what is restored
        with lived.write() as connection:
            write_stamp(state, sign_life(connection, NOW))
    lived.close()
    with closing(sqlite3.connect(state / DATABASE)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the last life sign is in the file itself
        raw.execute("INSERT INTO marks (name, value) VALUES ('probe', 'late')")
        raw.commit()
        for name in (DATABASE, f"{DATABASE}-wal", "store.stamp"):  # as a kill leaves them
            shutil.copy(state / name, dead / name)
    proven = prove(made.path, dead, NOW)
    proven.part.unlink()  # what ends the restore between the two moves
    with pytest.raises(StoreError, match="was not put in place"):
        put_in_place(proven, dead, NOW)
    database = Database.at(dead / DATABASE)
    with database.read() as connection, pytest.raises(StoreError, match="holds less than it did"):
        need_same(connection, dead)
    database.close()
    restored(made, dead, NOW + MINUTE)  # a second restore mends it
    with Database.at(dead / DATABASE).read() as connection:
        need_same(connection, dead)


# -- what monitoring sees of them --------------------------------------------------------------------------------------


def test_the_age_of_the_newest_backup_is_a_figure(state: Path) -> None:
    rules = state.parent / "rules.yaml"
    rules.write_text(WATCHED.format(every="1d"))
    config = load(rules, environ={})
    assert backups_of(config, state, NOW)["watchfloor_backup_age_seconds"] == {(): math.inf}
    make_backup(state, state / "backups", NOW)
    found = backups_of(config, state, NOW + HOUR)
    assert found == {"watchfloor_backup_age_seconds": {(): 3600}, "watchfloor_backup_every_seconds": {(): 86400}}
    rules.write_text(WATCHED.format(every="0"))
    assert backups_of(load(rules, environ={}), state, NOW) == {}


WATCHED = """version: 1
settings: {{backup: {{every: {every}}}}}
sources: [{{id: a, name: A, url: "https://a.example/feed", lang: en}}]
receivers: {{console: {{urls: ["console://"]}}}}
rules: [{{id: r, title: R, match: militia, severity: priority, notify: [console]}}]
"""


def test_rules_that_cannot_be_read_are_named_where_their_folder_would_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings_of(tmp_path / "rules.yaml") == BackupSettings()
    assert capsys.readouterr().err == ""
    (tmp_path / "rules.yaml").write_text("settings: [", encoding="utf-8")
    assert settings_of(tmp_path / "rules.yaml") == BackupSettings()
    assert "cannot be used (watchfloor check): settings.backup is not known" in capsys.readouterr().err
