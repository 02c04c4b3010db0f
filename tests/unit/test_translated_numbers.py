"""Numbers that a machine translation changed are said, in any script and in words; what it only says otherwise is none."""

from __future__ import annotations

import pytest

from alerts.decide.translated_numbers import changed_numbers

ROWS = [
    ("the same in other digits", "مقتل ١٤ جنديا", "14 soldiers killed", ()),
    ("another", "مقتل ١٤ جنديا", "40 soldiers killed", ("14 (it says 40)",)),
    ("Persian digits, English word", "کشته شدن ۱۲ نفر", "Twelve people killed", ()),
    ("Arabic words", "مقتل خمسة عشر جنديا", "15 soldiers killed", ()),
    ("Persian words", "بیست و پنج کشته", "25 killed", ()),
    ("left out", "مقتل خمسة جنود", "Soldiers killed", ("5",)),
    ("a dual is no number of the original", "إطلاق صاروخين", "Two rockets fired", ()),
    ("thousands", "5 آلاف مقاتل", "5,000 fighters", ()),
    ("thousands of them", "5 آلاف مقاتل", "5 fighters", ("5,000 (it says 5)",)),
    ("a separator", "1,200 قتيل", "1200 dead", ()),
    ("a decimal", "1.5 مليون برميل", "1.5 million barrels", ()),
    ("a hundred in words", "100 قتيل", "a hundred dead", ()),
    ("two hundred", "200 قتيل", "two hundred dead", ()),
    ("a hundred in words of the original", "مئة قتيل", "90 dead", ("100 (it says 90)",)),
    ("one", "مقتل 1 وإصابة 3", "One dead, three wounded", ()),
    ("one left out", "مقتل 1 وإصابة 3", "Three wounded", ("1",)),
    ("one said as an article", "مقتل 1 وإصابة 3", "A soldier killed, three wounded", ()),
    ("two factors", "2 مئة الف نازح", "200,000 displaced", ()),
    ("left out twice", "5 قتلى و5 جرحى", "Killed and wounded", ("5",)),
    ("beside the wrong word", "مقتل 3 وإصابة 5", "5 killed and 3 wounded", ("3 killed (it says 5)", "5 wounded (it says 3)")),
    ("two left out", "مقتل 3 وإصابة 5", "Several killed and wounded", ("3", "5")),
    ("a type of aircraft", "إف-16 تقصف", "F-16 bombs", ()),
    ("no in Persian", "نه به جنگ", "No to war", ()),
    ("a date that was added", "3 قتلى", "3 killed in 2026", ()),
    ("no number", "قصف قاعدة", "Base shelled", ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "original", "translated", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_changed_numbers(name: str, original: str, translated: str, said: tuple[str, ...]) -> None:
    assert changed_numbers(original, translated) == said, name
