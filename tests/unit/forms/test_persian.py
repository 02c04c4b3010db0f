"""Persian conjugation against tables written by hand: nothing missing, nothing extra, each form of its kind.

In a table "؛" stands between forms, and * marks the bare participle, which is "either" beside a passive made with it.
"""

from __future__ import annotations

import pytest

from alerts.rules.automaton import spelling
from alerts.rules.forms import Form, FormError
from alerts.rules.forms.persian import forms, negated, noun_forms
from alerts.rules.forms.persian_words import NO_DEED, OTHER_WORDS, STEMS
from crawler.text.folding import fold

# Verbs that stand behind other words: said, and denied.
BEHIND = {
    "کردن": (
        "کرد؛ کردند؛ *کرده؛ کرده است؛ کرده‌اند؛ می‌کرد؛ می‌کردند؛ می‌کند؛ می‌کنند؛ خواهد کرد؛ خواهند کرد؛ بکند؛ بکنند؛ کند؛ کنند",
        "نکرد؛ نکردند؛ *نکرده؛ نکرده است؛ نکرده‌اند؛ نمی‌کرد؛ نمی‌کردند؛ نمی‌کند؛ نمی‌کنند؛ نخواهد کرد؛ نخواهند کرد؛ نکند؛ نکنند",
    ),
    "شدن": (
        "شد؛ شدند؛ *شده؛ شده است؛ شده‌اند؛ می‌شد؛ می‌شدند؛ می‌شود؛ می‌شوند؛ خواهد شد؛ خواهند شد؛ بشود؛ بشوند؛ شود؛ شوند",
        "نشد؛ نشدند؛ *نشده؛ نشده است؛ نشده‌اند؛ نمی‌شد؛ نمی‌شدند؛ نمی‌شود؛ نمی‌شوند؛ نخواهد شد؛ نخواهند شد؛ نشود؛ نشوند",
    ),
    "دادن": (
        "داد؛ دادند؛ *داده؛ داده است؛ داده‌اند؛ می‌داد؛ می‌دادند؛ می‌دهد؛ می‌دهند؛ خواهد داد؛ خواهند داد؛ بدهد؛ بدهند؛ دهد؛ دهند",
        "نداد؛ ندادند؛ *نداده؛ نداده است؛ نداده‌اند؛ نمی‌داد؛ نمی‌دادند؛ نمی‌دهد؛ نمی‌دهند؛ نخواهد داد؛ نخواهند داد؛ ندهد؛ ندهند",
    ),
    "گرفتن": (
        "گرفت؛ گرفتند؛ *گرفته؛ گرفته است؛ گرفته‌اند؛ می‌گرفت؛ می‌گرفتند؛ می‌گیرد؛ می‌گیرند؛ خواهد گرفت؛ خواهند گرفت؛ بگیرد؛ بگیرند؛ گیرد؛ گیرند",
        "نگرفت؛ نگرفتند؛ *نگرفته؛ نگرفته است؛ نگرفته‌اند؛ نمی‌گرفت؛ نمی‌گرفتند؛ نمی‌گیرد؛ نمی‌گیرند؛ نخواهد گرفت؛ نخواهند گرفت؛ نگیرد؛ نگیرند",
    ),
    "خوردن": (
        "خورد؛ خوردند؛ *خورده؛ خورده است؛ خورده‌اند؛ می‌خورد؛ می‌خوردند؛ می‌خورند؛ خواهد خورد؛ خواهند خورد؛ بخورد؛ بخورند؛ خورند",
        "نخورد؛ نخوردند؛ *نخورده؛ نخورده است؛ نخورده‌اند؛ نمی‌خورد؛ نمی‌خوردند؛ نمی‌خورند؛ نخواهد خورد؛ نخواهند خورد؛ نخورند",
    ),
    "یافتن": (
        "یافت؛ یافتند؛ *یافته؛ یافته است؛ یافته‌اند؛ می‌یافت؛ می‌یافتند؛ می‌یابد؛ می‌یابند؛ خواهد یافت؛ خواهند یافت؛ بیابد؛ بیابند؛ یابد؛ یابند",
        "نیافت؛ نیافتند؛ *نیافته؛ نیافته است؛ نیافته‌اند؛ نمی‌یافت؛ نمی‌یافتند؛ نمی‌یابد؛ نمی‌یابند؛ نخواهد یافت؛ نخواهند یافت؛ نیابد؛ نیابند",
    ),
    "زدن": (
        "زد؛ زدند؛ *زده؛ زده است؛ زده‌اند؛ می‌زد؛ می‌زدند؛ می‌زند؛ می‌زنند؛ خواهد زد؛ خواهند زد؛ بزند؛ بزنند؛ زند؛ زنند",
        "نزد؛ نزدند؛ *نزده؛ نزده است؛ نزده‌اند؛ نمی‌زد؛ نمی‌زدند؛ نمی‌زند؛ نمی‌زنند؛ نخواهد زد؛ نخواهند زد؛ نزند؛ نزنند",
    ),
    "کشیدن": (
        "کشید؛ کشیدند؛ *کشیده؛ کشیده است؛ کشیده‌اند؛ می‌کشید؛ می‌کشیدند؛ می‌کشد؛ می‌کشند؛ خواهد کشید؛ خواهند کشید؛ بکشد؛ بکشند؛ کشد؛ کشند",
        "نکشید؛ نکشیدند؛ *نکشیده؛ نکشیده است؛ نکشیده‌اند؛ نمی‌کشید؛ نمی‌کشیدند؛ نمی‌کشد؛ نمی‌کشند؛ نخواهد کشید؛ نخواهند کشید؛ نکشد؛ نکشند",
    ),
    "بردن": (
        "برد؛ بردند؛ *برده؛ برده است؛ برده‌اند؛ می‌برد؛ می‌بردند؛ می‌برند؛ خواهد برد؛ خواهند برد؛ ببرد؛ ببرند؛ برند",
        "نبرد؛ نبردند؛ *نبرده؛ نبرده است؛ نبرده‌اند؛ نمی‌برد؛ نمی‌بردند؛ نمی‌برند؛ نخواهد برد؛ نخواهند برد؛ نبرند",
    ),
    "آوردن": (
        "آورد؛ آوردند؛ *آورده؛ آورده است؛ آورده‌اند؛ می‌آورد؛ می‌آوردند؛ می‌آورند؛ خواهد آورد؛ خواهند آورد؛ بیاورد؛ بیاورند؛ آورند",
        "نیاورد؛ نیاوردند؛ *نیاورده؛ نیاورده است؛ نیاورده‌اند؛ نمی‌آورد؛ نمی‌آوردند؛ نمی‌آورند؛ نخواهد آورد؛ نخواهند آورد؛ نیاورند",
    ),
    "داشتن": (
        "داشت؛ داشتند؛ *داشته؛ داشته است؛ داشته‌اند؛ دارد؛ دارند؛ خواهد داشت؛ خواهند داشت؛ داشته باشد؛ داشته باشند",
        "نداشت؛ نداشتند؛ *نداشته؛ نداشته است؛ نداشته‌اند؛ ندارد؛ ندارند؛ نخواهد داشت؛ نخواهند داشت؛ نداشته باشد؛ نداشته باشند",
    ),
}

