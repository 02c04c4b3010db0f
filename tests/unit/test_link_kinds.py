"""Links between languages by kind, on the shipped desk: what nearly tells one event, and what tells it in other words."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from alerts.decide.counterpart_numbers import numbers_clash
from alerts.decide.counterparts import counterpart
from alerts.decide.same_event import EventWindow
from alerts.decide.weapon_words import weapons_counted
from alerts.event import Report
from crawler.article import Article
from tests.unit.shipped import NOW, matcher, shipped

FILE = Path(__file__).with_name("link_kinds.tsv")


@cache
def rows() -> list[list[str]]:
    return [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def is_linked(apart: timedelta, *sides: tuple[str, str]) -> bool:
    window = EventWindow(shipped().events)
    for seq, (lang, title) in enumerate(sides, 1):
        at = NOW + (seq - 1) * apart
        mention = matcher().event(Article(f"a{seq}", "s", title, at, lang=lang))
        assert mention is not None, title
        last = Report(seq, f"s{seq}", f"t{seq}", f"w{seq}", title, at, mention, lang)
        window.add(last)
    return counterpart(window, last) is not None


@pytest.mark.parametrize("row", rows(), ids=[f"{n} {row[0]} {row[1]}" for n, row in enumerate(rows(), 1)])
def test_a_pair_is_linked_where_it_tells_one_event(row: list[str]) -> None:
    _, linked, apart, lang, title, other_lang, other_title = row
    assert is_linked(timedelta(minutes=int(apart)), (lang, title), (other_lang, other_title)) is (linked == "yes")


@pytest.mark.parametrize(
    ("title", "counted"),
    [
        ("Kuwait intercepts seven Iranian ballistic missiles and 12 drones", {"rocket": {7}, "drone": {12}}),
        ("الكويت تعترض عشرين صاروخا وثلاث طائرات مسيرة", {"rocket": {20}, "drone": {3}}),
        ("سقوط صاروخين على القاعدة", {"rocket": {2}}),
        ("شلیک چهار فروند موشک و سه پهپاد", {"rocket": {4}, "drone": {3}}),
        ("بنکەکە بە پێنج مووشەک بۆردومان کرا", {"rocket": {5}}),
        ("Three killed in drone attack", {}),
        ("Five soldiers wounded by rockets", {}),
        ("US hits two missile sites", {}),
        ("قصف ثلاثة مواقع صواريخ", {}),
        ("حمله به دو پایگاه موشکی", {}),
    ],
)
def test_numbers_are_those_of_the_weapons(title: str, counted: dict[str, set[int]]) -> None:
    assert weapons_counted(title) == counted


@pytest.mark.parametrize(
    ("earlier", "later", "clash"),
    [
        ({"killed": 5}, {"killed": 2}, "5 killed, and then 2"),
        ({"killed": 2}, {"killed": 5}, ""),  # it grows
        ({"killed": 5}, {"killed": 3}, ""),
        ({"killed": 2}, {"killed": 1}, ""),
        ({"killed": 5}, {"wounded": 1}, "5 killed, and then only 1 wounded"),
        ({"killed": 5}, {"wounded": 12}, ""),
        ({"killed": 5, "wounded": 3}, {"wounded": 3}, ""),
        ({"wounded": 1}, {"killed": 5}, ""),
    ],
)
def test_a_toll_that_falls_is_another(earlier: dict[str, int], later: dict[str, int], clash: str) -> None:
    assert numbers_clash(earlier, later, {}, {}) == clash


def test_counts_are_others_where_no_two_are_near() -> None:
    few, many, both = ({"drone": frozenset(each)} for each in ((3, 4), (9,), (3, 9)))
    assert numbers_clash({}, {}, few, many) == "3 and 9 drones"
    assert numbers_clash({}, {}, both, many) == numbers_clash({}, {}, few, {"rocket": frozenset({9})}) == ""
