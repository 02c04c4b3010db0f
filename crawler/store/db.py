"""A path or URL goes in, a store comes out: its connections, its version and its migration.

What the two databases need of their own is in sqlite.py and postgres.py. writer_lane.py has the thread that writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Text, TypeDecorator, inspect, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError

from crawler.store import sqlite
from crawler.store.errors import StoreBusy, StoreError, StoreHeld
from crawler.store.versions import known_versions, version_in

DATABASE = "watchfloor.db"  # in the state directory


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

    `url` is a SQLAlchemy URL, such as `sqlite:///var/watchfloor.db` or `postgresql://user@host/name`. A `shared` one in
    PostgreSQL is written to by several daemons, which hold it together. Raises StoreError where it is none, or of
    another database.
    """

    def __init__(self, url: str, *, shared: bool = False) -> None:
        self.url = _url_of(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.memory = self.sqlite and self.url.database in {None, "", ":memory:"}
        self._dialect = _dialect(self.sqlite)
        self.shared = shared and not self.sqlite
        self.writing: Engine = self._dialect.writing_engine(self.url, **({"shared": True} if self.shared else {}))
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
        with self.errors():
            # all are judged before any is touched: half a migrated store would fit no program
            with self.writing.connect() as connection:
                versions = {package: self._known_version(connection, package) for package in packages}
                judge(connection)
            for package in [each for each, (found, newest) in versions.items() if found != newest]:
                # a tenth of a second and 10 MB, for a store that is new or of an older version
                from crawler.store.migrating import upgrade  # noqa: PLC0415

                with self.writing.connect() as connection, self._alone(connection):
                    upgrade(connection, package)

    @contextmanager
    def _alone(self, connection: Connection) -> Iterator[None]:
        """Hold a shared store alone; where others have it too, leave it to them and raise StoreHeld."""
        if not self.shared:
            yield
            return
        try:
            with self._dialect.held_alone(connection):
                yield
        except (StoreHeld, DatabaseError):
            connection.invalidate()  # two that wait for each other would both wait for ever; or it was cut
            raise

    def check(self, *packages: str) -> None:
        """Raise StoreError unless the tables of each package are of the version that this program reads and writes."""
        with self.errors(), self.reading.connect() as connection:
            # all are looked at before the first is judged: a newer one is no case for an update
            for found, newest in [self._known_version(connection, package) for package in packages]:
                if found != newest:
                    raise StoreError(
                        f"{self.name}: made by an older Watchfloor (schema {found or 'of no version'}, needed "
                        f"is {newest}); watchfloor run brings it up to date"
                    )

    def versions(self, *packages: str) -> dict[str, str]:
        """Return the version of each package's tables, "" for none. Raise StoreError for one that is unknown here."""
        with self.errors(), self.reading.connect() as connection:
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

    def has_written(self, connection: Connection) -> bool:
        """Return whether the transaction of a connection to a server has changed anything."""
        return bool(self._dialect.has_written(connection))

    def listen(self, channel: str) -> Any:
        """Return a connection of its own to a server, which hears what is said on a channel. Raises DatabaseError."""
        return self._dialect.Listening(self.url, channel)

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
    def errors(self) -> Iterator[None]:
        """Raise a DatabaseError of what is done in the context as StoreBusy, or as StoreError where it is damaged.

        What breaks a constraint or a type is our own fault, and raised as it is: no waiting would mend it.
        """
        try:
            yield
        except DatabaseError as error:
            if isinstance(error, IntegrityError | DataError):
                raise
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
    host = url.host or ",".join(url.normalized_query.get("host", ()))  # several where one of them may be a standby
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{host}{port}/{url.database or ''}"