# Infinitive: how it is conjugated itself, its infinitive denied, and its passives (words before the verb, the verb).
COMPOUNDS = [
    ("حمله کردن", "active", [("حمله", "شدن")]),
    ("بازداشت کردن", "active", [("بازداشت", "شدن")]),
    ("تهدید کردن", "active", [("تهدید", "شدن")]),
    ("بمباران کردن", "active", [("بمباران", "شدن")]),
    ("تحریم کردن", "active", [("تحریم", "شدن")]),
    ("تکذیب کردن", "active", [("تکذیب", "شدن")]),
    ("خلع سلاح کردن", "active", [("خلع سلاح", "شدن")]),
    ("عقب‌نشینی کردن", "active", []),
    ("فرار کردن", "active", []),
    ("هدف قرار دادن", "active", [("هدف قرار داده", "شدن"), ("هدف قرار", "گرفتن")]),
    ("هشدار دادن", "active", [("هشدار داده", "شدن")]),
    ("شکست دادن", "active", [("شکست داده", "شدن"), ("شکست", "خوردن")]),
    ("پایان دادن", "active", [("پایان داده", "شدن"), ("پایان", "یافتن")]),
    ("رخ دادن", "active", []),
    ("به عهده گرفتن", "active", [("به عهده گرفته", "شدن")]),
    ("پس گرفتن", "active", [("پس گرفته", "شدن")]),
    ("آتش زدن", "active", [("آتش زده", "شدن")]),
    ("به آتش کشیدن", "active", [("به آتش کشیده", "شدن")]),
    ("یورش بردن", "active", [("یورش برده", "شدن")]),
    ("به اسارت بردن", "active", [("به اسارت برده", "شدن")]),
    ("به گروگان گرفتن", "active", [("به گروگان گرفته", "شدن")]),
    ("هجوم آوردن", "active", [("هجوم آورده", "شدن")]),
    ("قصد داشتن", "active", []),
    ("مدعی شدن", "active", []),
    ("کشته شدن", "passive", []),
    ("زخمی شدن", "passive", []),
    ("هدف قرار گرفتن", "passive", []),
]
DENIED_NAMES = {
    "کردن": "نکردن", "شدن": "نشدن", "دادن": "ندادن", "گرفتن": "نگرفتن", "زدن": "نزدن", "کشیدن": "نکشیدن",
    "بردن": "نبردن", "آوردن": "نیاوردن", "داشتن": "نداشتن", "خوردن": "نخوردن", "یافتن": "نیافتن",
}  # fmt: skip

