"""How a deed stands that is denied or only rehearsed, and who is told to deny it, as the shipped desk reads it."""

from __future__ import annotations

import pytest

from alerts.decide.event_clash import clash
from alerts.decide.event_facts import facts_of
from alerts.decide.same_event import parts_of
from alerts.event import Report
from tests.unit.desk import NOW
from tests.unit.shipped import read, shipped

DENIED = [
    ("پنتاگون حمله به پایگاه عین‌الاسد را تکذیب کرد", "assault", ("ain-al-asad",), ("us", "pentagon")),
    ("حمله موشکی به اسرائیل تکذیب شد", "strike", ("israel",), ()),
    ("US military denies that American soldiers were wounded in blast", "wound", ("us",), ("us",)),
    ("US military denies soldiers were wounded in strike on Harir base", "strike", ("harir",), ("us",)),
    ("Iran denies US strikes hit Natanz", "assault", ("natanz",), ("iran",)),
    ("نفى الجيش الأميركي مقتل جنود في قصف قاعدة حرير", "strike", ("harir",), ("us",)),
    ("لا صحة للأنباء عن هجوم على قاعدة حرير", "assault", ("harir",), ()),
    ("Strike on Harir base did not happen", "strike", ("harir",), ()),
    ("Pentagon denies that strike on Harir base took place", "strike", ("harir",), ("us", "pentagon")),
    ("That US struck Harir base is false", "strike", ("harir",), ()),
]


@pytest.mark.parametrize(("title", "deed", "on", "denier"), DENIED, ids=[each[0] for each in DENIED])
def test_a_denial_is_of_the_deed_and_names_who_denies(
    title: str, deed: str, on: tuple[str, ...], denier: tuple[str, ...]
) -> None:
    acts = read(title).acts
    act = next(each for each in acts if each.deed == deed)
    assert (act.standing, act.on) == ("denied", on)
    assert not set(act.by) & set(denier)
    assert next((each.by for each in acts if each.deed == "deny"), ()) == denier
    assert all(not each.on for each in acts if each.deed == "deny")


@pytest.mark.parametrize(
    ("title", "deed", "by"),
    [
        ("Iran denies it struck Kuwait", "strike", ("iran",)),
        ("Iran denies striking Kuwait", "strike", ("iran",)),
        ("سنتکام حمله ایران به کویت را تکذیب کرد", "assault", ("iran",)),
        ("البنتاغون ينفي القصف الأميركي على إيران", "strike", ("us",)),
    ],
)
def test_whose_deed_is_denied_is_still_read(title: str, deed: str, by: tuple[str, ...]) -> None:
    act = next(each for each in read(title).acts if each.deed == deed)
    assert (act.standing, act.by) == ("denied", by)


@pytest.mark.parametrize(
    ("title", "deed", "standing"),
    [
        ("Kataib Hezbollah denies involvement in attack on US troops in Jordan", "assault", "background"),
        ("Kataib Hezbollah denies attack that killed two US soldiers", "kill", "background"),
        ("ایران دست داشتن در حمله به پایگاه حریر را تکذیب کرد", "assault", "background"),
        ("No group claims attack on Harir base", "assault", "happened"),
        ("No casualties in attack on Harir base", "assault", "happened"),
        ("Drones hit Harir base, Iran denies role", "assault", "happened"),
        ("Iran denies losses of its own army there, drones strike Harir base", "strike", "happened"),
        ("Iran denies role as drones hit Harir base", "assault", "happened"),
        ("إيران تنفي الهجوم وتقصف أربيل", "strike", "happened"),
        ("پهپادها به پایگاه حریر حمله کردند و ایران نقش خود را تکذیب کرد", "assault", "happened"),
        ("پس از حمله به پایگاه حریر ایران نقش خود را تکذیب کرد", "assault", "background"),
        ("حمله به پایگاه حریر و آمریکا تلفات را تکذیب کرد", "assault", "happened"),
        ("Iran struck Harir base and reports of losses are false", "strike", "happened"),
    ],
)
def test_what_a_denial_leaves_standing(title: str, deed: str, standing: str) -> None:
    assert [each.standing for each in read(title).acts if each.deed == deed][:1] == [standing]


