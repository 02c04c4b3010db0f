"""How many reports say what an alert tells: those that say the opposite are not counted for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason
from alerts.decide.standing import TollReport, agreed
from alerts.render.form import FORMS, PLAIN
from alerts.render.handover import Handover, ToldStory, markdown
from alerts.render.words import rated
from alerts.standing import Agreement, Standing
from alerts.store import decisions, snapshot
from tests.unit.alerts_made import ALERT, SENT
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step

NONE = frozenset({"killed", "wounded"})
ORIGINS = Standing(("wire", "daily", "post"), "A")
LETTERS = {"wire": "B", "daily": "C", "post": "D"}


def report(origin: str, none: frozenset[str] = frozenset(), **toll: int) -> TollReport:
    return TollReport(origin, origin, toll, none)


@pytest.mark.parametrize(
    ("name", "told", "reports", "said", "rating"),
    [
        (
            "the opposite is no confirmation",
            report("post", killed=2),
            [report("wire", NONE), report("daily", NONE)],
            "1 of 3 origins says 2 killed: post; no casualties: wire, daily",
            "D3",
        ),
        (
            "another number is none either",
            report("post", killed=2),
            [report("wire", killed=3), report("daily", killed=2)],
            "2 of 3 origins say 2 killed: daily, post; 3 killed: wire",
            "C2",
        ),
        (
            "the newest word of an origin counts",
            report("post", killed=2),
            [report("wire", NONE), report("wire", killed=2), report("daily", killed=2), report("daily", killed=4)],
            "2 of 3 origins say 2 killed: wire, post; 4 killed: daily",
            "B2",
        ),
        (
            "who says nothing of it is not named",
            report("post", wounded=1),
            [report("wire", held=3), report("daily")],
            "1 of 3 origins says 1 wounded: post",
            "D3",
        ),
        (
            "the dead are rated before the wounded",
            report("post", wounded=9, killed=1),
            [report("wire", wounded=9), report("daily", frozenset({"killed"}), wounded=9)],
            "1 of 3 origins says 1 killed: post; none killed: daily",
            "D3",
        ),
        (
            "that there were none is a toll too",
            report("post", NONE),
            [report("wire", killed=2), report("daily", NONE)],
            "2 of 3 origins say no casualties: daily, post; 2 killed: wire",
            "C2",
        ),
    ],
)
def test_count_beside_a_toll_is_of_those_who_tell_it(
    name: str, told: TollReport, reports: list[TollReport], said: str, rating: str
) -> None:
    standing = agreed(ORIGINS, told, reports, LETTERS)
    assert (rated(standing), standing.rating) == (f"{rating}, automatic ({said})", rating), name


def test_without_a_toll_all_origins_are_counted() -> None:
    assert agreed(ORIGINS, report("post"), [report("wire", killed=2)], LETTERS) == ORIGINS
    assert rated(ORIGINS) == "A2, automatic (3 origins: wire, daily, post)"
    assert agreed(ORIGINS, TollReport("", "x", {"killed": 1}, frozenset()), [], {}).rating == "A6"


def test_snapshot_keeps_who_says_what_and_every_form_says_it() -> None:
    standing = agreed(ORIGINS, report("post", killed=2), [report("wire", NONE)], LETTERS)
    alert = replace(ALERT, standing=standing)
    assert snapshot.load(snapshot.dump(alert)).standing == standing
    said = "D3, automatic (1 of 3 origins says 2 killed: post; no casualties: wire)"
    for form in (PLAIN, FORMS["watchmail"], FORMS["watchslack"]):
        for kind, reason in ((Kind.ALERT, Reason.FIRST_ARTICLE), (Kind.UPDATE, Reason.UPDATED)):
            message = form.alert(replace(SENT, kind=kind, reason=reason), alert, "UTC")
            assert f"Reliability: {said}" in message.body
            assert not message.html or f"Reliability: {said}" in message.html
            assert not message.blocks or said in str(message.blocks)
    assert said.replace("_", r"\_") in markdown(Handover(NOW, NOW, (ToldStory(alert),)), "UTC")


def test_reports_of_a_thread_are_read_for_the_toll(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, rule("[militia, base]"))
    first = "Rockets fall on militia base at Hawija, governor says"
    ((revision, _, _),) = step(line, config, "one", first, 0, "Nobody was hurt, he said.").decided
    assert decisions.load_alert(line, revision.placement.story, 1).standing.agreement is None  # there is one origin
    step(line, config, "two", "Mortars fall on militia base at Hawija, governor says", 5, "One man was killed.")
    title = "Rockets on militia base at Hawija kill three men, governor says"
    ((revision, _, _),) = step(line, config, "three", title, 10).decided
    told = decisions.load_alert(line, revision.placement.story, 1)
    assert told.standing.origins == ("one", "two", "three")
    assert told.standing.agreement == Agreement(
        "3 killed", ("three",), (("no casualties", ("one",)), ("1 killed", ("two",)))
    )
