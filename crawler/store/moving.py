"""All rows of a store go in; they come out in an empty store of the same version, of either database, proven equal.

Which tables there are is read from the target, so that one that is added later is moved as well. The full-text index is
not: SQLite fills it anew.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, literal_column, select

from crawler.store import search
from crawler.store.db import Database
from crawler.store.errors import StoreError

TOGETHER = 1_000  # rows in one statement
ENTERED = {"sqlite": "rowid", "postgresql": "entered"}  # the column that counts rows as they are inserted, in no Table
QUEUED = "deliveries"  # the table whose rows are read in that order
NUL = "\x00"  # which no text of PostgreSQL has: crawler/store/postgres.py stores another sign


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that was moved: how many rows, and a number that is the same for the same rows in any order."""

    rows: int
    digest: int


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables with rows of ours, those that others refer to first."""
    found = inspect(connection).get_table_names()
    wanted = [
        name for name in found if not name.endswith("_version") and not name.startswith((search.INDEX, "sqlite_"))
    ]
    metadata = MetaData()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* expression-based index")  # SQLAlchemy reads none; no row depends on it
        metadata.reflect(connection, only=wanted)
    return metadata.sorted_tables


def need_empty(connection: Connection, name: str) -> None:
    """Raise StoreError where a store has rows; `name` is what it is called."""
    for table in tables_of(connection):
        if table.name != search.search_fill.name and connection.execute(select(table).limit(1)).first() is not None:
            raise StoreError(f"{name} is not empty (it has {table.name}): copy to a new file, or to a new database")


def move(source: Connection, target: Connection) -> dict[str, Moved]:
    """Copy all rows into an empty store, in the caller's transaction; return what was copied, by table.

    Raises StoreError where what is read back is not what was written.
    """
    tables = tables_of(target)
    known = {table.name: table for table in tables_of(source)}
    moved = {}
    for table in tables:
        target.execute(table.delete())
        moved[table.name] = _copy(source, known[table.name], target, table)
    _set_counters(target, tables, _counters(source, list(known.values())))
    for table in tables:
        found = _measure(_rows(target, table, _shared(known[table.name], table)))
        if found != moved[table.name]:
            raise StoreError(
                f"the copy of {table.name} is not equal: {moved[table.name].rows} rows became {found.rows}"
            )
    search.begin_anew(target)
    return moved


def _copy(source: Connection, known: Table, target: Connection, table: Table) -> Moved:
    names = _shared(known, table)
    rows: list[tuple[Any, ...]] = []
    count = digest = 0
    for row in _rows(source, known, names):
        rows.append(row)
        count, digest = count + 1, digest + _number(row)
        if len(rows) >= TOGETHER:
            _insert(target, table, names, rows)
            rows = []
    _insert(target, table, names, rows)
    return Moved(count, digest % (1 << 64))


def _insert(target: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        target.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _shared(known: Table, table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name in known.columns and column.name != "entered"]


def _rows(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    order: list[Any] = list(table.primary_key.columns)
    if table.name == QUEUED:
        order = [literal_column(f"{table.name}.{ENTERED[connection.dialect.name]}")]
    wanted = select(*(table.c[name] for name in names)).order_by(*order)
    for row in connection.execute(wanted.execution_options(yield_per=TOGETHER)):
        yield tuple(row)


def _measure(rows: Iterable[tuple[Any, ...]]) -> Moved:
    count = digest = 0
    for row in rows:
        count, digest = count + 1, digest + _number(row)
    return Moved(count, digest % (1 << 64))


def _number(row: tuple[Any, ...]) -> int:
    plain = [each.replace(NUL, "\ufffd") if isinstance(each, str) else each for each in row]
    return int.from_bytes(hashlib.sha256(repr(plain).encode("utf-8", "surrogatepass")).digest()[:8])


def _counters(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """Return the last number given in each table that numbers its rows, also where that row was deleted."""
    if connection.dialect.name == "sqlite":
        return {row[0]: int(row[1]) for row in connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")}
    found = {}
    for table, sequence in _sequences(connection, tables):
        last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608
        found[table.name] = int(last) if called else 0
    return found


def _set_counters(connection: Connection, tables: Sequence[Table], given: Mapping[str, int]) -> None:
    """Let no number be given twice: triage remembers the last one it has read."""
    if connection.dialect.name == "sqlite":
        numbered = [row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_sequence")]
        for name in {each.name for each in tables} & {*numbered, *given}:
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            table = next(each for each in tables if each.name == name)
            last = max(given.get(name, 0), _highest(connection, table))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))
        return
    for table, sequence in _sequences(connection, tables):
        if last := max(given.get(table.name, 0), _highest(connection, table)):
            connection.exec_driver_sql(f"SELECT setval('{sequence}', {last})").close()


def _highest(connection: Connection, table: Table) -> int:
    (key,) = table.primary_key.columns
    return connection.scalar(select(func.max(key))) or 0


def _sequences(connection: Connection, tables: Sequence[Table]) -> Iterator[tuple[Table, str]]:
    for table in tables:
        if len(keys := list(table.primary_key.columns)) == 1:
            found = connection.scalar(select(func.pg_get_serial_sequence(table.name, keys[0].name)))
            if found:
                yield table, found


def is_sqlite_file(given: str) -> bool:
    """Return whether a place of a store, as somebody writes it, is a file and no URL."""
    return "://" not in given


def database_of(given: str) -> Database:
    """Return the store at a path or a URL. Raises StoreError."""
    return Database(f"sqlite:///{given}" if is_sqlite_file(given) else given)