def test_who_denies_did_not_do_what_a_relative_clause_tells() -> None:
    (kill,) = (
        each for each in read("Kataib Hezbollah denies attack that killed two US soldiers").acts if each.deed == "kill"
    )
    assert (kill.by, kill.on) == ((), ("us",))
    (hit,) = (
        each for each in read("Iran denies attack by men who with drones shelled Erbil").acts if each.deed == "strike"
    )
    assert "iran" not in hit.by


REHEARSED = [
    "US troops hold live-fire drill simulating drone attack on base in Iraq",
    "Iran holds naval drill, fires missiles near Strait of Hormuz",
    "Iran fires missiles in naval drill near Strait of Hormuz",
    "Iran fires missiles at mock US base",
    "US embassy in Baghdad plans air raid drill",
    "مناورة تحاكي هجوما على قاعدة عين الأسد",
    "هجوم في مناورات للجيش الإيراني",
    "ارتش اسرائیل حمله به ایران را بر فراز مدیترانه شبیه‌سازی کرد",
    "ارتش اسرائیل حمله به ایران را در رزمایش بزرگ هوایی پاییزی شبیه‌سازی کرد",
]


@pytest.mark.parametrize("title", REHEARSED)
def test_what_is_only_done_in_a_drill_is_the_drill(title: str) -> None:
    war = {"strike", "assault", "attack", "launch"}
    acts = read(title).acts
    assert not war & {each.deed for each in acts}
    assert {(each.standing, each.on) for each in acts if each.deed == "drill"} == {("rehearsed", ())}


@pytest.mark.parametrize(
    ("title", "deed"),
    [
        ("Drill of US troops hit by drone in Iraq", "assault"),
        ("Drones hit US troops during drill in Iraq", "assault"),
        ("Attack on US troops in drill in Iraq", "assault"),
        ("Drones attack base, drill called off", "strike"),
        ("Rockets strike Harir base as drill begins", "strike"),
        ("Drill begins as rockets strike Harir base", "strike"),
        ("US troops begin drill, rockets strike Harir base", "strike"),
        ("Two US soldiers killed in drill in Iraq", "kill"),
        ("Drill in Iraq kills two US soldiers", "kill"),
        ("Attack during drill in Iraq", "assault"),
        ("Army simulates rescue, drones strike Harir base", "strike"),
    ],
)
def test_a_drill_that_is_struck_is_struck(title: str, deed: str) -> None:
    assert [each.standing for each in read(title).acts if each.deed == deed] == ["happened"]


def test_a_drill_is_no_report_of_an_attack() -> None:
    drill, attack = read("Drill simulates drone attack on Harir base"), read("Drone attack on Harir base")
    events = shipped().events
    first, second = (Report(n, f"s{n}", f"t{n}", f"o{n}", "", NOW, each) for n, each in enumerate((drill, attack)))
    assert ("deed", "drill") in parts_of(drill, events)
    assert "drill" in clash(first, second, events)
    assert not clash(second, second, events)


@pytest.mark.parametrize(
    ("title", "deed", "standing"),
    [
        ("Iran strike on US base in Iraq expected", "strike", "expected"),
        ("Israeli strike on Iran imminent, officials say", "strike", "expected"),
        ("Iranian attack on Kuwait possible within days, US warns", "assault", "expected"),
        ("US-Iran deal signing scheduled for Friday", "sign", "expected"),
        ("هجوم إيراني وشيك على قاعدة حرير", "assault", "expected"),
        ("هجوم إيراني على قاعدة حرير متوقع خلال ساعات", "assault", "expected"),
        ("حمله موشکی احتمالی به پایگاه عین‌الاسد", "strike", "expected"),
        # what is expected is another thing
        ("Iran strike on US base in Iraq kills three, more expected", "strike", "happened"),
        ("US base in Iraq hit, expected response unclear", "assault", "happened"),
        ("Attack on Harir base likely work of militia", "assault", "happened"),
        ("Drone strike on US troops in Iraq due to Iran, general says", "strike", "happened"),
        ("هجوم إيراني على قاعدة حرير ورد متوقع", "assault", "happened"),
        ("Missile strike inquiry in Iraq due", "strike", "happened"),
        ("Iran condemns Israel bombing Tehran", "strike", "happened"),
    ],
)
def test_what_stands_behind_a_noun_says_that_it_is_to_come(title: str, deed: str, standing: str) -> None:
    assert next(each for each in read(title).acts if each.deed == deed).standing == standing


