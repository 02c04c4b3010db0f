"""What is a development of an event that was told, and what repeats it, by headlines in three languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from alerts.decide.event_acts import ended_by, lasting
from alerts.decide.event_news import Added, added, news_in
from alerts.decide.event_repeats import like, possibly_same, told_elsewhere
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW
from tests.unit.shipped import read, shipped

HOUR = timedelta(hours=1)


@cache
def settings() -> EventSettings:
    return shipped().events


def report(title: str, hours: float = 0, thread: str = "t1") -> Report:
    seq = int(hours * 60) + 1
    return Report(seq, f"s{seq}{thread}", thread, f"wire{seq}", title, NOW + hours * HOUR, read(title))


def adds(later: str, *told: str, hours: float = 1) -> Added:
    return added(report(later, hours), [report(each) for each in told], (), settings())


@pytest.mark.parametrize(
    ("told", "later", "news"),
    [
        ("US and Iran sign memorandum to end war", "Pakistan signs US-Iran memorandum", "sign by Pakistan"),
        ("أمريكا وإيران وقعتا على اتفاق لإنهاء الحرب", "باكستان وقعت على اتفاق إيران وأمريكا", "sign by Pakistan"),
        ("ایران و آمریکا تفاهم‌نامه را امضا کردند", "پاکستان تفاهم‌نامه را امضا کرد", "sign by Pakistan"),
        ("Iran closes Strait of Hormuz", "Kuwait closes its airspace", "close by Kuwait"),
        ("إيران تغلق مضيق هرمز", "الكويت تغلق مجالها الجوي", "close by Kuwait"),
        ("ایران تنگه هرمز را بست", "کویت حریم هوایی خود را بست", "close by Kuwait"),
    ],
)
def test_who_does_the_same_as_others_is_news_once(told: str, later: str, news: str) -> None:
    assert news in adds(later, told).news
    assert not adds(later, told, later).news, "it was told"


@pytest.mark.parametrize(
    ("told", "later"),
    [
        ("US and Iran sign memorandum to end war", "Iran signs memorandum with US"),
        ("أمريكا وإيران وقعتا على اتفاق لإنهاء الحرب", "إيران وقعت على الاتفاق مع أمريكا"),
        ("ایران و آمریکا تفاهم‌نامه را امضا کردند", "ایران تفاهم‌نامه را امضا کرد"),
        ("Iran closes Strait of Hormuz", "Iran says Hormuz closed over Israel strikes on Lebanon"),
        ("Iran and US sign memorandum", "Pakistan says US and Iran signed memorandum"),
    ],
)
def test_who_was_named_or_only_says_so_adds_nothing(told: str, later: str) -> None:
    assert not [each for each in adds(later, told).news if " by " in each]


@pytest.mark.parametrize(
    ("told", "later"),
    [
        ("Iran closes Strait of Hormuz", "Strait of Hormuz closed until further notice, Iran says"),
        ("إيران تغلق مضيق هرمز", "إيران: مضيق هرمز مغلق حتى إشعار آخر"),
        ("ایران تنگه هرمز را بست", "تنگه هرمز تا اطلاع ثانوی بسته شد"),
    ],
)
def test_that_it_stays_so_is_news_once(told: str, later: str) -> None:
    assert adds(later, told).news == ("prolong",)
    assert not adds(later, told, later).news
    assert not any(each.again for each in read(later).acts), "it is no further closure"


def test_a_further_attack_is_another_beside_what_stays_so() -> None:
    told = "Iran strikes US base in Kuwait"
    assert "struck again: US" in adds("Iran launches further strikes on US base in Kuwait", told).news


@pytest.mark.parametrize(
    ("told", "later"),
    [
        ("US and Iran reach deal to end war", "Final text of US-Iran deal agreed, Pakistan says"),
        ("أمريكا وإيران تتوصلان إلى اتفاق", "الاتفاق على النص النهائي بين أمريكا وإيران"),
        ("ایران و آمریکا به توافق رسیدند", "متن نهایی توافق ایران و آمریکا مورد توافق قرار گرفت"),
    ],
)
def test_a_final_text_is_more_than_a_deal(told: str, later: str) -> None:
    assert adds(later, told).news == ("finalise",)
    assert not adds(later, told, later).news
    assert not adds(told, later).news


@pytest.mark.parametrize(
    "title", ["Iran rejects final text of deal with US", "Iran and US to agree final text of deal on Sunday"]
)
def test_a_final_text_that_is_refused_or_to_come_is_none(title: str) -> None:
    assert "finalise" not in adds(title, "US and Iran reach deal to end war").news


DEAD = [
    pytest.param("Army announces two soldiers killed in Jordan", "Two US soldiers killed in Jordan", id="en"),
    pytest.param("مقتل جنديين في الأردن", "مقتل جنديين أمريكيين في الأردن", id="ar"),
    pytest.param("کشته شدن دو نظامی در اردن", "کشته شدن دو نظامی آمریکایی در اردن", id="fa"),
]


@pytest.mark.parametrize(("told", "later"), DEAD)
def test_whose_dead_they_are_is_news_and_no_other_attack(told: str, later: str) -> None:
    made = adds(later, told, hours=0.5)
    assert "killed: US" in made.news
    assert not made.another


@pytest.mark.parametrize(("told", "later"), DEAD)
def test_dead_of_another_hour_place_or_number_may_be_another_attack(told: str, later: str) -> None:
    first, second = report(told), report(later, 0.5)
    kuwait = EventMention(
        tuple(replace(each, on=("us",)) for each in second.mention.acts if each.deed in {"kill", "die"}),
        ("us", "kuwait"),
        ("kuwait",),
        casualties={"killed": 2},
    )
    three = replace(second.mention, casualties={"killed": 3})
    assert added(replace(second, at=NOW + 2 * HOUR), [first], (), settings()).another
    assert added(replace(second, mention=kuwait), [first], (), settings()).another
    made = added(replace(second, mention=three), [first], (), settings())
    assert made.another
    assert "2 -> 3 killed" in made.news


def test_who_shoots_down_a_drone_ends_no_deal() -> None:
    deal = read("US and Iran reach deal to end war")
    lasts = lasting(deal, settings())
    assert lasts
    assert not ended_by(read("US shoots down Iranian drones over Hormuz"), lasts, settings())
    assert not ended_by(read("أمريكا تسقط مسيرات إيرانية"), lasts, settings())
    assert ended_by(read("US strikes Iran"), lasts, settings())
    assert ended_by(read("إيران تقصف قاعدة أمريكية"), lasts, settings())


SHELLING = Act("strike", "happened", ("iran",), ("kurdish-group",))


def shelling(hours: float, act: Act = SHELLING, thread: str = "t2", place: str = "erbil", killed: int = 0) -> Report:
    tolls = {"killed": killed} if killed else {}
    mention = EventMention((act,), (*act.by, *act.on, place), (place,), casualties=tolls)
    return Report(int(hours * 60) + 1, f"s{hours}", thread, f"o{hours}", "", NOW + hours * HOUR, mention)


@pytest.mark.parametrize(
    ("earlier", "share", "same"),
    [
        (shelling(1), 0.7, True),
        (shelling(1), 0.5, False),
        (shelling(-2), 0.7, False),
        (shelling(1, replace(SHELLING, by=("us",))), 0.7, False),
        (shelling(1, replace(SHELLING, on=("us",))), 0.7, False),
        (shelling(1, place="basra"), 0.7, False),
    ],
)
def test_an_attack_told_elsewhere_is_the_same_in_nearly_the_same_words(
    earlier: Report, share: float, same: bool
) -> None:
    assert (told_elsewhere(shelling(2, thread="t1"), [(earlier, share)], settings()) == [earlier]) is same


def test_an_equal_toll_on_one_target_is_the_same_in_other_words() -> None:
    kill = Act("kill", "happened", (), ("us",))
    one, other, late = (shelling(at, kill, killed=1) for at in (0, 2, 6))
    assert told_elsewhere(other, [(one, 0.1)], settings()) == [one]
    assert told_elsewhere(late, [(one, 0.1)], settings()) == [], "another may have been killed"
    two = shelling(2, kill, killed=2)
    assert told_elsewhere(two, [(one, 0.1)], settings()) == []
    assert news_in(two, [one], (), settings()) == ("1 -> 2 killed",)


BOTH = ("US strikes Iran", "Iran strikes US base")
SUMS = [
    "US and Iran exchange strikes",
    "Iran, US trade strikes as truce comes under strain",
    "إيران وأمريكا تتبادلان الضربات",
]


@pytest.mark.parametrize("title", SUMS)
def test_that_two_attacked_each_other_is_told_where_both_attacks_were(title: str) -> None:
    us, iran = (report(each, at, f"t{at}") for at, each in enumerate(BOTH))
    assert like(report(title, 2, "t9"), [us, iran], settings()) == [us, iran]
    assert like(report(title, 2, "t9"), [us], settings()) == [], "one side's attack is news"
    assert like(report(title, 5, "t9"), [us, iran], settings()) == [], "hours later it may be another"
    summed = report("US, Iran exchange strikes", 1, "t5")
    assert like(report(title, 2, "t9"), [summed], settings()) == [summed]


@pytest.mark.parametrize(
    "title",
    [
        "US and Iran exchange new strikes",
        "Iran and Israel exchange strikes",
        "US and Iran exchange strikes, two soldiers killed",
        "US and Iran exchange strikes in Kuwait",
        "US and Iran exchange strikes, Kuwait airport hit",
        "أمريكا وإيران تتبادلان الضربات مجددا",
    ],
)
def test_what_an_exchange_adds_is_news(title: str) -> None:
    us, iran = (report(each, at, f"t{at}") for at, each in enumerate(BOTH))
    later = report(title, 2, "t9")
    assert possibly_same(later, like(later, [us, iran], settings()), [us, iran], settings()) is None


def test_who_shoots_down_drones_in_nearly_the_same_words_tells_it_again() -> None:
    one = report("US says it shot down Iranian drones over Strait of Hormuz", 0, "t2")
    later = report("US says it downed Iranian drones over Strait of Hormuz", 1)
    assert told_elsewhere(later, [(one, 0.7)], settings()) == [one]
    assert (
        told_elsewhere(report("Jordan shot down Iranian drones over Strait of Hormuz", 1), [(one, 0.7)], settings())
        == []
    )


def test_off_one_coast_is_one_place() -> None:
    made = adds("US hits oil tanker in Gulf of Oman", "US attacks tanker off Oman")
    assert not made.another
    assert adds("US hits oil tanker in Strait of Hormuz", "US attacks tanker off Oman").another


@pytest.mark.parametrize(
    "title",
    [
        "Iran says Strait of Hormuz closed over US breaches of MoU",
        "إيران تغلق مضيق هرمز بعد خرق مذكرة تفاهم",
        "ایران تنگه هرمز را پس از نقض تفاهم‌نامه بست",
    ],
)
def test_whose_terms_are_broken_is_no_deal(title: str) -> None:
    assert not any(each.deed in {"deal", "agree"} for each in read(title).acts)


def test_a_memorandum_is_a_deal() -> None:
    assert any(each.deed == "deal" for each in read("US, Iran announce MoU to end war").acts)


@pytest.mark.parametrize(
    ("told", "later", "other"),
    [
        (
            "Girl injured, homes damaged in Bahrain after Iranian attack",
            "Girl injured as drone debris damages homes in Bahrain after Iranian attack",
            "Girl injured as drone debris damages homes in Kuwait after Iranian attack",
        ),
        (
            "إصابة شخص في البحرين بهجوم إيراني",
            "إصابة شخص وأضرار بمنازل في البحرين بعد هجوم إيراني",
            "إصابة شخص وأضرار بمنازل في الكويت بعد هجوم إيراني",
        ),
        (
            "یک نفر در بحرین در حمله ایران زخمی شد",
            "زخمی شدن یک نفر در بحرین پس از حمله ایران",
            "زخمی شدن یک نفر در کویت پس از حمله ایران",
        ),
    ],
)
def test_who_was_hurt_at_one_place_by_one_side_is_told_once(told: str, later: str, other: str) -> None:
    one = report(told, 0, "t2")
    assert like(report(later, 2), [one], settings()) == [one]
    assert like(report(later, 4), [one], settings()) == [], "hours later it may be somebody else"
    assert like(report(other, 2), [one], settings()) == []
