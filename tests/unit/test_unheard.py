"""A grave report of somebody whom no report of its deed named rings, whatever happened in that city that hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.decide.event_news import added
from alerts.decide.unheard import unheard
from alerts.event import Report
from tests.unit.desk import NOW
from tests.unit.ringing import rings
from tests.unit.shipped import read, shipped

APART = timedelta(days=4)  # between two pairs in one store: nothing of the first counts as known
# what came first in the city, and a grave report of others
PAIRS = {
    "en": (
        ("Car bomb in Kirkuk kills 7", "Missile hits Turkish base in Kirkuk, three soldiers killed"),
        ("Truck bomb kills 11 in Basra", "Rocket attack on US consulate in Basra"),
        ("US strike kills Badr commander in Baghdad", "US strike kills Kataib Hezbollah commander in Baghdad"),
    ),
    "ar": (
        ("مقتل 7 بانفجار سيارة مفخخة في كركوك", "هجوم صاروخي على قاعدة تركية في كركوك ومقتل ثلاثة جنود"),
        ("مقتل 11 بانفجار شاحنة مفخخة في البصرة", "هجوم صاروخي على القنصلية الأميركية في البصرة"),
        ("غارة أميركية تقتل قياديا في منظمة بدر في بغداد", "غارة أميركية تقتل قياديا في كتائب حزب الله في بغداد"),
    ),
    "fa": (
        ("انفجار خودروی بمب گذاری شده در کرکوک 7 کشته داد", "حمله موشکی به پایگاه ترکیه در کرکوک، سه سرباز کشته شدند"),
        ("انفجار کامیون بمب گذاری شده در بصره 11 کشته داد", "حمله موشکی به کنسولگری آمریکا در بصره"),
        (
            "یک فرمانده سازمان بدر در حمله آمریکا در بغداد کشته شد",
            "یک فرمانده کتائب حزب الله در حمله آمریکا در بغداد کشته شد",
        ),
    ),
}
MIXED = {
    "en-fa": tuple((PAIRS["en"][n][0], PAIRS["fa"][n][1]) for n in range(3)),
    "fa-ar": tuple((PAIRS["fa"][n][0], PAIRS["ar"][n][1]) for n in range(3)),
    "ar-en": tuple((PAIRS["ar"][n][0], PAIRS["en"][n][1]) for n in range(3)),
}
TRIPLES = {
    "en": (
        "Gunmen attack hospital in Baghdad, 6 killed",
        "US air strike kills Nujaba commander in Baghdad",
        "US drone strike kills Kataib Hezbollah commander in Baghdad",
    ),
    "ar": (
        "مسلحون يهاجمون مستشفى في بغداد ومقتل 6",
        "غارة أميركية تقتل قياديا في حركة النجباء في بغداد",
        "غارة أميركية بطائرة مسيرة تقتل قياديا في كتائب حزب الله في بغداد",
    ),
    "fa": (
        "حمله افراد مسلح به بیمارستانی در بغداد 6 کشته داد",
        "یک فرمانده جنبش نجبا در حمله آمریکا در بغداد کشته شد",
        "یک فرمانده کتائب حزب الله در حمله پهپادی آمریکا در بغداد کشته شد",
    ),
}


@pytest.mark.parametrize("lang", [*PAIRS, *MIXED])
@pytest.mark.parametrize("minutes", [2, 8, 25])
def test_who_was_not_heard_of_rings(line: Connection, lang: str, minutes: int) -> None:
    silent = []
    for number, (first, second) in enumerate({**PAIRS, **MIXED}[lang]):
        start = APART * number
        assert rings(line, first, 2 * number, start), first
        if not rings(line, second, 2 * number + 1, start + timedelta(minutes=minutes)):
            silent.append((first, second))
    assert not silent


@pytest.mark.parametrize("langs", [("en", "en", "en"), ("ar", "ar", "ar"), ("fa", "fa", "fa"), ("en", "ar", "fa")])
@pytest.mark.parametrize("minutes", [3, 12])
def test_each_commander_killed_in_one_city_rings(line: Connection, langs: tuple[str, ...], minutes: int) -> None:
    silent = []
    for number, lang in enumerate(langs):
        title = TRIPLES[lang][number]
        silent += [] if rings(line, title, number, timedelta(minutes=minutes * number)) else [title]
    assert not silent


@pytest.mark.parametrize("lang", PAIRS)
def test_who_was_heard_of_is_listed(line: Connection, lang: str) -> None:
    for number, (_, second) in enumerate(PAIRS[lang]):
        assert rings(line, second, 2 * number, APART * number)
        assert not rings(line, f"{second}, 2", 2 * number + 1, APART * number + timedelta(minutes=2))


def report(title: str, minutes: int = 0) -> Report:
    return Report(minutes, f"s{minutes}", "t1", f"wire{minutes}", title, NOW + timedelta(minutes=minutes), read(title))


@pytest.mark.parametrize(
    ("first", "second", "severity", "expected"),
    [
        ("Blast in Erbil", "Drone hits US consulate in Erbil", Severity.IMMEDIATE, False),  # may be what was missing
        ("Blast in Erbil", "Drone hits US consulate in Erbil", Severity.FLASH, True),
        ("Blast in Erbil kills 4", "Drone hits US consulate in Erbil", Severity.IMMEDIATE, True),
        ("Iran strikes Kurdish camp in Erbil", "Turkey strikes town in Erbil", Severity.IMMEDIATE, True),
        ("Iran strikes Kurdish camp in Erbil", "Turkey strikes town in Erbil", Severity.PRIORITY, False),
        ("US strikes militia base in Anbar", "CENTCOM says it struck militia base in Anbar", Severity.FLASH, False),
        ("Iran strikes Kurdish camp in Erbil", "Turkey may strike town in Erbil", Severity.FLASH, False),
    ],
)
def test_whom_no_report_of_the_deed_named(first: str, second: str, severity: Severity, expected: bool) -> None:
    assert bool(unheard(report(second, 5), [report(first)], [], severity, shipped().events)) is expected


def test_a_toll_of_another_site_is_no_update() -> None:
    hospital, market = (
        report("Gunmen attack Baghdad hospital, 6 killed"),
        report("9 killed in attack on Baghdad market", 30),
    )
    news = added(market, [hospital], [], shipped().events).news
    assert "9 killed" in news
    assert not [each for each in news if "->" in each]
    again = report("Toll of attack on Baghdad hospital rises to 9 killed", 30)
    assert "6 -> 9 killed" in added(again, [hospital], [], shipped().events).news
