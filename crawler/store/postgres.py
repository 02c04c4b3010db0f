"""A PostgreSQL URL goes in; engines come out on which our SQL means what it means on SQLite.

Texts are ordered by code point and integers have 64 bits, as in SQLite. A write transaction holds an advisory lock, so
that writes follow one another (decision 209); the session that writes holds the store, alone (decision 210) or with
others that share its work by leases (decision 212).
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.string import StrDumper
from sqlalchemy import URL, BigInteger, Connection, Engine, Integer, NullPool, QueuePool, Text, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.compiler import compiles

from crawler.store.errors import StoreHeld, StoreLost

DRIVER = "postgresql+psycopg"
# advisory locks, by a number that is ours ("wf") and one for each purpose
OURS, WRITES, HOLDS = 0x7766, 1, 2
CONNECT_WITHIN = 10  # seconds
READERS, MOST_READERS = 4, 24
DAMAGED = frozenset({"XX001", "XX002"})  # data_corrupted, index_corrupted
# A peer that is gone without a word is noticed in 25 s by either side: what it held is free then
KEEPALIVE: Mapping[str, int] = {"idle": 10, "interval": 5, "count": 3}
UNHEARD = 25_000  # milliseconds: the same for what was sent and is not confirmed, of which keepalives see nothing
# A writer that is silent for so long stands still (a daemon signs its life every 20 s): another may have the store
PAUSED = 60_000  # milliseconds
# within a transaction it holds up all who share the store; what we compute between two statements takes no second
PAUSED_WRITING = 15_000  # milliseconds


@compiles(Text, "postgresql")
def _text(_: Text, __: Any, *, type_expression: Any = None, **___: Any) -> str:
    # of a column, not of a cast: names and times are compared by code point, whatever locale the database was made with
    return "TEXT" if type_expression is None else 'TEXT COLLATE "C"'


@compiles(Integer, "postgresql")
def _integer(_: Integer, __: Any, **___: Any) -> str:
    return "BIGINT"


class _WithoutNul(StrDumper):
    """Writes a text that has the character NUL, which PostgreSQL takes in none, with its sign for what is no text."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\x00", "\ufffd") if "\x00" in obj else obj)


def writing_engine(url: URL, *, shared: bool = False) -> Engine:
    """Return an engine of one connection, which holds the store, alone or `shared` with others that share it.

    Connecting raises StoreHeld where another has it, StoreLost where another had it since it was held here.
    """
    engine = create_engine(
        url.set(drivername=DRIVER), poolclass=QueuePool, pool_size=1, max_overflow=0, pool_pre_ping=True,
        connect_args=_arguments(url),
    )  # fmt: skip
    _prepare_engine(engine)
    event.listen(engine, "connect", _Hold(shared=shared))
    event.listen(engine, "begin", _wait_for_turn)
    return engine


def reading_engine(url: URL) -> Engine:
    """Return an engine that only reads; all that one of its transactions reads is of the moment of its first query."""
    engine = create_engine(
        url.set(drivername=DRIVER), poolclass=QueuePool, pool_size=READERS, max_overflow=MOST_READERS - READERS,
        pool_pre_ping=True, connect_args=_arguments(url),
    )  # fmt: skip
    _prepare_engine(engine)
    event.listen(engine, "connect", _only_read)
    return engine


def _prepare_engine(engine: Engine) -> None:
    # integers as the driver sends them, by their size: SQLAlchemy would cast each of ours to 32 or to 64 bits
    engine.dialect.colspecs = {**engine.dialect.colspecs, Integer: Integer, BigInteger: BigInteger}
    event.listen(engine, "connect", _prepare)


def _arguments(url: URL) -> dict[str, Any]:
    """Return what is set of a connection where its URL does not set it."""
    ours: dict[str, Any] = {f"keepalives_{name}": value for name, value in KEEPALIVE.items()}
    ours |= {
        "connect_timeout": CONNECT_WITHIN,
        "tcp_user_timeout": UNHEARD,
        "application_name": f"watchfloor {os.getpid()} {platform.node()}",
    }
    return {name: value for name, value in ours.items() if name not in url.query}


def _prepare(connection: psycopg.Connection[Any], _: object) -> None:
    connection.adapters.register_dumper(str, _WithoutNul)
    for name, value in KEEPALIVE.items():  # the server's side of it; without effect on a local socket
        connection.execute(f"SET tcp_keepalives_{name} = {value}")
    connection.execute(f"SET tcp_user_timeout = {UNHEARD}")
    # an alert is durable once its commit returns; a server that waits for replicas as well goes on doing so
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


def _only_read(connection: psycopg.Connection[Any], _: object) -> None:
    connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    connection.commit()


