"""A store that a test writes to as one commit does: in memory, and of the modules that say so in PostgreSQL as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from crawler.store.db import Database
from tests.migrated import new_store
from tests.postgres import Postgres

# The conformance suite: tests of the stores that run on both databases. Those that ask SQLite how it does something bear
# the mark `sqlite_only`.
ON_BOTH = frozenset(
    f"test_{name}"
    for name in ("ack_before_deaths", "ack_undo", "asked", "asked_once", "claims", "ids", "meant", "moved", "one_round", "rematch", "resend", "retention", "standby",
                 "steady", "statuses", "stepping", "thread_told", "told", "translation_pacing", "untold", "withheld")
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `line` on each database its module is about."""
    if "line" in metafunc.fixturenames and "line" not in _own_parameters(metafunc):
        both = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH
        alone = metafunc.definition.get_closest_marker("sqlite_only")
        metafunc.parametrize("line", ["sqlite", "postgresql"] if both and not alone else ["sqlite"], indirect=True)


def _own_parameters(metafunc: pytest.Metafunc) -> set[str]:
    """Return the names that the marks of a test give values to: its `line` may be a line of text."""
    marks = [each.args[0] for each in metafunc.definition.iter_markers("parametrize")]
    return {name.strip() for given in marks for name in (given.split(",") if isinstance(given, str) else given)}


@pytest.fixture(scope="session")
def _migrated(postgres: Postgres) -> Iterator[Database]:
    """Yield a migrated store in PostgreSQL, of which each test rolls back what it wrote."""
    database = Database(postgres.store())
    yield database
    database.close()


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Yield the writing connection of a migrated store; what a test wrote is rolled back."""
    if request.param == "postgresql":
        kept: Database = request.getfixturevalue("_migrated")
        with kept.writing.connect() as connection:
            yield connection
            connection.rollback()
        return
    database = new_store()
    with database.writing.connect() as connection:
        yield connection
        connection.rollback()
    database.close()
