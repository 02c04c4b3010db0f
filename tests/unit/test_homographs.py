"""Words that are a noun here and an Arabic verb there are read as what they are in their text."""

from __future__ import annotations

import pytest

from alerts.rules.homographs import is_of_another_language
from tests.unit.shipped import read

PERSIAN = (
    "اسرائیل پالایشگاه نفت تهران را بمباران کرد",
    "پهپادها پالایشگاه نفت اربیل را هدف قرار دادند",
    "آمریکا خط لوله نفت ایران را بمباران کرد",
    "داعش به میدان نفت کرکوک حمله کرد",
    "حمله پهپادی به میدان نفت العمر",
    "ایران صادرات نفت عراق را هدف قرار داد",
    "حمله به وزارت نفت عراق در بغداد",
)
MINISTRIES = ("حمله به وزارت نفت عراق در بغداد", "هجوم بمسيرة على وزارة في بغداد")
ARABIC = (
    "نفت وزارة الدفاع الأميركية مقتل جنود في قصف حرير",
    "نفت إيران مهاجمة قاعدة عين الأسد",
    "الكويت نفت تعرض قاعدة أميركية لهجوم",
    "نفت بغداد استهداف پيشمرگة في أربيل",
    "نفت طهران ضرب أربيل",
    "سفارة أميركا نفت استهداف مقرها",
)


@pytest.mark.parametrize("title", PERSIAN)
def test_persian_oil_denies_nothing(title: str) -> None:
    acts = read(title).acts
    assert "deny" not in {each.deed for each in acts}
    assert {each.standing for each in acts} == {"happened"}


@pytest.mark.parametrize("title", MINISTRIES)
def test_a_ministry_visits_nobody(title: str) -> None:
    assert "visit" not in {each.deed for each in read(title).acts}


@pytest.mark.parametrize("title", ARABIC)
def test_she_who_denies_in_arabic_still_does(title: str) -> None:
    acts = read(title).acts
    assert "deny" in {each.deed for each in acts}
    assert {each.standing for each in acts if each.deed != "deny"} == {"denied"}


@pytest.mark.parametrize(("lang", "is_other"), [("fa", True), ("fa-IR", True), ("ar", False), (None, False)])
def test_where_no_other_word_tells_the_source_says_the_language(lang: str | None, is_other: bool) -> None:
    assert is_of_another_language("نفت", "active", "نفت كركوك", lang) is is_other


@pytest.mark.parametrize(("alias", "kind"), [("نفت", ""), ("نفى", "active")])
def test_what_is_written_out_and_other_forms_stand(alias: str, kind: str) -> None:
    assert not is_of_another_language(alias, kind, PERSIAN[0], "fa")
