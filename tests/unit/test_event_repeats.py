"""What tells nothing new is no news: a deed told elsewhere, a toll of before, a place that is only wide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import Match, Reason, Severity
from alerts.decide.event_news import news_in, tells_another
from alerts.decide.event_repeats import begins_as_told, like, possibly_same
from alerts.decide.known_reports import known_reports
from alerts.decide.same_moment import of_one_exchange
from alerts.decide.what_to_tell import decide
from alerts.decision import KnownEvent
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW, article, desk, revision, rule
from tests.unit.shipped import read

HOUR = timedelta(hours=1)
SETTINGS = EventSettings(
    alike={"strike": "strike", "assault": "strike", "launch": "strike"},
    developments=frozenset({"strike", "assault", "launch", "kill", "postpone", "deal", "sign", "threaten"}),
    by_target=frozenset({"strike", "assault", "launch", "kill"}),
    lasting={"postpone": frozenset({"negotiate"}), "deal": frozenset({"lapse", "strike"})},
    parties=frozenset({"us", "iran", "israel", "kuwait", "jordan"}),
    wider={"erbil": frozenset({"iraq"})},
    labels={"us": "US", "iran": "Iran", "kuwait": "Kuwait"},
)
US_ON_IRAN = Act("strike", "happened", ("us",), ("iran",))
TALKS = Act("negotiate", "happened", ("us", "iran"))
OFF = Act("postpone", "happened", (), ("us", "iran"))
DEAL = Act("deal", "happened", ("us", "iran"))


def event(*acts: Act, places: tuple[str, ...] = (), names: tuple[str, ...] = (), killed: int = 0) -> EventMention:
    """Return a mention whose names are those of its acts and places, and `names`."""
    said = (*(name for act in acts for name in (*act.by, *act.on)), *places, *names)
    return EventMention(acts, tuple(dict.fromkeys(said)), places, (), (), {"killed": killed} if killed else {})


def report(mention: EventMention, hours: float = 0, thread: str = "t1") -> Report:
    return Report(int(hours * 60) + 1, f"s{hours}", thread, f"wire{hours}", "", NOW + hours * HOUR, mention)


def news(later: EventMention, *known: EventMention, elsewhere: tuple[EventMention, ...] = ()) -> tuple[str, ...]:
    others = [report(each, thread="t2") for each in elsewhere]
    return news_in(report(later, 5), [report(each) for each in known], others, SETTINGS)


def test_talks_that_are_said_to_be_off_are_not_held() -> None:
    told = report(event(OFF))
    named = report(event(TALKS, OFF), 1)  # "talks in Geneva postponed"
    later = report(event(OFF), 2)
    assert known_reports(later, [told, named], SETTINGS, later.at)[0].mention.acts == (OFF,)
    held = report(event(TALKS), 1)
    assert known_reports(later, [told, held], SETTINGS, later.at)[0].mention.acts == ()


def test_a_deal_beside_the_news_is_known_for_as_long_as_it_lasts() -> None:
    beside = report(event(Act("threaten", "happened", ("israel",)), replace(DEAL, aside=True)), 30)
    assert [each.mention.acts for each in known_reports(beside, [report(event(DEAL))], SETTINGS, beside.at)] == [
        (DEAL,)
    ]


def test_the_toll_of_what_is_only_in_the_background_is_no_news() -> None:
    killed = Act("kill", "background", (), ("us",))
    assert news(event(US_ON_IRAN, killed, killed=2), event(US_ON_IRAN)) == ()
    assert news(event(US_ON_IRAN, replace(killed, standing="happened"), killed=2), event(US_ON_IRAN))[0] == "2 killed"
    beside = replace(killed, standing="happened", aside=True)
    told = event(US_ON_IRAN, replace(beside, aside=False), killed=1)
    assert news(event(US_ON_IRAN, beside, killed=3), told) == ()
    assert "3 killed" in news(event(US_ON_IRAN, beside, killed=3), event(US_ON_IRAN)), "nobody was told of deaths"
    assert news(event(replace(beside, aside=False), killed=3), told) == ("1 -> 3 killed",)


def test_an_attack_without_a_target_is_known_by_who_did_it() -> None:
    ours = event(Act("strike", "happened", ("israel",), ("kuwait",)))
    combined = event(Act("strike", "happened", ("israel",), ("kuwait",)), Act("strike", "happened", ("us",)))
    assert news(combined, ours) == ("strike by US",)
    assert news(combined, ours, elsewhere=(event(US_ON_IRAN),)) == ()


def test_a_deal_of_another_thread_is_told_once() -> None:
    told = report(event(DEAL))
    later = report(event(DEAL), 8, "t2")
    found = like(later, [told], SETTINGS)
    assert found == [told]
    assert possibly_same(later, found, [told], SETTINGS) == told
    person = report(event(DEAL, names=("speaker",)), 8, "t2")
    assert possibly_same(person, like(person, [told], SETTINGS), [told], SETTINGS) is None, "names somebody new"
    others = report(event(Act("deal", "happened", ("us", "kuwait"))), 8, "t2")
    assert like(others, [told], SETTINGS) == []
    third = report(event(DEAL, names=("kuwait",)), 8, "t2")
    assert possibly_same(third, like(third, [told], SETTINGS), [told], SETTINGS) is None, "names another state"
    signed = report(event(Act("sign", "happened", ("us", "iran"))), 8, "t2")
    assert like(signed, [told], SETTINGS) == []


def test_a_headline_begins_as_told_by_its_first_deed() -> None:
    known = [report(event(TALKS, US_ON_IRAN))]
    assert begins_as_told(report(event(Act("assault", "background", (), ("iran",)))), known, SETTINGS)
    assert not begins_as_told(report(event(Act("assault", "expected", (), ("iran",)))), known, SETTINGS)
    assert not begins_as_told(report(event(US_ON_IRAN, names=("bab-al-mandab",))), known, SETTINGS)
    assert not begins_as_told(report(event(Act("threaten", "happened", ("iran",)), TALKS)), known, SETTINGS)
    assert not begins_as_told(report(EventMention((), ("iran",))), known, SETTINGS)


@pytest.mark.parametrize(
    ("later", "hours", "same"),
    [
        (event(US_ON_IRAN), 1, True),
        (event(replace(US_ON_IRAN, deed="assault"), places=("iran",)), 2, True),
        (event(US_ON_IRAN), 4, False),
        (event(replace(US_ON_IRAN, again=True)), 1, False),
        (event(US_ON_IRAN, killed=4), 1, False),
        (event(US_ON_IRAN, places=("?chabahar",)), 1, False),
        (event(Act("strike", "happened", ("us",), ("bandar-abbas",))), 1, False),
        (event(Act("strike", "happened", ("iran",), ("us",))), 1, False),
        (event(Act("strike", "happened", (), ("iran",))), 1, False),
        (event(replace(US_ON_IRAN, standing="expected")), 1, False),
        (event(TALKS), 1, False),
        (replace(event(US_ON_IRAN), words=("navigation", "center", "port")), 1, True),
        (replace(event(US_ON_IRAN), words=("navigation", "center", "chabahar", "port")), 1, False),
    ],
)
def test_one_exchange_is_told_by_states_alone_and_within_hours(later: EventMention, hours: float, same: bool) -> None:
    first = report(event(US_ON_IRAN))
    other = report(later, hours, "t2")
    assert of_one_exchange(first, other, SETTINGS) is same
    assert (possibly_same(other, like(other, [first], SETTINGS), [first], SETTINGS) is first) is same


def test_the_place_is_that_of_the_attack_and_not_of_who_claims_it() -> None:
    told = event(Act("strike", "happened", ("iran",), ("us",)), places=("kuwait",))
    claimed = event(
        Act("claim", "happened", ("iran",)), Act("strike", "claimed", ("iran",), ("us",)), places=("jordan",)
    )
    assert "struck: jordan" in news(claimed, told)
    assert tells_another(report(claimed, 5), [report(told)], [], SETTINGS)


def test_a_strait_that_a_report_of_the_attack_named_is_no_other_place() -> None:
    told = event(US_ON_IRAN, names=("hormuz",))
    assert news(event(US_ON_IRAN, places=("hormuz",)), told) == ()
    assert news(event(US_ON_IRAN, places=("hormuz",)), event(US_ON_IRAN)) == ("struck: hormuz",)
    # a town has a country around it: named is not struck
    assert news(event(US_ON_IRAN, places=("erbil",)), event(US_ON_IRAN, names=("erbil",))) == ("struck: erbil",)


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Iran attacks US facilities in Jordan", ("jordan",)),
        ("Iran attacks US facilities in Middle East", ()),
        ("Bahrain and Kuwait carried out airstrikes on Iran in July", ()),
    ],
)
def test_a_month_and_a_part_of_the_world_are_no_places(title: str, places: tuple[str, ...]) -> None:
    assert read(title).places == places


def test_until_further_notice_is_not_again() -> None:
    assert not any(act.again for act in read("Strait of Hormuz closed until further notice, Iran says").acts)
    assert any(act.again for act in read("US launches further strikes on Iran").acts)


@pytest.mark.parametrize(
    ("severity", "familiar", "reason"),
    [
        (Severity.PRIORITY, True, Reason.REPEATS),
        (Severity.PRIORITY, False, Reason.FURTHER),
        (Severity.IMMEDIATE, True, Reason.FURTHER),
        (Severity.FLASH, True, Reason.FURTHER),
    ],
)
def test_in_doubt_what_is_grave_rings(tmp_path: Path, severity: Severity, familiar: bool, reason: Reason) -> None:
    config = desk(tmp_path, rule("[militia]"))
    target = config.receivers["console"].targets[0].id
    known = KnownEvent(Severity.FLASH, familiar=familiar)
    made = decide(config, revision(article("militia")), [Match("r", severity, None, ())], {target: known}, NOW)
    assert [each.reason for each in made] == [reason]
