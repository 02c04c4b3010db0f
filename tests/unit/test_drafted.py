"""Where a rule that is tried would be saved: in its place, in a file of its own, or behind the rule of its topic."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from alerts.rules import config as configuration
from alerts.rules.drafts import NoDraft
from alerts.run.drafted import Drafted, drafted
from alerts.run.replacing import CannotReplace, create_file

HEAD = """version: 1
settings: {admin: r}
include: ["rules/*.yaml"]
sources: [{id: w, url: "https://w.example/"}]
receivers: {r: {urls: ["json://127.0.0.1:9/"]}}
lists: {ships: [tanker], bases: [air base], banks: [bank]}
"""
SCHEMA = "# yaml-language-server: $schema=../included.schema.json\n"
KEYS = "    severity: routine\n    notify: [r]\n"
NEW = "- id: seas\n  title: Seas\n  pir: trade\n  match: [$ships]\n  severity: routine\n  notify: [r]\n"


def rule(name: str, match: str) -> str:
    return f"  - id: {name}\n    title: {name}\n    match: [{match}]\n{KEYS}"


def tried(place: Path, text: str, **files: str) -> Drafted:
    (place / "rules").mkdir(parents=True)
    (place / "rules.yaml").write_text(files.pop("own", HEAD))
    for name, content in files.items():
        (place / "rules" / f"{name}.yaml").write_text(content)
    folder = place / "tried"
    folder.mkdir()
    return drafted(place / "rules.yaml", text, folder, partial(configuration.load, environ={}))


def test_a_new_rule_has_a_file_of_its_own_where_the_others_have(tmp_path: Path) -> None:
    files = {"bases": f"{SCHEMA}rules:\n{rule('bases', '$bases')}", "zz": f"rules:\n{rule('zz', '$banks')}"}
    made = tried(tmp_path, NEW, **files)
    assert (made.file, made.beside, made.before) == ("rules/seas.yaml", "rules/bases.yaml", "")
    assert made.after == f"{SCHEMA}rules:\n" + "".join(f"  {line}\n" for line in NEW.splitlines())
    assert made.patch.splitlines()[:2] == ["--- /dev/null", "+++ b/rules/seas.yaml"]
    assert [each.id for each in made.config.rules] == ["bases", "seas", "zz"]
    with pytest.raises(NoDraft, match=r"the rule, line 3: .*colour"):
        tried(tmp_path / "wrong", NEW.replace("pir:", "colour:"), **files)
    in_force = tried(tmp_path / "known", NEW.replace("seas", "zz"), **files)
    assert (in_force.file, in_force.beside) == ("rules/zz.yaml", "")


@pytest.mark.parametrize("new", [NEW, NEW.replace("match: [$ships]", "match: [oil]").replace("trade", "shipping")])
def test_a_new_rule_stands_behind_the_one_of_its_topic(tmp_path: Path, new: str) -> None:
    at_sea = rule("at-sea", "$ships").replace("    match", "    pir: shipping\n    match")
    files = {"topics": f"rules:\n{at_sea}{rule('bases', '$bases')}", "zz": f"rules:\n{rule('zz', '$banks')}"}
    made = tried(tmp_path, new, **files)
    assert (made.file, made.beside) == ("rules/topics.yaml", "")
    assert [each.id for each in made.config.rules] == ["at-sea", "seas", "bases", "zz"]


def test_a_new_rule_of_no_topic_stands_last(tmp_path: Path) -> None:
    own = f"{HEAD}rules:\n{rule('bases', '$bases')}{rule('banks', '$banks')}"
    made = tried(tmp_path, NEW, own=own.replace('include: ["rules/*.yaml"]\n', ""))
    assert made.file == "rules.yaml"
    assert [each.id for each in made.config.rules] == ["bases", "banks", "seas"]


def test_a_file_is_made_like_the_one_beside_it_and_never_over_another(tmp_path: Path) -> None:
    beside, new = tmp_path / "a.yaml", tmp_path / "b.yaml"
    beside.write_bytes(b"a")
    beside.chmod(0o640)
    with pytest.raises(CannotReplace, match="saved by somebody else"):
        create_file(new, b"b", beside, b"other")
    create_file(new, b"b", beside, b"a")
    assert (new.read_bytes(), new.stat().st_mode & 0o777, new.stat().st_nlink) == (b"b", 0o640, 1)
    with pytest.raises(CannotReplace, match="made by somebody else"):
        create_file(new, b"c", beside, b"a")
    assert new.read_bytes() == b"b"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.yaml", "b.yaml"]
