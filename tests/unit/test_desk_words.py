"""Everyday words that the shipped desk must not read as a sanction, a live page, a danger or an attack, and those it must."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.rules.reading import Mention
from crawler.article import Article
from tests.unit.shipped import fired, matcher, named_in, shipped

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "desk"


def severities(title: str, text: str = "") -> dict[str, Severity]:
    return {each.rule: each.severity for each in matcher().match(Article("a1", "wire", title, NOW, text=text))}


# -- a name is not a particle and another word ---------------------------------------------------------------------

BAQUBAH = [
    "لواء للحشد الشعبي يستقبل متطوعين في بعقوبة",
    "بعقوبة: كتائب حزب الله تشيع أحد عناصرها",
    "النجباء تفتتح مكتبا غربي بعقوبة",
    "أهالي بعقوبة يلتقون قيادات في عصائب أهل الحق",
    "محكمة بعقوبة تنظر في دعوى ضد فصيل عراقي",
    "المصارف العراقية في بعقوبة الجديدة تمدد دوامها",
]


@pytest.mark.parametrize("title", BAQUBAH)
def test_baqubah_is_a_town_and_no_sanction(title: str) -> None:
    assert "baqubah" in named_in(title)
    assert "militia-sanctions" not in fired(title)


PENALTIES = [
    "واشنطن تلوح بعقوبة مالية على فصائل عراقية",
    "الخزانة الأميركية تهدد بعقوبة جديدة ضد كتائب حزب الله",
    "فصائل عراقية تواجه عقوبة أميركية",
]


@pytest.mark.parametrize("title", PENALTIES)
def test_a_penalty_is_still_a_sanction(title: str) -> None:
    assert "baqubah" not in named_in(title)
    assert "militia-sanctions" in fired(title)


def test_a_strike_in_baqubah_is_told() -> None:
    assert "strikes-on-militias" in fired("غارة على معسكر للحشد الشعبي قرب بعقوبة")


OTHER_WORDS = [  # what a rule was said to find in it
    ("Kerman holds the Persian for a novel", "حمله موشکی به تاسیسات هسته‌ای در کرمان ایران", "nuclear-file", True),
    ("a novel is no news", "رمان تازه درباره تاسیسات هسته‌ای ایران", "nuclear-file", False),
    ("Faisal holds the Arabic for arrives", "الحرس الثوري يهنئ فيصل العراقي", "irgc-and-proxies", False),
    ("arrives", "قائد في الحرس الثوري يصل بغداد", "irgc-and-proxies", True),
    ("an ambush holds a mine", "كمين لصيادي سفينة في هرمز", "hormuz-and-shipping", False),
    ("a mine", "لغم يصيب سفينة في هرمز", "hormuz-and-shipping", True),
]


@pytest.mark.parametrize(("name", "title", "rule", "fires"), OTHER_WORDS, ids=[row[0] for row in OTHER_WORDS])
def test_other_words_in_a_name(name: str, title: str, rule: str, fires: bool) -> None:
    assert (rule in fired(title)) is fires, name


# Towns and families of Iraq and its neighbours that begin with one of the joined letters.
NAMES = [
    "بابل بابان بادوش بارزاني بازيان باطنايا باعذرة باقر باقري بامرني بحرين بدر بدرة بردرش برزان برطلة برلين بروجرد برهم برزنجي بسماية",
    "بشار بشدر بعاج بعشيقة بعقوبة بغداد بلال بلد بلدروز بندر بنجوين بهاء بهبهان بهرز بوشهر بوكان بياتي بيجي بيروت",
    "فاتح فارس فالح فاو فؤاد فتلاوي فدك فدوي فراس فرات فرهود فسا فلاحي فلوجة فنزويلا فهد فياض فيروزآباد فيشخابور",
    "كابل كاشان كاظم كامل كاولان كبيسة كربلاء كرج كردستان كرمان كرمانشاه كرمليس كرند كركوك كريم كعبي كفري كلار كمال كناني كنعان",
    "كنكان كوت كوثراني كوراني كورمور كوفة كويت كويسنجق كيش لار لاريجاني لاهيجان لبنان لطيفية لعيبي لفتة لندن لهيبي لؤي ليث ليلان",
    "وادي واسط واشنطن وان وائل وثاب وحيدي ورامين وركاء وسام وعد ولايتي وليد",
]


@pytest.mark.parametrize("name", [name for line in NAMES for name in line.split()])
def test_no_word_of_the_desk_is_read_into_a_name(name: str) -> None:
    assert _read_into(name) == set()


def test_no_word_of_the_desk_is_read_into_a_name_of_the_desk() -> None:
    """Names that need context are words too where they stand alone; the others never are."""
    free = {
        alias
        for entity in shipped().entities.values()
        for alias in entity.aliases
        if not entity.requires and not alias.startswith("=") and "*" not in alias
    }
    assert {alias: read for alias in free if (read := _read_into(alias))} == {}


def _read_into(name: str) -> set[str]:
    """Give the words that a particle and they were read into the first word of a name, names themselves left out."""

    def is_read(each: Mention) -> bool:
        return each.attached and not each.entity and each.field == "title" and each.start == 1

    mentions = matcher().read(Article("a1", "wire", name, NOW)).mentions
    return {each.alias for found in mentions.values() for each in found if is_read(each)}


# -- a live page is known by a mark, not by a word ------------------------------------------------------------------

STRUCK = "Warplanes carried out an air strike on a Popular Mobilization Forces depot in Babil, Iraq, at noon."
STRUCK_IN_ARABIC = "شنت طائرات حربية غارة على معسكر للحشد الشعبي في بابل ظهر اليوم."

STORIES = [
    "'Our children live with it': a street tells of the night",
    "Where they live and how they mourn: voices of a town",
    "Live ammunition found after the night's blast",
    "Officials confirm latest raid south of the capital",
    "Latest raid leaves a town in shock",
    "Footage highlights gaps in air defence",
    "Witnesses tell of the night as it happened to them",
    "Third raid this week, officials say",
    "Five men pulled alive from rubble",
    "Troops in live-fire drill hear blasts",
    "خبير: خطر مباشر على أمن العاصمة",
    "إصابة مباشرة لمستودع جنوبي العاصمة",
    "رد مباشر: الحكومة تستدعي سفيرا",
    "رئيس الوزراء يتهم جهة بشكل مباشر",
    "چهار نفر زنده از زیر آوار بیرون آمدند",
]


@pytest.mark.parametrize("title", STORIES)
@pytest.mark.parametrize("text", [STRUCK, STRUCK_IN_ARABIC], ids=["English lead", "Arabic lead"])
def test_an_everyday_word_makes_no_live_page(title: str, text: str) -> None:
    assert "strikes-on-militias" in fired(title, text)


LIVE_PAGES = [
    "Live: a region on edge",
    "LIVE | A region on edge",
    "\U0001f534 LIVE - a region on edge",
    "[LIVE] A region on edge",
    "A region on edge - live updates",
    "A region on edge: live",
    "Middle East crisis live: a region on edge",
    "Iran war latest: a region on edge",
    "The Latest: a region on edge",
    "A region on edge \u2013 as it happened",
    "Live blog: a region on edge",
    "A region on edge: what we know so far",
    "This week in Iraq: a region on edge",
    "Weekly roundup: a region on edge",
    "مباشر | المنطقة على صفيح ساخن",
    "مباشر: المنطقة على صفيح ساخن",
    "مباشر.. المنطقة على صفيح ساخن",
    "تغطية مباشرة - المنطقة على صفيح ساخن",
    "المنطقة على صفيح ساخن لحظة بلحظة",
    "أبرز الأحداث: المنطقة على صفيح ساخن",
    "زنده | منطقه در التهاب",
    "پوشش زنده: منطقه در التهاب",
    "لحظه به لحظه؛ منطقه در التهاب",
]


@pytest.mark.parametrize("title", LIVE_PAGES)
def test_the_lead_of_a_live_page_is_not_its_story(title: str) -> None:
    assert fired(title, STRUCK) == set()


def test_the_headline_of_a_live_page_is() -> None:
    assert "strikes-on-militias" in fired("Live: air strike on Popular Mobilization base in Babil, Iraq")


# -- who says it, a trade, and a deed that was not done ---------------------------------------------------------------

ATTRIBUTED = [
    ("Gunmen storm Green Zone in Baghdad", ": security source"),
    ("Troops raid Green Zone offices and detain two", ", security official says"),
    ("Rockets land near US embassy in Baghdad", ", security sources say"),
    ("Market at Iran-Iraq border crossing grows", ": security source"),
    ("Baghdad's Green Zone gets a park", ", security official says"),
    ("سقوط صواريخ قرب السفارة الأميركية في بغداد", ": مصدر أمني"),
    ("حمله راکتی به سفارت آمریکا در بغداد", "؛ منبع امنیتی"),
]


@pytest.mark.parametrize(("title", "who"), ATTRIBUTED)
def test_who_says_it_changes_nothing(title: str, who: str) -> None:
    assert severities(title + who) == severities(title)


QUIET = [
    "Security guards wanted for Green Zone hotel in Baghdad",
    "Baghdad Green Zone cafe opens near security firm",
    "Security company sponsors concert in Baghdad's Green Zone",
    "Security studies taught in Green Zone college, Baghdad",
    "No attacks on tankers in Strait of Hormuz since spring",
    "No new attack on shipping near Bab al-Mandab, monitors say",
    "No tanker hit in Hormuz this year",
    "No ship was attacked in Strait of Hormuz, navy says",
    "Tankers sail through Hormuz without any attack",
    "Convoy leaves Strait of Hormuz without being attacked",
    "Zero attacks on vessels in Gulf of Oman in May",
    "No attacks on US troops in Iraq for 100 days, Pentagon says",
    "No rockets fired at US embassy in Baghdad since truce",
    "No drone strikes on Erbil for a month",
    "No air strikes on Popular Mobilization bases in Iraq this month",
    "Attack-free month for ships in Strait of Hormuz",
    "Tanker not attacked in Hormuz, owner says",
    "Nobody attacked ships in Strait of Hormuz this month",
    "لا هجمات على السفن في مضيق هرمز منذ شهر",
    "لم تتعرض أي سفينة لهجوم في مضيق هرمز",
    "عبور السفن مضيق هرمز دون أن تتعرض لهجوم",
    "نفتکش‌ها در تنگه هرمز هدف قرار نگرفتند و حمله‌ای رخ نداد",
    "سفن تعبر مضيق هرمز دون هجوم",
    "ناقلات تعبر هرمز دون أي هجوم",
    "عبور ثلاث ناقلات مضيق هرمز من دون تعرضها لهجوم",
    "لم تقع هجمات على القوات الأميركية في العراق منذ الهدنة",
    "شهر بلا هجمات على السفارة الأميركية في بغداد",
    "عدم تسجيل أي هجوم على أربيل منذ أسابيع",
    "کشتی‌ها بدون حمله از تنگه هرمز گذشتند",
    "عبور نفتکش‌ها از تنگه هرمز بدون هیچ حمله‌ای",
    "هیچ حمله‌ای به کشتی‌ها در تنگه هرمز ثبت نشد",
    "به کشتی‌ها در تنگه هرمز حمله‌ای نشد",
]


@pytest.mark.parametrize("title", QUIET)
def test_a_trade_and_a_deed_not_done_ring_nobody(title: str) -> None:
    assert max(severities(title).values(), default=Severity.ROUTINE) == Severity.ROUTINE


DONE = [  # a no or a without that belongs to something else
    ("Tanker attacked in Strait of Hormuz without warning", "hormuz-and-shipping"),
    ("No group claims attack on ship in Strait of Hormuz", "hormuz-and-shipping"),
    ("No injuries as ship is hit in Gulf of Oman", "hormuz-and-shipping"),
    ("No warning before drone hits tanker in Hormuz", "hormuz-and-shipping"),
    ("After month without attacks, tanker hit in Strait of Hormuz", "hormuz-and-shipping"),
    ("Rockets hit US base in Iraq, no casualties", "attacks-on-us-forces"),
    ("No one claims drone attack on US troops in Iraq", "attacks-on-us-forces"),
    ("No US troops hurt in rocket attack on Ain al-Asad base", "attacks-on-us-forces"),
    ("US denies air strike on Popular Mobilization base in Iraq", "strikes-on-militias"),
    ("Security tightened around Green Zone in Baghdad", "embassy-baghdad-security"),
    ("Guards at US embassy in Baghdad report security breach", "embassy-baghdad-security"),
    ("Troops raid Green Zone villa in Baghdad", "embassy-baghdad-security"),
    ("هجوم على سفينة في مضيق هرمز دون إصابات", "hormuz-and-shipping"),
    ("لا أحد يتبنى الهجوم على القوات الأميركية في العراق", "attacks-on-us-forces"),
    ("حمله به نفتکش در تنگه هرمز بدون تلفات", "hormuz-and-shipping"),
]


@pytest.mark.parametrize(("title", "rule"), DONE)
def test_a_deed_done_is_told_whatever_else_was_not(title: str, rule: str) -> None:
    assert severities(title).get(rule, Severity.ROUTINE) >= Severity.PRIORITY


# -- the kinds as they were met ---------------------------------------------------------------------------------------


def cases(name: str) -> dict[str, dict[str, Severity]]:
    path = CASES / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout (the cases are not part of the project)")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: severities(row["title"], row.get("text", "")) for row in rows}


def test_cases_of_baqubah() -> None:
    told = cases("baquba")
    assert not any("militia-sanctions" in rules for rules in told.values())
    assert told["2"]["strikes-on-militias"] >= Severity.PRIORITY


def test_cases_of_rolling_pages() -> None:
    told = cases("rolling")
    for one, other in (("1", "2"), ("3", "4"), ("5", "6")):
        assert told[one] == told[other]
        assert "strikes-on-militias" in told[one]


def test_cases_of_attribution() -> None:
    told = cases("attribution")
    assert told["1"] == told["2"]
    assert max(told["1"].values()) >= Severity.PRIORITY
    for quiet in ("3", "4", "5", "6"):
        assert max(told[quiet].values(), default=Severity.ROUTINE) == Severity.ROUTINE
