"""Numbers of killed, wounded, missing and held, as headlines and leads of three languages tell them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crawler.stories.casualties import casualties, counts

TOLD = [
    ("three soldiers killed", {"killed": 3}),
    ("Drone kills 4", {"killed": 4}),
    ("Two US soldiers killed in Iraq", {"killed": 2}),
    ("A dozen fighters killed", {"killed": 12}),
    ("Strike kills at least 12 people, wounds 30", {"killed": 12, "wounded": 30}),
    ("Death toll rises to 7", {"killed": 7}),
    ("Death toll rises from 5 to 7", {"killed": 7}),
    # a toll is of the dead, but where the word behind its number says otherwise
    ("Toll in base drone attack rises to 5 US soldiers wounded", {"wounded": 5}),
    ("Casualty toll from outpost attack rises to 40 wounded", {"wounded": 40}),
    ("Toll in base attack rises to 5 wounded, none killed", {"wounded": 5}),
    ("Toll rises to 5 wounded and 3 killed", {"killed": 3, "wounded": 5}),
    ("Toll rises to 5, 12 wounded", {"killed": 5, "wounded": 12}),
    ("ارتفاع حصيلة الهجوم على القاعدة إلى 5 جرحى", {"wounded": 5}),
    ("ارتفاع حصيلة هجوم المطار إلى خمسة مصابين", {"wounded": 5}),
    ("Blast which killed 200 last year", {}),
    # of four figures it may be a year
    ("Iran war death toll hits 2,000", {"killed": 2000}),
    ("Iran war death toll nears 2000", {"killed": 2000}),
    ("Death toll reaches 2000 in Iran", {"killed": 2000}),
    ("Death toll tops 2000", {"killed": 2000}),
    ("Death toll passes 2,000 in Iran", {"killed": 2000}),
    ("2000 feared dead in Iran", {"killed": 2000}),
    ("First death of 2026 at US base", {}),
    ("شاهد 5 قتلى في بغداد", {"killed": 5}),
    ("مسيرة شاهد 136 قتلت ثلاثة جنود", {"killed": 3}),
    ("5 killed, 20 wounded", {"killed": 5, "wounded": 20}),
    ("No one was killed in the attack", {}),
    ("No soldier hurt as rocket lands near base", {}),
    ("No one hurt, two drones shot down, one guard killed later", {"killed": 1}),
    ("هیچ سربازی در حمله کشته نشد", {}),
    ("مقتل جنديين", {"killed": 2}),
    ("استشهاد ثلاثة من الحشد", {"killed": 3}),
    ("کشته شدن سه نفر", {"killed": 3}),
    ("مقتل ٤ جنود وإصابة ٥", {"killed": 4, "wounded": 5}),
    ("۳ کشته و ۵ زخمی", {"killed": 3, "wounded": 5}),
    ("سه نفر در حمله پهپادی کشته شدند", {"killed": 3}),
    ("بازداشت ۵ نفر", {"held": 5}),
    ("سه نفر بازداشت شدند", {"held": 3}),
    ("Police arrest three men", {"held": 3}),
    ("12 held over attack", {"held": 12}),
    ("Pay of 4,000 guards held up for a month", {}),
    ("Talks held 5 May", {}),
    ("Two gunmen killed five people", {"killed": 5}),
    ("US soldier killed in Erbil", {"killed": 1}),
    ("Drone kills US soldier", {"killed": 1}),
    ("مقتل جندي وإصابة ثلاثة", {"killed": 1, "wounded": 3}),
    ("12 killed or wounded", {}),
    ("إصابة 3 سفن", {}),
    ("3 drones kill two", {"killed": 2}),
    ("سقوط قتيلين وثلاثة جرحى", {"killed": 2, "wounded": 3}),
    ("شهادت سه پاسدار", {"killed": 3}),
    ("سه پاسدار به شهادت رسیدند", {"killed": 3}),
    ("القبض على 3 متهمين", {"held": 3}),
    ("فقدان 4 جنود", {"missing": 4}),
    ("Army kills 3 after attack last year that killed 200", {"killed": 3}),
    ("dozens killed", {}),
    ("مقتل مدنيين", {}),
    ("two dozen killed", {"killed": 24}),
    ("مقتل خمسة وعشرين شخصا", {"killed": 25}),
    ("More than 20 dead in blast", {"killed": 20}),
    ("leaves 3 dead, 5 missing", {"killed": 3, "missing": 5}),
    ("قُتل شخصان", {"killed": 2}),
    ("مقتل نحو 10 أشخاص", {"killed": 10}),
    ("دست‌کم ۵ کشته در انفجار", {"killed": 5}),
    ("مقتل ما لا يقل عن 7", {"killed": 7}),
    ("Bomb kills one soldier and two officers", {"killed": 1}),
    ("خمسة مقاتلين قتلوا في قصف", {"killed": 5}),
    ("Number of wounded rises to 20", {"wounded": 20}),
    ("number of ships rises to 20", {}),
    ("کشته شدن یک سرباز آمریکایی", {"killed": 1}),
    ("ARMY SAYS GUARDS KILLED 1,200 REBELS", {"killed": 1200}),
    ("Valley's death toll passes 4,000 after 81 killed on Monday", {"killed": 81}),
    ("20 medics were killed in raids since May 3", {}),
    ("14 Marwa policemen, officer killed in ambush", {"killed": 14}),
    ("9 pupils, among them a 5-year-old child, were hurt", {"wounded": 9}),
    ("Guards report death of another officer near Zerqan, six wounded", {"killed": 1, "wounded": 6}),
    ("مداهمة في مروة.. اعتقال 6 وإغلاق مقر", {"held": 6}),
    ("Village doctor and two children killed", {"killed": 2}),
    ("7 قتلى و15 جريحاً من الحرس", {"killed": 7, "wounded": 15}),
    ("ارتفاع عدد قتلى الانهيار إلى 212 شخصاً", {"killed": 212}),
    ("ارتفاع حصيلة قتلى الحرس إلى 16 عسكرياً", {"killed": 16}),
    ("Mine kills six, injures 14", {"killed": 6, "wounded": 14}),
    ("One dead, four hurt", {"killed": 1, "wounded": 4}),
    ("3 U.N. staff members killed, 1 missing after raid", {"killed": 3, "missing": 1}),
    ("Two remain missing, one dead in flood", {"killed": 1, "missing": 2}),
    ("مقتل وإصابة 17 مدنيا", {}),
    ("Guards sink 4 boats, killing 9", {"killed": 9}),
    ("First fever death of 2026", {}),
    ("Officer tried for killing 3 guards", {}),
    ("Number " + "9" * 5000 + " killed", {}),
    ("", {}),
    ("جرحى وقتلى", {}),
    ("A strike that killed 4 is condemned", {}),
    ("ذكرى مقتل 4 جنود", {}),
    # a toll beside which no word says whom it counts
    ("Toll rises to 20 in Zerqan blast", {"killed": 20}),
    ("Death toll climbs to 31 after blast in Marwa", {"killed": 31}),
    ("Death toll passes 1,900", {"killed": 1900}),
    ("Strait toll rises to 3", {}),
    ("Hormuz toll rises to 3", {}),
    ("Transit toll rises to 2 million dollars", {}),
    ("Blast takes heavy toll on 3 villages", {}),
    ("ارتفاع الحصيلة إلى 20 في تفجير مروة", {"killed": 20}),
    ("ارتفاع حصيلة التفجير إلى 20", {"killed": 20}),
    ("ارتفاع عدد الضحايا إلى 20", {"killed": 20}),
    ("ارتفاع حصيلة الصادرات إلى 20", {}),
    ("شمار قربانیان به ۲۰ نفر رسید", {"killed": 20}),
    ("تعداد قربانیان حمله به پایگاه به ۳۱ نفر افزایش یافت", {"killed": 31}),
    # a Persian verb ends its clause, far behind the number
    ("۱۱ نفر از نیروهای حشد شعبی شهید شدند", {"killed": 11}),
    ("۱۱ نفر در حمله به پایگاه حشد شعبی شهید شدند", {"killed": 11}),
    ("سه نفر در پی حمله پهپادی شبانه به پایگاهی در شمال مروه کشته شدند", {"killed": 3}),
    ("یک سرباز شهید شد", {"killed": 1}),
    # years, hours, calibres, ranges, resolutions and names are nobody
    ("Soldiers killed in 2024 in Marwa", {}),
    ("2020 strike killed general", {"killed": 1}),
    ("Army kills 2000", {"killed": 2000}),
    ("2000 people killed", {"killed": 2000}),
    ("قتل 3 عام 2019", {"killed": 3}),
    ("Attack at 10:30 killed two", {"killed": 2}),
    ("Soldiers killed at 10 near base", {}),
    ("Soldiers killed, 155mm shell found", {}),
    ("قصف بمدفع عيار 155 ملم يقتل 3 جنود", {"killed": 3}),
    ("Killed 300 km from base", {}),
    ("Resolution 1701 killed by army", {}),
    ("خرق القرار 1701 ومقتل شخصين", {"killed": 2}),
    ("قطعنامه 1701 و کشته شدن دو نفر", {"killed": 2}),
    ("مقتل 3 من اللواء 45", {"killed": 3}),
    ("مقتل عناصر في اللواء 45", {}),
    ("F-35 kills two, MQ-9 killed, K1 attacked", {"killed": 2}),
    ("Shahed 136 killed guards", {}),
    ("Shahed-136 killed guards", {}),
]  # fmt: skip


@pytest.mark.parametrize(("title", "expected"), TOLD)
def test_numbers_of_a_headline(title: str, expected: Mapping[str, int]) -> None:
    assert casualties(title) == expected


def test_the_headline_goes_before_the_lead_kind_by_kind() -> None:
    lead = "A mine killed four guards and wounded nine near Zerqan. One is missing. Seventy were hurt by another."
    assert casualties("Mine kills three guards", lead) == {"killed": 3, "wounded": 9, "missing": 1}
    assert casualties("Mine near Zerqan", lead) == {"killed": 4, "wounded": 9, "missing": 1}


def test_a_number_that_is_only_a_lower_bound_is_marked_and_no_casualty() -> None:
    (count,) = counts("Dozens killed in raid")
    assert (count.number, count.at_least) == (24, True)
    assert casualties("Dozens killed in raid") == {}


def test_offsets_are_those_of_the_text() -> None:
    text = "عاجل: مقتل ١٢ جنديا, and 1,200 U.S. soldiers wounded"
    assert [text[each.start : each.end] for each in counts(text)] == ["١٢", "1,200"]


def test_what_the_text_tells_as_known_is_past() -> None:
    title = "Army kills 3 after raid last year that killed 200"
    assert [(each.number, each.past) for each in counts(title)] == [(3, False), (200, True)]
