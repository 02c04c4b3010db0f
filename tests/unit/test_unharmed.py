"""What a text says of those who were not harmed, in English, Arabic and Persian."""

from __future__ import annotations

import pytest

from crawler.stories.unharmed import BOTH, DEAD, HURT, unharmed


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Rockets fall at Balad, no casualties reported", BOTH),
        ("There were no immediate reports of casualties.", BOTH),
        ("The depot burned without any human casualties", BOTH),
        ("Nobody was hurt, the mayor said", BOTH),
        ("No US soldiers were injured in the raid", BOTH),
        ("No one was killed or injured, police said", BOTH),
        ("No American personnel were killed", DEAD),
        ("The blast caused no deaths", DEAD),
        ("Drone falls near Harir: no injuries", HURT),
        ("سقوط قذيفة قرب الحلة دون إصابات", BOTH),
        ("انفجار في مخزن من دون وقوع خسائر بشرية", BOTH),
        ("لم تقع أي إصابات جراء القصف", BOTH),
        ("لم يسفر الهجوم عن ضحايا", BOTH),
        ("لم يسفر القصف على قاعدة بلد عن أي إصابات", BOTH),
        ("لم تقع هجمات اليوم بعد مقتل ثلاثة ووقوع إصابات", frozenset()),
        ("قصف بلا قتلى", DEAD),
        ("سقوط صاروخ دون جرحى", HURT),
        ("انفجار در انبار بدون تلفات", BOTH),
        ("این حمله تلفات جانی نداشت", BOTH),
        ("به گفته پلیس کسی آسیب ندید", BOTH),
        ("در این حمله هیچ‌کس کشته نشد", DEAD),
        ("حمله به پایگاه بلد تلفات نداشت", BOTH),
        ("هیچ‌کس در حمله به پایگاه بلد آسیب ندید", BOTH),
        ("کسی در حمله به بلد زخمی نشد", HURT),
        ("No further casualties are expected", frozenset()),
        ("No serious injuries", frozenset()),
        ("No group claimed the attack, in which two died", frozenset()),
        ("Two soldiers were hurt", frozenset()),
        ("casualties are not known", frozenset()),
        ("خسائر مادية دون تفاصيل", frozenset()),
        ("تلفات سنگین به دشمن", frozenset()),
        ("Casino deaths are looked into", frozenset()),
        ("There was no deathly silence", frozenset()),
        ("", frozenset()),
    ],
)
def test_text_says_that_nobody_was_harmed(text: str, kinds: frozenset[str]) -> None:
    assert unharmed(text) == kinds
