"""What a reload changed, by name and key, and the difference of the texts without secrets."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from alerts.rule import Config
from alerts.rules.changes import OF_BOARD, changes, difference
from alerts.rules.config import load
from crawler.config.served import BOARD_KEYS
from crawler.config.settings import BoardSettings

RULES = """\
version: 1
settings: {admin: hook, notify: [hook], backfill: 1h, events: {within: {iran: [basra]}, again: verbs}}
sources:
  - {id: a, name: A, url: "https://a.example/feed", lang: en}
  - {id: b, name: B, url: "https://b.example/feed", lang: en}
entities:
  basra: {aliases: [Basra]}
lists:
  party-iran: [Iran]
  verbs: [strikes, hits]
receivers:
  hook: {urls: ["json://hook.example/x"]}
  more: {urls: ["json://more.example/x"]}
rules:
  - {id: one, title: One, match: militia, severity: priority}
  - {id: two, title: Two, match: {all: [$basra, $verbs]}, severity: by-scale}
  - {id: three, title: Three, match: {any: [{regex: "dro[n]es?"}, {near: {terms: [oil, field], within: 5}}]}, severity: flash}
scale:
  - {if: killed, severity: flash, why: deaths}
"""
CHANGES = [
    ("# a comment\n", [], "version: 1\n", "version: 1\n# a comment\n"),
    (
        "a rule",
        ["rule one: changed match, severity"],
        "match: militia, severity: priority",
        "match: convoy, severity: flash",
    ),
    ("deep in a rule", ["rule two: changed match"], "{all: [$basra, $verbs]}", "{all: [$basra]}"),
    ("a term of a list", ["list verbs: changed terms"], "[strikes, hits]", "[strikes, hit]"),
    ("an alias", ["entity basra: changed aliases"], "aliases: [Basra]", "aliases: [Basra, Basrah]"),
    (
        "an entity, which settings.events does not name",
        ["entity port: added"],
        "entities:\n",
        "entities:\n  port: {is_a: basra, aliases: [Umm Qasr]}\n",
    ),
    ("how events are joined", ["settings: changed events"], "again: verbs", "everyday: verbs"),
    ("a title", ["rule one: changed title"], "title: One,", "title: First,"),
    ("who is told", ["rule two: changed notify"], "severity: by-scale}", "severity: by-scale, notify: [more]}"),
    ("a source's address", ["source b: changed url"], "b.example/feed", "b.example/rss"),
    ("the scale", ["scale: changed"], "why: deaths", "why: killed"),
    (
        "a setting of the board",
        ["settings: changed board_url"],
        "backfill: 1h",
        'backfill: 1h, board_url: "https://board.example"',
    ),
    ("a setting", ["settings: changed backfill, canary"], "backfill: 1h", "backfill: 2h, canary: 0"),
    ("a receiver", ["receiver hook: changed targets"], "hook.example/x", "hook.example/y"),
    (
        "who publishes what others carry",
        ["outlet paper.example: added"],
        "rules:\n",
        "outlets: {paper.example: {name: Paper, owner: paper}}\nrules:\n",
    ),
    ("names", ["source c: added", "source b: removed"], "id: b,", "id: c,"),
]


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    return load(path, environ={})


@pytest.mark.parametrize(("name", "expected", "before", "after"), CHANGES, ids=[each[0] for each in CHANGES])
def test_each_change_is_named(tmp_path: Path, name: str, expected: list[str], before: str, after: str) -> None:
    assert before in RULES
    old = read(tmp_path, RULES)
    assert list(changes(old, read(tmp_path, RULES.replace(before, after)))) == expected


SHOWN = [
    (
        '  - {id: a, url: "https://a.example/feed?x=1&y=${Y}"}',
        '  - {id: a, url: "https://a.example/feed?x=***&y=${Y}"}',
    ),
    ('    url: "tgram://123456789:AAabcdefghijk/99"', '    url: "tgram://***"'),
    ('receivers: {desk: {url: "https://hooks.example/T1/B2"}}', 'receivers: {desk: {url: "https://***"}}'),
    ('  hook: {urls: ["tgram://${BOT}/AAabc/${CHAT}"]}', '  hook: {urls: ["tgram://${BOT}/***/${CHAT}"]}'),
    ("    url: https://u:hunter22@a.example/feed", "    url: https://***@a.example/feed"),
    ('  hook: {urls: ["https://hooks.example/T1/B2"]}', '  hook: {urls: ["https://***"]}'),
    ('    - "watchslack://xoxb-1/C0"', '    - "watchslack://***"'),
    ('  hook: {urls: ["${WATCH_URL}", "json://${HOST}/x"]}', '  hook: {urls: ["${WATCH_URL}", "json://${HOST}/***"]}'),
    ("settings: {heartbeat: https://hc.example/uuid, admin: hook}", "settings: {heartbeat: https://***, admin: hook}"),
    ("  notes: ask for watchword", "  notes: ask for ***"),
]


@pytest.mark.parametrize(("line", "shown"), SHOWN)
def test_a_difference_shows_the_addresses_of_sources_and_no_others(line: str, shown: str) -> None:
    made = difference({"rules.yaml": "sources:\n"}, {"rules.yaml": f"sources:\n{line}\n"}, ("watchword",))
    assert made.splitlines()[-1] == f"+{shown}"


def test_files_that_came_and_went_are_in_the_difference() -> None:
    made = difference({"a.yaml": "x: 1", "same.yaml": "z: 1"}, {"b.yaml": "y: 1", "same.yaml": "z: 1"})
    assert "--- before/a.yaml\n+++ after/a.yaml\n@@ -1 +0,0 @@\n-x: 1" in made
    assert "+y: 1" in made
    assert "same.yaml" not in made


def test_every_setting_of_the_board_is_named_by_its_key() -> None:
    assert set(OF_BOARD) == {each.name for each in fields(BoardSettings)}
    assert set(OF_BOARD.values()) == {each.name for each in BOARD_KEYS}
