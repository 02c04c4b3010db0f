"""The store refuses writes, is taken away under the daemon, or is not what it was at the start."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crawler.store.db import DATABASE
from tests.faults.fault import Counts, Fault, Row
from tests.faults.floor import Floor
from tests.faults.kills import injected

TMPFS = "24m"
REFUSED = 78
HELD = 5.0  # seconds in which a flipped bit should be noticed


def on_tmpfs(floor: Floor) -> None:
    """Put the state directory on a small file system in memory."""
    floor.state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS},mode=0700", "tmpfs", str(floor.state)], check=True)


def off_tmpfs(floor: Floor) -> None:
    """Take that file system away again."""
    subprocess.run(["umount", "-l", str(floor.state)], check=False, capture_output=True)
    shutil.rmtree(floor.place, ignore_errors=True)


def disk_full(floor: Floor, counts: Counts, row: Row) -> None:
    """Not a byte is left on the disk of the store, for a while."""
    ballast = floor.state / "ballast"
    with floor.load(0.5):
        began = time.monotonic()
        with suppress(OSError), ballast.open("wb") as handle:
            while True:
                handle.write(b"x" * 4096)
                handle.flush()
        _lasts(floor, counts, row, began, ballast.unlink)


def failing(call: str) -> Fault:
    """Return the fault that a system call of the daemon ends in EIO."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        with floor.load(0.5):
            began = time.monotonic()
            with injected(floor.pid, call, "error=EIO"):
                _lasts(floor, counts, row, began, lambda: None)

    return Fault(f"EIO in {call}", work, settles=200)


def locked(floor: Floor, counts: Counts, row: Row) -> None:
    """Another program has the lock of the database."""
    other = sqlite3.connect(floor.state / DATABASE, isolation_level=None)
    with floor.load(0.5):
        began = time.monotonic()
        other.execute("BEGIN IMMEDIATE")
        _lasts(floor, counts, row, began, lambda: other.execute("ROLLBACK"), counts.locked)
    other.close()


def _lasts(
    floor: Floor, counts: Counts, row: Row, began: float, heal: Callable[[], object], seconds: float = 0
) -> None:
    """Let a fault last, see that it is told, take it away."""
    seconds = seconds or counts.lasts
    row.must_tell = seconds >= 60
    row.told = floor.told(began, seconds)
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    heal()
    row.note = f"lasted {time.monotonic() - began:.0f} s"


def _backup(floor: Floor) -> Path:
    kept = floor.place / "backup.db"
    with sqlite3.connect(floor.state / DATABASE) as source, sqlite3.connect(kept) as target:
        source.backup(target)
    return kept


def wal_deleted(floor: Floor, counts: Counts, row: Row) -> None:
    """The -wal file is deleted under the running daemon."""
    row.must_tell = True
    with floor.load(0.5):
        time.sleep(3)
        began = time.monotonic()
        (floor.state / f"{DATABASE}-wal").unlink()
        row.told = floor.told(began, 60)
        floor.ended(30)
        floor.supervise()
        time.sleep(3)
        row.note = f"exits {floor.exits}, then {'runs' if floor.ended() is None else floor.ended()}"
        if floor.ended() is not None:
            floor.start("alerts", "run", "--accept-store")


def database_deleted(floor: Floor, counts: Counts, row: Row) -> None:
    """All files of the database are deleted under the running daemon; the operator puts a backup of before back."""
    row.must_tell = True
    floor.settle(60)
    kept = _backup(floor)
    began = time.monotonic()
    for each in floor.state.glob(f"{DATABASE}*"):
        each.unlink()
    row.told = floor.told(began, 60)
    first = floor.ended(30)
    floor.kill()
    floor.start(wait=False)
    row.note = f"exit {first}, at the next start {floor.ended(20)}"
    if floor.ended() != REFUSED:
        row.faults.append("started without its store")
    floor.kill()
    shutil.copy(kept, floor.state / DATABASE)
    floor.start("alerts", "run", "--accept-store")
    floor.publish(tell=True)


def _files(floor: Floor) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in floor.state.glob("*") if each.is_file()}


