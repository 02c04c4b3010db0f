"""What `watchfloor backtest` says of an archive that is young, and of rules that fail their own tests."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.cli.backtest import command
from alerts.cli.check import command as check
from crawler.store.db import DATABASE
from tests.migrated import new_store
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step


@pytest.mark.parametrize(
    ("minutes", "said"), [(12 * 60, "too little news stored for a rate: 12 h"), (25 * 60, "1 day")]
)
def test_a_rate_takes_a_day_of_news(tmp_path: Path, minutes: int, said: str) -> None:
    config = desk(tmp_path, rule("{any: [militia]}"))
    database = new_store(tmp_path / DATABASE)
    ago = (datetime.now(UTC) - NOW).total_seconds() / 60 - minutes
    with database.write() as connection:
        step(connection, config, "wire", "Militia moves", int(ago))
    database.close()
    asked = ["-c", str(tmp_path / "rules.yaml"), "--state-dir", str(tmp_path), "--since", "9d"]
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 0, done.output
    assert f"1 match of 1 rule on 1 article, {said}" in done.output
    assert ("1.0 a day" in done.output) == (minutes > 24 * 60)
    checked = CliRunner().invoke(check, asked[:4])
    assert checked.exit_code == 0, checked.output
    rate = "about 1 match a day on your last 7 days" if minutes > 24 * 60 else f"1 match, {said}"
    assert checked.output.endswith(f"0 tests hold, {rate}\n")
    (row,) = json.loads(CliRunner().invoke(command, [*asked, "--json"]).output)["rules"]
    assert row == {"rule": "r", "matches": 1, "per_day": None if minutes < 24 * 60 else 1.0}


def test_a_rule_that_fails_its_own_tests_is_named(tmp_path: Path) -> None:
    tested = rule("{any: [militia]}").replace("mode: live", 'mode: live, tests: {match: ["Quiet day"]}')
    desk(tmp_path, tested)
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"title": "Militia moves"}\n', encoding="utf-8")
    done = CliRunner().invoke(command, ["-c", str(tmp_path / "rules.yaml"), "--from", str(lines)])
    assert done.exit_code == 0, done.output
    assert 'test of rule "r" failed: expected a match, got none, for "Quiet day"' in done.output


def test_files_that_both_rules_include_are_named_as_what_cannot_differ(tmp_path: Path) -> None:
    now, lines = tmp_path / "desk", tmp_path / "a.jsonl"
    (now / "rules").mkdir(parents=True)
    desk(now, rule("{any: [militia]}"))
    main = now / "rules.yaml"
    main.write_text(main.read_text(encoding="utf-8").replace("version: 1", "version: 1\ninclude: [rules/*.yaml]"))
    for name in ("a", "b", "c", "d"):
        (now / "rules" / f"{name}.yaml").write_text(f"lists: {{{name}: [word]}}\n", encoding="utf-8")
    lines.write_text('{"title": "Militia moves"}\n', encoding="utf-8")
    shutil.copytree(now, tmp_path / "before")
    shutil.copy(main, now / "old.yaml")
    added = "rules:\n  - {id: new, title: New, notify: [console], severity: routine, match: {any: [moves]}}\n"
    (now / "rules" / "e.yaml").write_text(added, encoding="utf-8")
    asked = ["-c", str(main), "--from", str(lines), "--against"]
    alone = CliRunner().invoke(command, [*asked, str(now / "old.yaml")])
    assert "0 rules differ on 1 article" in alone.stdout
    assert alone.stderr.startswith("note: both include the same 5 files (a.yaml, b.yaml, c.yaml and 2 more)")
    assert "copy of the whole folder" in alone.stderr
    whole = CliRunner().invoke(command, [*asked, str(tmp_path / "before" / "rules.yaml")])
    assert "1 rule differs on 1 article" in whole.stdout
    assert not whole.stderr
