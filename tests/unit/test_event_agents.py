"""Who does a deed and who suffers it in Arabic, Persian and Kurdish clauses, as the shipped desk reads them."""

from __future__ import annotations

import pytest

from tests.unit.shipped import graded, read

Names = tuple[str, ...]
NAMED = [
    ("قصفت إيران قاعدة بلد", "strike", ("iran",), ("balad",)),
    ("قصفت إسرائيل إيران", "strike", ("israel",), ("iran",)),
    ("هاجم تنظيم داعش حاجزا للجيش في ديالى", "assault", ("isis",), ()),
    ("هاجمت قوات أميركية معسكرا في البصرة", "assault", ("us",), ()),
    ("قصفت مقاتلات أميركية مقرا للحشد الشعبي", "strike", ("us",), ("pmf",)),
    ("اعتقلت القوات الأميركية قياديا في داعش", "arrest", ("us",), ("isis",)),
    ("مقتل شرطيين عراقيين بهجوم لداعش في كركوك", "kill", ("isis",), ("iraq",)),
    ("مقتل شرطيين عراقيين بهجوم لداعش في كركوك", "assault", ("isis",), ()),
    ("استهداف مقر للحشد الشعبي من قبل الطيران الأميركي", "strike", ("us",), ("pmf",)),
    ("مقتل قائد في الحرس الثوري على يد القوات الأميركية", "kill", ("us",), ("irgc", "iran")),
    ("قصف مقر كتائب حزب الله من قبل القوات الأميركية", "strike", ("us",), ("kataib-hezbollah",)),
    ("کشته شدن یک افسر عراقی به دست داعش", "kill", ("isis",), ("iraq",)),
    ("افسر عراقی به دست داعش کشته شد", "kill", ("isis",), ("iraq",)),
    ("حمله پهپادی اسرائیل در دمشق", "strike", ("israel",), ()),
    ("حمله هوایی به ایران", "strike", (), ("iran",)),
    # as before
    ("قصف أربيل صباح اليوم", "strike", (), ("erbil",)),
    ("استهدفت مسيرة قاعدة بلد", "strike", (), ("balad",)),
    ("استهدف مطار أربيل هجوم بمسيرات", "strike", (), ("erbil-air-base", "erbil")),
    ("مقتل جندي أميركي بهجوم على قاعدة في الأردن", "kill", (), ("us",)),
    ("تقصف إيران الكويت والبحرين", "strike", ("iran",), ("kuwait", "bahrain")),
]


@pytest.mark.parametrize(("title", "deed", "by", "on"), NAMED, ids=[f"{each[1]}: {each[0]}" for each in NAMED])
def test_who_does_it_to_whom(title: str, deed: str, by: Names, on: Names) -> None:
    act = next(each for each in read(title).acts if each.deed == deed)
    assert (set(act.by), set(act.on)) == (set(by), set(on))


@pytest.mark.parametrize(
    "title",
    [
        "US soldier killed by friendly fire",
        "Two American troops wounded by friendly fire, Pentagon says",
        "مقتل جندي أميركي بنيران صديقة",
        "کشته شدن سرباز آمریکایی بر اثر آتش خودی",
        "Iraqi soldiers killed by friendly fire from coalition aircraft",
    ],
)
def test_friendly_fire_is_told_without_a_place(title: str) -> None:
    assert graded(title) == "immediate"
    assert "launch" not in {each.deed for each in read(title).acts}


@pytest.mark.parametrize(
    "title",
    [
        "US drone strike accidentally kills Iraqi soldiers in Diyala",
        "American air strike mistakenly kills PMF fighters",
        "ضربة أميركية تقتل جنودا عراقيين بالخطأ",
    ],
)
def test_a_strike_that_hits_others_by_mistake_is_one(title: str) -> None:
    assert graded(title) == "flash"
