"""The weapons of a headline in another script, named as what they are: nothing rather than what it does not say."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.decide.event_line import describe
from alerts.decide.weapon_words import named_by_both
from alerts.event import WEAPON
from alerts.store import decisions
from crawler.article import Article
from tests.unit.desk import desk, rule
from tests.unit.event_desk import ANY, EVENTS, LISTS
from tests.unit.settled import step
from tests.unit.shipped import NOW, matcher, read, shipped

NAMED = [
    ("هجوم بطائرة مسيرة يستهدف قاعدة عين الأسد", "drone"),
    ("إسقاط ثلاث طائرات مسيرة قرب مطار أربيل", "3 drones"),
    ("سقوط ثلاثة صواريخ قرب قاعدة بلد", "3 rockets or missiles"),
    ("صواريخ باليستية إيرانية تستهدف الكويت", "missiles"),
    ("سقوط صواريخ كاتيوشا قرب السفارة الأميركية في بغداد", "rockets"),
    ("صواريخ ومسيرات إيرانية تستهدف الكويت", "rockets or missiles and drones"),
    ("سقوط قذائف هاون على معسكر التاجي", "mortar"),
    ("شلیک چهار راکت به پایگاه ویکتوریا در بغداد", "4 rockets"),
    ("حمله پهپادی به کنسولگری آمریکا در اربیل", "drone"),
    ("حمله موشکی سپاه به عین‌الاسد", "missile"),
    ("هێرشی درۆنی بۆ سەر بنکەی حەریر", "drone"),
    ("بنکەی عەین ئەسەد بە پێنج مووشەک بۆردومان کرا", "5 missiles"),
]
REFUSED = [
    # a store, a site or a maker of them
    "قصف أميركي يستهدف مخازن صواريخ للحشد",
    "قصف أميركي يستهدف منصة إطلاق صواريخ في الأنبار",
    "غارة على مصنع مسيرات للحرس الثوري في أصفهان",
    "حمله اسرائیل به انبار موشک سپاه در کرمانشاه",
    # those of an attack that came before, or of another beside it
    "إسرائيل تقصف الحديدة بعد صواريخ الحوثيين",
    "پس از حمله پهپادی، آمریکا مقر حشد شعبی را بمباران کرد",
    "الجيش يسقط مسيرة بعد سقوط صواريخ على عين الأسد",
    "الدفاعات الجوية تسقط مسيرة وصواريخ تستهدف قاعدة عين الأسد",
    # not done, or no attack
    "إيران تنفي إطلاق صواريخ على أربيل",
    "تحذيرات من هجوم بمسيرات على السفارة الأميركية في بغداد",
    "اعتقال مطلقي الصواريخ على قاعدة فيكتوريا",
    "إيران تختبر صاروخا باليستيا جديدا",
    "مناورات إيرانية بالصواريخ والمسيرات قرب هرمز",
    # none named
    "غارة أميركية على مقر للحشد الشعبي في جرف الصخر",
]


def weapon(title: str) -> str:
    mention = matcher().event(Article("a1", "wire", title, NOW, outlet="Gulf Wire"))
    parts = describe(mention, shipped().events, title).split("; ") if mention else []
    return next((each.removeprefix(WEAPON) for each in parts if each.startswith(WEAPON)), "")


@pytest.mark.parametrize(("title", "named"), NAMED, ids=[each[1] for each in NAMED])
def test_weapons_are_named(title: str, named: str) -> None:
    assert weapon(title) == named


@pytest.mark.parametrize("title", REFUSED)
def test_nothing_is_named_in_doubt(title: str) -> None:
    assert weapon(title) == ""


def test_a_line_on_a_headline_that_its_reader_can_read_leaves_them_out() -> None:
    title = "هجوم بطائرة مسيرة يستهدف قاعدة عين الأسد"
    assert WEAPON not in describe(read(title), shipped().events)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("Drone hits base", "مسيرة تستهدف قاعدة", ("drone",)),
        ("Rockets hit base", "سقوط صواريخ على قاعدة", ("rocket",)),
        ("Missile hits base", "حمله موشکی", ("missile",)),
        ("Drone hits base", "سقوط صواريخ على قاعدة", ()),
        ("Base hit", "قصف قاعدة", None),
    ],
)
def test_of_two_headlines_the_weapons_of_both_are_named(one: str, other: str, both: tuple[str, ...] | None) -> None:
    assert named_by_both(one, other) == named_by_both(other, one) == both


def test_an_alert_names_them_before_a_foreign_headline(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)
    (told,) = step(line, config, "two", "قصف إيراني بالصواريخ على قاعدة أميركية في الكويت", 0).decided
    alert = decisions.load_alert(line, told[0].placement.story, 1)
    assert f"{WEAPON}rockets or missiles" in alert.event_line