# Verbs that stand alone, whole: said, denied, and the participle that makes their passive (empty: they have none).
SIMPLE = {
    "کشتن": (
        "کشت؛ کشتند؛ *کشته؛ کشته است؛ کشته‌اند؛ می‌کشت؛ می‌کشتند؛ خواهد کشت؛ خواهند کشت",
        "نکشت؛ نکشتند؛ *نکشته؛ نکشته است؛ نکشته‌اند؛ نمی‌کشت؛ نمی‌کشتند؛ نخواهد کشت؛ نخواهند کشت",
        "نکشتن",
        "کشته",
    ),
    "ربودن": (
        "ربود؛ ربودند؛ *ربوده؛ ربوده است؛ ربوده‌اند؛ می‌ربود؛ می‌ربودند؛ می‌رباید؛ می‌ربایند؛ خواهد ربود؛ خواهند ربود؛ برباید؛ بربایند",
        "نربود؛ نربودند؛ *نربوده؛ نربوده است؛ نربوده‌اند؛ نمی‌ربود؛ نمی‌ربودند؛ نمی‌رباید؛ نمی‌ربایند؛ نخواهد ربود؛ نخواهند ربود؛ نرباید؛ نربایند",
        "نربودن",
        "ربوده",
    ),
    "بستن": (
        "بست؛ بستند؛ بسته است؛ بسته‌اند؛ می‌بست؛ می‌بستند؛ می‌بندد؛ می‌بندند؛ خواهد بست؛ خواهند بست؛ ببندد؛ ببندند",
        "نبست؛ نبستند؛ *نبسته؛ نبسته است؛ نبسته‌اند؛ نمی‌بست؛ نمی‌بستند؛ نمی‌بندد؛ نمی‌بندند؛ نخواهد بست؛ نخواهند بست؛ نبندد؛ نبندند",
        "نبستن",
        "بسته",
    ),
    "شکستن": (
        "شکستند؛ *شکسته؛ شکسته است؛ شکسته‌اند؛ می‌شکست؛ می‌شکستند؛ می‌شکند؛ می‌شکنند؛ خواهد شکست؛ خواهند شکست؛ بشکند؛ بشکنند",
        "نشکست؛ نشکستند؛ *نشکسته؛ نشکسته است؛ نشکسته‌اند؛ نمی‌شکست؛ نمی‌شکستند؛ نمی‌شکند؛ نمی‌شکنند؛ نخواهد شکست؛ نخواهند شکست؛ نشکند؛ نشکنند",
        "نشکستن",
        "شکسته",
    ),
    "پذیرفتن": (
        "پذیرفت؛ پذیرفتند؛ *پذیرفته؛ پذیرفته است؛ پذیرفته‌اند؛ می‌پذیرفت؛ می‌پذیرفتند؛ می‌پذیرد؛ می‌پذیرند؛ خواهد پذیرفت؛ خواهند پذیرفت؛ بپذیرد؛ بپذیرند",
        "نپذیرفت؛ نپذیرفتند؛ *نپذیرفته؛ نپذیرفته است؛ نپذیرفته‌اند؛ نمی‌پذیرفت؛ نمی‌پذیرفتند؛ نمی‌پذیرد؛ نمی‌پذیرند؛ نخواهد پذیرفت؛ نخواهند پذیرفت؛ نپذیرد؛ نپذیرند",
        "نپذیرفتن",
        "پذیرفته",
    ),
    "انداختن": (
        "انداخت؛ انداختند؛ *انداخته؛ انداخته است؛ انداخته‌اند؛ می‌انداخت؛ می‌انداختند؛ می‌اندازد؛ می‌اندازند؛ خواهد انداخت؛ خواهند انداخت؛ بیندازد؛ بیندازند",
        "نینداخت؛ نینداختند؛ *نینداخته؛ نینداخته است؛ نینداخته‌اند؛ نمی‌انداخت؛ نمی‌انداختند؛ نمی‌اندازد؛ نمی‌اندازند؛ نخواهد انداخت؛ نخواهند انداخت؛ نیندازد؛ نیندازند",
        "نینداختن",
        "انداخته",
    ),
    "سوزاندن": (  # می‌سوزاند is both "was burning" and "burns"
        "سوزاند؛ سوزاندند؛ *سوزانده؛ سوزانده است؛ سوزانده‌اند؛ می‌سوزاند؛ می‌سوزاندند؛ می‌سوزانند؛ خواهد سوزاند؛ خواهند سوزاند؛ بسوزاند؛ بسوزانند",
        "نسوزاند؛ نسوزاندند؛ *نسوزانده؛ نسوزانده است؛ نسوزانده‌اند؛ نمی‌سوزاند؛ نمی‌سوزاندند؛ نمی‌سوزانند؛ نخواهد سوزاند؛ نخواهند سوزاند؛ نسوزانند",
        "نسوزاندن",
        "سوزانده",
    ),
    "فرستادن": (
        "فرستاد؛ فرستادند؛ *فرستاده؛ فرستاده است؛ فرستاده‌اند؛ می‌فرستاد؛ می‌فرستادند؛ می‌فرستد؛ می‌فرستند؛ خواهد فرستاد؛ خواهند فرستاد؛ بفرستد؛ بفرستند",
        "نفرستاد؛ نفرستادند؛ *نفرستاده؛ نفرستاده است؛ نفرستاده‌اند؛ نمی‌فرستاد؛ نمی‌فرستادند؛ نمی‌فرستد؛ نمی‌فرستند؛ نخواهد فرستاد؛ نخواهند فرستاد؛ نفرستد؛ نفرستند",
        "نفرستادن",
        "فرستاده",
    ),
    "جنگیدن": (
        "جنگید؛ جنگیدند؛ *جنگیده؛ جنگیده است؛ جنگیده‌اند؛ می‌جنگید؛ می‌جنگیدند؛ می‌جنگد؛ می‌جنگند؛ خواهد جنگید؛ خواهند جنگید؛ بجنگد؛ بجنگند",
        "نجنگید؛ نجنگیدند؛ *نجنگیده؛ نجنگیده است؛ نجنگیده‌اند؛ نمی‌جنگید؛ نمی‌جنگیدند؛ نمی‌جنگد؛ نمی‌جنگند؛ نخواهد جنگید؛ نخواهند جنگید؛ نجنگد؛ نجنگند",
        "نجنگیدن",
        "",
    ),
    "گریختن": (
        "گریخت؛ گریختند؛ *گریخته؛ گریخته است؛ گریخته‌اند؛ می‌گریخت؛ می‌گریختند؛ می‌گریزد؛ می‌گریزند؛ خواهد گریخت؛ خواهند گریخت؛ بگریزد؛ بگریزند",
        "نگریخت؛ نگریختند؛ *نگریخته؛ نگریخته است؛ نگریخته‌اند؛ نمی‌گریخت؛ نمی‌گریختند؛ نمی‌گریزد؛ نمی‌گریزند؛ نخواهد گریخت؛ نخواهند گریخت؛ نگریزد؛ نگریزند",
        "نگریختن",
        "",
    ),
    "مردن": (
        "مردند؛ مرده است؛ مرده‌اند؛ می‌مرد؛ می‌مردند؛ می‌میرد؛ می‌میرند؛ خواهد مرد؛ خواهند مرد؛ بمیرد؛ بمیرند",
        "نمرد؛ نمردند؛ *نمرده؛ نمرده است؛ نمرده‌اند؛ نمی‌مرد؛ نمی‌مردند؛ نمی‌میرد؛ نمی‌میرند؛ نخواهد مرد؛ نخواهند مرد؛ نمیرد؛ نمیرند",
        "نمردن",
        "",
    ),
    "برداشتن": (
        "برداشتند؛ *برداشته؛ برداشته است؛ برداشته‌اند؛ برمی‌داشت؛ بر می‌داشت؛ برمی‌داشتند؛ بر می‌داشتند؛ برمی‌دارد؛ بر می‌دارد؛ برمی‌دارند؛ بر می‌دارند؛ "
        "برخواهد داشت؛ بر خواهد داشت؛ برخواهند داشت؛ بر خواهند داشت؛ بردارد؛ بردارند",
        "برنداشت؛ برنداشتند؛ *برنداشته؛ برنداشته است؛ برنداشته‌اند؛ برنمی‌داشت؛ بر نمی‌داشت؛ برنمی‌داشتند؛ بر نمی‌داشتند؛ برنمی‌دارد؛ بر نمی‌دارد؛ "
        "برنمی‌دارند؛ بر نمی‌دارند؛ برنخواهد داشت؛ بر نخواهد داشت؛ برنخواهند داشت؛ بر نخواهند داشت؛ برندارد؛ برندارند",
        "برنداشتن",
        "برداشته",
    ),
}

