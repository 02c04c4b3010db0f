"""A state not known to strike is where an attack was, and a weapon is nobody: whose name stands before a deed."""

from __future__ import annotations

import pytest

from tests.unit.shipped import read

HERE = [  # a headline, the deed that is told, its doers, its targets, the places
    ("Israel carried out deadly Jordan strike", "strike", (), (), {"jordan"}),
    ("Israel carried out deadly Jordan strike", "kill", ("israel",), (), {"jordan"}),
    ("Kuwait strike kills two US soldiers", "kill", (), ("us",), {"kuwait"}),
    ("Jordan drone attack wounds three", "strike", (), (), {"jordan"}),
    ("Kuwait airport attack kills two", "kill", (), (), {"kuwait"}),
    ("Syria attack wounds US soldier", "wound", (), ("us",), {"syria"}),
    ("Iraq and Syria strikes kill three", "strike", (), (), {"iraq", "syria"}),
    ("Militia claims Kuwait strike", "strike", (), (), {"kuwait"}),
    ("Erbil attack kills two", "kill", (), (), {"erbil"}),
    ("Baghdad blast kills three", "kill", (), (), {"baghdad"}),
    ("هجوم الأردن يقتل ثلاثة جنود أميركيين", "kill", (), ("us",), {"jordan"}),
    ("انفجار البحرين يوقع ثلاثة قتلى", "assault", (), (), {"bahrain"}),
]
THEIRS = [  # it is theirs: an adjective, a possessor, a verb, a state it is done to, or a state that is known to strike
    ("Jordanian strike kills smugglers", "strike", ("jordan",)),
    ("Saudi strike kills ten", "strike", ("saudi",)),
    ("Kuwait's strike on Iran", "strike", ("kuwait",)),
    ("Jordan strike on Syria kills smugglers", "strike", ("jordan",)),
    ("Jordan launches strikes in Syria", "strike", ("jordan",)),
    ("Kuwait strikes Iran", "strike", ("kuwait",)),
    ("Israel strike kills ten", "strike", ("israel",)),
    ("Iran strike kills ten", "strike", ("iran",)),
    ("ضربة أردنية تقتل مهربين", "strike", ("jordan",)),
    ("هجوم إسرائيلي على دمشق", "assault", ("israel",)),
    ("حمله اسرائیل دو کشته داشت", "kill", ("israel",)),
]
NOBODY = [  # the weapon does nothing
    ("Shahed drones strike US base", "strike", ()),
    ("Katyusha rockets hit US embassy in Baghdad", "assault", ()),
    ("Drone hits base in Kuwait", "assault", ()),
    ("Missiles strike camp near Baghdad", "strike", ()),
    ("Iranian Shahed drones hit US base in Kuwait", "assault", ("iran",)),
    ("صواريخ كاتيوشا تستهدف السفارة الأميركية في بغداد", "strike", ()),
    ("طائرات شاهد تستهدف قاعدة أميركية في الكويت", "strike", ()),
    ("موشک‌های کاتیوشا به سفارت آمریکا در بغداد اصابت کرد", "assault", ()),
]


@pytest.mark.parametrize(("title", "deed", "by", "on", "places"), HERE)
def test_a_state_before_an_attack_says_where_it_was(
    title: str, deed: str, by: tuple[str, ...], on: tuple[str, ...], places: set[str]
) -> None:
    event = read(title)
    assert [(act.by, act.on) for act in event.acts if act.deed == deed] == [(by, on)]
    assert places <= {*event.places}


@pytest.mark.parametrize(("title", "deed", "by"), [*THEIRS, *NOBODY])
def test_who_did_it(title: str, deed: str, by: tuple[str, ...]) -> None:
    assert [act.by for act in read(title).acts if act.deed == deed] == [by]
