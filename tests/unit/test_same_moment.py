"""Two reports that come in together tell one attack, in whatever words and languages; others do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide.event_clash import in_one_moment
from alerts.decide.event_news import news_in, tells_another
from alerts.decide.same_event import EventWindow
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(
    alike={"strike": "strike", "assault": "strike"},
    developments=frozenset({"strike", "assault", "kill"}),
    by_target=frozenset({"strike", "assault", "kill"}),
    parties=frozenset({"us", "iran", "iraq"}),
    wider={"harir": frozenset({"erbil", "iraq"}), "erbil": frozenset({"iraq"}), "basra": frozenset({"iraq"})},
    labels={"harir": "Harir base", "consulate": "Consulate", "us": "US"},
)
STRIKE, ASSAULT = Act("strike", "happened", (), ("us",)), Act("assault", "happened")


def mention(*acts: Act, places: tuple[str, ...] = ("erbil",), killed: int = 0, words: str = "") -> EventMention:
    names = dict.fromkeys((*(name for act in acts for name in (*act.by, *act.on)), *places))
    return EventMention(acts, tuple(names), places, (), tuple(words.split()), {"killed": killed} if killed else {})


def report(told: EventMention, minutes: float = 0, source: str = "wire", thread: str = "t1") -> Report:
    at = NOW + timedelta(minutes=minutes)
    return Report(int(minutes) + 1, f"s-{source}", thread, source, f"{source} {minutes}", at, told)


FIRST = report(mention(STRIKE, words=" ".join(f"a{number}" for number in range(200))))


@pytest.mark.parametrize(
    ("later", "minutes", "one"),
    [
        (mention(ASSAULT), 10, True),
        (mention(ASSAULT), 11, False),
        (mention(ASSAULT, places=("harir",)), 1, True),
        (mention(ASSAULT, places=("iraq",)), 1, False),
        (mention(ASSAULT, places=("basra",)), 1, False),
        (mention(replace(ASSAULT, on=("harir",))), 1, True),
        (mention(replace(ASSAULT, on=("iran",))), 1, False),
        (mention(replace(ASSAULT, again=True)), 1, False),
        (mention(replace(ASSAULT, aside=True)), 1, False),
        (mention(replace(ASSAULT, standing="denied")), 1, False),
        (mention(Act("kill", "happened")), 1, False),
    ],
    ids=[
        *("at its end", "a minute later", "a narrower place", "a state alone", "another place", "a site of the state"),
        *("another target", "said to be another", "beside the news", "denied", "another deed"),
    ],
)
def test_a_deed_at_one_place_within_minutes_is_one(later: EventMention, minutes: int, one: bool) -> None:
    assert in_one_moment(FIRST, report(later, minutes, "daily"), SETTINGS) is one


@pytest.mark.parametrize(("killed", "minutes", "one"), [(2, 60, True), (2, 61, False), (3, 11, False), (3, 10, True)])
def test_one_toll_is_one_for_an_hour(killed: int, minutes: int, one: bool) -> None:
    first = report(mention(Act("kill", "happened", (), ("us",)), killed=2))
    # the doer and the harmed change places where a language is read less well
    later = report(mention(Act("kill", "happened", ("us",)), killed=killed), minutes, "daily")
    assert in_one_moment(first, later, SETTINGS) is one


def test_one_doer_and_one_target_stand_for_a_place() -> None:
    act = Act("strike", "happened", ("us",), ("iran",))
    first = report(mention(act, places=()))
    assert in_one_moment(first, report(mention(act, places=()), 1, "daily"), SETTINGS)
    assert not in_one_moment(first, report(mention(replace(act, by=()), places=()), 1, "daily"), SETTINGS)


def test_reports_that_share_few_words_join_if_they_came_in_together() -> None:
    known = EventWindow(SETTINGS)
    known.add(FIRST)
    other = mention(ASSAULT, words=" ".join(f"b{number}" for number in range(200)))
    near = known.nearest(report(other, 2, "daily", "t2"))
    assert near is not None
    assert near.earlier is FIRST
    assert known.nearest(report(other, 30, "daily", "t2")) is None


def test_the_same_attack_in_another_reading_is_no_second_one() -> None:
    first = report(mention(Act("kill", "happened", ("us",)), Act("strike", "happened", ("iran",)), killed=2))
    later = report(mention(Act("kill", "happened", ("iran",), ("us",)), killed=2), 36, "daily")
    assert not tells_another(later, [first], [], SETTINGS)
    assert tells_another(replace(later, at=NOW + timedelta(minutes=61)), [first], [], SETTINGS)


@pytest.mark.parametrize(("minutes", "news"), [(0.5, ()), (2, ("struck: Consulate",))])
def test_a_site_that_is_named_minutes_later_is_news(minutes: float, news: tuple[str, ...]) -> None:
    first = report(mention(replace(STRIKE, on=())))
    later = report(mention(replace(STRIKE, on=("consulate",))), minutes, "daily")
    assert news_in(later, [first], [], SETTINGS) == news