BEGUN_APART = {  # بازگشتن: a preverb that is written joined or apart; the past is also the noun "return"
    "said": "باز گشت؛ بازگشتند؛ باز گشتند؛ بازگشته؛ باز گشته؛ بازگشته است؛ باز گشته است؛ بازگشته‌اند؛ باز گشته‌اند؛ بازمی‌گشت؛ باز می‌گشت؛ "
    "بازمی‌گشتند؛ باز می‌گشتند؛ بازمی‌گردد؛ باز می‌گردد؛ بازمی‌گردند؛ باز می‌گردند؛ بازخواهد گشت؛ باز خواهد گشت؛ "
    "بازخواهند گشت؛ باز خواهند گشت؛ بازگردد؛ باز گردد؛ بازگردند؛ باز گردند",
    "denied": "بازنگشت؛ باز نگشت؛ بازنگشتند؛ باز نگشتند؛ بازنگشته؛ باز نگشته؛ بازنگشته است؛ باز نگشته است؛ بازنگشته‌اند؛ باز نگشته‌اند؛ "
    "بازنمی‌گشت؛ باز نمی‌گشت؛ بازنمی‌گشتند؛ باز نمی‌گشتند؛ بازنمی‌گردد؛ باز نمی‌گردد؛ بازنمی‌گردند؛ باز نمی‌گردند؛ "
    "بازنخواهد گشت؛ باز نخواهد گشت؛ بازنخواهند گشت؛ باز نخواهند گشت؛ بازنگردد؛ باز نگردد؛ بازنگردند؛ باز نگردند",
}


