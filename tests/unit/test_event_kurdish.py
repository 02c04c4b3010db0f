"""Events in Kurdish as the shipped desk reads them: who did it to whom by marks and order, and how it stands."""

from __future__ import annotations

import pytest

from crawler.stories.casualties import casualties
from tests.unit.shipped import graded, read

ROLES = [
    # marked before the verb or behind it, or without a mark behind the doer, who comes first
    ("ئێران هێرشی کردە سەر کوەیت", "assault", ("iran",), ("kuwait",)),
    ("ئێران بە درۆن هێرش دەکاتە سەر ئیسرائیل", "assault", ("iran",), ("israel",)),
    ("ئەمریکا نەتەنزی بۆردومان کرد", "strike", ("us",), ("natanz",)),
    ("فڕۆکەکانی ئەمریکا بارەگایەکی عەسائیبیان بۆردومان کرد", "strike", ("us",), ("asaib-ahl-al-haq",)),
    # the noun of a deed has its doer behind it
    ("هێرشی ئێران بۆ سەر کوەیت", "assault", ("iran",), ("kuwait",)),
    ("هێرشی درۆنی بۆ سەر کوەیت", "strike", (), ("kuwait",)),
    # a passive names who suffers it before it
    ("بارەگایەکی حەشدی شەعبی کرایە ئامانج", "strike", (), ("pmf",)),
    ("کەشتییەک لە گەرووی هورمز کەوتە بەر هێرش", "assault", (), ("ships",)),
    ("فەرماندەیەکی عەسائیب لە هێرشێکی ئەمریکادا کوژرا", "kill", (), ("asaib-ahl-al-haq",)),
]


@pytest.mark.parametrize(("title", "deed", "by", "on"), ROLES, ids=[each[0] for each in ROLES])
def test_who_did_it_to_whom(title: str, deed: str, by: tuple[str, ...], on: tuple[str, ...]) -> None:
    act = next(each for each in read(title).acts if each.deed == deed)
    assert (act.by, act.on) == (by, on)


@pytest.mark.parametrize(
    ("title", "deed", "standing"),
    [
        ("ئێران هێرشکردنە سەر کوەیتی ڕەتکردەوە", "assault", "denied"),
        ("هەواڵی هێرش بۆ سەر بنکەی حەریر ڕاست نییە", "assault", "denied"),
        ("هێرشی سەر بنکەی حەریر پووچەڵکرایەوە", "assault", "foiled"),
        ("ئایا ئێران هێرش دەکاتە سەر کوەیت؟", "assault", "opinion"),
        ("ئەگەر هێرش بکرێتە سەر ئێران وەڵام دەدەینەوە", "assault", "conditional"),
        ("ئەگەری هێرشی ئیسرائیل بۆ سەر ئێران", "assault", "expected"),
        ("ساڵیادی هێرشەکەی سەر هەولێر", "assault", "remembered"),
        ("دوای هێرشەکەی سەر هەولێر باڵیۆز بانگهێشت کرا", "assault", "background"),
        ("مەشقی سەربازی بە هێرشی درۆنی لە کوەیت", "drill", "rehearsed"),
        ("بەرگریی ئیسلامی بەرپرسیارێتی هێرشەکەی سەر بنکەی حەریری گرتە ئەستۆ", "assault", "claimed"),
        ("ئێران هێرشی کردە سەر کوەیت", "assault", "happened"),
        ("کوەیت کرایە ئامانج", "strike", "happened"),
    ],
)
def test_how_a_deed_stands(title: str, deed: str, standing: str) -> None:
    assert next(each.standing for each in read(title).acts if each.deed == deed) == standing


@pytest.mark.parametrize(
    ("told", "denied"),
    [
        ("ئێران هێرشی کردە سەر کوەیت", "ئێران هێرشی نەکردە سەر کوەیت"),
        ("ئێران هێرش دەکاتە سەر کوەیت", "ئێران هێرش ناکاتە سەر کوەیت"),
        ("کوەیت کرایە ئامانج", "کوەیت نەکرایە ئامانج"),
    ],
)
def test_a_verb_that_denies_tells_no_deed(told: str, denied: str) -> None:
    assert graded(told) in {"immediate", "flash"}
    assert graded(denied) in {"none", "priority"}
    assert {each.standing for each in read(denied).acts} == {"denied"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("سێ سەرباز کوژران و پێنج کەس بریندار بوون", {"killed": 3, "wounded": 5}),
        ("نۆ کەس گیانیان لەدەستدا", {"killed": 9}),
        ("بیست و سێ کەس کوژران", {"killed": 23}),
        ("سەربازێک کوژرا", {"killed": 1}),
        ("ئاسایش چوار کەسی دەستگیرکرد", {"held": 4}),
        ("لە تەقینەوەکەدا ١٢ کەس بریندار بوون", {"wounded": 12}),
        ("هیچ کەس بریندار نەبوو", {}),
        ("سی نفر زخمی شدند", {"wounded": 30}),  # Persian thirty is no Kurdish three
    ],
)
def test_people_are_counted(text: str, told: dict[str, int]) -> None:
    assert casualties(text) == told