class _Hold:
    """Takes the store for a session: it is free again when the session ends, however it ends.

    A session that was cut off and comes back takes it anew, so nothing is written by a process that no longer has it.
    One that finds another in its place is refused for good, also when that one has left: what this process remembers is
    of before. Its watch ends it, as of any store that takes no writes.
    """

    def __init__(self, *, shared: bool) -> None:
        self._take = f"SELECT pg_try_advisory_lock{'_shared' * shared}(%s, %s)"
        self._held = False
        self._lost = ""

    def __call__(self, connection: psycopg.Connection[Any], _: object) -> None:
        if not self._lost:
            _end_after(connection, PAUSED, PAUSED_WRITING)
            taken = connection.execute(self._take, (OURS, HOLDS)).fetchone() == (True,)
            refused = "" if taken else _held_by(connection)
            connection.commit()
            self._lost = refused if self._held else ""
            self._held = self._held or taken
        else:
            refused = f"{self._lost}. It was taken while this process was cut off: start this one anew"
        if refused:
            connection.close()
            raise (StoreLost if self._lost else StoreHeld)(refused)


def _held_by(connection: psycopg.Connection[Any]) -> str:
    """Return in a sentence who holds the store, and what to do."""
    found = [_named(name) for (name,) in connection.execute(_HOLDER, (OURS, HOLDS)).fetchall()]
    many = " (and others)" if len(found) > 1 else ""
    where = f"{connection.info.dbname} at {connection.info.host or 'the local server'}"
    return (
        f"{where} is held by {found[0] if found else 'another process'}{many}: only daemons of one version share a "
        "store. Give an order where one of them runs; for all else end them, or name another database (settings.store)"
    )


def _named(application: str) -> str:
    _, pid, host = (*application.split(" ", 2), "", "")[:3]
    return f"the process {pid} on {host}" if host else "another process"


def _end_after(connection: psycopg.Connection[Any], silence: int, writing: int = 0) -> None:
    """Let the server end the session after so many milliseconds of silence, within a transaction or not; 0 never."""
    connection.execute(f"SET idle_session_timeout = {silence}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {writing}")


@contextmanager
def held_alone(connection: Connection) -> Iterator[None]:
    """Hold a store alone that a connection holds with others, for what nobody may see half done: a migration.

    Raises StoreHeld where others have it too.
    """
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, psycopg.Connection)
    with _translated():
        if driver.execute("SELECT pg_try_advisory_lock(%s, %s)", (OURS, HOLDS)).fetchone() != (True,):
            refused = _held_by(driver)
            driver.rollback()
            raise StoreHeld(refused)
        driver.commit()  # it is of the session
    try:
        yield
    finally:
        if not driver.closed:
            with _translated():
                driver.rollback()
                driver.execute("SELECT pg_advisory_unlock(%s, %s)", (OURS, HOLDS))
                driver.commit()


def hold_on(connection: Connection) -> None:
    """Keep the store for as long as a connection is open, however long it is silent: for a copy, which only reads."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, psycopg.Connection)
    _end_after(driver, 0)
    driver.commit()


_HOLDER = """
SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND granted AND pid <> pg_backend_pid()
AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Listening:
    """A connection of its own, by which a daemon says that it lives, and hears what is said on a channel.

    It waits for nobody's writes: what it says is one statement. Its calls raise DatabaseError.
    """

    def __init__(self, url: URL, channel: str) -> None:
        self._engine = create_engine(
            url.set(drivername=DRIVER), poolclass=NullPool, connect_args=_arguments(url),
            pool_reset_on_return=None,  # nothing is open in it, and the server may have ended it
        )  # fmt: skip
        event.listen(self._engine, "connect", _prepare)
        with _translated():
            self._connection = self._engine.raw_connection()
        driver = self._connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        self._driver: psycopg.Connection[Any] = driver
        with _translated():
            _end_after(driver, PAUSED, PAUSED_WRITING)
            driver.commit()
            driver.autocommit = True
            driver.execute(f"LISTEN {channel}")

    def put_off(self, daemon: str, seconds: float) -> tuple[bool, float]:
        """Let a daemon live for so many seconds more; return whether it is there, and what the server's clock shows."""
        with _translated():
            row = self._driver.execute(_PUT_OFF, {"daemon": daemon, "seconds": seconds}).fetchone()
            assert row is not None
            return bool(row[0]), float(row[1])

    def heard(self, seconds: float) -> list[tuple[int, str]]:
        """Return what is said within so many seconds, as soon as something is, each with who says it."""
        with _translated():
            return [(each.pid, each.payload) for each in self._driver.notifies(timeout=seconds, stop_after=1)]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseError(None, None, error) from error


_PUT_OFF = """
WITH lives AS (
  UPDATE daemons SET until = extract(epoch FROM clock_timestamp()) + %(seconds)s WHERE id = %(daemon)s RETURNING 1
)
SELECT EXISTS (SELECT FROM lives), extract(epoch FROM clock_timestamp())::float8
"""


def _wait_for_turn(connection: Connection) -> None:
    # what SQLite's BEGIN IMMEDIATE does: who reads and then writes must not have been overtaken in between
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({OURS}, {WRITES})").close()


def is_damage(error: DatabaseError) -> bool:
    """Return whether an error says that the database is damaged, and not that it cannot be had now."""
    return getattr(error.orig, "sqlstate", None) in DAMAGED


def has_written(connection: Connection) -> bool:
    """Return whether the transaction has changed anything."""
    return connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar() is not None
