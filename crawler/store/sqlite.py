"""A SQLite URL goes in; the engine that writes and the one that reads come out, and what is damaged in the file.

WAL, synchronous=FULL, no mmap, and BEGIN IMMEDIATE for whatever writes.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool, StaticPool

_WAL_HEADER, _FRAME_HEADER = 32, 24  # bytes: https://www.sqlite.org/fileformat2.html, 4.1
BUSY_TIMEOUT_MS = 10_000  # for another process with the lock: a command, a backup
Read = Callable[[], AbstractContextManager[Connection]]


def writing_engine(url: URL) -> Engine:
    """Return an engine of one connection, whose transactions have the lock from their beginning."""
    # isolation_level None: the sqlite3 module would else begin transactions of its own, and deferred ones
    engine = create_engine(
        url, poolclass=StaticPool, connect_args={"check_same_thread": False, "isolation_level": None}
    )
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reading_engine(url: URL) -> Engine:
    """Return an engine whose connections cannot write."""
    path = Path(url.database or "").absolute()
    # as_uri() also encodes a ? or # in the path, which would else end it. No pool:
    # readers are in many threads, and each closes its connection when it is done
    engine = create_engine(
        f"sqlite:///file:{path.as_uri().removeprefix('file://')}?mode=ro&uri=true",
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", _begin_reading)
    return engine


def _prepare_writer(connection: Any, _: object) -> None:
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "auto_vacuum=INCREMENTAL",  # of a store that begins now: free pages can be given back (decision 144)
        "journal_mode=WAL",  # readers do not wait for the writer, nor it for them
        "synchronous=FULL",  # an fsync for each commit: what was committed survives a power failure
        "mmap_size=0",  # a read error on a mapped file is a SIGBUS, which ends the process
        "foreign_keys=ON",  # off by default, for each connection anew
        "cache_size=-4000",  # kilobytes: the pages that a poll of 20 articles changes go to the WAL once, at its commit
        "wal_autocheckpoint=1000",  # pages: SQLite's own default, stated because it bounds the WAL file
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, _: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Connection) -> None:
    # a deferred transaction that reads first and then writes fails at once, without the busy timeout, if another
    # process wrote in between
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    # the sqlite3 module begins no transaction for a SELECT: each would see a moment of its own, and an alert that is
    # committed between two of them would look lost
    connection.exec_driver_sql("BEGIN")


def faults(read: Read, table: str = "") -> list[str]:
    """Return what is damaged: of the whole file quickly (indexes are not compared), or of one table thoroughly.

    Raises DatabaseError where it could not be read for a passing reason.
    """
    pragma = f'PRAGMA integrity_check("{table}")' if table else "PRAGMA quick_check(5)"
    try:
        with read() as connection:
            found = [str(each) for each in connection.exec_driver_sql(pragma).scalars()]
    except DatabaseError as error:
        if not is_damage(error):
            raise
        return [str(error.orig)]
    return [] if found == ["ok"] else found


def missing_pages(read: Read, path: Path) -> int:
    """Return how many pages the file lacks at its end by its own count, for the price of one statement.

    What waits in the WAL may be missing rightly: so many are taken for there. The file is asked for its size and never
    opened here: closing it would drop the locks that this process holds on it (https://www.sqlite.org/howtocorrupt.html,
    2.2). Raises DatabaseError where it could not be read, OSError where it is gone.
    """
    with read() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        page = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    # after the count: a checkpoint under way only adds to the file, and the WAL never shrinks while it is in use
    there = path.stat().st_size // page
    wal = path.with_name(f"{path.name}-wal")
    waiting = (wal.stat().st_size - _WAL_HEADER) // (_FRAME_HEADER + page) if wal.exists() else 0
    return max(0, pages - there - max(0, waiting))


def orphans(read: Read) -> list[tuple[str, str, int]]:
    """Return the tables with rows that refer to rows that are not there: their names, that of the other, how many."""
    with read() as connection:
        rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [(table, parent, n) for (table, parent), n in Counter((row[0], row[2]) for row in rows).items()]


def checkpoint(connection: Any) -> None:
    """Write what is in the WAL into the database file."""
    connection.execute("PRAGMA wal_checkpoint(FULL)").close()


def is_damage(error: DatabaseError) -> bool:
    """Return whether an error says that the file is damaged or no store of ours, and not that it cannot be had now."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # extended codes have more bits
    passing = {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
    }
    return code not in passing
