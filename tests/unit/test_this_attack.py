"""Who told an earlier attack lends no origin and no reliability to a second one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.decide.this_attack import stories_of_attack
from alerts.event import Report
from alerts.rule import Config
from alerts.standing import Standing
from alerts.store import decisions
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, REPEAT, reasons
from tests.unit.settled import step
from tests.unit.shipped import read, shipped

SECOND = "Second strike by Iran hits US base in Kuwait"
ELSEWHERE = "American base in Jordan hit by Iran, officials confirm"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return made(tmp_path, rule(ANY))


def made(place: Path, rules: str) -> Config:
    """Return a desk that reads events, and words that say of a deed that it is another."""
    again = EVENTS.replace("}", ", again: more-of-it}")
    return desk(place, rules, f"freshness: 48h, {again}", LISTS + '  more-of-it: ["second", "another", "again"]\n')


def told(connection: Connection, config: Config, source: str, title: str, minutes: int) -> tuple[list[str], Standing]:
    """Return the reasons of what was decided on an article, and the standing of the alert on it."""
    result = step(connection, config, source, title, minutes)
    story = result.decided[-1][0].placement.story
    alert = decisions.load_alert(connection, story, decisions.last_alert_revision(connection, story))
    return reasons(result), alert.standing


@pytest.mark.parametrize("title", [SECOND, ELSEWHERE])
def test_a_second_attack_has_only_the_origins_that_tell_it(line: Connection, config: Config, title: str) -> None:
    told(line, config, "one", FIRST, 0)
    _, first = told(line, config, "two", REPEAT, 5)
    assert (first.origins, first.number) == (("one", "two"), 2)
    reason, second = told(line, config, "three", title, 30)
    assert (reason, second.origins, second.number) == (["another"], ("three",), 3)


@pytest.mark.parametrize(
    "title",
    [
        "Another Iran strike on American base in Kuwait, say troops",
        "Second Iran strike in a day: US base in Kuwait hit",
    ],
)
def test_whoever_confirms_the_second_attack_counts_for_it(line: Connection, config: Config, title: str) -> None:
    told(line, config, "one", FIRST, 0)
    told(line, config, "two", SECOND, 30)
    _, second = told(line, config, "three", title, 40)
    assert second.origins == ("two", "three")


def test_a_rule_that_asks_for_two_origins_waits_for_the_second_attack_too(line: Connection, tmp_path: Path) -> None:
    config = made(tmp_path, rule(ANY).replace("mode:", "when: {origins: 2}, mode:"))
    step(line, config, "one", FIRST, 0)
    step(line, config, "two", REPEAT, 5)
    assert reasons(step(line, config, "three", SECOND, 30)) == ["waiting"]


def test_who_says_more_of_the_same_attack_still_confirms_it(line: Connection, config: Config) -> None:
    told(line, config, "one", FIRST, 0)
    told(line, config, "two", REPEAT, 5)
    told(line, config, "three", SECOND, 30)
    reason, more = told(line, config, "four", "Iran strike on US base in Kuwait kills three, general says", 40)
    assert reason != ["another"]
    assert {"one", "two", "four"} <= {*more.origins}


def report(seq: int, title: str) -> Report:
    return Report(seq, f"s{seq}", "t", f"w{seq}", title, NOW, read(title))


def test_the_shipped_desk_tells_a_second_attack_from_the_first() -> None:
    first = [
        report(1, "Drones hit Ain al-Asad air base in Iraq, two US soldiers killed"),
        report(2, "Two US soldiers killed in drone attack on Ain al-Asad"),
        report(3, "Death toll in Ain al-Asad attack rises to four"),
    ]
    second = report(4, "Second attack on Ain al-Asad: drones hit base again hours after first")
    settings = shipped().events
    assert stories_of_attack(second, [*first, second], settings) == frozenset({"s4"})
    for each in first:
        assert stories_of_attack(each, [*first, second], settings) is None


def test_words_that_name_no_site_are_of_the_attack_that_was_told_before() -> None:
    """The second of the first two is like both, by its place and its deed; what came before it says of which it is."""
    market = [
        report(1, "Truck bomb kills nine in Baghdad market"),
        report(2, "Nine killed as truck bomb hits Baghdad market"),
    ]
    embassy = [
        report(3, "Rockets hit US embassy in Baghdad"),
        report(4, "US embassy in Baghdad hit by rockets, officers say"),
    ]
    settings = shipped().events
    assert stories_of_attack(embassy[0], [*market, embassy[0]], settings) == frozenset({"s3"})
    assert stories_of_attack(embassy[1], [*market, *embassy], settings) == frozenset({"s3", "s4"})
    assert stories_of_attack(market[1], market, settings) is None
