"""Database connections, the writer thread and migrations. One thread owns the only writing connection.

SQLite runs with WAL, synchronous=FULL, no mmap and BEGIN IMMEDIATE; a `postgresql+...://` URL is used as it is. Writes
that wait are committed together: each has its own savepoint, one fsync makes all of them durable, and only then do
their callers continue.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Text, TypeDecorator, create_engine, event, inspect, make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool, StaticPool

from crawler.store.errors import StoreBusy, StoreError
from crawler.store.versions import known_versions, version_in

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], T]
DATABASE = "watchfloor.db"  # in the state directory
BUSY_TIMEOUT_MS = 10_000  # for another process with the lock: a command, a backup
MOST_TOGETHER = 256  # writes in one commit: under steady load the first one must not wait for ever


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time as ISO 8601 text of fixed width, which sorts and compares correctly in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: object) -> str | None:
        return None if value is None else _written(value)

    def process_result_value(self, value: str | None, _: object) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


@lru_cache(maxsize=256)  # the rows of one commit bear the same few times
def _written(value: datetime) -> str:
    # microseconds always, also 000000, which isoformat() leaves out: times of unequal width would not sort
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


class Database:
    """A store: its URL, the engine that writes and the engine that only reads.

    `url` is a SQLAlchemy URL, such as `sqlite:///var/watchfloor.db`.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.memory = self.sqlite and self.url.database in {None, "", ":memory:"}
        self.writing = self._writing_engine()
        # a database in memory exists in its one connection only
        self.reading = self.writing if self.memory or not self.sqlite else self._reading_engine()

    @classmethod
    def at(cls, path: Path) -> Database:
        """Return the store in the SQLite file at `path`. Nothing is opened yet; `migrate` creates a missing file."""
        return cls(f"sqlite:///{path}")

    def _writing_engine(self) -> Engine:
        if not self.sqlite:
            return create_engine(self.url)
        # isolation_level None: the sqlite3 module would else begin transactions of its own, and deferred ones
        engine = create_engine(
            self.url, poolclass=StaticPool, connect_args={"check_same_thread": False, "isolation_level": None}
        )
        event.listen(engine, "connect", _prepare_writer)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def _reading_engine(self) -> Engine:
        path = Path(self.url.database or "").absolute()
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

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection for reading, until the context ends; all it reads is of the moment of its first query."""
        with self.reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open the writing connection in one transaction: committed at the end of the context, rolled back on errors.

        While the writer thread runs, only that thread may call this.
        """
        with self.writing.begin() as connection:
            yield connection

    def migrate(self, *packages: str, judge: Callable[[Connection], None] = lambda _: None) -> None:
        """Bring the tables of each package to its newest version.

        Raise StoreError, and change nothing, where the version of one of them is newer than this program or unknown, or
        where `judge`, which is shown the store as it is, raises one.
        """
        with self._store_errors():
            # all are judged before any is touched: half a migrated store would fit no program
            with self.writing.connect() as connection:
                versions = {package: self._known_version(connection, package) for package in packages}
                judge(connection)
            for package in [each for each, (found, newest) in versions.items() if found != newest]:
                # a tenth of a second and 10 MB, for a store that is new or of an older version
                from crawler.store.migrating import upgrade  # noqa: PLC0415

                with self.writing.connect() as connection:
                    upgrade(connection, package)

    def check(self, *packages: str) -> None:
        """Raise StoreError unless the tables of each package are of the version that this program reads and writes."""
        with self._store_errors(), self.reading.connect() as connection:
            # all are looked at before the first is judged: a newer one is no case for an update
            for found, newest in [self._known_version(connection, package) for package in packages]:
                if found != newest:
                    raise StoreError(
                        f"{self.url.database}: made by an older Watchfloor (schema {found or 'of no version'}, needed "
                        f"is {newest}); watchfloor run brings it up to date"
                    )

    def versions(self, *packages: str) -> dict[str, str]:
        """Return the version of each package's tables, "" for none. Raise StoreError for one that is unknown here."""
        with self._store_errors(), self.reading.connect() as connection:
            return {package: self._known_version(connection, package)[0] for package in packages}

    def faults(self, table: str = "") -> list[str]:
        """Return what is damaged: of the whole file quickly (indexes are not compared), or of one table thoroughly.

        It reads every page it checks, so it takes seconds for each gigabyte. [] for other databases than SQLite. Raises
        DatabaseError where it could not be read for a passing reason.
        """
        if not self.sqlite:
            return []
        pragma = f'PRAGMA integrity_check("{table}")' if table else "PRAGMA quick_check(5)"
        try:
            with self.read() as connection:
                found = [str(each) for each in connection.exec_driver_sql(pragma).scalars()]
        except DatabaseError as error:
            if not _is_damage(error):
                raise
            return [str(error.orig)]
        return [] if found == ["ok"] else found

    @property
    def bytes(self) -> int:
        """The size of the file, 0 where the database is none."""
        try:
            return Path(self.url.database or "").stat().st_size if self.sqlite else 0
        except OSError:
            return 0

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        with self.read() as connection:
            return inspect(connection).get_table_names()

    def orphans(self) -> list[tuple[str, str, int]]:
        """Return the tables with rows that refer to rows that are not there: their names, that of the other, how many.

        [] for other databases than SQLite, which let no such row be.
        """
        if not self.sqlite:
            return []
        with self.read() as connection:
            rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [(table, parent, n) for (table, parent), n in Counter((row[0], row[2]) for row in rows).items()]

    def _known_version(self, connection: Connection, package: str) -> tuple[str, str]:
        """Return the version of a package's tables in the store ("" if it has none) and the newest that we know.

        Raise StoreError if the version in the store is not one of ours.
        """
        known, found = known_versions(package), version_in(connection, package)
        newest = known[-1]
        if found and found not in known:
            raise StoreError(
                f"{self.url.database}: made by another Watchfloor (schema {found}, known here up to {newest}); run "
                "that one, restore a backup, or move the file away to begin anew"
            )
        return found, newest

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if not _is_damage(error):
                raise StoreBusy(f"{self.url.database}: cannot be used now: {error.orig}") from error
            raise StoreError(
                f"{self.url.database}: cannot be read as our store: {error.orig}. Put the last backup in its place "
                "(watchfloor restore); it keeps the broken file beside it, for whoever may save what it holds"
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self.writing.dispose()
        self.reading.dispose()


def _prepare_writer(connection: Any, _: object) -> None:
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "auto_vacuum=INCREMENTAL",  # of a store that begins now: free pages can be given back (decision 144)
        "journal_mode=WAL",  # readers do not wait for the writer, nor it for them
        "synchronous=FULL",  # an fsync for each commit: what was committed survives a power failure
        "mmap_size=0",  # a read error on a mapped file is a SIGBUS, which ends the process
        "foreign_keys=ON",  # off by default, for each connection anew
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


class WriterLane:
    """The writer thread: `await lane.write(work)` returns once the work is durable (decision 2).

    Works that wait are committed together. If one of them raises, only its own changes are rolled back. If the commit
    fails, all of them fail and nothing is stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self.answered = time.monotonic()  # when the last write ended, well or not
        self.refused_since: float | None = None  # the first of the writes that the store refused, while it refuses them
        self.refusal = ""  # its error
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T]) -> T:
        """Run `work(connection)` in the writer thread, wait for the commit, and return its result or raise its error.

        A caller that is cancelled does not stop a work that has begun.
        """
        return await asyncio.wrap_future(self.put(work))

    def put(self, work: Work[T]) -> Future[T]:
        """Queue a work and return its future: for threads that are not the event loop's."""
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def checkpoint(self) -> Future[None]:
        """Write what is in the WAL into the database file, between two commits; return when it is done as a future."""
        return self.put(_checkpoint)

    @property
    def waiting(self) -> int:
        """The number of writes that wait."""
        return self._queue.qsize()

    @property
    def runs(self) -> bool:
        """Whether the writer thread is alive."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Finish the queued work, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            if first[0] is _checkpoint:
                self._checkpoint(first[1])
                continue
            batch = [first]
            last = self._gather(batch)
            self._commit(batch)
            if last:
                return

    def _gather(self, batch: list[tuple[Work[Any], Future[Any]]]) -> bool:
        """Add queued work to the batch, up to MOST_TOGETHER; return whether the lane is being closed."""
        while len(batch) < MOST_TOGETHER:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return False
            if item is None:
                return True
            if item[0] is _checkpoint:  # not within a transaction
                self._queue.put(item)
                return False
            batch.append(item)
        return False

    def _checkpoint(self, future: Future[Any]) -> None:
        try:
            with self._database.writing.connect() as connection:
                _checkpoint(connection.connection.dbapi_connection)  # past SQLAlchemy, which would begin a transaction
        except Exception as error:  # noqa: BLE001 - handed to who waits for it
            future.set_exception(error)
        else:
            future.set_result(None)

    def _commit(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        refused: Exception | None = None
        wrote = False
        try:
            with self._database.write() as connection:
                before = _changes(connection)
                for work, future in batch:
                    if not future.set_running_or_notify_cancel():
                        continue  # its caller was cancelled; from here on the future cannot be
                    try:
                        # a savepoint of its own, so that one failing work does not undo the others of the batch
                        with connection.begin_nested():
                            done.append((future, work(connection)))
                    except Exception as error:
                        if self._database.sqlite and not _in_transaction(connection):
                            # a full disk or an I/O error undoes the whole batch (lang_transaction.html, 3.1), and what
                            # came after it would be committed at once, by itself
                            raise _first_cause(error) from error
                        future.set_exception(error)  # the caller's own failure, handed to the caller
                        refused = error if _is_refusal(error) else refused
                wrote = before is None or _changes(connection) != before
        except Exception as error:  # noqa: BLE001 - BEGIN or COMMIT failed: every caller must learn it
            log.error("commit failed: %s", getattr(error, "orig", None) or error)
            self._note(error)
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        self._note(refused, wrote=wrote)
        # only after the commit: a caller that goes on must find its work durable
        for future, result in done:
            future.set_result(result)

    def _note(self, refused: Exception | None, *, wrote: bool = False) -> None:
        """Note that the store answered, and whether it refused: the disk is full, the file is locked or broken.

        What changed nothing was no write: it succeeds on a full disk as well, and says nothing of the store.
        """
        self.answered = time.monotonic()
        if refused is None:
            if wrote:
                self.refused_since, self.refusal = None, ""
        else:
            self.refused_since = self.refused_since or self.answered
            self.refusal = str(getattr(refused, "orig", None) or refused)


def _checkpoint(connection: Any) -> None:
    connection.execute("PRAGMA wal_checkpoint(FULL)").close()


def _changes(connection: Connection) -> int | None:
    """Return how many rows a connection has changed since it was opened; None where its database does not say."""
    changes: int | None = getattr(connection.connection.dbapi_connection, "total_changes", None)
    return changes


def _in_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


def _first_cause(error: Exception) -> Exception:
    """Return what the store said first, and not that the savepoint to go back to is gone with its transaction."""
    first, each = error, error.__context__
    while each is not None:
        first = each if isinstance(each, DatabaseError) else first
        each = each.__context__
    return first


def _is_refusal(error: Exception) -> bool:
    """Return whether an error is the store's and not of what was asked of it."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def _is_damage(error: DatabaseError) -> bool:
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