def _empty(store: Path) -> None:
    store.write_bytes(b"")
    _without_wal(store)


def _deleted(store: Path) -> None:
    store.unlink()
    _without_wal(store)


def _without_wal(store: Path) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{store}{end}").unlink(missing_ok=True)


def _garbage_wal(store: Path) -> None:
    wal = Path(f"{store}-wal")
    wal.write_bytes(os.urandom(max(4096, wal.stat().st_size)))


def _truncated(store: Path) -> None:
    _without_wal(store)
    os.truncate(store, store.stat().st_size // 2)


def _cut_to_a_page(store: Path) -> None:
    _without_wal(store)
    os.truncate(store, 4096)


def _garbage(store: Path) -> None:
    _without_wal(store)
    store.write_bytes(os.urandom(store.stat().st_size))


def _garbage_middle(store: Path) -> None:
    _without_wal(store)
    with store.open("r+b") as handle:
        handle.seek(store.stat().st_size // 2)
        handle.write(os.urandom(3 * 4096))


def broken_at_start(name: str, how: Callable[[Path], None]) -> Fault:
    """Return the fault that the store is broken while the daemon does not run; then it is put back as it was."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        row.must_tell = True
        for _ in range(6):
            floor.publish()
        floor.settle(60)
        floor.kill()
        kept = _files(floor)
        how(floor.state / DATABASE)
        began = time.monotonic()
        floor.start(wait=False)
        floor.ended(HELD)
        row.told = floor.told(began, 30.0)
        row.note = f"exit {floor.ended()}"
        floor.kill()
        for each in floor.state.glob("*"):
            if each.is_file():
                each.unlink()
        for file, body in kept.items():
            (floor.state / file).write_bytes(body)
        floor.publish(tell=True)
        floor.start()

    return Fault(f"{name} at the start", work)


def flips(floor: Floor, counts: Counts, row: Row) -> None:
    """One bit of the database is flipped while the daemon does not run, each time from the sound one."""
    for _ in range(30):
        floor.publish()
    floor.settle(60)
    floor.kill()
    with sqlite3.connect(floor.state / DATABASE) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    kept = _files(floor)
    outcomes = {"refused": 0, "told": 0, "sound to SQLite": 0, "unnoticed": 0}
    for n in range(counts.flips):
        body = bytearray(kept[DATABASE])
        body[floor.draw.randrange(len(body))] ^= 1 << floor.draw.randrange(8)
        (floor.state / DATABASE).write_bytes(body)
        with suppress(sqlite3.DatabaseError):
            sound = False
            with sqlite3.connect(f"file:{floor.state / DATABASE}?mode=ro", uri=True) as connection:
                sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.close()
        _without_wal(floor.state / DATABASE)
        (floor.state / "told.json").unlink(missing_ok=True)
        began = time.monotonic()
        floor.start(wait=False)
        told = None if sound else floor.told(began, HELD, status=False)
        code = floor.ended()
        floor.kill()
        found = "refused" if code == REFUSED else "told" if told else "sound to SQLite" if sound else "unnoticed"
        outcomes[found] += 1
        row.times = n + 1
        for each, kept_body in kept.items():
            (floor.state / each).write_bytes(kept_body)
        _without_wal(floor.state / DATABASE)
    row.note = ", ".join(f"{n} {name}" for name, n in outcomes.items())
    floor.start()


BROKEN = (
    ("database empty", _empty),
    ("database deleted", _deleted),
    ("WAL deleted", _without_wal),
    ("WAL garbage", _garbage_wal),
    ("database truncated", _truncated),
    ("database cut to a page", _cut_to_a_page),
    ("database garbage", _garbage),
    ("three pages garbage", _garbage_middle),
)
FAULTS = (
    Fault("disk full", disk_full, on_tmpfs, off_tmpfs, settles=200),
    failing("fdatasync"),
    failing("pwrite64"),
    Fault("database locked", locked, settles=200),
    Fault("WAL deleted while it runs", wal_deleted, settles=120),
    Fault("database deleted while it runs", database_deleted),
    *(broken_at_start(name, how) for name, how in BROKEN),
    Fault("one bit flipped", flips),
)
