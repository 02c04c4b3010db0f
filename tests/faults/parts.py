"""Parts of a desk on PostgreSQL are lost: a daemon, the line to the database, the server, the disk of the server.

Each must be named in the log, by `status` and in a notice to the admin, and heal by itself.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeAlias

from tests.faults.cluster import USER, Cluster
from tests.faults.fault import Counts, Fault, Row
from tests.faults.floor import Floor
from tests.faults.proxy import Proxy

Do: TypeAlias = Callable[[Floor], object]
NAMED = re.compile(r" (WARNING|ERROR) .*(commit failed|store|database|connection|server closed)")
LASTING = 50.0  # seconds from which a fault must be told: the daemon waits for 30 before it says so
TABLESPACE = "32m"
SETTLES = 300.0


def on_postgres(floor: Floor) -> None:
    """Put the store into a cluster of its own, behind a line that can be cut."""
    floor.cluster = Cluster.made()
    floor.cluster.database()
    floor.line = Proxy(floor.cluster.port)
    floor.desk.store = floor.cluster.url(port=floor.line.port)


def off_postgres(floor: Floor) -> None:
    """Remove the cluster."""
    for each in (floor.line, floor.cluster):
        if each:
            each.close()


def lost(
    name: str, strike: Do, heal: Do, *, prepare: Do = on_postgres, clean: Do = off_postgres, must_tell: bool = True
) -> Fault:
    """Return the fault that a part is gone from `strike` to `heal`, with one daemon."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        with floor.load(0.5):
            time.sleep(3)
            began = time.monotonic()
            strike(floor)
            _see(floor, row, began, counts.lasts, must_tell=must_tell and counts.lasts >= LASTING)
            time.sleep(max(0.0, began + counts.lasts - time.monotonic()))
            healed = time.monotonic()
            heal(floor)
            _heals(floor, row, healed)

    return Fault(name, work, lambda floor: _ignore(prepare(floor)), lambda floor: _ignore(clean(floor)), SETTLES)


def lost_daemon(name: str, strike: Do, heal: Do) -> Fault:
    """Return the fault that one of two daemons is gone from `strike` to `heal`: the other one must go on."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        floor.start_other()
        with floor.load(0.5):
            time.sleep(20)  # until both have what they hold
            began = time.monotonic()
            strike(floor)
            floor.publish(tell=True)
            goes_on = _next_news(floor, began, counts.lasts + 60, supervised=False)
            time.sleep(max(0.0, began + counts.lasts - time.monotonic()))
            healed = time.monotonic()
            heal(floor)
            _heals(floor, row, healed)
        row.note = f"news again after {goes_on:.1f} s; {row.note}"

    return Fault(name, work, on_postgres, off_postgres, SETTLES)


def _ignore(_: object) -> None:
    pass


def _see(floor: Floor, row: Row, began: float, seconds: float, *, must_tell: bool) -> None:
    """Note when log, `status` and a notice first named the fault, within so many seconds."""
    assert floor.running
    read, seen, asked = len(floor.running.log), dict.fromkeys(("log", "status", "notice"), 0.0), 0.0
    words = ""
    while (now := time.monotonic()) < began + seconds and not all(seen.values()):
        if not seen["log"] and any(NAMED.search(each) for each in floor.running.log[read:]):
            seen["log"] = now - began
        if not seen["notice"] and (notice := floor.journal.notice_since(began)):
            seen["notice"] = notice.at - began
            words = notice.title.removeprefix("WATCHFLOOR ")
        if not seen["status"] and now - asked > 5:
            asked = now
            seen["status"] = time.monotonic() - began if floor.status() else 0.0
        time.sleep(0.1)
    found = {name: at for name, at in seen.items() if at}
    if found:
        first = min(found, key=lambda name: found[name])
        row.told = (found[first], first)
    row.note = ", ".join(f"{name} {at:.1f} s" for name, at in found.items()) + (f' "{words}"' if words else "")
    row.must_tell = must_tell
    if must_tell and len(found) < len(seen):
        row.faults.append(f"not named by {', '.join(sorted(set(seen) - set(found)))}")


def _heals(floor: Floor, row: Row, since: float) -> None:
    """Publish something, and note after how long news came again; start again what the supervisor would."""
    floor.publish(tell=True)
    gap = _next_news(floor, since, 120.0)
    row.note += f"; news {gap:.1f} s after it was healed"
    if floor.exits:
        row.note += f"; exits {floor.exits}"


def _next_news(floor: Floor, since: float, seconds: float, *, supervised: bool = True) -> float:
    while time.monotonic() < since + seconds:
        if supervised:
            floor.supervise()
        for each in list(floor.journal.copies):
            if each.at > since and not each.notice:
                return each.at - since
        time.sleep(0.1)
    return seconds


# -- what is lost ------------------------------------------------------------------------------------------------------


def _cluster(floor: Floor) -> Cluster:
    assert floor.cluster
    return floor.cluster


def _line(floor: Floor) -> Proxy:
    assert floor.line
    return floor.line


def _restart(floor: Floor) -> None:
    _cluster(floor).stop("fast")
    _cluster(floor).start()


def _crash(floor: Floor) -> None:
    _cluster(floor).stop("immediate")
    _cluster(floor).start()


def with_standby(floor: Floor) -> None:
    """Let a replica follow, without which nothing is committed, and name both in the URL."""
    floor.cluster = Cluster.made(settings="wal_level = replica\n")
    floor.cluster.database()
    floor.standby = floor.cluster.standby()
    floor.cluster.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
    floor.cluster.ask("SELECT pg_reload_conf()")
    hosts = "&".join(f"host=127.0.0.1:{each.port}" for each in (floor.cluster, floor.standby))
    floor.desk.store = f"postgresql://postgres@/desk?{hosts}&target_session_attrs=read-write"


def _without_standby(floor: Floor) -> None:
    off_postgres(floor)
    if floor.standby:
        floor.standby.close()


def _promote(floor: Floor) -> None:
    assert floor.standby
    floor.standby.promote()
    floor.standby.ask("ALTER SYSTEM RESET synchronous_standby_names")  # nobody follows the new one yet
    floor.standby.ask("SELECT pg_reload_conf()")


def on_small_disk(floor: Floor) -> None:
    """Put the database on a file system in memory that is soon full; the server's log of writes is elsewhere."""
    floor.disk = Path(mkdtemp(prefix="wf-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TABLESPACE},mode=0777", "tmpfs", str(floor.disk)], check=True)
    folder = floor.disk / "space"
    folder.mkdir(mode=0o700)
    if USER:
        shutil.chown(folder, USER)
    floor.cluster = Cluster.made()
    floor.cluster.ask(f"CREATE TABLESPACE small LOCATION '{folder}'")
    floor.cluster.ask("CREATE DATABASE desk TEMPLATE template0 TABLESPACE small")
    floor.desk.store = floor.cluster.url()


