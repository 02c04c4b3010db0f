"""A prepared statement answers as SQLAlchemy does, and costs a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    event,
    func,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError

from crawler.store.db import Database, UtcTime
from crawler.store.prepared import Prepared

NOW = datetime(2026, 11, 30, 19, 40, tzinfo=UTC)
TIDES = Table(
    "tides",
    MetaData(),
    Column("port", Text, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("height", Float),
    Column("spring", Boolean, nullable=False),
    Column("gauge", LargeBinary),
    Column("count", Integer, nullable=False, server_default="7"),
)
ADD = Prepared(TIDES.insert())
OF = select(TIDES).where(TIDES.c.port == bindparam("where"), TIDES.c.at >= bindparam("since")).order_by(TIDES.c.at)
KINDS = select(TIDES.c.port, TIDES.c.at).where(TIDES.c.spring.in_([True]), TIDES.c.port.in_(["Basra", "Aden"]))
SPRING = {"port": "Basra", "at": NOW, "height": 2.5, "spring": True, "gauge": b"\x00\xff"}
NEAP = {"port": "Basra", "at": NOW + timedelta(hours=6), "height": None, "spring": False, "gauge": None}


@pytest.fixture
def sea() -> Iterator[Connection]:
    database = Database("sqlite://")
    with database.writing.begin() as connection:
        TIDES.create(connection)
        yield connection
    database.close()


def test_what_is_written_and_read_is_what_sqlalchemy_writes_and_reads(sea: Connection) -> None:
    ADD.change_all(sea, [SPRING, NEAP])
    asked = {"where": "Basra", "since": NOW.astimezone(timezone(timedelta(hours=3)))}
    rows = Prepared(OF).rows(sea, asked)
    assert [tuple(row) for row in rows] == [tuple(row) for row in sea.execute(OF, asked)]
    assert [(row.port, row.at, row.height, row.spring, row.gauge) for row in rows] == [
        tuple(SPRING.values()),
        tuple(NEAP.values()),
    ]


def test_an_insert_has_the_columns_that_are_given(sea: Connection) -> None:
    assert ADD.change(sea, {"port": "Aden", "at": NOW, "spring": False}) == 1
    assert ADD.change(sea, {"port": "Aden", "at": NEAP["at"], "spring": True, "count": 2}) == 1
    assert list(sea.scalars(select(TIDES.c["count"]).order_by(TIDES.c.at))) == [7, 2]


@pytest.mark.parametrize("begun", [True, False])
def test_rows_of_values_are_written_in_the_order_of_the_names(begun: bool) -> None:
    """Within a transaction by the driver, before one by SQLAlchemy."""
    plain = Table("plain", MetaData(), Column("port", Text, primary_key=True), Column("depth", Integer))
    database = Database("sqlite://")
    with database.writing.connect() as connection:
        if begun:
            plain.create(connection)
        else:
            connection.connection.cursor().execute("CREATE TABLE plain (port TEXT PRIMARY KEY, depth INTEGER)")
        add = Prepared(plain.insert())
        add.change_rows(connection, ("port", "depth"), [])
        add.change_rows(connection, ("port", "depth"), [("Basra", 9), ("Aden", 17)])
        assert {*connection.execute(select(plain))} == {("Basra", 9), ("Aden", 17)}
        with pytest.raises(AssertionError):  # the values would stand in each other's columns
            add.change_rows(connection, ("depth", "port"), [(11, "Bushehr")])
    database.close()


def test_lists_and_values_of_the_statement_itself_are_given(sea: Connection) -> None:
    ADD.change_all(sea, [SPRING, NEAP])
    assert Prepared(KINDS).scalars(sea) == ["Basra"]
    late = Prepared(select(TIDES.c.height).where(TIDES.c.at == NOW, TIDES.c.port == bindparam("where")).limit(1))
    assert late.scalar(sea, {"where": "Basra"}) == 2.5
    assert late.scalar(sea, {"where": "Aden"}) is None
    with pytest.raises(NoResultFound):
        late.one(sea, {"where": "Aden"})


@pytest.mark.parametrize("kind", [list, tuple, set])
@pytest.mark.parametrize("ports", [[], ["Aden"], ["Aden", "Basra"], ["Aden", "Mocha", "Basra", "Suez", "Jask"]])
def test_a_list_may_have_any_length(sea: Connection, ports: list[str], kind: Callable[[list[str]], object]) -> None:
    ADD.change_all(sea, [{**SPRING, "port": port} for port in ("Aden", "Basra", "Suez")])
    at = [SPRING["at"]] * len(ports)
    ports_of = select(TIDES.c.port).where(
        TIDES.c.port.in_(bindparam("ports", expanding=True)), TIDES.c.at.in_(bindparam("at", expanding=True))
    )
    found = Prepared(ports_of.order_by(TIDES.c.port)).scalars(sea, {"ports": kind(ports), "at": at})
    assert found == sorted({"Aden", "Basra", "Suez"} & set(ports))


def test_a_change_counts_and_returns_its_rows(sea: Connection) -> None:
    ADD.change_all(sea, [SPRING, NEAP])
    rise = update(TIDES).where(TIDES.c.port == bindparam("where")).values(height=bindparam("now_high"))
    assert Prepared(rise).change(sea, {"where": "Basra", "now_high": 3.0}) == 2
    found = Prepared(rise.returning(TIDES.c.at, TIDES.c.height)).rows(sea, {"where": "Basra", "now_high": 4.0})
    assert sorted(tuple(row) for row in found) == [(NOW, 4.0), (NEAP["at"], 4.0)]


def test_an_error_of_the_driver_is_sqlalchemys(sea: Connection) -> None:
    ADD.change(sea, SPRING)
    for attempt in (lambda: ADD.change(sea, SPRING), lambda: ADD.change_all(sea, [SPRING])):
        with pytest.raises(IntegrityError) as raised:
            attempt()
        assert "tides.port" in str(raised.value.orig)
    TIDES.drop(sea)
    with pytest.raises(OperationalError):
        Prepared(OF).rows(sea, {"where": "Basra", "since": NOW})


def test_an_error_that_comes_with_a_later_row_is_sqlalchemys(sea: Connection) -> None:
    ADD.change_all(sea, [{**SPRING, "port": "Aden", "height": 1.0}, {**SPRING, "height": -(2.0**63)}])
    statement = select(func.abs(cast(TIDES.c.height, Integer))).order_by(TIDES.c.port)  # of the last there is none
    for attempt in (lambda: sea.execute(statement).all(), lambda: Prepared(statement).rows(sea)):
        with pytest.raises(OperationalError, match="integer overflow"):
            attempt()


def test_a_connection_without_a_transaction_begins_one_as_ever() -> None:
    database = Database("sqlite://")
    with database.writing.begin() as connection:
        TIDES.create(connection)
    with database.writing.connect() as connection:
        assert ADD.change(connection, SPRING) == 1
        assert connection.in_transaction()
        connection.rollback()
        assert Prepared(OF).rows(connection, {"where": "Basra", "since": NOW}) == []
    database.close()


@pytest.mark.parametrize("ask", [Prepared(OF).rows, lambda connection, given: connection.execute(OF, given).all()])
def test_sqlalchemy_works_through_it_once(sea: Connection, ask: Callable[..., object]) -> None:
    """Its events see what it executes itself: of a prepared statement nothing, of others each time."""
    seen: list[str] = []
    event.listen(sea, "before_cursor_execute", lambda *given: seen.append(given[2]))
    for _ in range(3):
        ask(sea, {"where": "Basra", "since": NOW})
    assert len(seen) == (0 if ask.__name__ == "rows" else 3)
