"""A store in memory that a test writes to as one commit does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from crawler.store.db import Database


@pytest.fixture
def line() -> Iterator[Connection]:
    """Yield the writing connection of a migrated store; what a test wrote is rolled back."""
    database = Database("sqlite://")
    database.migrate("crawler", "alerts")
    with database.writing.connect() as connection:
        yield connection
        connection.rollback()
    database.close()
