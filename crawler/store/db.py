"""Database connections, the writer thread and migrations. One thread owns the only writing connection.

What the two databases need of their own is in sqlite.py and postgres.py. Writes that wait are committed together: each
has its own savepoint, one fsync makes all of them durable, and only then do their callers continue.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Text, TypeDecorator, inspect, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from crawler.store import sqlite
from crawler.store.errors import StoreBusy, StoreError
from crawler.store.versions import known_versions, version_in

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], T]
DATABASE = "watchfloor.db"  # in the state directory
READ_ONLY = "25006"  # SQLSTATE of a PostgreSQL that takes no writes: a standby, after a failover to the wrong side
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

    `url` is a SQLAlchemy URL, such as `sqlite:///var/watchfloor.db` or `postgresql://user@host/name`.
    Raises StoreError where it is none, or of another database.
    """

    def __init__(self, url: str) -> None:
        self.url = _url_of(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.memory = self.sqlite and self.url.database in {None, "", ":memory:"}
        self._dialect = _dialect(self.sqlite)
        self.writing: Engine = self._dialect.writing_engine(self.url)
        # a database in memory exists in its one connection only
        self.reading: Engine = self.writing if self.memory else self._dialect.reading_engine(self.url)

    @classmethod
    def at(cls, path: Path) -> Database:
        """Return the store in the SQLite file at `path`. Nothing is opened yet; `migrate` creates a missing file."""
        return cls(f"sqlite:///{path}")

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
                        f"{self.name}: made by an older Watchfloor (schema {found or 'of no version'}, needed "
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
        return sqlite.faults(self.read, table) if self.sqlite else []

    def missing_pages(self) -> int:
        """Return how many pages a SQLite file lacks at its end, else 0. Raises DatabaseError and OSError."""
        return sqlite.missing_pages(self.read, Path(self.url.database or "")) if self.sqlite else 0

    def hold(self, connection: Connection) -> None:
        """Keep a store in PostgreSQL for as long as this writing connection is open, though nothing is written."""
        self._dialect.hold_on(connection)

    @property
    def name(self) -> str:
        """What messages call it: the path of the file, or the URL without user, password and options."""
        return str(self.url.database) if self.sqlite else named(self.url)

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
        return sqlite.orphans(self.read) if self.sqlite else []

    def _known_version(self, connection: Connection, package: str) -> tuple[str, str]:
        """Return the version of a package's tables in the store ("" if it has none) and the newest that we know.

        Raise StoreError if the version in the store is not one of ours.
        """
        known, found = known_versions(package), version_in(connection, package)
        newest = known[-1]
        if found and found not in known:
            raise StoreError(
                f"{self.name}: made by another Watchfloor (schema {found}, known here up to {newest}); run "
                "that one, restore a backup, or move the file away to begin anew"
            )
        return found, newest

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if not self._dialect.is_damage(error):
                raise StoreBusy(f"{self.name}: cannot be used now: {error.orig}") from error
            remedy = (
                "Put the last backup in its place (watchfloor restore); it keeps the broken file beside it, for "
                "whoever may save what it holds"
            )
            server = "Restore that database as its server's documents say, from its last dump or base backup"
            raise StoreError(
                f"{self.name}: cannot be read as our store: {error.orig}. {remedy if self.sqlite else server}"
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self.writing.dispose()
        self.reading.dispose()


def _checkpoint(_: Connection) -> None:
    """Stand for a checkpoint among the works of the lane."""


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
                # past SQLAlchemy, which would begin a transaction
                sqlite.checkpoint(connection.connection.dbapi_connection)
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
                        if connection.invalidated or not _in_transaction(connection):
                            # a full disk or an I/O error undoes the whole batch (lang_transaction.html, 3.1), and what
                            # came after it would be committed at once, by itself; so does a connection that was cut
                            raise _first_cause(error) from error
                        future.set_exception(error)  # the caller's own failure, handed to the caller
                        refused = error if _is_refusal(error) else refused
                wrote = self._wrote(connection, before)
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

    def _wrote(self, connection: Connection, before: int | None) -> bool:
        if before is not None:
            return _changes(connection) != before
        # asked only while it matters
        return self.refused_since is None or _dialect(self._database.sqlite).has_written(connection)

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


def _dialect(sqlite_file: bool) -> Any:
    """Return the module of a database: of PostgreSQL only where it is used, as its driver is an extra to install."""
    if sqlite_file:
        return sqlite
    try:
        return import_module("crawler.store.postgres")
    except ImportError as error:
        raise StoreError(
            f"a store in PostgreSQL needs its driver, which cannot be loaded ({error}): pip install "
            "'watchfloor[postgres]'"
        ) from error


def _url_of(given: str) -> URL:
    """Return a URL of a database that a store can be in. Raises StoreError."""
    try:
        url = make_url(given)
    except ArgumentError:
        raise StoreError("no URL of a store: write it as postgresql://user@host/name") from None  # it may hold a secret
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError(
            f"{named(url)}: a store is a file of SQLite or a database of PostgreSQL (postgresql://host/name)"
        )
    return url


def named(url: URL) -> str:
    """Return a URL without user, password and options."""
    host = url.host or url.query.get("host", "")
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{host}{port}/{url.database or ''}"


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
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return True
    return getattr(getattr(error, "orig", None), "sqlstate", None) == READ_ONLY