@pytest.mark.parametrize(
    "title",
    [
        "Paris welcomes signing of accord between US and Iran",
        "UN chief hails US accord with Iran",
        "قطر ترحب باتفاق أميركا وإيران",
    ],
)
def test_what_is_welcomed_is_known(title: str) -> None:
    acts = read(title).acts
    assert acts
    assert {each.standing for each in acts} == {"background"}


@pytest.mark.parametrize(
    ("title", "deed"),
    [("Iran reopens Strait of Hormuz", "reopen"), ("Iran closes Strait of Hormuz", "close")],
)
def test_a_strait_that_opens_does_not_close(title: str, deed: str) -> None:
    assert [each.deed for each in read(title).acts] == [deed]


@pytest.mark.parametrize(
    "title", ["Iran and Oman close in on signing accord", "Hunger striking prisoners arrested in Iran"]
)
def test_a_phrase_that_is_no_deed(title: str) -> None:
    assert not {"close", "strike"} & {each.deed for each in read(title).acts}


@pytest.mark.parametrize(
    ("title", "deploys"),
    [
        ("حمله پهپادی به محل استقرار نیروهای آمریکایی در اربیل", False),
        ("اصابت راکت به مقر استقرار نظامیان آمریکایی در بغداد", False),
        ("حمله راکتی به محل استقرار مستشاران آمریکایی", False),
        ("الأمن والاستقرار في العراق بعد الهجوم على أربيل", False),
        ("استقرار العراق بعد الهجوم على أربيل", False),
        ("استقرار نیروهای آمریکایی در عین‌الاسد", True),
    ],
)
def test_where_somebody_is_stationed_is_no_deployment(title: str, deploys: bool) -> None:
    assert any(each.deed == "deploy" for each in read(title).acts) == deploys


UNCLAIMED = [
    ("Katyushas hit Taji base; no group claims attack", "assault", ()),
    ("Rockets hit Balad base, no group has claimed responsibility", "assault", ()),
    ("Drone strikes Ain al-Asad; no immediate claim of responsibility", "strike", ()),
    ("Drone strike on Harir base has not been claimed", "strike", ()),
    ("Militias yet to claim attack on Victory Base", "assault", ()),
    ("Kataib Hezbollah has not claimed attack on Harir base", "assault", ()),
    ("لم تتبن الفصائل الهجوم على قاعدة حرير", "assault", ()),
    ("هجوم بطائرة مسيرة على قاعدة حرير ولم تتبن أي جهة الهجوم", "assault", ()),
    ("قصف قاعدة بلد بالصواريخ دون أن تتبنى أي جهة الهجوم", "strike", ()),
    ("حمله پهپادی به پایگاه حریر؛ هیچ گروهی مسئولیت حمله را نپذیرفته", "strike", ()),
]


@pytest.mark.parametrize(("title", "deed", "by"), UNCLAIMED, ids=[each[0] for each in UNCLAIMED])
def test_what_nobody_claims_happened(title: str, deed: str, by: tuple[str, ...]) -> None:
    mention = read(title)
    acts = [each for each in mention.acts if each.deed == deed]
    assert {each.standing for each in acts} == {"happened"}
    assert acts[0].by == by
    assert not [each for each in facts_of(mention, shipped().events) if each.what == "claim"]


@pytest.mark.parametrize(
    "title",
    [
        "Kataib Hezbollah claims drone attack on Harir base",
        "Katyushas hit Harir base; Kataib Hezbollah claims responsibility",
        "Drones hit Harir base, no casualties; Kataib Hezbollah claims responsibility",
        "No casualties in drone attack on Harir base, Kataib Hezbollah claims responsibility",
        "كتائب حزب الله تتبنى الهجوم على قاعدة حرير",
    ],
)
def test_who_claims_a_deed_is_a_group_and_no_weapon(title: str) -> None:
    facts = facts_of(read(title), shipped().events)
    assert [each.on for each in facts if each.what == "claim" and each.on] == ["kataib-hezbollah"]
