"""What the openings of two texts say decides whether they are one story, however much else the texts share."""

from __future__ import annotations

from itertools import permutations

import pytest

from crawler.article import Relation
from crawler.stories.verdict import judge
from tests.unit.footers import FOOTERS, cut
from tests.unit.placed import HOUR, JOINS, placed, side

AROUND: list[tuple[str, str]] = [  # language, words that two outlets set around a text
    ("en", "{}"),
    ("en", "{}\nFollow us on Telegram\nJoin our WhatsApp channel\nDownload our application\nReport a mistake in this article"),
    ("en", "{} Copyright 2026 Levant Group, P.O. Box 502120, telephone 971 4 555 0130. Licence 4471 of 12 January 2019."),
    ("en", "{} Every drone and rocket attack on a base, an airport or an embassy in Iraq is told here as it happens, with"
           " maps and pictures. Get our Iraq news briefing every morning and never miss an attack on US forces again."),
    ("en", "{} Factions backed by Iran have sent dozens of drones and rockets at US forces in Iraq since the war in Gaza"
           " began. About 2,500 American troops are stationed in the country as part of a coalition."),
    ("en", "This page is updated around the clock with reports on the war. Refresh your browser to see them. What we know"
           " so far: {} That is all for now. Our page will go on tomorrow with the team in Beirut. Thank you all."),
    ("ar", "{} ينقل فريقنا كل هجوم بمسيرة أو صاروخ على قاعدة أو مطار في العراق لحظة وقوعه مع الصور والخرائط. احصلوا على نشرة"
           " أخبار العراق في بريدكم كل صباح ولا تفوتوا خبرا."),
    ("ar", "تحدث هذه الصفحة على مدار الساعة بتقارير الحرب. ما نعرفه حتى الآن: {} هذا كل شيء الآن. تتواصل تغطيتنا غدا مع فريقنا."),
    ("fa", "{} میز ما هر حمله پهپادی یا راکتی به پایگاه یا فرودگاه عراق را همان لحظه با عکس و نقشه گزارش می‌کند. خبرنامه عراق"
           " را هر صبح در صندوق خود بگیرید."),
    ("ckb", "{} تیمی ئێمە هەر هێرشێکی درۆن یان ڕاکێت بۆ سەر بنکە یان فڕۆکەخانە لە عێراق یەکسەر بە وێنەوە ڕادەگەیەنێت. هەواڵنامەی"
            " عێراق هەموو بەیانییەک وەربگرن."),
]  # fmt: skip

EXCHANGED: list[tuple[str, str, str, str]] = [  # language, headline, body, "what the one says|what the other says"
    ("en", "{} strike on Erbil airport", "A {} struck the military side of Erbil airport at night and set fire to a depot.", "Drone|Rocket"),
    ("en", "Rocket fired at {} in Baghdad", "A rocket was fired at {} in Baghdad late at night. Nobody was hurt.", "US embassy|airport"),
    ("en", "Gunmen kill {} in Mosul", "Gunmen on a motorcycle shot dead {} in Mosul on Saturday evening, police said.", "a judge|a policeman"),
    ("en", "clashes in {} leave two dead", "clashes between tribes in {} left two dead, a medic said. police went there.", "basra|amara"),
    ("en", "Drone attack on US base in Iraq#", "A drone hit {} early today, officials said.", "Harir air base|Camp Victoria"),
    ("en", "Explosions heard near US forces in Iraq#", "Explosions were heard near {} in the night, residents said.", "Balad|Harir"),
    ("en", "Rockets land near Baghdad airport#", "Three rockets landed near Baghdad airport on {}. Nobody was hurt.", "March 3|March 6"),
    ("en", "Rockets land near Baghdad airport#", "Three rockets landed near Baghdad airport on {}. Nobody was hurt.", "Monday|Thursday"),
    ("ar", "{} على مطار أربيل", "استهدف {} الجانب العسكري من مطار أربيل ليلا وأشعل النار في مستودع بحسب جهاز الأمن.", "هجوم بمسيرة|قصف مدفعي"),
    ("ar", "هجوم بمسيرة على قاعدة أميركية في العراق#", "استهدفت مسيرة {} صباح اليوم بحسب مسؤولين.", "قاعدة حرير|معسكر فيكتوريا"),
    ("ar", "سقوط صواريخ قرب مطار بغداد#", "سقطت ثلاثة صواريخ قرب مطار بغداد يوم {} ولم يصب أحد.", "3 آذار|6 آذار"),
    ("fa", "حمله {} به فرودگاه اربیل", "در حمله {} شبانه به بخش نظامی فرودگاه اربیل انباری آتش گرفت، مقام‌ها گفتند.", "پهپادی|راکتی"),
    ("fa", "حمله پهپادی به پایگاه آمریکایی در عراق#", "پهپادی بامداد امروز به {} خورد، مقام‌ها گفتند.", "پایگاه حریر|اردوگاه ویکتوریا"),
    ("ckb", "هێرشی {} بۆ سەر فڕۆکەخانەی هەولێر", "لە هێرشێکی {} بۆ سەر بەشی سەربازیی فڕۆکەخانەی هەولێر کۆگایەک سووتا.", "درۆن|ڕاکێت"),
]  # fmt: skip
CASES = [(*case, around) for case in EXCHANGED for lang, around in AROUND if lang == case[0]]


