"""What is told of and was not done, or was done by nobody: graded and explained as that, and never as an attack."""

from __future__ import annotations

import pytest

from crawler.article import Article
from tests.unit.shipped import NOW, fired, graded, matcher, read

CRASH = "an aircraft of US or coalition forces crashes, and nobody is said to have shot it down"
LOST = "an aircraft of US forces is lost with its crew"
SHOT = "an aircraft of US forces is shot down, or lost with its crew"
DENIED = "an attack is denied, or was foiled"
FOUND = "arms are found or made safe, and none was used"
ACCIDENT = "an accident, a fire or a fault, and no attack"
QUESTION = "a question or an opinion, and no new attack"
CONDITION = "an attack is only a condition"

EXPLAINED = [
    ("US Chinook crashes in Duhok", "priority", CRASH),
    ("American surveillance plane goes down in Kirkuk desert, crew safe", "priority", CRASH),
    ("MQ-9 drone crashes near Balad after engine failure", "priority", CRASH),
    ("US drone crashes into farm in Sulaymaniyah after technical failure", "priority", CRASH),
    ("Coalition helicopter goes down in Nineveh", "priority", CRASH),
    ("US drone crashes near Harir base, Pentagon blames malfunction", "priority", CRASH),
    ("پهپاد آمریکایی بر اثر نقص فنی در کرکوک سقوط کرد", "priority", CRASH),
    ("لم تتعرض قاعدة حرير لأي هجوم", "priority", DENIED),
    ("US Army helicopter crashes near Sinjar, two dead", "immediate", LOST),
    ("US Apache shot down over Kirkuk", "immediate", SHOT),
    ("تحطم مقاتلة أميركية في الموصل", "priority", CRASH),
    ("سقوط مسيرة أميركية في دهوك بعد عطل فني", "priority", CRASH),
    ("سقوط بالگرد نیروهای آمریکایی در کرکوک", "priority", CRASH),
    ("جنگنده آمریکا در کرکوک سقوط کرد", "priority", CRASH),
    ("هەلیکۆپتەرێکی ئەمریکا لە کەرکووک کەوتە خوارەوە", "priority", CRASH),
    ("No attack on Balad base, spokesman says", "priority", DENIED),
    ("No drones struck Erbil airport, governor says", "priority", DENIED),
    ("US troops in Erbil were not attacked, officials say", "priority", DENIED),
    ("لم تتعرض قاعدة بلد لأي قصف", "priority", DENIED),
    ("لا هجوم على مطار أربيل", "priority", DENIED),
    ("هیچ حمله‌ای به پایگاه بلد انجام نشده است", "priority", DENIED),
    ("فرودگاه اربیل هدف حمله قرار نگرفت", "priority", DENIED),
    ("به پایگاه حریر حمله نشد", "priority", DENIED),
    ("حمله‌ای به پایگاه بلد صورت نگرفته است", "priority", DENIED),
    ("هێرش نەکراوەتە سەر بنکەی حەریر", "priority", DENIED),
    ("Police find rockets aimed at Harir base", "priority", FOUND),
    ("Missile launcher found near Ain al-Asad base", "priority", FOUND),
    ("Bomb defused on road of US convoy in Anbar", "priority", FOUND),
    ("العثور على صواريخ معدة للإطلاق قرب قاعدة حرير", "priority", FOUND),
    ("تفكيك عبوة ناسفة قرب السفارة الأميركية في بغداد", "priority", FOUND),
    ("کشف سکوی پرتاب راکت نزدیک پایگاه حریر", "priority", FOUND),
    ("خنثی‌سازی بمب در نزدیکی سفارت آمریکا در بغداد", "priority", FOUND),
    ("Fire at Harir base due to electrical fault", "priority", ACCIDENT),
    ("Drone crashes near Balad base after technical failure", "priority", ACCIDENT),
    ("حريق في قاعدة بلد بسبب تماس كهربائي", "priority", ACCIDENT),
    ("سقوط پهپاد در اربیل بر اثر نقص فنی", "priority", ACCIDENT),
    ("Was Kirkuk hit by a missile?", "routine", QUESTION),
    ("Is Tehran behind drone attack on Erbil?", "routine", QUESTION),
    ("Drones will hit Harir base if US stays, militia says", "priority", CONDITION),
    ("إذا لم تنسحب القوات الأميركية ستستهدف المسيرات قاعدة حرير", "priority", CONDITION),
    ("اگر آمریکا خارج نشود پایگاه حریر هدف موشک قرار می‌گیرد", "priority", CONDITION),
]


@pytest.mark.parametrize(("title", "severity", "why"), EXPLAINED, ids=[each[0] for each in EXPLAINED])
def test_a_reason_says_what_it_was(title: str, severity: str, why: str) -> None:
    gravest = max(matcher().match(Article("a1", "wire", title, NOW)), key=lambda match: match.severity, default=None)
    assert gravest is not None
    assert gravest.severity.word == severity
    assert str(gravest.why).startswith(why)
    assert "told without whom" not in str(gravest.why)


