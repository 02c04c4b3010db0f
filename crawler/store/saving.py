"""Rows go in; then a table has them: in place of those with the same keys, added to them, or where there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Integer, Table

from crawler.store.prepared import Prepared


@cache
def _insert(dialect: str, table: Table, keys: tuple[str, ...], mode: str) -> Prepared:
    """Return an INSERT with an ON CONFLICT clause. It is cached: building one costs more than running it.

    `mode` says what happens to a row with the same `keys`: it stays ("once"), is overwritten ("overwrite"), or its
    integers are added to and its other columns overwritten ("add").
    """
    # the dialects spell these clauses alike, and SQLAlchemy has no insert that serves all; ours is imported alone
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    if mode == "once":
        return Prepared(statement.on_conflict_do_nothing())
    others = [column.name for column in table.columns if column.name not in keys]
    changed: dict[str, Any] = {name: statement.excluded[name] for name in others}
    if mode == "add":
        numbers = [name for name in others if isinstance(table.c[name].type, Integer)]
        changed |= {name: table.c[name] + statement.excluded[name] for name in numbers}
    return Prepared(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


def save(connection: Connection, table: Table, values: Mapping[str, Any], *keys: str) -> None:
    """Insert a row, or overwrite the one with the same keys."""
    save_all(connection, table, [values], *keys)


def save_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *keys: str) -> None:
    """Insert rows, or overwrite those with the same keys, all in one statement."""
    _insert(connection.dialect.name, table, keys, "overwrite").change_all(connection, rows)


def save_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless it clashes with a unique key of the table; return whether it was inserted."""
    return _insert(connection.dialect.name, table, (), "once").change(connection, values) > 0


def save_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of the rows that clash with no unique key of the table, all in one statement."""
    _insert(connection.dialect.name, table, (), "once").change_all(connection, rows)


def add_up(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *keys: str) -> None:
    """Insert rows; where one with the same keys exists, add to its numbers and overwrite its other columns."""
    _insert(connection.dialect.name, table, keys, "add").change_all(connection, rows)
