"""That an attack is to come within hours is news once, and so is it that what was announced is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.decide.event_line import goes_on
from alerts.decide.event_news import Added, added
from alerts.event import Report
from tests.unit.desk import NOW
from tests.unit.shipped import read, shipped

HOUR = timedelta(hours=1)
SETTINGS = shipped().events


def report(title: str, hours: float = 0) -> Report:
    seq = int(hours * 60) + 1
    return Report(seq, f"s{seq}", "t1", f"wire{seq}", title, NOW + hours * HOUR, read(title))


def adds(later: str, *told: str, hours: float = 2) -> Added:
    return added(report(later, hours), [report(each, n / 10) for n, each in enumerate(told)], (), SETTINGS)


@pytest.mark.parametrize(
    ("told", "soon", "again"),
    [
        ("US strikes Iran", "Trump: US may strike Iran tonight", "US to strike Iran within hours, officials say"),
        ("أمريكا تقصف إيران", "ترمب: قد نضرب إيران الليلة", "ترمب: سنضرب إيران خلال الساعات المقبلة"),
        ("آمریکا به ایران حمله کرد", "آمریکا امشب به ایران حمله خواهد کرد", "آمریکا فردا به ایران حمله خواهد کرد"),
    ],
)
def test_an_attack_within_hours_is_news_once(told: str, soon: str, again: str) -> None:
    found = adds(soon, told)
    assert found.news == ("strike expected soon: Iran",)
    assert not found.another
    assert adds(again, told, soon).news == ()


@pytest.mark.parametrize(
    "later",
    [
        "Trump threatens to strike Iran",  # no time
        "US strikes Iran tonight",  # it is done
        "Iran to sign deal tonight",  # no attack
        "Iran closes Hormuz as US strikes Iran tonight",
    ],
)
def test_no_time_or_no_attack_to_come_is_none(later: str) -> None:
    assert not [each for each in adds(later, "US strikes Iran").news if "soon" in each]


@pytest.mark.parametrize(
    ("told", "announced", "done"),
    [
        (
            "Trump imposes blockade on Iran",
            "US to impose blockade on Iran on Tuesday",
            "US military imposes blockade on Iran",
        ),
        ("إيران أغلقت مضيق هرمز", "إيران ستغلق مضيق هرمز غدا", "إيران أغلقت مضيق هرمز بالكامل"),
        ("ایران تنگه هرمز را بست", "ایران تنگه هرمز را خواهد بست", "ایران تنگه هرمز را بست، سپاه اعلام کرد"),
    ],
)
def test_what_was_announced_is_news_when_it_is_done(told: str, announced: str, done: str) -> None:
    assert [each for each in adds(done, told, announced).news if each.endswith("carried out")]
    assert not adds(done, told, announced, hours=0.5).news, "another outlet's words for the announcement"
    assert not adds(done, told, announced, done).news, "it was told"
    assert not adds(announced, told, announced).news


@pytest.mark.parametrize(
    "later",
    ["US unfreezes no assets before deal with Iran is reached", "Trump says Hormuz opens after US-Iran deal is signed"],
)
def test_a_deal_that_is_only_named_is_not_carried_out(later: str) -> None:
    found = adds(later, "US and Iran reach deal", "US and Iran to sign deal").news
    assert not [each for each in found if each.endswith("carried out")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Houthis claim attack on refinery in Saudi Arabia, and other Middle East news", True),
        ("Drones hit base in Erbil & more stories", True),
        ("هجوم على قاعدة في أربيل وأخبار أخرى", True),
        ("حمله به پایگاه در اربیل و دیگر اخبار", True),
        ("Militia and other groups attack news office in Baghdad", False),
        ("Iran strikes US base in Kuwait and other Gulf states", False),
    ],
)
def test_a_headline_that_goes_on_to_other_news(title: str, expected: bool) -> None:
    assert goes_on(title) is expected


def test_who_rejects_a_claim_claims_nothing() -> None:
    told = "Iran closes Strait of Hormuz"
    assert not [each for each in adds("Iran rejects US claim Strait of Hormuz is open", told).news if "claimed" in each]
    assert "claimed by Houthis" in adds("Houthis claim attack on Saudi airport", "Drones attack Saudi airport").news


@pytest.mark.parametrize(
    "title",
    [
        "الحوثيون يعلنون ضرب ناقلتي نفط وإجبار 10 سفن على التراجع",
        "تراجع أسعار النفط بعد قصف إيران",
        "Suez traffic rises after closure of Hormuz",
        "حمله به پالایشگاه نفت در بغداد",
    ],
)
def test_ships_that_turn_back_traffic_and_oil_are_no_deeds(title: str) -> None:
    assert not {"withdraw", "smuggle", "deny"} & {act.deed for act in read(title).acts}


@pytest.mark.parametrize(
    "title",
    [
        "CENTCOM says Strait of Hormuz remains open despite Iranian claims",
        "سنتكوم: مضيق هرمز لا يزال مفتوحا",
        "آمریکا: تنگه هرمز همچنان باز است",
    ],
)
def test_who_says_that_a_strait_is_open_denies_that_it_is_closed(title: str) -> None:
    assert [act.deed for act in read(title).acts] == ["deny"]


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("US and Saudi forces attack Tehran-aligned groups in Iraq", ("militias",)),
        ("US and Saudi forces strike Iran-aligned sites in Iraq", ("militias",)),
        ("US jets attack Eilat-based firm", ()),
        ("Houthis attack Eilat", ("eilat",)),
    ],
)
def test_whose_friend_somebody_is_is_no_place_that_is_hit(title: str, target: tuple[str, ...]) -> None:
    assert read(title).acts[0].on == target
