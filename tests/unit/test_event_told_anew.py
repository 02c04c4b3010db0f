"""What is told hours later, beside other news, or by another outlet: what of it is news, and what was told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.decide.event_facts import facts_of
from alerts.decide.event_news import news_in
from alerts.decide.event_repeats import begins_with_somebody_new
from alerts.decide.known_reports import known_reports
from alerts.decide.same_event import EventWindow
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from alerts.store.event_reports import dump_mention, load_mention
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, reasons
from tests.unit.settled import step
from tests.unit.shipped import read, shipped

HOUR = timedelta(hours=1)
SETTINGS = EventSettings(
    alike={"strike": "strike", "agree": "deal", "deal": "deal"},
    developments=frozenset({"strike", "kill", "postpone", "deal", "close", "withdraw"}),
    by_target=frozenset({"strike", "kill"}),
    lasting={"postpone": frozenset({"negotiate"}), "deal": frozenset({"strike"}), "close": frozenset()},
    parties=frozenset({"us", "iran", "israel", "lebanon", "qatar"}),
    labels={"us": "US", "iran": "Iran"},
)
STRIKE = Act("strike", "happened", ("iran",), ("us",))
OFF = Act("postpone", "happened", (), ("us", "iran"))


def event(*acts: Act, names: tuple[str, ...] = (), places: tuple[str, ...] = ()) -> EventMention:
    """Return a mention that names `names`, then whom its acts and places name."""
    said = (*names, *(name for act in acts for name in (*act.by, *act.on)), *places)
    return EventMention(acts, tuple(dict.fromkeys(said)), places)


def report(mention: EventMention, hours: float = 0, thread: str = "t1") -> Report:
    return Report(int(hours * 60) + 1, f"s{hours}-{thread}", thread, "wire", "", NOW + hours * HOUR, mention)


@pytest.mark.parametrize(
    ("title", "apart"),
    [
        ("US-Iran talks in Qatar delayed, Israel strikes Lebanon", ("qatar",)),
        ("Israel strikes Beirut suburb after US soldier killed in Kuwait", ("kuwait",)),
        ("Iran strikes US base in Kuwait after talks in Qatar fail", ("qatar",)),
        # a second attack is news wherever it was, and what an attack did is where it was
        ("Iran fires missiles at US base in Kuwait, explosions heard in Bahrain", ()),
        ("Two US soldiers killed after Iranian attack in Kuwait", ()),
        ("Houthis claim attack on base in Kuwait", ()),
    ],
)
def test_a_place_of_another_deed_is_not_where_the_attack_was(title: str, apart: tuple[str, ...]) -> None:
    mention = read(title)
    assert mention.apart == apart
    assert set(apart) <= set(mention.places)
    assert not {each.on for each in facts_of(mention, shipped().events)} & set(apart)
    assert load_mention(json.loads(dump_mention(mention))).apart == apart


def test_what_is_still_reported_is_known_for_longer_but_to_who_tells_an_attack() -> None:
    named = event(replace(STRIKE, standing="background"))
    later, told = report(named, 15), report(event(STRIKE))
    since = [report(event(STRIKE), hours) for hours in (4, 8, 12)]
    assert told in known_reports(later, [told, *since], SETTINGS, later.at)
    # a pause of half a night, another event's reports, or the next night: it may have come again
    assert told not in known_reports(later, [told, *since[1:]], SETTINGS, later.at)
    others = [replace(each, thread="t2") for each in since]
    assert told not in known_reports(later, [told, *others], SETTINGS, later.at)
    night = report(named, 19)
    assert told not in known_reports(night, [told, *since, later], SETTINGS, night.at)
    # who tells it as news may tell a second one
    again = report(event(STRIKE), 15)
    found = known_reports(again, [told, *since], SETTINGS, again.at)
    assert [each.mention.acts[0].standing for each in found] == ["earlier", *["happened"] * 3]
    assert found[0].mention.names == told.mention.names, "whom it named is known all the same"
    # a strike by which a deal ends ends it still
    deal = event(replace(OFF, deed="deal"), STRIKE)
    assert not any(
        act.deed == "deal"
        for each in known_reports(report(deal, 20), [report(deal), report(event(STRIKE), 1)], SETTINGS, NOW + 20 * HOUR)
        for act in each.mention.acts
    )


def test_of_whom_a_toll_is_told_is_news_whoever_a_report_known_names() -> None:
    """The one known may name who confirms it: "two killed in Kuwait, US embassy says"."""
    told = replace(
        event(Act("kill", "happened"), names=("us", "lebanon"), places=("lebanon",)), casualties={"killed": 2}
    )
    later = replace(event(Act("kill", "happened", (), ("us",)), places=("lebanon",)), casualties={"killed": 2})
    assert news_in(report(later, 1), [report(told)], [], SETTINGS) == ("killed: US",)


def test_what_lasts_is_known_from_another_thread_where_a_headline_begins_with_it() -> None:
    told = [report(event(Act("strike", "happened", ("israel",), ("lebanon",))))]
    elsewhere = [report(event(OFF), thread="t2")]
    assert news_in(report(event(OFF), 5), told, elsewhere, SETTINGS) == ()
    # of other parties it is another one
    other = event(replace(OFF, on=("us", "qatar")))
    assert news_in(report(other, 5), told, elsewhere, SETTINGS) == ("postpone",)


def test_what_lasts_and_is_only_named_beside_the_news_is_no_fact() -> None:
    beside = Act("deal", "happened", aside=True)
    assert [each.what for each in facts_of(event(STRIKE, beside), SETTINGS)] == ["strike"]
    by_both = replace(beside, by=("us", "iran"))
    assert [each.what for each in facts_of(event(STRIKE, by_both), SETTINGS)] == ["strike", "deal"]
    assert [each.what for each in facts_of(event(OFF, replace(STRIKE, aside=True)), SETTINGS)] == ["postpone", "strike"]


def test_who_agrees_to_do_something_made_no_deal_and_decided_it() -> None:
    agrees = Act("deal", "happened", ("israel",))
    leaves = Act("withdraw", "expected", ("israel",), ("lebanon",))
    assert [each.what for each in facts_of(event(agrees, leaves), SETTINGS)] == ["withdraw"]
    # a deal has two sides
    both = replace(agrees, by=("us", "iran"))
    assert [each.what for each in facts_of(event(both, replace(leaves, by=("us", "iran"))), SETTINGS)] == ["deal"]
    assert [each.what for each in facts_of(event(agrees), SETTINGS)] == ["deal"]


def test_a_headline_about_somebody_new_is_no_repeat(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)
    assert reasons(step(line, config, "one", FIRST, 0)) == ["first_article"]
    known = "US troops in Kuwait on alert after Iran strike on base"
    assert reasons(step(line, config, "two", known, 10)) == ["repeats"]
    assert reasons(
        step(line, config, "three", "Jordan shuts its skies after Iran strike on US base in Kuwait", 20)
    ) == ["further"]


def test_only_a_headline_without_a_deed_of_its_own_is_about_somebody_new() -> None:
    told, struck = [report(event(STRIKE))], replace(STRIKE, standing="background")
    assert begins_with_somebody_new(report(event(struck, names=("qatar",)), 1), told, SETTINGS)
    assert not begins_with_somebody_new(report(event(struck, names=("us", "qatar")), 1), told, SETTINGS)
    assert not begins_with_somebody_new(report(event(STRIKE, names=("qatar",)), 1), told, SETTINGS)


@pytest.mark.parametrize(
    ("title", "deeds"),
    [
        ("US reinstates blockade of Iran and vows 20% charge on cargo through Hormuz", ()),
        ("US blockades Iranian ports and will charge ships for passage of Hormuz", ()),
        ("Iraqi police charge two Kataib Hezbollah men with attack on US base", ("arrest",)),
    ],
)
def test_a_fee_is_no_arrest(title: str, deeds: tuple[str, ...]) -> None:
    assert tuple(each.deed for each in read(title).acts if each.deed == "arrest") == deeds


@pytest.mark.parametrize(
    "title",
    [
        "إيران تغلق مضيق هرمز بسبب العدوان على لبنان",
        "Iran says Strait of Hormuz closed in answer to US strikes",
    ],
)
def test_a_closure_is_told_whatever_its_cause(title: str) -> None:
    first = read(title).acts[0]
    assert (first.deed, first.standing) == ("close", "happened")
    assert "hormuz" in first.on


def daily(mention: EventMention, hours: float) -> Report:
    """Return a report of another outlet in a thread of its own."""
    return replace(report(mention, hours, thread="t2"), source="daily")


def test_a_thread_keeps_its_first_report_while_others_of_it_are_compared() -> None:
    """The first report says what a thread is about, also when it is too old to be compared itself."""
    window = EventWindow(SETTINGS)
    swapped = replace(STRIKE, by=("us",), on=("iran",))
    for each in (report(event(STRIKE)), report(event(OFF), 20)):
        window.add(each)
    window.forget(NOW + HOUR)
    assert window.nearest(daily(event(OFF), 30)) is not None
    assert window.nearest(daily(event(OFF, swapped), 30)) is None
    window.forget(NOW + 40 * HOUR)
    window.add(report(event(OFF), 41))
    assert window.nearest(daily(event(OFF, swapped), 42)) is not None
