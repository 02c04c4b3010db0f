"""Who did it to whom: a name that only tells of a deed, or owns what suffers it, did not do it."""

from __future__ import annotations

import pytest

from crawler.article import Article
from tests.unit.shipped import NOW, matcher, read

US = ("us",)
ROLES = [  # an attack on the US in the words of those who tell of it; then deeds of those who are named
    ("US confirms strike on its base in Kuwait", "strike", (), US),
    ("US says drone strike hit its base in Erbil", "assault", (), US),
    ("US condemns strike on its embassy", "strike", (), US),
    ("US investigates drone strike on base in Jordan", "strike", (), ()),
    ("US military reports strike on base in Iraq", "strike", (), ()),
    ("US base strike kills three soldiers", "strike", (), US),
    ("US embassy strike: two hurt", "strike", (), US),
    ("Pentagon: drone attack on US base in Jordan killed three", "kill", (), US),
    ("US shot down drone that attacked base in Jordan", "assault", (), ()),
    ("US shot down drone that attacked base in Jordan", "intercept", US, ()),
    ("American soldiers die in missile strike", "kill", (), US),
    ("Kuwait intercepts missiles from Iran", "intercept", ("kuwait",), ()),
    ("مقتل جنود أميركيين في ضربة بالأردن", "strike", (), ()),
    ("إصابة جنود أميركيين بقصف صاروخي", "strike", (), ()),
    ("الجيش الأميركي يؤكد استهداف قاعدته في أربيل", "strike", (), US),
    ("واشنطن: الضربة على قاعدتنا في الأردن نفذتها إيران", "strike", (), ()),
    ("آمریکا حمله به پایگاه خود در اردن را تایید کرد", "assault", (), US),
    ("نظامیان آمریکایی در حمله پهپادی در اردن کشته شدند", "strike", (), ()),
    ("حمله ایران به کویت را سنتکام محکوم کرد", "condemn", ("us", "centcom"), ()),
    ("پهپادهای ایرانی مقر حزب کومله را در نزدیکی سلیمانیه هدف قرار دادند", "strike", ("iran",), ("komala",)),
    ("US says it struck Iran", "strike", US, ("iran",)),
    ("US drone strike on Iran", "strike", US, ("iran",)),
    ("Houthis claim strike on Saudi Arabia", "strike", ("houthis",), ("saudi",)),
    ("US strike kills three in Iran", "kill", US, ()),
    ("الحوثيون يعلنون استهداف السعودية", "strike", ("houthis",), ("saudi",)),
    ("القصف الأميركي على إيران مستمر", "strike", US, ("iran",)),
    ("آمریکا حمله به ایران را آغاز کرد", "assault", US, ("iran",)),
]
# written after the kinds above were mended
MORE = [
    ("Washington reports rocket attack on its consulate in Erbil", "assault", (), US),
    ("US mourns soldiers killed in strike", "strike", (), ()),
    ("US identifies three soldiers killed in missile strike on Tower 22", "strike", (), ("tower-22",)),
    ("US outpost attack wounds two", "assault", (), US),
    ("Iran says strike hit its port", "strike", (), ("iran",)),
    ("Israel admits missile strike hit its refinery", "strike", (), ("israel",)),
    ("Kuwait condemns drone attack on its airport", "assault", (), ("kuwait",)),
    ("البنتاغون يعلن إصابة جنود بهجوم على قاعدتهم", "assault", (), ()),
    ("الكويت تدين استهداف مطارها بقصف", "strike", (), ()),
    ("اسرائیل اصابت موشک به پالایشگاه خود را تایید کرد", "strike", (), ("israel",)),
    ("Israel resumes strikes on Iran", "strike", ("israel",), ("iran",)),
    # arms and forces of whoever speaks
    ("Centcom: our jets bombed militia depots in Iraq", "strike", ("us",), ("militias",)),
    ("IDF says our air force struck Isfahan", "strike", ("israel",), ("isfahan",)),
    ("Guards: our drones hit US base in Kuwait", "assault", ("irgc",), ("us",)),
    ("الجيش الأميركي: طائراتنا قصفت مواقع للحشد", "strike", ("us",), ("pmf",)),
    ("الجيش الأميركي: قصفت طائراتنا مواقع للحشد", "strike", ("us",), ("pmf",)),
    ("البنتاغون: نفذنا ضربات على كتائب حزب الله", "strike", ("us", "pentagon"), ("kataib-hezbollah",)),
    ("سپاه: موشک‌های ما به پایگاه آمریکا در بحرین حمله کردند", "assault", ("irgc", "iran"), ("us",)),
    ("Centcom: our base was hit by drones", "assault", (), ()),
    ("Centcom: our troops hit by drone in Jordan", "assault", (), ()),
    ("Israel: our ambassador attacked Iran", "assault", (), ("iran",)),
    # done at home, or where nobody can say
    ("Iran's Kermanshah attack kills three", "assault", (), ()),
    ("Israel's Ashdod missile strike leaves six dead", "strike", (), ()),
    ("Yemen's Taiz attack kills five", "assault", (), ()),
    ("Iran's Nowhereabad attack kills three", "assault", (), ()),
    ("Iran's Kermanshah attack kills three", "kill", (), ()),
    ("Israel's Beirut strike kills four", "strike", ("israel",), ()),
    ("Israel's Hamadan strike kills four", "strike", ("israel",), ()),
    ("Iran's Foobar attack on Kuwait", "assault", ("iran",), ("kuwait",)),
    ("Iran's deadly attack kills three", "assault", ("iran",), ()),
    ("Iran's Brazen Attack Kills Three", "assault", ("iran",), ()),
]


