"""Who was told a wrong thing is told that it was corrected, as gravely, whichever outlet and story corrects it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Match, Reason, Severity
from alerts.decide.overtaken import put_right
from alerts.decide.what_to_tell import decide
from alerts.decision import KnownEvent, Told
from alerts.render.title import alert_title
from alerts.rule import Config
from alerts.store import decisions
from crawler.article import Relation, Revision
from crawler.stories import corrections
from crawler.stories.corrections import is_correction
from crawler.text.folding import fold
from tests.unit.desk import NOW, article, desk, revision, rule
from tests.unit.event_desk import STRIKE_EVENTS, STRIKES
from tests.unit.settled import ALERT, SENT, step

CORRECTIONS = [
    "CORRECTED: Two US soldiers killed in Harir",
    "CORRECTED Bomb kills four in Balad",
    "CORRECTED-Iran strikes base",
    "UPDATE 2-CORRECTED-Drone hits Erbil",
    "Correction: no US soldiers killed at Harir",
    "[Correction] Drone strike near Taji",
    "Corrects spelling: Drone attack on Balad",
    "US troops hurt in Iraq (corrected)",
    "Toll in Erbil strike is two - correction",
    "Refile: Iran says it struck Erbil",
    "Clarification: the base was not hit",
    "Agency retracts report on Hormuz closure",
    "State TV no longer reports strike on Isfahan",
    "Agency withdraws its report of attack on Ain al-Asad",
    "Earlier report of strike on Baghdad was wrong, ministry says",
    "Agency corrects toll in Erbil attack to two",
    "Strike on Basra was reported in error, governor says",
    "تصحيح: مقتل جندي واحد",
    "تصحيح | لا إصابات في قاعدة حرير",
    "وكالة تسحب خبر مقتل القائد",
    "قناة تعتذر عن خبر قصف القاعدة",
    "توضيح: لم تقصف القاعدة",
    "اصلاحیه: دو نظامی زخمی شدند",
    "تصحیح: حمله به پایگاه رخ نداد",
    "خبرگزاری گزارش خود را پس گرفت",
    "CORRECTED-BASE IN ERBIL HIT BY DRONES",
    "Agency retracts claim of attack on Harir base",
    # written after the labels were
    "Reuters correction: drone hit warehouse, not barracks, in Erbil",
    "UPDATE 1-CORRECTED-Iraq says two hurt in rocket fire on Victory base",
    "BREAKING: CORRECTION: No casualties at Ain al-Asad",
    "Editor's note: an earlier headline said a US ship was sunk",
    "Story withdrawn: claims of a raid in Anbar",
    "Kill notice: report of missile strike on Tartus",
    "Three sailors missing off Oman (correcting toll)",
    "Channel deletes report that Hormuz is closed",
    "Iranian newspaper apologises for story on general's death",
    "State television no longer says the pilot was captured",
    "Wire service retracts claim that Baghdad airport was hit",
    "Corrected: Kuwait base struck by one drone",
    "Report retracted: attack on embassy convoy",
    "Death of commander was reported by mistake, channel admits",
    "رويترز: تصحيح: القصف أصاب مخزنا لا ثكنة",
    "عاجل | تصحيح: لا قتلى في عين الأسد",
    "قصف مطار أربيل بطائرة واحدة (تصحيح)",
    "قناة تحذف خبر إغلاق مضيق هرمز",
    "اصلاح خبر: پایگاه عین‌الاسد هدف نبود",
    "خبرگزاری فارس خبر خود را حذف کرد",
]
NO_CORRECTIONS = [
    "Iraq corrects course on oil",
    "Market correction hits Gulf shares",
    "Correctional officers killed in prison",
    "Iran: US must correct its mistakes",
    "Trump withdraws from treaty",
    "US withdraws troops, officials say",
    "Initial reports say strike hit Erbil",
    "الحكومة تبدأ تصحيح المسار",
    "تصحيح مسار العملية السياسية في العراق",
    "اصلاح قانون بودجه عراق",
    "Market correction: oil falls as Iran closes Strait of Hormuz",
    "Bill withdrawn: Iraqi parliament drops vote on PMF law",
    "Troops withdrawn: US leaves Ain al-Asad base in Iraq",
    "Iran clarified: no role in drone attack on US soldiers",
    "Militias need self-correction",
    "US troops to be withdrawn - report",
    "إصلاح: حكومة السوداني تعلن خطة جديدة",
    "CORRECTION HITS GULF SHARES AS HORMUZ CLOSES",
    "Iran withdraws its report to the UN",
    "Tehran withdraws claim of victory",
    # written after the labels were
    "Stock correction: Gulf markets drop as missiles hit Israel",
    "Course correction: Baghdad reins in militias",
    "Offer withdrawn: Tehran pulls out of talks",
    "Forces withdrawn: US hands Ain al-Asad to Iraq",
    "Hegseth clarified: strikes on Iran will go on",
    "Pentagon sees a price-correction",
    "Ambassador to be withdrawn - report",
    "Trump retracts threat to strike Iran",
    "Army apologises for error that killed three Iraqi soldiers",
    "Iran no longer says it will close Hormuz",
    "Militia no longer reports to Baghdad, commander says",
    "Navy corrects course after drone threat",
    "Prison riot spreads - Department of Corrections",
    "Initial report was false flag, Iran claims",
    "Correction-hit shares rebound as truce holds",
    "إصلاح: الحكومة تعلن خطة لضم الحشد",
    "ترامب يتراجع عن إعلان وقف النار",
    "واشنطن تتراجع عن نشر قوات في الأنبار",
    "إسرائيل تعتذر عن الخطأ الذي قتل جنودا",
    "اصلاح: مجلس قانون حشد را تصویب کرد",
]
FIRST = "Iran strikes US base in Kuwait, two killed"


@pytest.mark.parametrize("title", CORRECTIONS)
def test_a_headline_says_that_it_corrects(title: str) -> None:
    assert is_correction(title)


@pytest.mark.parametrize("title", NO_CORRECTIONS)
def test_what_is_put_right_in_the_world_corrects_no_report(title: str) -> None:
    assert not is_correction(title)


def shortest(tree: Any) -> Iterator[str]:
    """Yield a text for each way through the alternatives of a parsed pattern, without what may be left out."""
    texts = [""]
    for op, value in tree:
        texts = [f"{text}{part}" for text in texts for part in dict.fromkeys(_parts(op, value))]
    yield from texts


def _parts(op: Any, value: Any) -> Iterator[str]:
    if op is code.BRANCH:
        yield from (text for each in value[1] for text in shortest(each))
    elif op is code.SUBPATTERN:
        yield from shortest(value[3])
    elif op in {code.MAX_REPEAT, code.MIN_REPEAT}:
        yield from (text * value[0] for text in shortest(value[2]))
    elif op is code.IN:
        literals = [chr(each) for kind, each in value if kind is code.LITERAL]
        yield from literals or [" "]
    else:
        yield chr(value) if op is code.LITERAL else "x" if op is code.ANY else ""


@pytest.mark.parametrize("name", ["_WIRE", "_BEFORE", "_BEHIND", "_TAKEN_BACK"])
def test_whatever_a_pattern_finds_has_a_hint_of_it(name: str) -> None:
    """So that no correction is passed over because its pattern is not tried."""
    texts = list(shortest(_parser.parse(getattr(corrections, name).pattern)))
    assert len(texts) >= 3
    assert [text for text in texts if not corrections.may_correct("", fold(text))] == []


@pytest.fixture
def config(tmp_path: Path) -> Config:
    graded = rule('{title: ["strike*"]}', severity="flash")
    return desk(tmp_path, graded, f"freshness: 48h, {STRIKE_EVENTS}", STRIKES)


def told(connection: Connection, config: Config, source: str, title: str, minutes: int) -> tuple[str, Severity, Alert]:
    """Return the reason and severity of the only decision on an article, and the alert that says it."""
    ((placed, _, made),) = step(connection, config, source, title, minutes).decided
    story = placed.placement.story
    alert = decisions.load_alert(connection, story, decisions.last_alert_revision(connection, story))
    return made[0].reason.value, made[0].severity, alert


def test_a_correction_of_another_outlet_is_an_update_and_says_so(line: Connection, config: Config) -> None:
    assert told(line, config, "one", FIRST, 0)[0] == "first_article"
    reason, severity, alert = told(line, config, "two", "Correction: Iran strikes US base in Kuwait, one killed", 20)
    assert (reason, severity) == ("corrected", Severity.FLASH)
    assert alert.changes == ("CORRECTED: 2 -> 1 killed",)


@pytest.mark.parametrize(
    ("title", "change"),
    [
        ("Correction: nobody killed as Iran strikes US base in Kuwait", "CORRECTED: 2 -> 0 killed"),
        ("Army corrects toll: three killed in Kuwait in strike by Iran, US base says", "CORRECTED: 2 -> 3 killed"),
        ("Correction: one killed, not two, as Iran strikes US base in Kuwait", "CORRECTED: 2 -> 1 killed"),
        ("Correction: one killed, not five, as Iran strikes US base in Kuwait", "CORRECTED: 5 -> 1 killed"),
        ("Correction: death toll is three, not two, as Iran strikes US base in Kuwait", "CORRECTED: 2 -> 3 killed"),
        ("Correction: Iran strikes US base in Kuwait", "CORRECTED: strike; by Iran; on US; in Kuwait"),
    ],
)
def test_a_correction_says_what_it_corrects(line: Connection, config: Config, title: str, change: str) -> None:
    told(line, config, "one", FIRST, 0)
    assert told(line, config, "two", title, 20)[2].changes == (change,)


@pytest.mark.parametrize(
    ("title", "pair"),
    [
        ("Toll is three, not four", (4, 3)),
        ("Twelve killed, not 15, in raid", (15, 12)),
        ("تصحيح: القتلى ثلاثة لا أربعة", (4, 3)),
        ("Three killed, four wounded", None),
        ("Not three but four killed", None),
    ],
)
def test_a_headline_names_the_number_it_puts_right(title: str, pair: tuple[int, int] | None) -> None:
    assert put_right(title) == pair


def test_a_correction_shows_the_severity_at_which_it_is_told(line: Connection, tmp_path: Path) -> None:
    steps = "{routine: 1, flash: 5}, score: {title: 1, boosts: [{if: [two], add: 9}]}"
    graded = rule('{title: ["strike*"]}', severity=steps)
    config = desk(tmp_path, graded, f"freshness: 48h, {STRIKE_EVENTS}", STRIKES)
    assert told(line, config, "one", FIRST, 0)[1] is Severity.FLASH
    title = "Correction: Iran strikes US base in Kuwait, one killed"
    ((placed, _, made),) = step(line, config, "two", title, 20).decided
    alert = decisions.load_alert(line, placed.placement.story, 1).heard_by(made[0].rules)
    assert (made[0].severity, alert.severity) == (Severity.FLASH, Severity.FLASH)
    sent = replace(SENT, reason=made[0].reason, kind=made[0].kind)
    assert alert_title(sent, alert).startswith("FLASH UPDATE (CORRECTED: 2 -> 1 killed) ")


def test_a_correction_that_no_rule_matches_is_told_as_gravely_as_what_it_corrects(
    line: Connection, config: Config
) -> None:
    told(line, config, "one", FIRST, 0)
    reason, severity, alert = told(line, config, "two", "Correction: no attack by Iran on US base in Kuwait", 20)
    assert (reason, severity) == ("corrected", Severity.FLASH)
    assert alert.changes[0].startswith("CORRECTED")


def test_a_correction_of_what_nobody_was_told_is_told_to_nobody(line: Connection, config: Config) -> None:
    assert step(line, config, "two", "Correction: no attack by Iran on US base in Kuwait", 20).decided == []


@pytest.mark.parametrize("said", ["Market correction: oil falls as", "Tehran clarified: why"])
def test_what_is_put_right_in_the_world_is_told_as_no_correction(line: Connection, config: Config, said: str) -> None:
    told(line, config, "one", FIRST, 0)
    reason, _, alert = told(line, config, "two", f"{said} Iran strikes US base in Kuwait", 20)
    assert reason != "corrected"
    assert not any("CORRECTED" in each for each in alert.changes)


def decided(config: Config, revised: Revision, severity: Severity, known: Told | KnownEvent) -> tuple[str, Severity]:
    (target,) = config.receivers["console"].targets
    (made,) = decide(config, revised, [Match("r", severity, 1.0, ())], {target.id: known}, NOW)
    return made.reason.value, made.severity


def test_a_correction_interrupts_as_what_it_corrects_and_waits_for_no_pause(config: Config) -> None:
    rung = Told(frozenset({"r"}), Severity.FLASH, 1, NOW)
    changed = revision(article("CORRECTED: Iran strikes"), Relation.UPDATED, change="CORRECTED: 5 -> 2 killed")
    assert decided(config, changed, Severity.PRIORITY, rung) == ("corrected", Severity.FLASH)
    other = revision(article("Iran strikes"), Relation.UPDATED, change="5 -> 2 killed")
    assert decided(config, other, Severity.PRIORITY, rung) == ("paced", Severity.PRIORITY)
    quiet = replace(rung, severity=Severity.PRIORITY)
    assert decided(config, changed, Severity.PRIORITY, quiet) == ("paced", Severity.PRIORITY)


def test_a_title_says_that_it_is_corrected_also_where_the_headline_cannot_be_read() -> None:
    arabic = replace(ALERT, article=article("تصحيح: مقتل جندي واحد"), foreign=True)
    assert alert_title(replace(SENT, kind=Kind.ALERT), arabic).startswith("PRIORITY CORRECTED ")
    english = replace(ALERT, changes=("CORRECTED: strike; on US",), article=article("Correction: strike on US"))
    update = replace(SENT, reason=Reason.DEVELOPMENT)
    assert alert_title(update, english).startswith("PRIORITY UPDATE (CORRECTED: strike; on US) ")
