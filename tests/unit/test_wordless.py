"""What has no words is read past the rules only where their files are those that a daemon put in force."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.cli import zone
from alerts.cli.wordless import wordless_in_force
from alerts.rule import Config, Wordless
from alerts.rules.config import load
from alerts.run.good_rules import keep
from alerts.run.wordless import FILE, keep_wordless, wordless_kept
from crawler.sources.outlets import NONE

ROOT = Path(__file__).parents[2]
MAIN = """\
version: 1
settings:
  timezone: Asia/Baghdad
  language: ar
  admin: desk
  notify: [desk]
  events: {alike: [[fire, raid]], lasting: {raid: [fire]}, developments: [fire], persons: [speaker]}
receivers: {desk: {urls: ["json://127.0.0.1:9/"]}}
include: [words.yaml, "more/*.yaml"]
"""
WORDS = """\
entities:
  baghdad: {label: Baghdad, aliases: [Baghdad], is_a: iraq}
  iraq: {aliases: [Iraq]}
  ali: {aliases: [Ali the spokesman], is_a: speaker}
lists: {militia: ["militia", "said by sources"], deed-fire: [fired], deed-raid: [raided]}
rules:
  - {id: militia, title: Militias, severity: priority, match: {any: ["$militia"]}}
"""
MORE = """\
sources:
  - {id: wire, name: Wire, url: "https://wire.example/a.xml", reliability: B, at_most: 6h}
  - {id: list, url: "https://list.example/l.json", kind: json, headers: {Authorization: "Bearer ${LIST_TOKEN}"},
     paths: {items: "rows", title: "t", url: "u"}, every: 90s, outlet_from: domain}
outlets: {paper.example: {name: Paper, owner: paper}}
"""
ENVIRON = {"LIST_TOKEN": "hunter2-hunter2"}


def write(place: Path) -> tuple[Path, Path, Config]:
    """Write rules and put them in force; return their file, the state directory and what was read."""
    rules, state = place / "rules.yaml", place / "var"
    state.mkdir()
    (place / "more").mkdir()
    for name, text in (
        ("rules.yaml", MAIN),
        ("words.yaml", WORDS),
        ("more/a.yaml", MORE),
        ("more/z.yaml", "lists: {}"),
    ):
        (place / name).write_text(text, encoding="utf-8")
    config = load(rules, environ=ENVIRON)
    keep(state, config)
    return rules, state, config


def contents(found: Wordless | None) -> tuple[object, ...]:
    assert found is not None
    own = [(each.outlets.by_name, each.outlets.by_address) for each in found.sources]
    return replace(found, outlets=NONE), found.outlets.by_name, found.outlets.by_address, own


def test_it_is_what_a_whole_reading_finds(tmp_path: Path) -> None:
    rules, state, config = write(tmp_path)
    found = wordless_kept(state, rules)
    assert contents(found) == contents(config.wordless)
    assert found is not None
    assert found.sources[1].headers
    assert found.sources[1].paths
    assert found.events.persons == {"ali"}
    assert found.events.lasting == {"raid": {"fire"}}
    assert [each.id for each in wordless_in_force(rules, state).sources] == ["wire", "list"]


def test_of_the_shipped_desk_too(tmp_path: Path) -> None:
    config = load(ROOT / "rules.yaml", resolve_secrets=False, read_urls=False, environ={})
    keep_wordless(tmp_path, config)
    assert len(config.sources) > 50
    assert config.events.wider
    assert contents(wordless_kept(tmp_path, ROOT / "rules.yaml")) == contents(config.wordless)


def test_no_secret_is_kept(tmp_path: Path) -> None:
    _, state, config = write(tmp_path)
    assert config.sources[1].secrets == ENVIRON
    assert "hunter2" not in (state / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["rules.yaml", "words.yaml", "more/a.yaml", "more/b.yaml"])
def test_any_other_file_means_that_all_is_read(name: str, tmp_path: Path) -> None:
    rules, state, _ = write(tmp_path)
    with (tmp_path / name).open("a", encoding="utf-8") as handle:
        handle.write("# a comment\n")
    assert wordless_kept(state, rules) is None
    assert [each.id for each in wordless_in_force(rules, state).sources] == ["wire", "list"]


def test_file_of_a_pattern_that_is_gone_means_that_all_is_read(tmp_path: Path) -> None:
    rules, state, _ = write(tmp_path)
    (tmp_path / "more" / "z.yaml").unlink()
    assert wordless_kept(state, rules) is None


def test_rules_never_in_force_are_read_whole(tmp_path: Path) -> None:
    rules, _, _ = write(tmp_path)
    assert wordless_kept(tmp_path / "other", rules) is None


def test_rules_that_were_saved_since_they_were_read_are_not_kept(tmp_path: Path) -> None:
    _, state, config = write(tmp_path)
    (tmp_path / "words.yaml").write_text(WORDS + "# a comment\n", encoding="utf-8")
    (state / FILE).unlink()
    keep_wordless(state, config)
    assert not (state / FILE).exists(), "its hash would stand for what was not read"


def _without_outlets(kept: dict[str, Any]) -> None:
    del kept["of"]["outlets"]


def _with_a_key(kept: dict[str, Any]) -> None:
    kept["of"]["sources"][0]["colour"] = "red"


def _without_a_key(kept: dict[str, Any]) -> None:
    del kept["of"]["sources"][0]["keep"]


def _with_another_event(kept: dict[str, Any]) -> None:
    kept["of"]["events"]["colours"] = []


def _without_an_event(kept: dict[str, Any]) -> None:
    del kept["of"]["events"]["labels"]


def _with_no_length(kept: dict[str, Any]) -> None:
    kept["of"]["sources"][0]["every"] = "soon"


@pytest.mark.parametrize(
    "change",
    [_without_outlets, _with_a_key, _without_a_key, _with_another_event, _without_an_event, _with_no_length],
)
def test_what_another_version_kept_is_passed_over(change: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    rules, state, _ = write(tmp_path)
    kept = json.loads((state / FILE).read_text(encoding="utf-8"))
    change(kept)
    (state / FILE).write_text(json.dumps(kept), encoding="utf-8")
    assert wordless_kept(state, rules) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"files": 1}'])
def test_what_is_no_such_file_is_passed_over(text: str, tmp_path: Path) -> None:
    rules, state, _ = write(tmp_path)
    (state / FILE).write_text(text, encoding="utf-8")
    assert wordless_kept(state, rules) is None


def test_faulty_rules_show_what_was_in_force_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, state, _ = write(tmp_path)
    (tmp_path / "words.yaml").write_text(WORDS.replace("priority", "dire"), encoding="utf-8")
    assert [each.id for each in wordless_in_force(rules, state).sources] == ["wire", "list"]
    assert "has 1 error (watchfloor check); shown by the rules last in force" in capsys.readouterr().err


def test_the_zone_of_what_was_put_in_force_is_kept_for_commands_that_need_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, state, config = write(tmp_path)
    assert zone.KEPT == FILE
    monkeypatch.setattr(zone, "_written", lambda _: "UTC")
    assert zone.desk_zone(rules, state) == config.timezone == "Asia/Baghdad"
    rules.write_text(MAIN.replace("Asia/Baghdad", "Asia/Tehran"), encoding="utf-8")
    assert zone.desk_zone(rules, state) == "UTC", "the file is another now, so it is read itself"