@pytest.mark.parametrize(("title", "deed", "by", "on"), ROLES + MORE, ids=[each[0] for each in ROLES + MORE])
def test_who_tells_of_a_deed_did_not_do_it(title: str, deed: str, by: tuple[str, ...], on: tuple[str, ...]) -> None:
    act = next(each for each in read(title).acts if each.deed == deed)
    assert (act.by, act.on) == (by, on)


# Arabic l- behind the noun of a deed: of whom it is, or to whom it is done
LAM = [
    ("مقتل خمسة من الشرطة في هجوم لداعش قرب كركوك", "assault", ("isis",), ()),
    ("هجوم لداعش على نقطة تفتيش", "assault", ("isis",), ()),
    ("هجمات لتنظيم داعش في ديالى", "assault", ("isis",), ()),
    ("هجوم مسلح لداعش غرب الموصل", "assault", ("isis",), ()),
    ("قصف للحشد على معسكر في سنجار", "strike", ("pmf",), ()),
    ("قصف للحشد الشعبي على داعش في ديالى", "strike", ("pmf",), ("isis",)),
    ("قصف لإيران على كويسنجق", "strike", ("iran",), ("koya",)),
    ("غارة لإسرائيل على مقر للحشد", "strike", ("israel",), ("pmf",)),
    ("استهداف للحشد في القائم", "strike", (), ("pmf",)),
    ("قصف أميركي للحشد في القائم", "strike", ("us",), ("pmf",)),
    ("هجوم أميركي على مقر للحشد", "assault", ("us",), ("pmf",)),
    ("استهداف رتل للحشد على الحدود السورية", "strike", (), ("pmf",)),
    ("قصف عنيف لإيران على كويسنجق", "strike", ("iran",), ("koya",)),
]


@pytest.mark.parametrize(("title", "deed", "by", "on"), LAM, ids=[each[0] for each in LAM])
def test_an_attack_of_somebody_is_not_an_attack_on_them(
    title: str, deed: str, by: tuple[str, ...], on: tuple[str, ...]
) -> None:
    act = next(each for each in read(title).acts if each.deed == deed)
    assert (act.by, act.on) == (by, on)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("قصف للحشد على معسكر في سنجار", False),
        ("استهداف للحشد في القائم", True),
        ("غارة على مقر للحشد في القائم", True),
    ],
)
def test_rows_ask_for_whom_a_deed_is_done_to(title: str, told: bool) -> None:
    whys = [str(match.why) for match in matcher().match(Article("a1", "wire", title, NOW))]
    assert (
        any("a militia, a party or an official in Iraq is attacked" in why and "للحشد" in why for why in whys) == told
    )