def listed(table: str, kind: str, participle: str = "", before: str = "") -> set[tuple[str, str]]:
    """Return (form, kind) of a table; its starred form is of the kind `participle`."""
    found = set()
    for form in table.split("؛"):
        text = form.strip()
        found.add((f"{before}{text.removeprefix('*')}", (participle or kind) if text.startswith("*") else kind))
    return found


def claimed(infinitive: str) -> set[tuple[str, str]]:
    """Return the two forms of "we" that a claim is made with: کردیم and کرده‌ایم."""
    past = infinitive.removesuffix("ن")
    return {(f"{past}یم", "active"), (f"{past}ه\u200cایم", "active")}


def told(found: tuple[Form, ...]) -> set[tuple[str, str]]:
    pairs = [(form.text, form.kind) for form in found]
    assert len({fold(text) for text, _ in pairs}) == len(pairs), "two forms fold to one"
    return set(pairs)


@pytest.mark.parametrize(("infinitive", "kind", "passives"), COMPOUNDS)
def test_a_compound_has_the_forms_of_its_table(infinitive: str, kind: str, passives: list[tuple[str, str]]) -> None:
    noun, verb = infinitive.rsplit(" ", 1)
    shares = any(before.split()[-1] + "ن" == verb[:-1] + "هن" for before, _ in passives)
    participle = "either" if shares else kind
    said = listed(BEHIND[verb][0], kind, participle, f"{noun} ") | {(infinitive, "noun")}
    denied = listed(BEHIND[verb][1], kind, participle, f"{noun} ") | {(f"{noun} {DENIED_NAMES[verb]}", "noun")}
    said |= claimed(infinitive) if kind == "active" else set()
    for before, other in passives:
        said |= listed(BEHIND[other][0], "passive", "", f"{before} ") | {(f"{before} {other}", "noun")}
        denied |= listed(BEHIND[other][1], "passive", "", f"{before} ") | {(f"{before} {DENIED_NAMES[other]}", "noun")}
    assert told(forms(infinitive)) == said
    assert told(negated(infinitive)) == denied


