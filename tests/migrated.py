"""Stores with our tables, copied from one that was migrated: a migration costs a tenth of a second, a copy a hundredth.

What a migration does is the subject of tests/unit/test_migrations.py alone.
"""

from __future__ import annotations

import shutil
import sqlite3
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.store.opening import PACKAGES
from alerts.store.stamp import note_told
from crawler.store.db import Database

RELEASED = Path(__file__).parent / "stores" / "v0.1.0.sqlite3"


def new_store(path: Path | None = None, *packages: str) -> Database:
    """Return a new store, in memory or at `path`, with the tables of the packages, by default of all."""
    return copy_of(_migrated(packages or PACKAGES), path)


def copy_of(store: Database, path: Path | None = None) -> Database:
    """Return a copy of what is committed in a store, in memory or at `path`."""
    made = Database.at(path) if path else Database("sqlite://")
    with store.writing.connect() as connection, made.writing.connect() as other:
        source, target = (each.connection.dbapi_connection for each in (connection, other))
        assert isinstance(source, sqlite3.Connection)
        assert isinstance(target, sqlite3.Connection)
        source.backup(target)
    return made


@cache
def _migrated(packages: tuple[str, ...]) -> Database:
    made = Database("sqlite://")
    made.migrate(*packages)
    return made


def empty_store(path: Path) -> None:
    """Write a store with all tables and no rows to a path, as the first start of a daemon would."""
    path.write_bytes(_empty())
    path.chmod(0o600)


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as place:
        path = Path(place, "store.sqlite3")
        database = Database.at(path)
        database.migrate(*PACKAGES)
        with database.write() as connection:
            note_told(connection)  # that it is new: a notice in each test's mailbox
        database.close()
        assert not path.with_name(f"{path.name}-wal").exists()
        return path.read_bytes()


def released_store(path: Path) -> None:
    """Write the store of the first release, brought up to date, to a path."""
    path.write_bytes(_brought_up_to_date())


@cache
def _brought_up_to_date() -> bytes:
    with TemporaryDirectory() as place:
        path = Path(place, "store.sqlite3")
        shutil.copy(RELEASED, path)
        database = Database.at(path)
        database.migrate(*PACKAGES)
        database.close()
        assert not path.with_name(f"{path.name}-wal").exists()
        return path.read_bytes()
