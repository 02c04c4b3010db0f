"""A query goes in once; it is run many times without its parameters being worked through again.

SQLAlchemy goes through the parameters of a statement each time, by name: for a query of forty keys that is half of its
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Select


class Prepared:
    """A query whose parameters are plain numbers and texts: no type of a column converts them."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        self._compiled = lru_cache(maxsize=2)(self._compile)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with these parameters, by name."""
        text, own, order = self._compiled(connection.dialect)
        given = {**own, **values}
        # a driver takes its parameters in their order, or by name
        return connection.exec_driver_sql(text, tuple([given[name] for name in order]) if order else given)

    def _compile(self, dialect: Dialect) -> tuple[str, Mapping[str, Any], Sequence[str] | None]:
        """Return the text, the values that the query itself has, and the order in which the driver takes all values."""
        compiled: Any = self._query.compile(dialect=dialect)
        return str(compiled), compiled.params, compiled.positiontup
