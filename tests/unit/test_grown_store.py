"""The store that the benchmarks grow by SQL agrees with today's schema: a migration that it does not know fails here."""

from __future__ import annotations

from pathlib import Path

from alerts.store.opening import PACKAGES
from crawler.store import sketches
from crawler.store.articles import totals
from crawler.store.db import DATABASE, Database
from tests.bench.state import grow


def test_grown_store_agrees_with_the_schema(tmp_path: Path) -> None:
    grow(tmp_path, 240)
    database = Database.at(tmp_path / DATABASE)
    database.migrate(*PACKAGES)
    with database.read() as connection:
        assert totals(connection)["articles"] == 240
        assert not sketches.misplaced(connection)
    database.close()