@pytest.mark.parametrize(
    ("asserted", "denied"),
    [
        ("Drones attack Harir base", "No drones attack Harir base"),
        ("هجوم على قاعدة حرير", "لا هجوم على قاعدة حرير"),
        ("حمله به پایگاه حریر انجام شد", "هیچ حمله‌ای به پایگاه حریر انجام نشد"),
        ("Militia attacks US embassy in Baghdad", "Militia did not attack US embassy in Baghdad"),
    ],
)
def test_a_denial_matches_the_rules_of_what_it_denies(asserted: str, denied: str) -> None:
    assert fired(asserted) - {"erbil-and-oil-fields"} <= fired(denied)
    assert graded(denied) == "priority"


@pytest.mark.parametrize(
    ("title", "by", "on"),
    [
        ("Harir base was not attacked, army says", (), ("harir",)),
        ("US did not strike Kuwait, Pentagon says", ("us",), ("kuwait",)),
        ("قاعدة حرير لم تتعرض لأي هجوم", (), ("harir",)),
        ("ایران به کویت حمله نکرد", ("iran",), ("kuwait",)),
        ("پایگاه حریر بمباران نشده است", (), ("harir",)),
    ],
)
def test_a_denied_deed_keeps_its_parties(title: str, by: tuple[str, ...], on: tuple[str, ...]) -> None:
    act = read(title).acts[0]
    assert (act.standing, act.by, act.on) == ("denied", by, on)


@pytest.mark.parametrize(
    "title",
    [
        "Army defuses bomb near Harir base",
        "Police seize three rockets in Diyala",
        "Roadside bomb found near Taji",
        "ضبط صواريخ في ديالى",
        "کشف راکت در دیاله",
    ],
)
def test_arms_that_are_found_are_no_attack(title: str) -> None:
    assert [(each.deed, each.standing, each.on) for each in read(title).acts] == [("find", "happened", ())]


@pytest.mark.parametrize(
    ("title", "deed"),
    [
        ("Army finds bodies after bomb hits Taji base", "strike"),
        ("Navy seizes ship in Hormuz", "seize"),
        ("Police find that rockets hit Harir base", "assault"),
        ("Drones hit Harir base, bomb found nearby", "strike"),
        ("الجيش يعتقل قياديا في الحشد", "arrest"),
    ],
)
def test_what_is_beside_a_find_stays_what_it_is(title: str, deed: str) -> None:
    assert deed in {each.deed for each in read(title).acts if each.standing in {"happened", "background"}}


@pytest.mark.parametrize(
    "title",
    [
        "Rockets fall on empty field near Harir base",
        "سقوط صاروخ في أرض خالية قرب قاعدة حرير",
        "سقوط راکت در زمین خالی نزدیک پایگاه حریر",
    ],
)
def test_what_falls_in_an_empty_field_is_an_attack(title: str) -> None:
    assert graded(title) == "immediate"


def test_who_tells_of_a_deed_does_not_suffer_it() -> None:
    assert read("Iran attacks Kuwait, Bahrain says").acts[0].on == ("kuwait",)
    assert read("Iran attacks Kuwait, Bahrain").acts[0].on == ("kuwait", "bahrain")


@pytest.mark.parametrize(
    "title",
    [
        "Truce between US and Iran collapses",
        "Ceasefire between Israel and Iran breaks down",
        "انهارت الهدنة بين إيران وإسرائيل",
        "آتش‌بس میان ایران و اسرائیل فروپاشید",
    ],
)
def test_a_truce_that_collapses_is_read_and_told(title: str) -> None:
    (act,) = read(title).acts
    assert (act.deed, act.standing) == ("lapse", "happened")
    assert "iran" in {*act.by, *act.on}
    assert graded(title) == "immediate"


@pytest.mark.parametrize(
    ("title", "deeds"),
    [
        ("Iran held by Jordan", set()),
        ("Iraq held to goalless draw by Kuwait", set()),
        ("American held by Iran", {"arrest"}),
        ("Tanker held by Iran", {"arrest"}),
    ],
)
def test_a_state_is_held_in_games_only(title: str, deeds: set[str]) -> None:
    event = matcher().event(Article("a1", "wire", title, NOW))
    assert {each.deed for each in (event.acts if event else ())} == deeds


@pytest.mark.parametrize(
    ("title", "deed"),
    [
        ("سقوط خمسة صواريخ على قاعدة بلد", "strike"),
        ("Mortar rounds fall near Harir base", "strike"),
        ("سقوط سه راکت در پایگاه بلد", "strike"),
        ("Drone falls near Harir base", "fall"),
        ("سقوط طائرة مدنية قرب قاعدة بلد", "fall"),
    ],
)
def test_what_was_fired_and_falls_is_a_strike(title: str, deed: str) -> None:
    assert deed in {each.deed for each in read(title).acts}
    assert ("strike" in {each.deed for each in read(title).acts}) == (deed == "strike")
