"""Migrations are append-only: pinned, equal to the tables in the code, and stores of released versions stay usable."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

from alerts.delivery import DeliveryState
from alerts.store import acks, digests, outbox, outbox_counts
from alerts.store.opening import PACKAGES, reading
from crawler.article import Relation
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError
from crawler.store.members import members_of
from crawler.store.search import INDEX
from tests.stores.make import BRIDGE, DEAD, MINUTE, NOW, config_of, judge, send_next
from tests.unit.tables import all_tables

ROOT = Path(__file__).parents[2]
STORES = ROOT / "tests" / "stores"
PINNED = {  # a migration that was committed is never changed: a change to it fails here, a new one adds its line
    "alerts_1_first.py": "b7254c90b1e793472f9b55be11d0c035d398b65d3eefa4c501ec3b0b116693eb",
    "alerts_2_event_reports.py": "9953933f0d40de76c7947c8d7fba715b74e1137cd357ebd85331aa0aa7a11bdc",
    "alerts_3_audit.py": "d98a0d1705d5d352680cd4bc5e2f0d6c291ac4a1572e9f82db7716254c695efd",
    "alerts_4_look_back.py": "d27a9e2947f6bb5da8765daf8d2b56050ec9041b6e70cf537c1f9aa831c55f7a",
    "alerts_5_next.py": "1fc514cec8b8290f1ad25a086f32b1841b4c32e8d5654f53af1f6585c7b19a65",
    "alerts_6_languages.py": "1a5372fc09f33ae0827ec4005db816b901b478e6313cf944b7a13f1da4b1aa40",
    "alerts_7_translations.py": "eeada55b71a610428fde598bf4d740bb05df715a32cb07b9b165f05d94a82892",
    "alerts_8_wordings.py": "710ff18adba4106f3b94455f8166ccd4261299cbeba7542ac9a4dfc14271a7fa",
    "alerts_9_entered.py": "9b4d0d92a347464e4841e171a94becdf64e03586c8ae19c6a550f41378571311",
    "alerts_10_feedback.py": "f34db288c38ec07dac1f4d2b894e893fb3e762d2a2ee1aa6c8a729109dc8c1a7",
    "alerts_11_tries.py": "12264d2509384eaa2c4133773038f028f6a42129f9d8d72f0257cd10287d411e",
    "alerts_12_silence.py": "9798c4ba86f531d1c6e26d08a3fac912ab7f7b63d4aad3d624befff574cb808f",
    "crawler_1_first.py": "268dbed61d306d3501dd9c4742a2e2fa059e8a2fda4de4a9cc026bf0d9e64858",
    "crawler_2_upkeep.py": "ab8d9ad69eb151e047cf29dcd143638d895060f41cbf2190b1bdb25ff7e730e3",
    "crawler_3_dropped.py": "ff04c6cfe5e444a53ab013c06e0e8aebed28d299184a4891cdf56ab50e746228",
    "crawler_4_carried.py": "961fbeca613b300aac6efda9042197511d314904caa43145f25aeae62577747a",
    "crawler_5_passed.py": "d1212f048da8a71edf51762be86312437083283432c4a605f4e28f0cfb33975b",
    "crawler_6_search.py": "8e17b9e4e03e3b01fb7d071d41bbb39906489d811ddbb7b1283bfd0797242e40",
    "crawler_8_leases.py": "90e6447bef6b8fa506e1de8e014174ddfd0144e169f0f1444a91654c5251fc90",
    "crawler_9_host_turns.py": "9b382892861b96af7b3dc2f4716b4531f047736c05fe9d3daf945fb6cfa0774f",
    "crawler_7_words.py": "f8ceec2b6e2ce4d37c1db58ead7e238768de5dc3d098221b7d892311a56df44f",
}
RELEASED = sorted(path.name for path in STORES.glob("*.sqlite3"))


def test_no_migration_was_changed() -> None:
    found = [path for package in PACKAGES for path in (ROOT / package).glob("store/migrations/versions/[!_]*.py")]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found} == PINNED


@pytest.fixture
def migrated() -> Iterator[Connection]:
    database = Database("sqlite://")
    database.migrate(*PACKAGES)
    with database.writing.connect() as connection:
        yield connection
    database.close()


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    versions = [f"{package}_version" for package in PACKAGES]
    words = {INDEX, *(f"{INDEX}_{each}" for each in ("data", "idx", "config"))}  # of FTS5, which Alembic does not know
    options = {"include_name": lambda name, kind, _: kind != "table" or name not in {*versions, *words}}
    with warnings.catch_warnings():
        # neither SQLAlchemy nor Alembic read such an index from SQLite: `written` compares it instead
        warnings.filterwarnings("ignore", ".* expression-based index '?deliveries_next")
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def written(connection: Connection) -> dict[str, str]:
    """Return the statements of the indexes that hold a part of a table, or an expression; Alembic compares neither."""
    found = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
    )
    return {row.name: " ".join(row.sql.replace('"', "").split()) for row in found}


def test_migrated_schema_is_the_one_in_the_code(migrated: Connection) -> None:
    tables = all_tables().tables
    assert {"articles", "evidence", "deliveries", "silences"} <= tables.keys()
    assert differences(migrated, all_tables()) == []
    fresh = Database("sqlite://")
    with fresh.write() as connection:
        all_tables().create_all(connection)
        assert written(migrated) == written(connection)
        assert {"deliveries_next", "deliveries_waiting"} <= written(connection).keys()
    fresh.close()
    kinds = {row.name: bool(row.wr) for row in migrated.execute(text("PRAGMA table_list"))}
    assert {name for name in tables if kinds[name]} == {
        name for name, table in tables.items() if table.dialect_options["sqlite"]["with_rowid"] is False
    }


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE deliveries ADD COLUMN more TEXT",
        "DROP INDEX deliveries_by_carrier",
        "CREATE TABLE besides (id TEXT)",
        "ALTER TABLE articles DROP COLUMN author",
    ],
)
def test_the_comparison_notices(change: str, migrated: Connection) -> None:
    migrated.execute(text(change))
    assert differences(migrated, all_tables()) != []


# -- stores of released versions -----------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Give a state directory with a copy of a released store."""
    shutil.copy(STORES / request.param, tmp_path / DATABASE)
    return tmp_path


