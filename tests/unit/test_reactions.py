"""A headline that only judges an attack is no report of it; one that says what happened is, whoever says it."""

from __future__ import annotations

import pytest

from alerts.decide.reactions import is_reaction


@pytest.mark.parametrize(
    "title",
    [
        "Speaker: attack on missions is a stab in the back",
        "Foreign ministry: strike on the port was a violation of sovereignty",
        "رئيس البرلمان: قصف المطار جريمة",
        "سخنگو: حمله به کنسولگری جنایت جنگی است",
    ],
)
def test_who_only_judges_tells_no_attack(title: str) -> None:
    assert is_reaction(title)


@pytest.mark.parametrize(
    "title",
    [
        "Ministry: drone attack on the port was foiled at dawn",
        "Party: killing of judge in the capital is third this week",
        "Police: attack on missions is a crime",  # who was there tells what happened
        "Speaker: attack that killed 12 is a crime",  # and a number is news
        "الحشد: قصف مقرنا عدوان",
    ],
)
def test_who_tells_what_happened_does(title: str) -> None:
    assert not is_reaction(title)
