"""Which outlets a silence may be on: those of the rules, those of stored articles, and hosts, with a note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.cli.silence_add import add
from crawler.store.db import DATABASE, Database
from tests.migrated import new_store
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step

NOTE = "note: no source in rules.yaml goes by"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    made = new_store(tmp_path / DATABASE)
    yield made
    made.close()


def silenced(tmp_path: Path, outlet: str) -> Result:
    where = ["-c", str(tmp_path / "rules.yaml"), "--state-dir", str(tmp_path)]
    return CliRunner().invoke(add, [*where, "--outlet", outlet, "--for", "4h", "--reason", "x", "--by", "Noor"])


@pytest.mark.parametrize(
    ("outlet", "code", "said"),
    [
        ("wire", 0, ""),
        ("WIRE", 0, ""),
        ("wire.example", 0, ""),
        ("Wired", 1, 'there is no outlet "Wired" (did you mean "Wire"?); write its name'),
        ("Basra Desk", 1, 'there is no outlet "Basra Desk"; write its name, the id of its source, or the host'),
        ("basra-desk.example", 0, NOTE),
    ],
)
def test_an_outlet_that_nobody_knows_is_refused(
    tmp_path: Path, store: Database, outlet: str, code: int, said: str
) -> None:
    config = desk(tmp_path, rule("{any: [militia]}"))
    with store.write() as connection:
        step(connection, config, "wire", "Militia moves", int((datetime.now(UTC) - NOW).total_seconds() / 60) - 30)
    done = silenced(tmp_path, outlet)
    assert (done.exit_code, said in done.stderr) == (code, True), done.output
    assert said or not done.stderr


def test_where_nothing_is_stored_any_name_is_taken_with_a_note(tmp_path: Path, store: Database) -> None:
    desk(tmp_path, rule("{any: [militia]}"))
    done = silenced(tmp_path, "Basra Desk")
    assert done.exit_code == 0, done.output
    assert f"{NOTE} Basra Desk" in done.stderr
