"""Who shares a base with whom is read as a deed in three languages; what else is shared is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.decide.event_line import describe, hedge_of
from alerts.event import SHARE
from alerts.rules.match import Matcher
from crawler.article import Article
from tests.unit.desk import NOW, desk
from tests.unit.shipped import graded, matcher, read, shipped

US, KATAIB, PMF, MILITIAS, ASAIB = "us", "kataib-hezbollah", "pmf", "militias", "asaib-ahl-al-haq"
SHARED = [
    ("US troops share Balad air base with Iran-backed militias", {US}, {MILITIAS}, "Balad"),
    ("US troops share Harir base in Iraq with Iranian-backed Shia militias", {US}, {MILITIAS}, "Harir"),
    ("US troops share Taqqadum base with Shia militias, Pentagon says", {US}, {MILITIAS}, "Taqaddum"),
    ("US troops and Iranian-backed militias share Ain al-Asad base", {US, MILITIAS}, set(), "Ain al-Asad"),
    ("Kataib Hezbollah shares base with American troops in Anbar", {KATAIB}, {US}, "Anbar"),
    ("Harir base shared by US troops and PMF", {US, PMF}, set(), "Harir"),
    ("Iraqi army and PMF share base in Mosul with US advisers", {"iraqi-army", PMF}, {US}, "Mosul"),
    ("US soldiers and Kataib Hezbollah fighters live side by side at Harir base", {US, KATAIB}, set(), "Harir"),
    ("US troops stationed alongside Iran-backed militias at Habbaniyah base", {US}, {MILITIAS}, "Habbaniyah base"),
    ("Asaib Ahl al-Haq fighters housed alongside US Marines at Balad base", {ASAIB}, {US}, "Balad"),
    ("US military jointly uses Ain al-Asad base with Iraqi militias", {US}, {MILITIAS}, "Ain al-Asad"),
    (
        "American forces and Kataib Hezbollah fighters on opposite sides of Ain al-Asad",
        {US, KATAIB},
        set(),
        "Ain al-Asad",
    ),
    ("Report: US soldiers coexist with militias at Taqaddum", {US}, {MILITIAS}, "Taqaddum"),
    ("Witnesses say US troops share Harir base with PMF", {US}, {PMF}, "Harir"),
    ("US troops share Balad air base in western Iraq with militias", {US}, {MILITIAS}, "Balad"),
    ("US troops share Balad air base with militias that attacked them", {US}, {MILITIAS}, "Balad"),
    ("US troops side by side with militias at Harir base after attacks", {US}, {MILITIAS}, "Harir"),
    ("US troops in west Iraq share Harir base with militias", {US}, {MILITIAS}, "Harir"),
    ("US soldiers share Balad base with Kataib Hezbollah during visit by Qaani and PMF", {US}, {KATAIB}, "Balad"),
    ("Militias share Harir base with US troops after visit by Esmail Qaani", {MILITIAS}, {US}, "Harir"),
    ("نظامیان آمریکایی و شبه‌نظامیان عراقی با هم در پایگاه التقدم مستقر شدند", {US, MILITIAS}, set(), "Taqaddum"),
    ("نیروهای آمریکایی و کتائب حزب‌الله کنار یکدیگر در پایگاه بلد", {US, KATAIB}, set(), "Balad"),
    ("نظامیان آمریکا با حشد شعبی در پایگاه حریر هم‌پایگاه شدند", {US}, {PMF}, "Harir"),
    ("القوات الأميركية تتقاسم قاعدة حرير مع الحشد الشعبي خلال زيارة قاآني", {US}, {PMF}, "Harir"),
    ("حشد شعبی در کنار ارتش عراق در پایگاه کرکوک مستقر شد", {PMF}, {"iraqi-army"}, "Kirkuk"),
    ("القوات الأمريكية تتقاسم قاعدة التقدم مع الحشد الشعبي", {US}, {PMF}, "Taqaddum"),
    ("تتشارك القوات الأميركية قاعدة حرير مع فصائل موالية لإيران", {US}, {MILITIAS}, "Harir"),
    ("كتائب حزب الله تشارك القوات الأميركية قاعدة بلد", {KATAIB}, {US}, "Balad"),
    ("القوات الأمريكية والحشد الشعبي يتقاسمان قاعدة الحبانية", {US, PMF}, set(), "Habbaniyah base"),
    ("مسؤول: جنود أميركيون يتشاركون معسكرا مع الحشد في الأنبار", {US}, {PMF}, "Anbar"),
    ("جنود أميركيون جنبا إلى جنب مع كتائب حزب الله في قاعدة بلد", {US}, {KATAIB}, "Balad"),
    ("قوات أمريكية وفصائل عراقية تحت سقف واحد في قاعدة عين الأسد", {US, MILITIAS}, set(), "Ain al-Asad"),
    ("نیروهای آمریکایی در کنار شبه‌نظامیان عراقی در پایگاه التقدم", {US}, {MILITIAS}, "Taqaddum"),
    ("نظامیان آمریکایی پایگاه حریر را با حشد شعبی به اشتراک گذاشته‌اند", {US}, {PMF}, "Harir"),
    ("نیروهای آمریکایی و شبه‌نظامیان عراقی پایگاه بلد را به طور مشترک استفاده می‌کنند", {US, MILITIAS}, set(), "Balad"),
    ("نیروهای آمریکایی همراه با شبه‌نظامیان در پایگاه التقدم مستقر شدند", {US}, {MILITIAS}, "Taqaddum"),
    ("سربازان آمریکایی و کتائب حزب‌الله دوشادوش هم در پایگاه عین الاسد", {US, KATAIB}, set(), "Ain al-Asad"),
]
NOT_TOLD_AS_DONE = [
    ("Pentagon denies American troops share a base with Shia militias", "denied"),
    ("American soldiers no longer share camp with Iraqi militias", "denied"),
    ("US forces stop sharing Balad base with Iraqi militias", "denied"),
    ("Kataib Hezbollah denies sharing base with US troops", "denied"),
    ("US to share Harir base with Popular Mobilization Forces", "expected"),
    ("US troops may share base with Iraqi militias, lawmaker fears", "expected"),
    ("If US troops share base with Kataib Hezbollah, risk grows, says senator", "conditional"),
    ("Do US troops share a base with Iraqi militias?", "opinion"),
    ("القوات الأميركية تنفي تقاسم قاعدة بلد مع الحشد الشعبي", "denied"),
    ("القوات الأميركية لا تتقاسم قاعدة حرير مع الفصائل", "denied"),
    ("هل تتقاسم القوات الأمريكية قاعدة مع فصائل عراقية؟", "opinion"),
    ("آیا نیروهای آمریکایی و حشد شعبی در یک پایگاه هستند؟", "opinion"),
]
NOT_SHARED = [
    "Militia shares video of attack on US base at Harir",
    "Kataib Hezbollah shares photos of US base at Harir",
    "US shares intelligence with Iraq on militia at Harir base",
    "US shares drone footage of strike on militia base",
    "Iraq and Iran share border near Basra as militias mass",
    "Shares fell after militia attack on US base in Iraq",
    "Oil shares rise after attack on US base in Erbil",
    "Market share of base metals rises in Iraq as militias tax trade",
    "Kataib Hezbollah and US share the blame for Harir base attack, Iraqi MP says",
    "Iraqi PM shares view of US troops on militias at base",
    "Iraq, US share concern over militia attacks on bases",
    "US and Iraq share responsibility for Ain al-Asad base security",
    "PMF shares warning on US troops near Balad base",
    "US troops share meal with Iraqi soldiers at Ain al-Asad base",
    "Militias get lion's share of PMF budget at Camp Ashraf",
    "Shareholders of Balad base contractor sue US",
    "Militias fight side by side with army near Baiji base",
    "Flags of US and Iraq fly side by side at Harir base",
    "العراق وأميركا يتقاسمان الرأي بشأن الفصائل",
    "القوات الأمريكية تشارك في حماية قاعدة عين الأسد مع الجيش",
    "الحشد الشعبي يشارك في عملية قرب قاعدة بلد",
    "كتائب حزب الله تشارك مقطعا مصورا لاستهداف قاعدة حرير",
    "تدريبات مشتركة بين القوات الأميركية والبيشمركة في قاعدة حرير",
    "ایران در کنار مردم عراق ایستاده است، پایگاه عین الاسد هدف قرار گرفت",
    "نیروهای آمریکایی و حشد شعبی در یک پایگاه نیستند",
    "رزمایش مشترک نیروهای آمریکایی و ارتش عراق در پایگاه حریر",
    "کتائب حزب‌الله ویدئوی حمله به پایگاه حریر را به اشتراک گذاشت",
    "سپاه به پایگاه مشترک نیروهای آمریکا و کویت حمله کرد",
    "حشد شعبی در کنار ارتش عراق با داعش در پایگاه کرکوک درگیر شد",
    "Ain al-Asad, base shared by US and Iraq, hit by missiles",
    "Base shared by US and PMF attacked with drones",
    "Drone hits base in Jordan shared by US and Jordanian troops",
    "سفیر ایران در کنار فرماندهان حشد شعبی در پایگاه بلد",
]


@pytest.mark.parametrize(("title", "by", "on", "place"), SHARED, ids=[each[0] for each in SHARED])
def test_who_shares_a_base_with_whom_is_read(title: str, by: set[str], on: set[str], place: str) -> None:
    event = matcher().event(Article("a1", "wire", title, NOW))
    assert event is not None
    act = next(each for each in event.acts if each.deed == SHARE)
    assert (act.standing, set(act.by), set(act.on)) == ("happened", by, on)
    said = describe(event, shipped().events)
    assert said.startswith("share; ")
    assert ("; with " in said) is bool(on)
    assert f"; in {place}" in said


@pytest.mark.parametrize("title", [each[0] for each in SHARED if US in each[1] | each[2]])
def test_us_forces_and_a_militia_on_one_base_are_priority(title: str) -> None:
    assert graded(title) == "priority"


@pytest.mark.parametrize(("title", "standing"), NOT_TOLD_AS_DONE, ids=[each[0] for each in NOT_TOLD_AS_DONE])
def test_what_is_denied_or_supposed_is_not_shared(title: str, standing: str) -> None:
    event = matcher().event(Article("a1", "wire", title, NOW))
    assert event is not None
    assert {each.standing for each in event.acts if each.deed == SHARE} == {standing}
    assert hedge_of(event) == standing


@pytest.mark.parametrize("title", NOT_SHARED)
def test_what_is_no_base_is_not_shared(title: str) -> None:
    event = matcher().event(Article("a1", "wire", title, NOW))
    assert SHARE not in {each.deed for each in (event.acts if event else ())}


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("US troops and militia share base hit by drones", "assault; on Militias"),
        ("US and PMF forces share base struck by Iranian missiles", "strike; by Iran; on US"),
        (
            "US troops side by side with militias at Harir base as drones hit Erbil",
            "share; by US; in Harir air base",
        ),
        (
            "US troops share Balad base with militias, drones hit Erbil",
            "share; by US; in Balad air base and Erbil",
        ),
        ("US troops share Balad base with militias", "share; by US; with Militias; in Balad air base"),
    ],
)
def test_an_attack_goes_before_who_shares_the_base(title: str, line: str) -> None:
    assert describe(read(title), shipped().events) == line


RULE = """\
rules:
  - id: together
    title: Together
    match: {event: {deed: [share], by: ["US*"], on: ["militia*"], in: ["base"]}}
    severity: priority
    notify: [console]
"""


@pytest.mark.parametrize(
    ("title", "holds"),
    [
        ("US troops share Balad base with militias", True),
        ("US troops share Balad with nobody", False),
        ("Militias share base", False),
        ("US denies its troops share base with militias", False),
    ],
)
def test_a_rule_asks_for_it_as_for_any_deed(tmp_path: Path, title: str, holds: bool) -> None:
    lists = '  deed-share: ["share~"]\n  standing-denied: ["denies"]\n'
    config = desk(tmp_path, RULE.removeprefix("rules:\n"), "freshness: 48h", lists)
    assert bool(Matcher(config).match(Article("a1", "wire", title, NOW))) is holds