def test_the_first_release_is_kept() -> None:
    assert "v0.1.0.sqlite3" in RELEASED


@pytest.mark.parametrize("state", RELEASED, indirect=True)
def test_a_released_store_is_opened_checked_and_used(state: Path) -> None:
    database, config = Database.at(state / DATABASE), config_of(state)
    database.migrate(*PACKAGES)
    with database.write() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        (sent,) = outbox.deliveries_that(connection, outbox.deliveries.c.state == DeliveryState.SENT.value)
        (folded,) = outbox.told_with(connection, sent.id)
        assert folded.outcome == f"told with delivery {sent.id}"
        assert [each.by for each in [acks.ack_of(connection, sent.subject)] if each] == ["Noor"]
        # what waited is sent, and a further report joins the story that was told
        waited, digest = (send_next(connection, config, NOW + minutes * MINUTE) for minutes in (20, 70))
        assert waited not in {sent.subject, ""}
        assert [each.story for each in digests.digest_of(connection, digest, sent.target)] == [sent.subject]
        judge(connection, config, "daily", {f"{BRIDGE}, officials say": DEAD.format(17)}, NOW + 80 * MINUTE)
        *_, newest = members_of(connection, sent.subject)
        assert (newest.relation, newest.first_seen) == (Relation.DUPLICATE, NOW + 80 * MINUTE)
    database.close()
    with reading(state) as connection:
        assert set(outbox_counts.delivered(connection)) >= {("alert", "sent"), ("digest", "sent"), ("update", "folded")}


# -- stores that this program does not know ------------------------------------------------------------------------


def set_version(state: Path, package: str, version: str) -> None:
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        connection.execute(text(f"UPDATE {package}_version SET version_num = :version"), {"version": version})
    database.close()


@pytest.mark.parametrize("state", ["v0.1.0.sqlite3"], indirect=True)
@pytest.mark.parametrize(
    ("package", "version", "newest"),
    [("crawler", "c0030", "crawler_9"), ("alerts", "a0003", "alerts_12"), ("alerts", "alerts_999", "alerts_12")],
)
def test_a_store_of_an_unknown_version_is_refused_and_left_as_it_is(
    state: Path, package: str, version: str, newest: str
) -> None:
    set_version(state, package, version)
    database = Database.at(state / DATABASE)
    for refused in (database.migrate, database.check):
        with pytest.raises(StoreError) as caught:
            refused(*PACKAGES)
        assert str(caught.value) == (
            f"{state / DATABASE}: made by another Watchfloor (schema {version}, known here up to {newest}); run that "
            "one, restore a backup, or move the file away to begin anew"
        )
    with database.read() as connection:
        assert connection.execute(text(f"SELECT version_num FROM {package}_version")).scalar_one() == version
    database.close()


def test_nothing_is_migrated_where_one_package_is_unknown(tmp_path: Path) -> None:
    database = Database.at(tmp_path / DATABASE)
    database.migrate("alerts")
    set_version(tmp_path, "alerts", "alerts_999")
    with pytest.raises(StoreError, match="alerts_999"):
        database.migrate(*PACKAGES)
    with database.read() as connection:
        assert not connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'articles'")).all()
    database.close()


def test_a_reader_refuses_a_store_that_was_not_brought_up(tmp_path: Path) -> None:
    database = Database.at(tmp_path / DATABASE)
    database.migrate("crawler")
    database.close()
    with pytest.raises(StoreError, match="schema of no version, needed is alerts_12"), reading(tmp_path):
        pass


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_text("no database at all, but long enough to be read as one" * 50)
    with pytest.raises(StoreError, match="cannot be read as our store"), reading(tmp_path):
        pass