@pytest.mark.parametrize("infinitive", SIMPLE)
def test_a_simple_verb_has_the_forms_of_its_table(infinitive: str) -> None:
    said_table, denied_table, denied_name, passive = SIMPLE[infinitive]
    participle = "either" if passive else "active"
    said = listed(said_table, "active", participle) | {(infinitive, "noun")}
    said |= claimed(infinitive)
    denied = listed(denied_table, "active", participle) | {(denied_name, "noun")}
    if passive:
        said |= listed(BEHIND["شدن"][0], "passive", "", f"{passive} ") | {(f"{passive} شدن", "noun")}
        denied |= listed(BEHIND["شدن"][1], "passive", "", f"{passive} ") | {(f"{passive} نشدن", "noun")}
    assert told(forms(infinitive)) == said
    assert told(negated(infinitive)) == denied


def test_a_preverb_is_written_joined_and_apart() -> None:
    said = listed(BEGUN_APART["said"], "active") | {("بازگشتن", "noun"), ("بازگشت", "either")}
    said |= claimed("بازگشتن") | claimed("باز گشتن")
    assert told(forms("بازگشتن")) == said
    assert told(negated("بازگشتن")) == listed(BEGUN_APART["denied"], "active") | {("بازنگشتن", "noun")}


def test_what_a_causative_makes_of_a_word_of_ones_own_doing_may_be_either() -> None:
    kinds = {form.text: form.kind for form in forms("وارد کردن")}
    assert (kinds["وارد کرد"], kinds["وارد شد"]) == ("active", "either")
    assert {form.kind for form in forms("وارد شدن")} == {"noun", "active"}


PRESENTS = """
آمدن می‌آید;  رفتن می‌رود;  گفتن می‌گوید;  خواستن می‌خواهد;  دیدن می‌بیند;  ساختن می‌سازد;
یافتن می‌یابد;  گذاشتن می‌گذارد;  نوشتن می‌نویسد;  فروختن می‌فروشد;  شناختن می‌شناسد;  ریختن می‌ریزد;
تاختن می‌تازد;  باختن می‌بازد;  سوختن می‌سوزد;  گشودن می‌گشاید;  افزودن می‌افزاید;  نهادن می‌نهد;
ایستادن می‌ایستد;  افتادن می‌افتد;  نشستن می‌نشیند;  پیوستن می‌پیوندد;  دانستن می‌داند;  کوفتن می‌کوبد;
شکافتن می‌شکافد;  سپردن می‌سپارد;  گستردن می‌گسترد;  شنیدن می‌شنود;  کاستن می‌کاهد;  کوبیدن می‌کوبد;
رسیدن می‌رسد;  کشاندن می‌کشاند;  راندن می‌راند;  نشاندن می‌نشاند;  برگزیدن برمی‌گزیند;  درآوردن درمی‌آورد;
برانگیختن برمی‌انگیزد;  برانداختن برمی‌اندازد;  فروپاشیدن فرومی‌پاشد;  بازگرداندن بازمی‌گرداند;  برخاستن برمی‌خیزد;  درگذشتن درمی‌گذرد;
واداشتن وامی‌دارد;  پرداختن می‌پردازد;  گماشتن می‌گمارد;  آزمودن می‌آزماید;  نمودن می‌نماید
"""
SUBJUNCTIVES = [("آوردن", "بیاورد"), ("افکندن", "بیفکند"), ("ایستادن", "بایستد"), ("آزمودن", "بیازماید")]
ADDED = [
    ("نگه داشتن", "نگه می‌دارد"),
    ("اعلام نمودن", "اعلام شد"),
    ("مجبور ساختن", "مجبور می‌شود"),
    ("قصد داشتن", "قصد دارد"),
]


