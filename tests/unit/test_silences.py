"""Silences: what each kind holds, until when; what they held back is counted and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Scope, Silence
from alerts.decide.silences import silenced
from alerts.line.silences import tell_ended
from alerts.rules.match import Matcher
from alerts.store import outbox, silences, withheld
from tests.migrated import new_store
from tests.unit.desk import NOW, article, desk, revision, rule
from tests.unit.silenced import add

RULES = rule('["$militia-group"]', name="groups") + rule("[drone*]", name="drones")
TITLE = "Kata'ib Hizballah drones reach al-Balad"
HOUR = timedelta(hours=1)

HOLDS = [
    (Scope.RULE, "groups", ["drones"]),
    (Scope.RULE, "other", ["groups", "drones"]),
    (Scope.STORY, "s1", []),
    (Scope.STORY, "s2", ["groups", "drones"]),
    (Scope.THREAD, "t1", []),
    (Scope.THREAD, "s1", ["groups", "drones"]),
    (Scope.OUTLET, "WIRE", []),
    (Scope.OUTLET, "wire.example", []),
    (Scope.OUTLET, "www.wire.example", ["groups", "drones"]),
    (Scope.OUTLET, "example", ["groups", "drones"]),
    (Scope.ENTITY, "kataib-hezbollah", []),
    (Scope.ENTITY, "militia-group", []),
    (Scope.ENTITY, "pmf", ["groups", "drones"]),
    (Scope.TEXT, "DRONES reach", []),
    (Scope.TEXT, "drone", ["groups", "drones"]),
    (Scope.TEXT, "…", ["groups", "drones"]),
]


def silence(scope: Scope, value: str, **other: object) -> Silence:
    return replace(Silence("q1", scope, value, "Noor", "drill", NOW - HOUR, NOW + HOUR), **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["الفصائل", "فصائل", "معسكر", "معسكر~", "$shelling", "=shelling"])
def test_silence_on_words_finds_them_as_a_rule_does(tmp_path: Path, value: str) -> None:
    config = desk(tmp_path, rule('["والفصائل"]', name="groups"))
    made = article("والفصائل تقصف المعسكر, shelling heard")
    matches = Matcher(config).match(made)
    assert matches
    assert silenced([silence(Scope.TEXT, value)], revision(made), matches, NOW, config)[0] == ()


@pytest.mark.parametrize(("scope", "value", "left"), HOLDS)
def test_what_a_silence_holds(tmp_path: Path, scope: Scope, value: str, left: list[str]) -> None:
    config = desk(tmp_path, RULES)
    made = replace(article(TITLE), url="https://www.wire.example/1")
    matches = Matcher(config).match(made)
    assert [match.rule for match in matches] == ["groups", "drones"]
    kept, held = silenced([silence(scope, value)], revision(made), matches, NOW, config)
    assert [match.rule for match in kept] == left
    assert bool(held) is (len(left) < 2)


@pytest.mark.parametrize(
    ("begins", "ends", "holds"), [(0, 1, True), (-1, 0, False), (1, 2, False), (-2, -1, False), (-1, 1, True)]
)
def test_holds_from_its_beginning_to_just_before_its_end(tmp_path: Path, begins: int, ends: int, holds: bool) -> None:
    config = desk(tmp_path, RULES)
    made = article(TITLE)
    one = silence(Scope.STORY, "s1", begins=NOW + begins * HOUR, ends=NOW + ends * HOUR)
    kept, _ = silenced([one], revision(made), Matcher(config).match(made), NOW, config)
    assert bool(kept) is not holds


def test_two_silences_on_rules_hold_all_of_an_article(tmp_path: Path) -> None:
    config = desk(tmp_path, RULES)
    made = article(TITLE)
    both = [silence(Scope.RULE, "groups"), silence(Scope.RULE, "drones", id="q2")]
    kept, held = silenced(both, revision(made), Matcher(config).match(made), NOW, config)
    assert (kept, [each.id for each in held]) == ((), ["q1", "q2"])


@pytest.fixture
def store() -> Iterator[Connection]:
    database = new_store()
    with database.writing.connect() as connection:
        yield connection
        connection.rollback()
    database.close()


def test_what_was_held_back_is_told_once_to_the_target_it_was_meant_for(store: Connection) -> None:
    one, two = add(store), add(store, "flood of sport", 30)
    for target, held in (("a", one), ("a", one), ("a", two), ("b", one)):
        withheld.withhold(store, target, held.id)
    assert withheld.take_withheld(store, "a", NOW, "Asia/Baghdad") == (
        "2 messages held back by silence q1 (Noor: drill at Balad), until 14 Jun 19:00 Baghdad (16:00 UTC)",
        "1 message held back by silence q2 (Noor: flood of sport), until 15 Jun 21:00 Baghdad (18:00 UTC)",
    )
    assert withheld.take_withheld(store, "a", NOW, "Asia/Baghdad") == ()
    assert {name: each.words for name, each in withheld.withheld_now(store).items()} == {"q1": "1 message"}


def test_count_of_an_ended_silence_is_told_all_the_same(store: Connection) -> None:
    made = add(store)
    withheld.withhold(store, "a", made.id)
    assert silences.end_silence(store, made.id, "Omar", NOW + HOUR) is not None
    assert silences.end_silence(store, made.id, "Omar", NOW + HOUR) is None
    (line,) = withheld.take_withheld(store, "a", NOW + 2 * HOUR, "UTC")
    assert line == "1 message held back by silence q1 (Noor: drill at Balad), ended 14 Jun 13:00 UTC by Omar"


def test_silence_that_is_over_is_told_though_no_message_comes(tmp_path: Path, store: Connection) -> None:
    config = desk(tmp_path, RULES)
    (target,) = (each.id for each in config.receivers["console"].targets)
    made, other = add(store), add(store, "another", 9)
    withheld.withhold(store, target, made.id)
    withheld.withhold(store, "gone#1", made.id)
    assert tell_ended(store, config, NOW + 4 * HOUR) == 0, "the next message may tell it"
    withheld.withhold(store, target, other.id)
    assert tell_ended(store, config, NOW + 5 * HOUR) == 1
    assert tell_ended(store, config, NOW + 5 * HOUR) == 0
    (told,) = outbox.deliveries_that(store, outbox.deliveries.c.kind == "notice")
    assert told.payload
    assert str(told.payload["body"]).splitlines()[:2] == [
        "1 message held back by silence q1 (Noor: drill at Balad), ended 14 Jun 19:00 Baghdad (16:00 UTC)",
        "1 message held back by silence q2 (Noor: another), until 15 Jun 00:00 Baghdad (14 Jun 21:00 UTC)",
    ]


def test_lists_those_in_force_those_since_and_all(store: Connection) -> None:
    short, long = add(store, hours=1), add(store, hours=9)
    later = NOW + 2 * HOUR
    assert [each.id for each in silences.silences_in_force(store, NOW)] == [short.id, long.id]
    assert silences.silences_in_force(store, later) == [long]
    assert silences.silences_since(store, later) == [long]
    assert silences.all_silences(store) == [short, long]
