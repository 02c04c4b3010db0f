"""The documents tell the truth: examples load, every key and operator is named, the schema is current."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.alert import Scope
from alerts.board.page import Order, Tool
from alerts.board.registry import ORDERS, TOOLS
from alerts.receivers.watchslack import ACKS
from alerts.rules.config import load
from alerts.rules.event_operator import EVENT
from alerts.rules.groups import AT_LEAST, NEAR, SAME
from alerts.rules.lint import failed_tests
from alerts.rules.operators import WRITABLE
from alerts.rules.schema import included_schema, schema
from alerts.rules.tables import BOOST, ENTITY, FILE, RECEIVER, RULE, SCORE, SETTINGS, TESTS, WHEN
from alerts.rules.text_operators import LIKE
from alerts.rules.within import WITHIN
from alerts.run.metrics import METRICS
from crawler.config.sources import SOURCE_KEYS
from tests.e2e.slackapi import SCOPES

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
FORMS: list[Order | Tool] = [*ORDERS, *TOOLS]
EXAMPLES = re.findall(r"```yaml\n(.*?)```", RULES, re.DOTALL)
HEAD = """\
version: 1
sources: [{id: wire, url: "https://wire.example/rss.xml"}]
receivers: {console: {urls: ["console://"]}}
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_example_loads_and_its_tests_hold(tmp_path: Path, example: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(HEAD + example, encoding="utf-8")
    assert failed_tests(load(path, environ={})) == []


@pytest.mark.parametrize("form", FORMS, ids=[each.path for each in FORMS])
def test_each_form_that_a_program_may_send_is_described_with_its_fields(form: Order | Tool) -> None:
    board = (ROOT / "docs" / "board.md").read_text(encoding="utf-8")
    programs = board[board.index("## For programs") :]
    (told,) = [line for line in programs.splitlines() if f"`{form.path}`" in line or f"`POST {form.path}`" in line]
    assert [name for name in form.fields if f"`{name}`" not in told] == []


def _readme_example() -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    return str(example)


def test_readme_example_loads_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(_readme_example(), encoding="utf-8")
    config = load(path, environ={})
    assert failed_tests(config) == []
    assert len(config.rules) == 1


def test_readme_rule_joins_the_shipped_desk_where_the_readme_says(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ((name, folder),) = re.findall(r"save its part from `rules:` on as `(.*?)` in `(.*?)`", readme)
    shutil.copy(ROOT / "rules.yaml", tmp_path)
    shutil.copytree(ROOT / "deploy" / "desk", tmp_path / "deploy" / "desk")
    _, start, rules = _readme_example().partition("\nrules:\n")
    (tmp_path / folder / name).write_text(f"{start.lstrip()}{rules}", encoding="utf-8")
    desk = load(tmp_path / "rules.yaml", environ={})
    assert "shared-base" in {rule.id for rule in desk.rules}
    assert [each for each in failed_tests(desk) if "shared-base" in str(each)] == []


def test_readme_counts_the_desk_as_it_is() -> None:
    desk = load(ROOT / "rules.yaml", environ={})
    counted = f"{len(desk.rules)} rules over {len(desk.entities)} names"
    assert counted in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_desks_topics_and_their_filters_are_listed_as_they_are() -> None:
    told = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    listed = {
        name: re.findall("`(.*?)`", row) for name, row in re.findall(r"(?m)^\| `([\w-]+\.yaml)` \| (.*?): ", told)
    }
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "deploy/desk/kinds").iterdir()}
    assert listed == {
        name: re.findall(r"(?m)^  ([\w-]+):", text.partition("\nfilters:")[2]) for name, text in kept.items()
    }


def test_every_key_and_operator_is_in_the_reference() -> None:
    tables = (
        FILE,
        SETTINGS,
        RECEIVER,
        ENTITY,
        RULE,
        SCORE,
        BOOST,
        TESTS,
        WHEN,
        AT_LEAST,
        NEAR,
        SAME,
        LIKE,
        EVENT,
        WITHIN,
    )
    keys = {key.name for table in tables for key in table.keys} | {key.name for key in SOURCE_KEYS} | set(WRITABLE)
    words = set(re.findall(r"[a-z_]+", RULES))
    assert keys - words == set()


def test_every_behaviour_of_collecting_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (T?\d+) [^|]*\| (.+) \|$", (ROOT / "docs" / "collecting.md").read_text(), re.MULTILINE)
    behaviours = {str(number) for number in range(1, 27)}
    threats = {f"T{number:02}" for number in (*range(1, 19), 37, 40, 43)}
    assert {name for name, _ in rows} == behaviours | threats
    for name, tests in rows:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)
        assert named or tests.startswith("the line"), name
        for path, test in named:
            assert re.search(rf"^def {test}\(", (ROOT / "tests" / path).read_text(encoding="utf-8"), re.MULTILINE), test


def test_slack_example_loads_and_names_every_scope_and_reaction(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "receivers.md").read_text(encoding="utf-8")
    path = tmp_path / "rules.yaml"
    rule = "rules: [{id: r, title: T, match: [x], severity: priority, notify: [watch-floor]}]\n"
    examples = re.findall(r"^```yaml\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    example = next(each for each in examples if "watchslack://" in each)
    path.write_text(
        f'version: 1\nsettings: {{admin: watch-floor}}\nsources: [{{id: w, url: "https://w.example/"}}]\n{example}{rule}',
        encoding="utf-8",
    )
    config = load(path, environ={"SLACK_BOT_TOKEN": "xoxb-not-a-token-of-anyone"})
    assert config.receivers["watch-floor"].targets[0].can_ack
    assert {name for name in (*SCOPES, *ACKS) if f"`{name}`" not in text} == set()


@pytest.mark.parametrize(("name", "made"), [("rules", schema), ("included", included_schema)])
def test_committed_schema_is_current(name: str, made: Callable[[], dict[str, Any]]) -> None:
    committed = json.loads((ROOT / "deploy" / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(made())), f"write deploy/{name}.schema.json anew: watchfloor schema -h"


def test_officers_guide_names_every_option_of_a_silence_and_every_prefix_of_a_title() -> None:
    guide = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8")
    named = {f"--{scope.value}" for scope in Scope} | {
        "UPDATE",
        "ESCALATED",
        "(possible repeat)",
        "--for",
        "--until",
        "--by",
    }
    assert [each for each in named if each not in guide] == []


def test_every_metric_is_explained() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `watchfloor_")]
    named: list[str] = []
    for row in rows:
        first = ""
        for word in re.findall(r"`([\w{},]+)`", row.split("|")[1]):
            name = word.partition("{")[0]
            base = first.removesuffix("_length").removesuffix("_age_seconds")
            named.append(name if name.startswith("watchfloor") else f"{base}{name}")
            first = first or name
    assert sorted(named) == sorted(METRICS)
