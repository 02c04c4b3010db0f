"""How many reports say what an alert tells: those that say the opposite are not counted for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason
from alerts.decide.standing import Account, agreed, is_met, lacking
from alerts.event import Act
from alerts.line.settle import TriageResult
from alerts.line.thread_standing import standing_for
from alerts.render.form import FORMS, PLAIN
from alerts.render.handover import Handover, ToldStory, markdown
from alerts.render.words import rated
from alerts.rule import Config, When
from alerts.standing import Agreement, Standing
from alerts.store import decisions, event_reports, snapshot
from crawler.store.members import members_of
from tests.unit import event_desk
from tests.unit.alerts_made import ALERT, SENT
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step

NONE = frozenset({"killed", "wounded"})
ORIGINS = Standing(("wire", "daily", "post"), "A")
LETTERS = {"wire": "B", "daily": "C", "post": "D"}


def report(origin: str, none: frozenset[str] = frozenset(), **toll: int) -> Account:
    return Account(origin, origin, toll, none)


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
    name: str, told: Account, reports: list[Account], said: str, rating: str
) -> None:
    standing = agreed(ORIGINS, told, reports, LETTERS)
    assert (rated(standing), standing.rating) == (f"{rating}, automatic ({said})", rating), name


def test_without_a_toll_all_origins_are_counted() -> None:
    assert agreed(ORIGINS, report("post"), [report("wire", killed=2)], LETTERS) == ORIGINS
    assert rated(ORIGINS) == "A2, automatic (3 origins: wire, daily, post)"
    assert agreed(ORIGINS, Account("", "x", {"killed": 1}, frozenset()), [], {}).rating == "A6"


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


def account(origin: str, none: frozenset[str] = frozenset(), /, *, deeds: str = "", **toll: int) -> Account:
    """`deeds`: "strike:us" for one on the US that is told, "!strike:us" for one that is denied."""
    acts = []
    for each in deeds.split():
        deed, _, on = each.lstrip("!").partition(":")
        acts.append(Act(deed, "denied" if each[0] == "!" else "happened", on=tuple(on.split(","))))
    return Account(origin, origin, toll, none, tuple(acts))


@pytest.mark.parametrize(
    ("name", "told", "reports", "opposed"),
    [
        ("nobody hurt, where two were killed", account("post", killed=2), [account("wire", NONE)], ("wire",)),
        ("one killed, where nobody was", account("post", NONE), [account("wire", killed=1)], ("wire",)),
        ("another number is no opposite", account("post", killed=14), [account("wire", killed=17)], ()),
        ("of another kind it says nothing", account("post", killed=2), [account("wire", held=3)], ()),
        ("the newest word counts", account("post", killed=2), [account("wire", NONE), account("wire", killed=1)], ()),
        ("and takes back", account("post", killed=2), [account("wire", killed=1), account("wire", NONE)], ("wire",)),
        ("a denied deed", account("post", deeds="strike:us"), [account("wire", deeds="!strike:us")], ("wire",)),
        (
            "a deed that is told denied",
            account("post", deeds="!strike:us"),
            [account("wire", deeds="strike:us")],
            ("wire",),
        ),
        ("on another target", account("post", deeds="strike:us"), [account("wire", deeds="!strike:iran")], ()),
        ("another deed denied", account("post", deeds="strike:us"), [account("wire", deeds="!arrest:us")], ()),
        (
            "one of two agrees",
            account("post", deeds="strike:us arrest:us"),
            [account("wire", deeds="strike:us !arrest:us")],
            (),
        ),
        (
            "the deed told, and that nobody was hurt",
            account("post", deeds="strike:us", killed=2),
            [account("wire", NONE, deeds="strike:us")],
            ("wire",),
        ),
    ],
)
def test_origins_that_say_the_opposite_do_not_count(
    name: str, told: Account, reports: list[Account], opposed: tuple[str, ...]
) -> None:
    standing = agreed(ORIGINS, told, reports, LETTERS)
    assert (standing.opposed, standing.agreeing) == (opposed, 3 - len(opposed)), name
    assert is_met(When(origins=3), standing) == (not opposed)
    assert ("wire says the opposite" in lacking(When(origins=4), standing)) == bool(opposed)
    assert snapshot.load(snapshot.dump(replace(ALERT, standing=standing))).standing == standing


def test_opposite_is_named_beside_the_rating() -> None:
    standing = agreed(ORIGINS, account("post", deeds="strike:us"), [account("wire", deeds="!strike:us")], LETTERS)
    assert rated(standing) == "A2, automatic (2 of 3 origins: daily, post; the opposite: wire)"


def test_of_many_origins_the_first_are_named() -> None:
    many = Standing(tuple(f"o{n}" for n in range(9)), "B")
    assert rated(many) == "B2, automatic (9 origins: o0, o1, o2, o3, o4, o5 and 3 more)"


EVENTS = "events: {developments: [strike], by_target: [strike]}"
STRIKES = """\
  deed-strike: ["strike~", "attack~"]
  standing-denied: ["denies"]
  party-us: ["US", "American*"]
