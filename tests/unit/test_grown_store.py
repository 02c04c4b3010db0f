"""The store that the benchmarks grow by SQL agrees with today's schema: a migration that it does not know fails here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alerts.store import retention
from alerts.store.opening import PACKAGES
from crawler.config.settings import Retention
from crawler.store import search, sketches
from crawler.store.articles import totals
from crawler.store.db import DATABASE, Database
from tests.bench.state import NOW, grow

KEPT = Retention(articles=timedelta(days=30), alerted=timedelta(days=60))


def test_grown_store_agrees_with_the_schema(tmp_path: Path) -> None:
    grow(tmp_path, 240)
    database = Database.at(tmp_path / DATABASE)
    database.migrate(*PACKAGES)
    with database.read() as connection:
        assert totals(connection)["articles"] == 240
        assert not sketches.misplaced(connection)
    with database.write() as connection:
        while search.fill(connection):
            pass
        # the index refuses to take out words that it does not have
        later = NOW + timedelta(days=100)
        while sketches.expire(connection, later):
            pass
        swept = [retention.sweep(connection, KEPT, later) for _ in range(10)]
        assert sum(each.articles for each in swept) == 240, swept
    database.close()