@pytest.mark.parametrize(("infinitive", "present"), [each.split() for each in PRESENTS.split(";")])
def test_a_verb_has_the_present_of_its_stem(infinitive: str, present: str) -> None:
    before = "چهره " if infinitive == "نمودن" else ""
    assert f"{before}{present}" in {form.text for form in forms(f"{before}{infinitive}")}


@pytest.mark.parametrize(("infinitive", "form"), SUBJUNCTIVES + ADDED)
def test_a_verb_has_the_form(infinitive: str, form: str) -> None:
    assert form in {each.text for each in forms(infinitive)}


def test_a_stem_that_is_not_known_may_be_given() -> None:
    with pytest.raises(FormError, match="the present stem of 'سفتن' is not known"):
        forms("سفتن")
    assert "می‌سنبد" in {form.text for form in forms("سفتن", "سنب")}
    assert forms("گفتن", "گو") == forms("گفتن", "گوی") == forms("گفتن")
    assert forms("بازگشتن", "بازگرد") == forms("بازگشتن")


def test_letters_of_an_arabic_keyboard_and_the_half_space_make_no_difference() -> None:
    assert forms("دستگير كردن") == forms("دستگیر کردن")
    assert [form.kind for form in forms("عقب نشینی کردن")] == [form.kind for form in forms("عقب‌نشینی کردن")]


def test_every_form_can_be_searched_for() -> None:
    assert len(STEMS) > 100
    for infinitive in (*STEMS, "حمله کردن", "نگه داشتن", "بازگرداندن"):
        name = infinitive if " " in infinitive else f"نام {infinitive}"
        assert [form for form in (*forms(name), *negated(name)) if spelling(form.text) is None] == [], infinitive


def test_a_verb_alone_yields_no_form_that_is_another_word_or_too_short() -> None:
    deeds = STEMS.keys() - NO_DEED
    assert len(deeds) > 100
    for infinitive in deeds:
        made = [form.text for form in (*forms(infinitive)[1:], *negated(infinitive))]
        assert made
        assert [text for text in made if text in OTHER_WORDS or len(text) < 3] == [], infinitive


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((), "no Persian infinitive"),
        (("",), "no Persian infinitive"),
        (("حمله",), "'حمله' is no Persian infinitive (…دن, …تن); write a verb by its infinitive, as حمله کردن"),
        (("strike",), "no Persian infinitive"),
        (("کشتن", "کش", "کشت"), "no Persian infinitive"),
        (("متن",), "the present stem of 'متن' is not known; write .* as کشتن/کش"),
        (("تمدن",), "the present stem of 'تمدن' is not known"),
        (("کشتن", "دو کلمه"), "'دو کلمه' is no present stem"),
        (("کشتن", ""), "'' is no present stem"),
        (("کردن",), "'کردن' names no deed by itself; write it with its noun, as حمله کردن"),
        (("مسئول بودن",), "names no deed by itself"),
    ],
)
def test_what_is_no_verb_is_refused_with_the_remedy(parts: tuple[str, ...], message: str) -> None:
    pattern = message.replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(FormError, match=pattern):
        forms(*parts)
    with pytest.raises(FormError, match=pattern):
        negated(*parts)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("حمله", "حملات"), ["حمله", "حملات", "حملاتی"]),
        (("انفجار",), ["انفجار", "انفجاری"]),
        (("نیرو",), ["نیرو", "نیرویی"]),
        (("درگیری",), ["درگیری"]),
        (("آتش بس",), ["آتش بس", "آتش بسی"]),
    ],
)
def test_a_noun_has_its_parts_and_the_indefinite(parts: tuple[str, ...], expected: list[str]) -> None:
    assert noun_forms(*parts) == tuple(Form(text, "noun") for text in expected)


@pytest.mark.parametrize("parts", [(), ("",), ("attack",), ("حمله", "")])
def test_what_is_no_noun_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(FormError, match="no Persian noun; write it and its plurals, as حمله/حملات"):
        noun_forms(*parts)
