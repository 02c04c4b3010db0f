"""What changed rules would have told: each story once a target, not what it was told, nor what its condition withholds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.line.rematch import missed
from alerts.rule import Config
from alerts.rules.match import Matcher
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step

BRIDGE, DRILL = "Militia closes a bridge over the Tigris near Balad", "Militia drill at Samarra shown on television"
BOTH = "A bridge over the Tigris near Balad is closed by militia"


def listed(line: Connection, config: Config) -> list[tuple[str, list[str]]]:
    found = missed(line, config, Matcher(config), NOW - timedelta(days=1))
    return [(each.revision.article.title, [match.rule for match in each.matches]) for each in found]


def when(text: str) -> str:
    return text.replace("mode:", "when: {origins: 2}, mode:")


def test_what_was_told_is_not_listed_and_what_was_not_is(tmp_path: Path, line: Connection) -> None:
    before = desk(tmp_path, rule("[bridge]"))
    for minutes, title in enumerate((BRIDGE, DRILL)):
        step(line, before, "wire", title, minutes)
    assert listed(line, before) == []
    assert listed(line, desk(tmp_path, rule("[bridge]") + rule("[militia]", name="all"))) == [
        (BRIDGE, ["r", "all"]),  # told under another rule only: this one is new
        (DRILL, ["all"]),
    ]
    assert listed(line, desk(tmp_path, rule("[bridge]") + rule("[militia]", name="all", mode="shadow"))) == []


def test_condition_on_the_thread_withholds_here_too(tmp_path: Path, line: Connection) -> None:
    before = desk(tmp_path, rule("[bridge]"))
    for minutes, title in enumerate((BRIDGE, DRILL)):
        step(line, before, "wire", title, minutes)
    after = desk(tmp_path, rule("[bridge]") + when(rule("[militia]", name="all")))
    assert listed(line, after) == []
    step(line, before, "daily", BOTH, 5, "A second outlet tells it in its own words and names the mayor as its source.")
    assert [(title, "all" in rules) for title, rules in listed(line, after)] == [(BRIDGE, True), (BOTH, True)]
