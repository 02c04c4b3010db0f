"""A state directory goes in; what is to be said of its store comes out: file, stamp, schema, damage, books, size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from alerts.decide.finding import Finding, fault, ok, warning
from alerts.decide.growth import Growth, growth
from alerts.run.integrity import last_check
from alerts.run.stored import ledger_of
from alerts.store.opening import PACKAGES
from alerts.store.stamp import need_file, need_same
from crawler.config.settings import Retention
from crawler.sources.health import length
from crawler.store import sizes
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreBusy, StoreError

READ_THROUGH = 128 << 20  # bytes: a larger store is read through by the daemon, or with --thorough
CHECKED_WITHIN = timedelta(hours=26)
SOON, AT_LAST = timedelta(days=30), timedelta(days=7)  # until the disk is full
BUSY = "end what has it locked (fuser on the file), or make room on its disk"
UNREACHED = "see that the server runs and takes this user (psql with the URL of settings.store)"
RESTORE_DUMP = "restore the last pg_dump or base backup of that database, with the daemon stopped"
DUMPS = (
    "made by its server and not by watchfloor: pg_dump, or base backups with the write-ahead log; nothing is checked"
)
RESTORE = "watchfloor restore the newest backup (watchfloor doctor names it), with the daemon stopped"


def check_store(database: Database, state_dir: Path, now: datetime, *, thorough: bool) -> Iterator[Finding]:
    """Yield whether the store is there, ours and whole."""
    try:
        if database.sqlite:
            need_file(state_dir)
        if database.sqlite and not (state_dir / DATABASE).exists():
            yield fault("store", f"there is none in {state_dir}", "start the watch: it begins one")
            return
        database.check(*PACKAGES)
        schema = ", ".join(database.versions(*PACKAGES).values())
        with database.read() as connection:
            need_same(connection, state_dir, database.name)
    except StoreBusy as error:
        yield fault("store", str(error), BUSY if database.sqlite else UNREACHED)
        return
    except StoreError as error:
        yield fault("store", str(error), RESTORE if database.sqlite else RESTORE_DUMP)
        return
    yield ok("store", f"schema {schema}, the one of its stamp{'' if database.sqlite else f', {database.name}'}")
    if database.sqlite and not thorough:  # then alerts/run/checks_thorough.py reads more than this
        yield _integrity(database, state_dir, now)


def _integrity(database: Database, state_dir: Path, now: datetime) -> Finding:
    name, last = "integrity", last_check(state_dir)
    if last and last.faults:
        return fault(name, f"damaged: {'; '.join(last.faults[:2])}", RESTORE)
    if (state_dir / DATABASE).stat().st_size <= READ_THROUGH:
        try:
            faults = database.faults()
        except DatabaseError as error:
            return fault(name, f"cannot be read now: {error.orig}", "end what has it locked, and look again")
        return fault(name, f"damaged: {'; '.join(faults[:2])}", RESTORE) if faults else ok(name, "read through, whole")
    if last is None or now - last.at > CHECKED_WITHIN:
        when = f"{length(now - last.at)} ago" if last else "never"
        return warning(name, f"last read through {when}", "watchfloor doctor --thorough, or let the daemon run")
    return ok(name, f"no damage found by the daemon, last look {length(now - last.at)} ago")


def check_dumps(database: Database) -> Iterator[Finding]:
    """Yield who makes the backups of a store that is no file."""
    yield ok("backup", f"those of {database.name} are {DUMPS}")


def check_books(connection: Connection) -> Iterator[Finding]:
    """Yield whether the books balance."""
    missing = {name: n for name, n in ledger_of(connection).remainders().items() if n}
    if missing:
        remedy = "keep the store as it is and report it: a message or an article was lost or counted twice"
        yield fault("ledger", f"unaccounted for: {missing}", remedy)
    else:
        yield ok("ledger", "the books balance")


def check_growth(found: Growth | None, retention: Retention) -> Iterator[Finding]:
    """Yield how the store grows, and when its disk is full by that."""
    if found is None:
        yield ok("growth", "not known yet: it is measured once an hour")
        return
    words = found.words()
    remedy = "keep less (settings.retention), or give the state directory a larger disk"
    if found.full_in is not None and found.full_in < AT_LAST:
        yield fault("growth", words, remedy)
    elif found.full_in is not None and found.full_in < SOON:
        yield warning("growth", words, remedy)
    elif found.used > retention.most_gb * 1e9:
        yield warning("growth", f"{words}; settings.retention.most_gb is {retention.most_gb:g}", remedy)
    else:
        yield ok("growth", words)


def growth_of(connection: Connection, now: datetime) -> Growth | None:
    """Return how the store grows by what was measured of it, None where nothing was."""
    return growth(sizes.samples(connection, now), now)