def _off_small_disk(floor: Floor) -> None:
    off_postgres(floor)
    if floor.disk:
        subprocess.run(["umount", "-l", str(floor.disk)], check=False, capture_output=True)
        shutil.rmtree(floor.disk, ignore_errors=True)


def _fill(floor: Floor) -> None:
    assert floor.disk
    with suppress(OSError), (floor.disk / "ballast").open("wb") as handle:
        while True:
            handle.write(b"x" * 4096)
            handle.flush()


def _free(floor: Floor) -> None:
    assert floor.disk
    (floor.disk / "ballast").unlink()


FAULTS = (
    lost_daemon("PostgreSQL: one of two daemons killed", lambda floor: floor.kill(), lambda floor: floor.start()),
    lost_daemon(
        "PostgreSQL: one of two daemons stopped",
        lambda floor: floor.send(signal.SIGSTOP),
        lambda floor: floor.send(signal.SIGCONT),
    ),
    lost_daemon("PostgreSQL: one of two cut off", lambda f: _line(f).cut(), lambda f: _line(f).heal()),
    lost_daemon("PostgreSQL: the line of one of two hangs", lambda f: _line(f).hang(), lambda f: _line(f).heal()),
    lost("PostgreSQL: cut off", lambda f: _line(f).cut(), lambda f: _line(f).heal()),
    lost("PostgreSQL: the line hangs", lambda f: _line(f).hang(), lambda f: _line(f).heal()),
    lost("PostgreSQL: restarted", _restart, lambda _: None, must_tell=False),
    lost("PostgreSQL: crashed and restarted", _crash, lambda _: None, must_tell=False),
    lost("PostgreSQL: down", lambda f: _cluster(f).stop(), lambda f: _cluster(f).start()),
    lost(
        "PostgreSQL: failed over",
        lambda f: _cluster(f).stop("immediate"),
        _promote,
        prepare=with_standby,
        clean=_without_standby,
    ),
    lost("PostgreSQL: disk full", _fill, _free, prepare=on_small_disk, clean=_off_small_disk),
)