def reports(title: str, text: str, told: str, around: str) -> list[tuple[str, str]]:
    return [(title.rstrip("#").format(each), around.format(text.format(each))) for each in told.split("|")]


@pytest.mark.parametrize(("lang", "title", "text", "told", "around"), CASES)
def test_one_template_on_two_things_joins_nothing(lang: str, title: str, text: str, told: str, around: str) -> None:
    for one, other in permutations(reports(title, text, told, around)):
        verdict = judge(side(0, lang, *one, 0 * HOUR), side(1, lang, *other, 2 * HOUR))
        assert verdict.relation not in JOINS, verdict.evidence


@pytest.mark.parametrize(("lang", "title", "text", "told", "around"), CASES)
def test_the_same_template_on_one_thing_is_a_reprint(lang: str, title: str, text: str, told: str, around: str) -> None:
    report = reports(title, text, told, around)[0]
    verdict = judge(side(0, lang, *report, 0 * HOUR), side(1, lang, *report, 2 * HOUR))
    assert verdict.relation is Relation.DUPLICATE, verdict.evidence


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Gunmen kidnap journalist in Baghdad",
            "Masked gunmen in two vans took a reporter from a cafe, her sister said",
        ),
        ("Tanker boarded off Fujairah", "Iranian patrol boats came alongside a products tanker and steered it to port"),
    ],
)
def test_a_first_sentence_that_runs_into_the_footer_agrees_with_nothing(title: str, text: str) -> None:
    below = (
        "subscribe to our channel on Telegram to get the latest news as it breaks and share this article with your"
        " friends through the buttons below while our editors keep checking every report with local correspondents"
    )
    found = placed("en", [("Drone hits fuel store in Erbil", f"A drone slammed into a fuel store at the coalition\n{below}"),
                          (title, f"{text}\n{below}")])  # fmt: skip
    assert found[1].relation not in JOINS, found[1].evidence


def test_evidence_names_the_words_that_part_two_openings() -> None:
    title, text, told = EXCHANGED[0][1:]
    (one, other) = reports(title, text, told, AROUND[3][1])
    assert "drone / rocket" in judge(side(0, "en", *one, 0 * HOUR), side(1, "en", *other, 2 * HOUR)).evidence


def test_a_date_in_another_spelling_is_the_same_day() -> None:
    title, text = (
        "Rockets land near Baghdad airport",
        "Three rockets landed near Baghdad airport on {}. Nobody was hurt.",
    )
    one, other = ((title, text.format(day)) for day in ("March 3", "3 Mar 2026"))
    assert judge(side(0, "en", *one, 0 * HOUR), side(1, "en", *other, 2 * HOUR)).relation is Relation.DUPLICATE


@pytest.mark.parametrize(
    ("lang", "title", "text", "told"),
    [
        ("en", "Explosive drone hits {} air base", "An explosive drone hit the base…", "Harir|Balad"),
        ("en", "Rocket fired at {} in Baghdad", "A Katyusha rocket was fired…", "US embassy|oil ministry"),
        ("ar", "هجوم بطائرة مسيرة على قاعدة {}", "استهدف هجوم بطائرة مسيرة قاعدة…", "حرير|التاجي"),
        ("fa", "شلیک راکت به {} در بغداد", "یک راکت کاتیوشا شب به سوی…", "سفارت آمریکا|وزارت نفت"),
    ],
)
@pytest.mark.parametrize("footer", [20, 55])
def test_the_headlines_decide_where_equal_openings_are_cut_short(
    lang: str, title: str, text: str, told: str, footer: int
) -> None:
    one, other = reports(title, text, told, f"{{}} {cut(FOOTERS[lang], footer)}")
    for first, second in ((one, other), (other, one)):
        verdict = judge(side(0, lang, *first, 0 * HOUR), side(1, lang, *second, 2 * HOUR))
        assert verdict.relation not in JOINS, verdict.evidence
    again = judge(side(0, lang, *one, 0 * HOUR), side(1, lang, *one, 2 * HOUR))
    assert again.relation is Relation.DUPLICATE, again.evidence


def test_another_headline_that_makes_another_sentence_of_the_same_text_open_is_no_other_day() -> None:
    text = (
        "The governor said on Saturday that the depot outside Kirkuk would be guarded by two more companies. Missiles had"
        " struck fuel tanks there on Tuesday night, and firemen from three provinces fought the flames until morning."
    )
    one, other = ("Governor promises guards for Kirkuk depot", text), ("Missiles struck fuel tanks at night", text)
    verdict = judge(side(0, "en", *one, 0 * HOUR), side(1, "en", *other, 2 * HOUR))
    assert verdict.relation is Relation.DUPLICATE, verdict.evidence
