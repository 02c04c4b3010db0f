"""The JSON Schemas that editors use: the shipped files are valid, and a mistake that a schema can see is seen."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from alerts.rules.schema import included_schema, schema
from crawler.config.yamlfile import Mapping, Node, Problems, Scalar, read_yaml

ROOT = Path(__file__).parents[2]
MISTAKES = Path(__file__).parents[1] / "config"
SHIPPED = [ROOT / "rules.yaml", *sorted((ROOT / "deploy" / "desk").rglob("*.yaml"))]
NO_YAML = {  # the editor's parser reports these itself
    "bare-anchor",
    "bare-bang",
    "bare-star",
    "colon-in-text",
    "control-character",
    "duplicate-key",
    "empty",
    "indentation",
    "malformed-token",
    "merge-key",
    "open-bracket",
    "open-quote",
    "tab",
    "two-documents",
}
NOT_SEEN = {
    # names that must exist, and names or addresses that stand twice
    *("bad-admin", "duplicate-alias", "duplicate-rule", "duplicate-source", "filter-circle"),
    *("is-a-circle", "name-twice", "notifies-nobody", "notify-of-settings", "unknown-name", "unknown-receiver"),
    *("within-unknown-place", "within-without-coordinates", "reach-without-point"),
    # what an Apprise URL may hold, a time zone, a variable of the environment
    *("dropped-recipient", "mail-parameter", "mail-recipient", "mail-two-recipients", "slack-channel-name"),
    *("two-addresses", "unknown-scheme", "unset-secret", "bad-timezone", "bad-store", "secret-of-store-unset"),
    # what words mean
    *("failing-test", "only-none", "paradigm-in-name", "wrong-paradigm"),
    # words that only YAML 1.1 takes for a truth value
    "truth-value",
}


@cache
def validator(*, included: bool) -> Draft7Validator:
    made = included_schema() if included else schema()
    Draft7Validator.check_schema(made)
    return Draft7Validator(made)


def value(node: Node | None) -> Any:
    """Return what an editor makes of a node, by YAML 1.2: there no, on and 12:30 are texts."""
    if isinstance(node, Mapping):
        return {key.text: value(each) for key, each in node.pairs}
    if not isinstance(node, Scalar):
        return [value(each) for each in node.items] if node else None
    if node.kind in {"int", "float"} and re.fullmatch(r"[-+]?\d+(\.\d+)?", node.text):
        return float(node.text) if "." in node.text else int(node.text)
    plain = {"true": True, "false": False, "null": None, "~": None, "": None}
    return plain.get(node.text, node.text) if node.kind in {"bool", "null"} else node.text


def faults(text: str, *, included: bool = False) -> list[str]:
    root = read_yaml(text, "rules.yaml", Problems())
    return [
        f"{'/'.join(map(str, each.path))}: {each.message}"
        for each in validator(included=included).iter_errors(value(root))
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_file_is_valid_by_the_schema_that_its_first_line_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named, "its first line names no schema"
    included = path.name != "rules.yaml"
    assert (path.parent / named[1]).resolve() == ROOT / "deploy" / (
        "included.schema.json" if included else "rules.schema.json"
    )
    assert faults(text, included=included) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in MISTAKES.glob("*.yaml") if path.stem not in NO_YAML))
def test_mistake_is_seen_in_the_editor_where_a_schema_can(name: str) -> None:
    found = faults((MISTAKES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert bool(found) == (name not in NOT_SEEN), found


INCLUDED = {
    "a section of the main file": "settings: {timezone: UTC}\n",
    "a misspelt section": "list: {a: [b]}\n",
    "a name in capitals": "lists: {Militia: [b]}\n",
    "a name in a list": 'lists: {a: ["$b"]}\n',
    "a duration without a unit": 'sources: [{id: a, url: "https://a.example/", every: 5}]\n',
    "a duration in words": 'sources: [{id: a, url: "https://a.example/", every: 5 min}]\n',
    "no duration at all, where it may not be 0": 'sources: [{id: a, url: "https://a.example/", every: 0}]\n',
    "an address without a scheme": "sources: [{id: a, url: a.example/rss}]\n",
    "an unknown severity": "rules: [{id: a, title: A, match: [b], severity: urgent}]\n",
    "an unknown severity among the steps": "rules: [{id: a, title: A, match: [b], severity: {high: 3}}]\n",
    "an unknown severity of the scale": "scale: [{severity: high, why: a, if: [b]}]\n",
    "an unknown operator": "rules: [{id: a, title: A, match: {any_of: [b]}, severity: flash}]\n",
    "an operator's key": "filters: {a: {near: {terms: [a, b], whithin: 3}}}\n",
    "an unknown standing": "filters: {a: {event: {deed: [strike], standing: [told]}}}\n",
    "a kind with a blank": "entities: {a: {aliases: [b], is_a: iraqi militia}}\n",
    "an unknown way to match": "entities: {a: {aliases: [b], fuzzy: on}}\n",
    "a receiver's name with a sign": 'rules: [{id: a, title: A, match: [b], severity: flash, notify: ["#desk"]}]\n',
}


@pytest.mark.parametrize("text", INCLUDED.values(), ids=INCLUDED)
def test_mistake_in_an_included_file_is_seen(text: str) -> None:
    assert faults(text, included=True)


def test_durations_of_any_kind_are_valid() -> None:
    head = 'version: 1\nreceivers: {console: {urls: ["console://"]}}\n'
    assert faults(f"{head}settings: {{freshness: 48h, backfill: 0, host_apart: 0}}\n") == []
    assert faults(f"{head}settings: {{freshness: 48}}\n")
