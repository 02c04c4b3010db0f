"""The store of a state directory, for commands that only read it. Apart from common.py, as it imports SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from alerts.cli.common import fail
from crawler.store.db import DATABASE, Database


def need_store(state: Path) -> None:
    """End with 1 where nothing was ever stored."""
    if not (state / DATABASE).exists():
        fail(f"no store in {state}; has `watchfloor run` been started with this --state-dir?")


@contextmanager
def reading(state: Path) -> Iterator[Connection]:
    """Open the store to read it, beside a daemon that may run; end with 1 where there is none."""
    need_store(state)
    database = Database.at(state / DATABASE)
    try:
        with database.read() as connection:
            yield connection
    finally:
        database.close()
