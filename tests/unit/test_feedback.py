"""Who holds what for relevant: how precise each rule is by that, what is stored, the tests made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml
from sqlalchemy import Connection

from alerts.alert import Cause, Severity
from alerts.decide.feedback import Judgement, false_ones, last_word, precision
from alerts.decide.feedback_lines import as_tests, shares
from alerts.line.orders import ORDERS
from alerts.store import decisions, feedback
from crawler.store import articles as archive
from tests.migrated import new_store
from tests.unit.alerts_made import ALERT, TITLE
from tests.unit.desk import NOW

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def judged(story: str, relevant: bool, *rules: str, by: str = "Noor", days: float = 1, later: int = 0) -> Judgement:
    told = NOW - days * DAY
    return Judgement(
        story, by, told + later * HOUR, "command", relevant, f"by {by}", 1, told, f"Title of {story}", rules
    )


def test_precision_counts_a_story_once_by_the_last_word() -> None:
    given = [
        judged("s1", False, "a", "b", later=2),
        judged("s1", True, "a", "b", by="Sam", later=1),
        judged("s2", True, "a"),
        judged("s3", True, "a", days=7.01),
        judged("s4", False, "a", days=30.01),
        judged("s5", True, "a", days=7),
    ]
    found = precision(given, ["b", "a", "c"], NOW)
    assert list(found) == ["b", "a", "c"]
    assert [(each.relevant, each.judged) for each in found["a"]] == [(2, 3), (3, 4)]
    assert [(each.relevant, each.judged) for each in found["b"]] == [(0, 1), (0, 1)]
    # it is of when the story was told, and not of when somebody came to judge it
    assert precision([judged("s6", True, "a", days=8, later=48)], ["a"], NOW)["a"][0].judged == 0
    assert shares(found["a"]) == "7 d: 2 of 3 relevant (67 %); 30 d: 3 of 4 relevant (75 %)"
    assert shares(found["c"]) == "7 d: none judged; 30 d: none judged"
    assert [each.by for each in last_word(given) if each.story == "s1"] == ["Noor"]


def test_false_ones_become_tests_that_yaml_reads_as_they_stand() -> None:
    hostile = 'A "quoted": title\u202e # with {signs}\n- and lines'
    given = [
        judged("s1", False, "a"),
        replace(judged("s2", False, "a", "b"), title=hostile, reason="football\n- x: y"),
        judged("s3", True, "a"),
        replace(judged("s4", False, "b"), title=hostile),
    ]
    again = replace(judged("s5", False, "a", later=1), title="Title of s1")
    assert [each.story for each in false_ones([*given, again])["a"]] == ["s1", "s2"], "of one headline the first told"
    text = "\n".join(as_tests(false_ones(given)))
    parts = [yaml.safe_load(part) for part in text.split("# rule ")[1:] for part in [part.partition("\n")[2]]]
    clean = 'A "quoted": title # with {signs} - and lines'
    assert parts == [
        {"tests": {"no_match": ["Title of s1", clean]}},
        {"tests": {"no_match": [clean]}},
    ]
    assert "    # Noor, s2: football - x: y" in text.split("\n")


@pytest.fixture
def store() -> Iterator[Connection]:
    database = new_store()
    with database.write() as connection:
        connection.execute(archive.threads.insert().values(id="t1", opened=NOW))
        connection.execute(archive.stories.insert().values(id="s1", thread="t1", opened=NOW, joined=NOW))
        decisions.add_alert(connection, ALERT)
        second = Cause("q", "Bases", "0a1b2c3d", Severity.ROUTINE, (), 1.0)
        decisions.add_alert(connection, replace(ALERT, revision=2, created=NOW + HOUR, causes=(*ALERT.causes, second)))
        yield connection
    database.close()


def order(store: Connection, relevant: object, by: str = "Noor", reason: str = "", hours: int = 2) -> Any:
    request = {"id": "s1", "relevant": relevant, "by": by, "reason": reason}
    return dict(ORDERS["feedback"](store, request, NOW + hours * HOUR))


def test_an_order_judges_what_was_told_last(store: Connection) -> None:
    [said] = order(store, False, reason="a match")["judgements"]
    assert (said["rules"], said["title"], said["revision"]) == (("r", "q"), TITLE, 2)
    order(store, False, hours=3)
    order(store, True, by="Sam", reason="no, it is one", hours=4)
    kept = [(each.by, each.relevant, each.reason, each.at) for each in feedback.judgements_on(store, "s1")]
    assert kept == [("Noor", False, "a match", NOW + 3 * HOUR), ("Sam", True, "no, it is one", NOW + 4 * HOUR)]
    order(store, True, hours=5)
    assert feedback.judgement_of(store, "s1", "Noor") == replace(
        feedback.judgements_on(store, "s1")[-1], by="Noor", reason=""
    )
    assert len(feedback.judgements_since(store, NOW + HOUR)) == 2
    assert feedback.judgements_since(store, NOW + 2 * HOUR) == []


def test_what_cannot_be_judged_is_refused(store: Connection) -> None:
    assert order(store, "yes") == {"error": "relevant is true or false"}
    unknown = ORDERS["feedback"](store, {"id": "s99", "relevant": True, "by": "Noor"}, NOW)
    assert "s99" in unknown["error"]
    assert feedback.judgements_since(store, NOW - DAY) == []
