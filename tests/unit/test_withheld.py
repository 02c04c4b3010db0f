"""What silences held back is known by story, also where the receiver's URL was changed since."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.rule import Config
from alerts.store import moved_targets, withheld
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step
from tests.unit.silenced import add

LINE = "{} held back by silence q1 (Noor: drill at Balad), until 14 Jun 19:00 Baghdad (16:00 UTC)"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    rules = rule("[militia]") + rule("[shells]", name="shells", severity="immediate")
    return desk(tmp_path, rules)


@pytest.fixture
def target(line: Connection, config: Config) -> str:
    """Return the target from which a silence held two stories back, one of them told by two reports."""
    add(line)
    step(line, config, "one", "A militia parades near Balad", 1)
    step(line, config, "two", "A militia parades near Balad", 2)
    step(line, config, "three", "Shells hit a depot of Balad, two contractors killed", 3)
    return config.receivers["console"].targets[0].id


def test_each_story_is_counted_once_and_the_gravest_is_named_first(line: Connection, target: str) -> None:
    assert [(each.severity, each.title) for each in withheld.held_back(line, ["q1"])] == [
        (Severity.IMMEDIATE, "Shells hit a depot of Balad, two contractors killed"),
        (Severity.PRIORITY, "A militia parades near Balad"),
    ]
    assert withheld.take_withheld(line, target, NOW, "Asia/Baghdad") == (
        LINE.format("2 stories"),
        "Held back: immediate Shells hit a depot of Balad, two contractors killed; priority A militia parades near Balad",
    )
    assert withheld.withheld_now(line) == {}


def test_a_message_names_only_what_was_held_back_since_the_last(line: Connection, target: str, config: Config) -> None:
    withheld.take_withheld(line, target, NOW, "UTC")
    step(line, config, "four", "Militia buys bread in a bakery of Balad", 10)
    count, named = withheld.take_withheld(line, target, NOW, "Asia/Baghdad")
    assert count == LINE.format("1 story")
    assert named == "Held back: priority Militia buys bread in a bakery of Balad"


def test_a_changed_url_is_told_which_stories_those_were(line: Connection, target: str) -> None:
    new = f"{target.rpartition('#')[0]}#another"
    moved_targets.move(line, target, new, NOW)
    assert withheld.take_withheld(line, target, NOW, "UTC") == ()
    count, named = withheld.take_withheld(line, new, NOW, "Asia/Baghdad")
    assert count == LINE.format("2 stories")
    assert named.startswith("Held back: immediate Shells")


def test_of_what_an_older_version_held_back_the_messages_are_counted(line: Connection, target: str) -> None:
    withheld.withhold(line, target, "q1")  # as if it had been before decisions kept the silence
    count, named = withheld.take_withheld(line, target, NOW, "Asia/Baghdad")
    assert count == LINE.format("4 messages")
    assert named.startswith("Held back: immediate Shells")
