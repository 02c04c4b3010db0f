"""What a title says in English of a headline in another script: never as done what the headline does not tell as done."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from alerts.alert import Alert
from alerts.decide.event_line import describe
from alerts.decide.same_event import EventWindow
from alerts.event import Act, EventMention
from alerts.line.settle import settle
from alerts.render.harm import exact
from alerts.render.title import HEDGES, lead
from alerts.store import decisions
from crawler.article import Article, Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.unit.shipped import NOW, matcher, shipped

NOT_DONE = (
    ("denial", "ar", "الجيش الأميركي ينفي تعرض قاعدة عين الأسد لأي هجوم"),
    ("denial", "ar", "الحشد الشعبي: لا صحة لأنباء قصف مقر لنا في جرف الصخر"),
    ("denial", "ar", "كتائب حزب الله تنفي مسؤوليتها عن استهداف مطار أربيل"),
    ("denial", "ar", "السفارة الأميركية في بغداد تنفي سقوط صواريخ قرب مقرها"),
    ("denial", "ar", "العراق ينفي السماح لطائرات إسرائيلية بضرب إيران من أجوائه"),
    ("denial", "ar", "الإعلام الأمني: لم يسقط أي صاروخ على المنطقة الخضراء"),
    ("denial", "ar", "طهران: لم نستهدف أي قاعدة أميركية في العراق"),
    ("denial", "ar", "البنتاغون: لا قتلى ولا جرحى في صفوف قواتنا بالعراق"),
    ("denial", "ar", "قوات التحالف تنفي انسحابها من قاعدة حرير"),
    ("denial", "ar", "إيران تنفي احتجاز ناقلة نفط في مضيق هرمز"),
    ("denial", "ar", "فصائل المقاومة تنفي تسليم سلاحها للحكومة"),
    ("denial", "ar", "محافظ الأنبار ينفي هجوما بطائرة مسيرة على قاعدة عين الأسد"),
    ("denial", "fa", "سپاه پاسداران حمله به پایگاه آمریکا در اربیل را تکذیب کرد"),
    ("denial", "fa", "حشد شعبی: به هیچ پایگاهی در عراق حمله نکرده‌ایم"),
    ("denial", "fa", "ایران توقیف نفتکش در تنگه هرمز را رد کرد"),
    ("denial", "fa", "پنتاگون: هیچ سرباز آمریکایی در عین الاسد کشته نشد"),
    ("denial", "fa", "کتائب حزب‌الله دست داشتن در حمله به سفارت آمریکا را تکذیب کرد"),
    ("denial", "fa", "عراق: موشکی به منطقه سبز اصابت نکرده است"),
    ("denial", "fa", "اسرائیل حمله به نطنز را تکذیب کرد"),
    ("denial", "fa", "تهران: نیروهای ما در عراق هدف قرار نگرفتند"),
    ("denial", "fa", "عصائب اهل حق خلع سلاح خود را تکذیب کرد"),
    ("denial", "fa", "اردن: هیچ پهپادی به پایگاه آمریکا در خاک ما شلیک نشد"),
    ("foiled", "ar", "إحباط هجوم بالصواريخ على مطار بغداد"),
    ("foiled", "fa", "حمله به پایگاه عین الاسد خنثی شد"),
    ("accident", "ar", "تفجير مسيطر عليه قرب قاعدة عين الأسد"),
    ("accident", "ar", "انفجار عرضي داخل مخزن عتاد للحشد الشعبي في بلد"),
    ("accident", "ar", "تماس كهربائي يتسبب بحريق في معسكر للحشد الشعبي"),
    ("accident", "ar", "سقوط مروحية أميركية قرب أربيل بسبب خلل فني"),
    ("accident", "ar", "مقتل ثلاثة من الحشد الشعبي بحادث سير في ديالى"),
    ("accident", "ar", "حريق في مصفاة بيجي جراء تسرب غاز"),
    ("accident", "ar", "انفجار لغم من مخلفات داعش يقتل راعيا في الأنبار"),
    ("accident", "ar", "غرق زورق لخفر السواحل الإيراني قرب هرمز بسبب العاصفة"),
    ("accident", "ar", "اصطدام ناقلتين في مضيق هرمز دون إصابات"),
    ("accident", "fa", "انفجار انبار مهمات حشد شعبی بر اثر گرما"),
    ("accident", "fa", "آتش‌سوزی در پالایشگاه آبادان بر اثر نشت گاز"),
    ("accident", "fa", "سقوط بالگرد آمریکایی در عراق به علت نقص فنی"),
    ("accident", "fa", "سه نیروی حشد شعبی در تصادف رانندگی کشته شدند"),
    ("accident", "fa", "برخورد دو نفتکش در تنگه هرمز"),
    ("accident", "fa", "واژگونی قایق سپاه در خلیج فارس در توفان"),
    ("question", "ar", "هل استهدفت إيران قاعدة عين الأسد؟"),
    ("question", "ar", "هل تضرب إسرائيل فصائل العراق؟"),
    ("question", "ar", "من قصف مقر الحشد الشعبي في بابل؟"),
    ("question", "ar", "لماذا تستهدف الفصائل قاعدة حرير؟"),
    ("question", "ar", "هل تنسحب القوات الأميركية من العراق؟"),
    ("question", "ar", "هل تغلق إيران مضيق هرمز؟"),
    ("question", "ar", "ماذا لو هاجمت أميركا إيران؟"),
    ("question", "fa", "آیا ایران به پایگاه عین الاسد حمله کرد؟"),
    ("question", "fa", "آیا اسرائیل به گروه‌های عراقی حمله می‌کند؟"),
    ("question", "fa", "چه کسی مقر حشد شعبی را بمباران کرد؟"),
    ("question", "fa", "آیا تنگه هرمز بسته می‌شود؟"),
    ("question", "fa", "چرا سپاه به اربیل موشک زد؟"),
    ("question", "fa", "آیا نیروهای آمریکا از عراق خارج می‌شوند؟"),
    ("expected", "ar", "تحذيرات من هجوم وشيك على السفارة الأميركية في بغداد"),
    ("expected", "ar", "إسرائيل تستعد لضرب فصائل في العراق"),
    ("expected", "ar", "مخاوف من قصف إيراني لأربيل"),
    ("remembered", "ar", "الذكرى السنوية لقصف عين الأسد"),
    ("remembered", "ar", "بغداد تحيي ذكرى اغتيال سليماني والمهندس"),
    ("remembered", "fa", "سالگرد حمله موشکی به عین الاسد"),
    ("remembered", "fa", "مراسم سالگرد ترور سلیمانی در بغداد"),
    ("expected", "fa", "هشدار درباره حمله قریب‌الوقوع به سفارت آمریکا در بغداد"),
    ("expected", "fa", "اسرائیل برای حمله به عراق آماده می‌شود"),
    ("denial", "ar", "كتائب حزب الله: لم ننفذ أي هجوم على مطار أربيل"),
    ("denial", "ar", "تفنيد أنباء تعيين قائد جديد للحشد الشعبي"),
    ("denial", "ar", "إيران تنفي إرسال صواريخ إلى فصائل عراقية"),
    ("denial", "ar", "إيران تنفي فرض رسوم على السفن في هرمز"),
    ("question", "ar", "هل يعين الزيدي رئيسا جديدا لهيئة الحشد الشعبي؟"),
    ("expected", "ar", "إيران تدرس فرض رسوم على السفن في مضيق هرمز"),
    ("expected", "ar", "دعوات لتظاهرات أمام السفارة الأميركية في بغداد"),
    ("expected", "ar", "ترجيحات بتمديد الهدنة بين إيران وأميركا"),
    ("drill", "ar", "مناورة للجيش العراقي تحاكي هجوما على عين الأسد"),
    ("drill", "fa", "رزمایش سپاه برای بستن تنگه هرمز"),
)
DONE = (
    ("ar", "طائرة مسيرة تستهدف قاعدة عين الأسد", "Ain al-Asad"),
    ("ar", "قصف أميركي يستهدف مقرا للحشد الشعبي في جرف الصخر", "Jurf al-Sakhar"),
    ("ar", "مقتل ثلاثة جنود أميركيين بهجوم على قاعدة في الأردن", "3 killed"),
    ("ar", "إيران تقصف أربيل بصواريخ باليستية", "Iran"),
    ("ar", "الحرس الثوري يحتجز ناقلة نفط في مضيق هرمز", "Hormuz"),
    ("ar", "تعيين قائد جديد لفيلق القدس", "Quds Force"),
    ("ar", "القيادة المركزية الأميركية: تغيير مسار سفينتين قرب مضيق هرمز", "Hormuz"),
    ("ar", "تظاهرات أمام السفارة الأميركية في بغداد", "US embassy in Baghdad"),
    ("fa", "حمله پهپادی به پایگاه عین الاسد", "Ain al-Asad"),
    ("fa", "ایران به اربیل موشک شلیک کرد", "Erbil"),
    ("fa", "سپاه یک نفتکش را در تنگه هرمز توقیف کرد", "Hormuz"),
)
HEDGED = (*HEDGES.values(), "About: ")
# parts of the line of an event that say how it stands, and deeds that say it themselves
STANDS = {
    "denied",
    "foiled",
    "opinion",
    "asked",
    "expected",
    "remembered",
    "rehearsed",
    "conditional",
    "roundup",
    "accidental",
}
SAYS = ("deny ", "drill", "accident", "threaten")


def told(connection: Connection, title: str, lang: str) -> Alert | None:
    """Return the first alert that the shipped desk makes of a headline, None where it makes none."""
    source = Source("wire", "https://wire.example/", owner="wire", lang=lang)
    entry = Entry(title, guid=title, published=NOW, lang=lang)
    store_poll(connection, source, SourceState("wire", source.url, NOW), [entry], (), NOW)
    waiting = archive.revisions_after(connection, int(decisions.get_mark(connection, "triaged") or 0), 9)
    found = [(each, matcher().find(each.article)) for each in waiting]
    done = settle(connection, shipped(), EventWindow(shipped().events), found, NOW)
    stories = [revision.placement.story for revision, _, made in done.decided if made]
    return decisions.load_alert(connection, stories[0], 1) if stories else None


@pytest.mark.parametrize(("kind", "lang", "title"), NOT_DONE, ids=[each[2] for each in NOT_DONE])
def test_what_was_not_done_is_never_given_as_done(line: Connection, kind: str, lang: str, title: str) -> None:
    alert = told(line, title, lang)
    if alert is not None:
        assert lead(alert).startswith(HEDGED), lead(alert)
        assert alert.severity.word in {"routine", "priority"}
    event = matcher().event(Article("a1", "wire", title, NOW, lang=lang))
    said = describe(event, shipped().events) if event else ""
    assert not said or said.startswith(SAYS) or STANDS & {*said.split("; ")}, said


@pytest.mark.parametrize(("lang", "title", "named"), DONE, ids=[each[1] for each in DONE])
def test_what_was_done_is_given_so(line: Connection, lang: str, title: str, named: str) -> None:
    alert = told(line, title, lang)
    assert alert is not None
    assert not lead(alert).startswith(HEDGED)
    assert named in lead(alert)


@pytest.mark.parametrize(
    ("title", "said", "never"),
    [
        ("أهالي الموصل يشيعون ضحايا القصف الأميركي", "(mourn)", "on US"),
        ("بعد القصف.. رئيس الوزراء الزيدي يزور مقر الحشد الشعبي", "(visit", "(by Ali al-Zaidi"),
        ("الدفاع السعودية: دمرنا مسيرات قادمة من العراق", "", "on Iraq"),
    ],
)
def test_a_deed_that_is_no_attack_is_said(line: Connection, title: str, said: str, never: str) -> None:
    alert = told(line, title, "ar")
    assert alert is not None
    assert said in lead(alert)
    assert never not in lead(alert) + alert.event_line


@pytest.mark.parametrize(
    ("title", "lang", "said"),
    [
        ("مقتل ثلاثة جنود أميركيين بهجوم على قاعدة في الأردن", "ar", "US soldiers are killed, 3 killed"),
        ("إصابة جنديين أميركيين بهجوم على قاعدة حرير", "ar", "US soldiers are hurt ("),
        ("جرح ثلاثة جنود أميركيين في قصف على عين الأسد", "ar", "US soldiers are hurt, "),
        ("خطف جندي أميركي في بغداد", "ar", "US soldiers are taken, "),
        (
            "مقتل جندي أميركي وإصابة ثلاثة بهجوم على قاعدة التنف",
            "ar",
            "US soldiers are killed or hurt, 1 killed, 3 wounded",
        ),
        ("سه سرباز آمریکایی در حمله به پایگاه حریر زخمی شدند", "fa", "US soldiers are hurt ("),
        ("دو نظامی آمریکایی در حمله پهپادی به عین الاسد کشته شدند", "fa", "US soldiers are killed ("),
        ("إصابة جندي أميركي وفقدان آخر في هجوم على قاعدة حرير", "ar", "US soldiers are killed, hurt or taken"),
        (
            "مقتل ثلاثة من الحشد الشعبي بقصف أميركي على جرف الصخر",
            "ar",
            "(by US on Popular Mobilization Forces), 3 killed",
        ),
    ],
)
def test_who_was_killed_or_hurt_is_said(line: Connection, title: str, lang: str, said: str) -> None:
    alert = told(line, title, lang)
    assert alert is not None
    assert said in lead(alert)


@pytest.mark.parametrize(
    "event",
    [
        None,
        EventMention((Act("wound", "denied", (), ("us",)),)),
        EventMention((Act("wound", "happened", (), ("pmf",)),)),
        EventMention((Act("wound", "happened", (), ("us",)),), casualties={"missing": 1}),
        EventMention((Act("strike", "happened", (), ("us",)),), casualties={"killed": 1}),
    ],
    ids=["nothing read", "denied", "of others", "missing", "no deed of harm"],
)
def test_in_doubt_a_row_is_said_as_it_is(event: EventMention | None) -> None:
    row = "US soldiers are killed, hurt or taken"
    assert exact(row, "", event) == row
