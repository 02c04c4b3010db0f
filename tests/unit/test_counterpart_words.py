"""What two headlines in two languages call the thing that was hit: which words cannot be one."""

from __future__ import annotations

import pytest

from alerts.decide.counterpart_words import other_sides, other_things, things_named


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Israeli strike hits apartment block in Tyre", {"target": {"home"}}),
        ("غارة تستهدف سيارة على طريق المطار", {"target": {"vehicle", "airport"}}),
        ("حمله پهپادی به پالایشگاه آبادان", {"target": {"oil"}}),
        ("هێرشێکی درۆنی بۆ سەر بارەگای پارتی", {"target": {"headquarters"}}),
        ("ایران و اسرائیل بر سر آتش‌بس توافق کردند", {"terms": {"ceasefire"}}),
        ("US strikes radar in Bandar Abbas", {"target": {"radar"}}),
        ("انفجار در بندر عباس", {}),
        ("Car bomb explodes in Baghdad", {}),
        ("Ship attacked off Yemen", {}),
    ],
)
def test_things_are_named_by_group(title: str, named: dict[str, set[str]]) -> None:
    assert things_named(title) == named


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Guards seize tanker", "الحرس يحتجز سفينة حاويات", "tanker and cargo ship"),
        ("Guards seize tanker", "الحرس يحتجز سفينة", ""),
        ("Guards seize tanker and cargo ship", "احتجاز ناقلة", ""),
        ("Strike on hotel", "اعتقال جاسوس", ""),  # a target and who is held are no two things
    ],
)
def test_things_of_one_group_that_differ_are_two(one: str, other: str, said: str) -> None:
    assert other_things(one, other) == said


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Strikes in western Iran", "غارات على جنوب إيران", "west and south"),
        ("Strikes in western Iran", "غارات على غربي إيران", ""),
        ("Strikes in western and southern Iran", "غارات على جنوب إيران", ""),
        ("Middle East live: strikes in Iran", "غارات على جنوب إيران", ""),
        ("Strikes in the West Bank", "غارات على جنوب إيران", ""),
    ],
)
def test_parts_of_a_place_that_differ_are_two(one: str, other: str, said: str) -> None:
    assert other_sides(one, other) == said
