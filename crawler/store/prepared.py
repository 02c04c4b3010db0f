"""A statement goes in once; it is run many times without being worked through again.

SQLAlchemy goes through a statement and its parameters each time: for one of SQLite's that finds a row that is ten times
what SQLite takes. So there the driver is given the text that SQLAlchemy made of it once. A connection that has begun no
transaction yet, and PostgreSQL, where a lost connection has to be noticed, are left to SQLAlchemy.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, CompoundSelect, Connection, Select
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.visitors import iterate

Values = Mapping[str, Any]
Statement = Select[Any] | CompoundSelect[Any] | UpdateBase
_NONE: Values = {}
MOST_VALUES = 32_766  # in one statement of SQLite as it is built


class _Text(NamedTuple):
    """What the driver takes: the text, what puts parameters in their order, the values that it has itself."""

    text: str
    ordered: Callable[[Values], tuple[Any, ...]]
    own: Values
    writers: tuple[tuple[int, Callable[[Any], Any]], ...]  # by its place, what converts a value as its type asks
    lists: tuple[tuple[str, Sequence[str]], ...]  # by the name of a list, the names of its values

    def given(self, values: Values) -> tuple[Any, ...]:
        """Return the parameters as the driver takes them."""
        if self.own or self.lists:
            values = {**self.own, **values}
        for name, names in self.lists:
            listed = [*values[name]]
            # where there are names for more values than there are, the last value is given again: IN is the same
            room = zip(names, [*listed, *listed[-1:] * (len(names) - len(listed))], strict=True)
            values = {**values, **dict(room)}
        if not self.writers:
            return self.ordered(values)
        made = [*self.ordered(values)]
        for at, write in self.writers:
            made[at] = write(made[at])
        return tuple(made)


def _in_order(names: Sequence[str]) -> Callable[[Values], tuple[Any, ...]]:
    """Return what gives the values of these names as a tuple."""
    if len(names) > 1:  # of one name itemgetter gives no tuple
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


def _room(values: Collection[Any]) -> int:
    """Return for how many values of a list a text has room: a power of two, so that there are few texts."""
    room = 1 << (len(values) - 1).bit_length() if values else 0
    return max(len(values), min(room, MOST_VALUES))


class Prepared:
    """A query or a change that is built once. Its parameters are given by name, as SQLAlchemy takes them."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._texts: dict[tuple[object, ...], _Text] = {}  # by what is given: an INSERT has the columns that are
        self._reader: Callable[[Sequence[Any]], list[Any]] | None = None

    @cached_property
    def _lists(self) -> frozenset[str]:
        """The names of the parameters that are lists: of an IN."""
        binds = (each for each in iterate(self._statement) if isinstance(each, BindParameter))
        return frozenset(each.key for each in binds if each.expanding)

    def rows(self, connection: Connection, values: Values = _NONE) -> Sequence[Any]:
        """Run it and return the rows it finds, or with RETURNING makes, by the names of their columns."""
        if not _direct(connection):
            return connection.execute(self._statement, values).all()
        # an error may also come with the rows, of which SQLite has read no more than the first
        cursor, found = self._run(connection, values, lambda cursor: cursor.fetchall())
        read = self._reader or self._made_reader(connection, [each[0] for each in cursor.description])
        return read(found)

    def one(self, connection: Connection, values: Values = _NONE) -> Any:
        """Run it and return its first row. Raise NoResultFound where it finds none."""
        found = self.rows(connection, values)
        if not found:
            raise NoResultFound("no row was found where there is one")
        return found[0]

    def scalar(self, connection: Connection, values: Values = _NONE) -> Any:
        """Run it and return the first column of its first row, None where there is none."""
        found = self.rows(connection, values)
        return found[0][0] if found else None

    def scalars(self, connection: Connection, values: Values = _NONE) -> list[Any]:
        """Run it and return the first column of its rows."""
        return [row[0] for row in self.rows(connection, values)]

    def change(self, connection: Connection, values: Values = _NONE) -> int:
        """Run it and return how many rows it changed."""
        if not _direct(connection):
            # of an INSERT the count must be asked for: with psycopg it is -1 otherwise, which would read as "inserted"
            counted = {"preserve_rowcount": True}
            return connection.execute(self._statement, values, execution_options=counted).rowcount
        return int(self._run(connection, values)[0].rowcount)

    def change_all(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it for each row; all have the same names."""
        if not rows:
            return
        if not _direct(connection):
            connection.execute(self._statement, rows)
            return
        made = self._text(connection, rows[0])
        given = [made.given(row) for row in rows]
        run_all(connection, made.text, given)

    def change_rows(self, connection: Connection, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Run it for each row of values in the order of `names`, which is the statement's: for rows by the hundred."""
        if not _direct(connection):
            self.change_all(connection, [dict(zip(names, row, strict=True)) for row in rows])
        elif rows:
            made = self._text(connection, dict.fromkeys(names))
            assert made.ordered(dict(zip(names, names, strict=True))) == tuple(names)
            assert not made.writers
            run_all(connection, made.text, rows)

    def returned(self, connection: Connection, rows: Sequence[Values]) -> list[Any]:
        """Run it for each row and return what RETURNING gives of all; all have the same names."""
        if not _direct(connection):
            return list(connection.execute(self._statement, rows))  # in few statements: a server may be far away
        return [found for row in rows for found in self.rows(connection, row)]

    def _run(
        self, connection: Connection, values: Values, then: Callable[[Any], Any] = lambda _: None
    ) -> tuple[Any, Any]:
        made = self._text(connection, values)
        given = made.given(values)
        return on_cursor(connection, made.text, given, lambda cursor: then(cursor.execute(made.text, given)))

    def _text(self, connection: Connection, values: Values) -> _Text:
        rooms = {name: _room(values[name]) for name in self._lists if name in values}
        given = (*values, *rooms.values())
        found = self._texts.get(given)
        if found is None:
            found = self._texts[given] = _compiled(self._statement, connection, tuple(values), rooms)
        return found

    def _made_reader(self, connection: Connection, names: Sequence[str]) -> Callable[[Sequence[Any]], list[Any]]:
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # its fields are known only here
        make, dialect = row._make, connection.dialect
        types = [each.type.dialect_impl(dialect) for each in self._statement.exported_columns]
        found = [each.result_processor(dialect, None) for each in types]
        readers = [(at, read) for at, read in enumerate(found) if read]

        def converted(row: Sequence[Any]) -> Any:
            values = list(row)
            for at, read in readers:
                values[at] = read(values[at])
            return make(values)

        self._reader = lambda rows: [*map(converted if readers else make, rows)]
        return self._reader


def _direct(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite" and connection.in_transaction()


def run_all(connection: Connection, text: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement that is in the words of the driver for each row, given as the driver takes it."""
    if _direct(connection):
        on_cursor(connection, text, rows, lambda cursor: cursor.executemany(text, rows))
    else:
        connection.exec_driver_sql(text, [*rows])


def on_cursor(connection: Connection, text: str, given: Any, run: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Run something on a cursor of the driver; return the cursor and what came out.

    Raises the driver's errors as SQLAlchemy does, whose message has `text` and `given`.
    """
    cursor = connection.connection.cursor()
    driver: Any = connection.dialect.dbapi
    try:
        return cursor, run(cursor)
    except driver.Error as error:
        raise DBAPIError.instance(text, given, error, driver.Error, dialect=connection.dialect) from error


def _compiled(statement: Statement, connection: Connection, names: Sequence[str], rooms: Mapping[str, int]) -> _Text:
    dialect = connection.dialect
    columns = list(names) if isinstance(statement, UpdateBase) else None
    made: Any = statement.compile(dialect=dialect, column_keys=columns)
    # the lists of an IN are written out, those that the statement has itself too
    full = made.construct_expanded_state({name: [None] * rooms[name] if name in rooms else None for name in names})
    lists = {name: full.parameter_expansion[name] for name in rooms}
    writers = {
        part: write
        for bind, name in made.bind_names.items()
        if (write := bind.type.dialect_impl(dialect).bind_processor(dialect))
        for part in full.parameter_expansion.get(name, [name])
    }
    later = {*names, *chain(*lists.values())}
    own = {name: value for name, value in full.parameters.items() if name not in later}
    own |= {name: writers[name](value) for name, value in own.items() if name in writers}
    order = tuple(full.positiontup or ())
    given = tuple((at, writers[name]) for at, name in enumerate(order) if name in later and name in writers)
    return _Text(full.statement, _in_order(order), own, given, tuple(lists.items()))
