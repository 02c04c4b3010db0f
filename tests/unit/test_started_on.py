"""What a start tells of its store: that it is new, once, by the first daemon, whoever made it and whatever ended it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.run.started_on import Start, tell_beginning
from alerts.store.decisions import drop_mark
from alerts.store.notices import notices_since
from alerts.store.stamp import IDENTITY, sign_life, untold_since
from crawler.store.db import Database
from tests.migrated import new_store, released_store
from tests.stores.make import NOW, config_of
from tests.unit.settled import step

NEW = "begins with a new, empty store, as at a first start"
ACCEPTED = "started on the store as it is, by an explicit word (--accept-store)"
HOUR = timedelta(hours=1)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_of(tmp_path)


def begin(database: Database, config: Config, *, accepted: bool = False, watches: bool = True) -> list[str]:
    """Start on a store an hour after it was signed; return the titles of all notices in it."""
    with database.write() as connection:
        tell_beginning(connection, config, Start("the store", accepted=accepted, watches=watches), NOW + HOUR)
    return told(database)


def told(database: Database) -> list[str]:
    with database.read() as connection:
        return [str((each.payload or {})["title"]) for each in notices_since(connection, NOW)]


def sign(database: Database) -> None:
    with database.write() as connection:
        sign_life(connection, NOW)


def test_kill_after_the_store_was_made_loses_no_notice(config: Config) -> None:
    database = new_store()
    sign(database)  # made, and killed before a word of it
    sign(database)
    assert begin(database, config) == [NEW]
    sign(database)
    assert begin(database, config) == [NEW]


def test_notice_says_when_the_store_was_made(config: Config) -> None:
    database = new_store()
    sign(database)
    begin(database, config)
    with database.read() as connection:
        (notice,) = notices_since(connection, NOW)
    assert f"the store was made {NOW:%d %b %H:%M} UTC" in str((notice.payload or {})["body"])


def test_single_round_leaves_it_to_the_daemon(config: Config) -> None:
    database = new_store()
    sign(database)
    assert begin(database, config, watches=False) == []
    assert begin(database, config) == [NEW]


def test_store_that_rounds_filled_is_new_no_more(config: Config) -> None:
    database = new_store()
    sign(database)
    assert begin(database, config, watches=False) == []
    with database.write() as connection:
        step(connection, config, "o1", "Drone hits base", 1)
    assert begin(database, config) == []
    with database.read() as connection:
        assert untold_since(connection) is None


def test_rounds_on_an_empty_store_say_so_once(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    database = new_store()
    sign(database)
    with caplog.at_level("INFO"):
        for _ in range(3):
            begin(database, config, watches=False)
    assert [each.getMessage().split(" store=")[0] for each in caplog.records if "new store" in each.getMessage()] == [
        "new store"
    ]
    assert begin(database, config) == [NEW]


def test_store_that_was_accepted_is_told_as_that_alone(config: Config) -> None:
    database = new_store()
    sign(database)
    assert begin(database, config, accepted=True) == [ACCEPTED]
    assert begin(database, config) == [ACCEPTED]


def test_store_with_articles_of_before_there_were_ids_is_not_new(tmp_path: Path, config: Config) -> None:
    released_store(tmp_path / "old.db")
    database = Database.at(tmp_path / "old.db")
    with database.write() as connection:
        drop_mark(connection, IDENTITY)
    sign(database)
    assert NEW not in begin(database, config)
    database.close()