"""
STRUCK, DENIED = (
    "Drone strike on US base near Hawija dam, sources say",
    "Army denies drone strike on US base near Hawija dam",
)
AGAIN = "Drone strike wrecks fuel depot at US base near Hawija dam"


def waiting_for(tmp_path: Path, origins: int, match: str) -> Config:
    text = rule(match).replace("mode:", f"when: {{origins: {origins}}}, mode:")
    text += rule("[denies]", name="denials", mode="shadow")
    return desk(tmp_path, text, settings=f"freshness: 48h, {EVENTS}", lists=STRIKES)


def reasons(done: TriageResult) -> list[str]:
    return [each.reason.value for _, _, made in done.decided for each in made]


def test_denial_of_an_event_is_no_second_origin_of_it(tmp_path: Path, line: Connection) -> None:
    config = waiting_for(tmp_path, 2, "[{event: {deed: [strike], on: [us]}}]")
    assert reasons(step(line, config, "one", STRUCK, 0, "Smoke rose over the depot, two guards said.")) == ["waiting"]
    assert reasons(step(line, config, "two", DENIED, 5)) == ["shadow"]
    done = step(line, config, "three", AGAIN, 10, "The governor told reporters in Kirkuk that the depot there is lost.")
    assert done.alerts, reasons(done)
    first = next(each.placement.story for each, _, _ in done.decided if each.article.title == STRUCK)
    told = decisions.load_alert(line, first, 1)
    assert (told.standing.opposed, told.standing.agreeing) == (("two",), 2)


def test_report_that_nobody_was_hurt_is_no_second_origin_of_a_toll(tmp_path: Path, line: Connection) -> None:
    config = waiting_for(tmp_path, 2, "[killed]")
    assert reasons(step(line, config, "one", "Drone strike on US base near Hawija dam: two killed", 0)) == ["waiting"]
    assert reasons(step(line, config, "two", STRUCK, 5, "Nobody was hurt, they said.")) == []
    done = step(line, config, "three", "Three killed in drone strike on US base near Hawija dam", 10)
    assert done.alerts, "another number is no opposite"


@pytest.mark.parametrize(
    ("titles", "counted"),
    [
        (("Iran strikes US base in Kuwait", "Did Iran strike US base in Kuwait?"), ("one",)),
        (("Iran strikes US base in Kuwait", "Iran denies strike on US base in Kuwait"), ("one",)),
        (("Did Iran strike US base in Kuwait?", "Iran strikes US base in Kuwait"), ("two",)),
        (("Iran strikes US base in Kuwait", "US base in Kuwait hit by Iran"), ("one", "two")),
    ],
    ids=["question", "denial", "question first", "both tell it"],
)
def test_who_only_asks_or_denies_confirms_nothing(
    line: Connection, tmp_path: Path, titles: tuple[str, str], counted: tuple[str, ...]
) -> None:
    config = desk(tmp_path, rule(event_desk.ANY), f"freshness: 48h, {event_desk.EVENTS}", event_desk.LISTS)
    for number, title in enumerate(titles):
        ((placed, _, _),) = step(line, config, ("one", "two")[number], title, number).decided
    thread = placed.placement.thread
    members = members_of(line, thread)
    assert len({each.story for each in members}) == 2
    told = next(number for number, title in enumerate(titles) if title.startswith("Iran strikes"))
    article = replace(placed.article, id=members[told].article, title=titles[told])
    event = event_reports.mention_of(line, members[told].story)
    standing = standing_for(line, config, members, article, event)
    assert standing.telling == counted
    assert is_met(When(origins=2), standing) == (len(counted) == 2)
    doubted = len(counted) == 1
    assert ("only asks or denies" in lacking(When(origins=3), standing)) == doubted
    if standing.agreement is None and not standing.opposed:
        assert ("only asks or denies" in rated(standing)) == doubted
    assert snapshot.load(snapshot.dump(replace(ALERT, standing=standing))).standing == standing
