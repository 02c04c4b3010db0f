"""Two events that differ in place, target, deed or day both ring, however alike their headlines, in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, permutations

import pytest
from sqlalchemy import Connection

from tests.e2e.starting import EXHAUSTIVE
from tests.unit.ringing import rings

MINUTES = 60, 13 * 60  # between the two: within the hours of one event, and half a day
APART = timedelta(days=4)  # between two pairs in one store: nothing of the first counts as known
# headlines that differ in one thing, in braces
PLACES = {
    "en": (
        ("Kuwait", "Jordan", "Bahrain"),
        (
            "Iran fires missiles at US base in {}",
            "Drone attack kills two soldiers in {}",
            "Iraqi militia claims attack on US troops in {}",
        ),
    ),
    "ar": (
        ("الكويت", "الأردن", "البحرين"),
        (
            "إيران تقصف قاعدة أميركية في {}",
            "مقتل جنديين بهجوم بطائرة مسيرة في {}",
            "هجوم صاروخي على القوات الأميركية في {}",
        ),
    ),
    "fa": (
        ("کویت", "اردن", "بحرین"),
        (
            "ایران به پایگاه آمریکا در {} حمله کرد",
            "حمله پهپادی به پایگاه آمریکا در {}",
            "حمله موشکی به نیروهای آمریکا در {}",
        ),
    ),
}
TARGETS = {
    "en": (
        ("US base", "oil refinery", "airport", "US embassy"),
        ("Drones hit {} in Erbil", "Iran-backed militia attacks {} in Baghdad"),
    ),
    "ar": (
        ("قاعدة أميركية", "مصفاة نفط", "المطار"),
        ("طائرات مسيرة تستهدف {} في أربيل", "هجوم صاروخي على {} في بغداد"),
    ),
    "fa": (("پایگاه آمریکا", "پالایشگاه نفت", "فرودگاه"), ("حمله پهپادی به {} در اربیل", "حمله موشکی به {} در بغداد")),
}
DEEDS = {
    "en": (
        ("strikes", "seizes"),
        ("Iran {} US ship in Strait of Hormuz", "Houthis: Yemen group {} Saudi tanker in Red Sea"),
    ),
    "ar": (("تقصف", "تحتجز"), ("إيران {} سفينة أميركية في مضيق هرمز",)),
    "fa": (("هدف قرار داد", "توقیف کرد"), ("ایران کشتی آمریکا را در تنگه هرمز {}",)),
}
DAYS = {
    "en": (("Iran strikes US base in Kuwait", "US base in Kuwait hit by Iran, residents say"),),
    "ar": (("إيران تقصف قاعدة أميركية في الكويت", "سكان الكويت: قاعدة أميركية تعرضت للقصف من إيران"),),
    "fa": (("ایران به پایگاه آمریکا در کویت حمله کرد", "حمله ایران به پایگاه آمریکا در کویت، ساکنان می‌گویند"),),
}


def pairs(of: dict[str, tuple[tuple[str, ...], tuple[str, ...]]], lang: str, minutes: int) -> Iterator[tuple[str, str]]:
    """Yield all pairs, by default in one order after an hour and in the other after half a day."""
    words, templates = of[lang]
    given = words if minutes == MINUTES[0] else words[::-1]
    for template in templates:
        for one, other in permutations(words, 2) if EXHAUSTIVE else combinations(given, 2):
            yield template.format(one), template.format(other)


@pytest.mark.parametrize("lang", ["en", "ar", "fa"])
@pytest.mark.parametrize("minutes", MINUTES)
@pytest.mark.parametrize("of", [PLACES, TARGETS, DEEDS], ids=["place", "target", "deed"])
def test_an_event_that_differs_in_one_thing_rings(
    line: Connection, of: dict[str, tuple[tuple[str, ...], tuple[str, ...]]], lang: str, minutes: int
) -> None:
    silent = []
    for number, (first, second) in enumerate(pairs(of, lang, minutes)):
        start = APART * number
        told = rings(line, first, 2 * number, start)
        if not told or not rings(line, second, 2 * number + 1, start + timedelta(minutes=minutes)):
            silent.append((first, second) if told else (first,))
    assert not silent


@pytest.mark.parametrize("lang", ["en", "ar", "fa"])
def test_the_same_on_another_day_rings(line: Connection, lang: str) -> None:
    for number, (first, second) in enumerate(DAYS[lang]):
        assert rings(line, first, 2 * number, APART * number)
        assert rings(line, second, 2 * number + 1, APART * number + timedelta(hours=13))


SERIES = {
    "en": ("Drones hit US base in Erbil", "Drones hit Erbil airport", "Oil refinery in Erbil hit by drones"),
    "ar": ("طائرات مسيرة تستهدف قاعدة في أربيل", "هجوم بمسيرات على مطار أربيل", "قصف مصفاة نفط في أربيل بطائرات مسيرة"),
    "fa": ("حمله پهپادی به پایگاهی در اربیل", "حمله پهپادی به فرودگاه اربیل", "حمله پهپادی به پالایشگاه نفت در اربیل"),
}


@pytest.mark.parametrize("langs", [("en", "en", "en"), ("ar", "ar", "ar"), ("fa", "fa", "fa"), ("ar", "en", "fa")])
def test_three_sites_of_one_city_ring_each_in_any_order(line: Connection, langs: tuple[str, str, str]) -> None:
    silent = []
    for number, order in enumerate(permutations(range(3))):
        start = APART * number
        told = [
            rings(line, SERIES[langs[site]][site], 3 * number + at, start + timedelta(minutes=40 * at))
            for at, site in enumerate(order)
        ]
        silent += [] if all(told) else [(order, told)]
    assert not silent


@pytest.mark.parametrize("lang", ["en", "ar", "fa"])
def test_a_site_that_was_told_is_listed_in_other_words(line: Connection, lang: str) -> None:
    for number, site in enumerate(SERIES[lang]):
        assert rings(line, site, 2 * number, APART * number)
        assert not rings(line, f"{site}, 2", 2 * number + 1, APART * number + timedelta(hours=1))


OTHERS = {
    "en": (
        ("Drone strikes ministry in Baghdad", "Drone strikes US embassy in Baghdad"),
        ("Drone strikes Baghdad", "Drone strikes US embassy in Baghdad"),
        ("Drone strikes French embassy in Baghdad", "Drone strikes US embassy in Baghdad"),
        ("Drones hit Peshmerga base in Erbil", "Drones hit base housing US troops in Erbil"),
        ("Drones hit Erbil", "Drones hit US base in Erbil"),
        ("Rockets hit Baghdad", "Rockets hit US embassy in Baghdad"),
        ("Drone strikes hotel in Baghdad", "Drone strikes UN mission in Baghdad"),
        ("Iran strikes tower in Dubai", "Iran strikes airport in Dubai"),
        ("Drones hit oil refinery in Erbil", "Drones hit gas field in Erbil"),
        ("Drones hit power station in Erbil", "Drones hit university in Erbil"),
        ("Two US soldiers killed in Erbil", "Two US contractors killed in Erbil"),
    ),
    "ar": (
        ("هجوم بمسيرة على السفارة الفرنسية في بغداد", "هجوم بمسيرة على السفارة الأميركية في بغداد"),
        ("هجوم بمسيرة على وزارة في بغداد", "هجوم بمسيرة على السفارة الأميركية في بغداد"),
        ("هجوم صاروخي في بغداد", "هجوم صاروخي على السفارة الأميركية في بغداد"),
        ("هجوم بمسيرة على مصفاة نفط في أربيل", "هجوم بمسيرة على حقل غاز في أربيل"),
        ("مقتل جنديين أميركيين في أربيل", "مقتل متعاقدين أميركيين في أربيل"),
    ),
    "fa": (
        ("حمله پهپادی به سفارت فرانسه در بغداد", "حمله پهپادی به سفارت آمریکا در بغداد"),
        ("حمله پهپادی به وزارتخانه در بغداد", "حمله پهپادی به سفارت آمریکا در بغداد"),
        ("حمله پهپادی در اربیل", "حمله پهپادی به پایگاه آمریکا در اربیل"),
        ("حمله پهپادی به پالایشگاه نفت در اربیل", "حمله پهپادی به میدان گاز در اربیل"),
        ("کشته شدن دو سرباز آمریکایی در اربیل", "کشته شدن دو پیمانکار آمریکایی در اربیل"),
    ),
}
SAME = {
    "en": (
        ("US embassy in Baghdad hit by drone", "Drone strikes US embassy in Baghdad"),
        ("Drones hit oil refinery in Erbil", "Drones hit oil site in Erbil"),
        ("Drones hit Erbil airport", "Drones hit Erbil airport, ministry says"),
        ("Drones hit US base in Erbil", "Drones hit Erbil"),
        ("Iran strikes US base in Kuwait", "Iranian missiles hit US air base in Kuwait"),
        ("Rockets hit US troops in Erbil", "Rockets hit US base in Erbil"),
        ("Drone strikes US embassy in Baghdad", "Drone strikes American embassy in Baghdad, says ministry"),
        ("Two US soldiers killed in Erbil", "Two US troops killed in Erbil"),
        ("Two US soldiers killed in Erbil", "Two Americans killed in Erbil"),
    ),
    "ar": (
        ("هجوم بمسيرة على السفارة الأميركية في بغداد", "استهداف السفارة الأميركية في بغداد بمسيرة"),
        ("هجوم بمسيرة على مطار أربيل", "هجوم بمسيرة على مطار أربيل بحسب وزارة الداخلية"),
    ),
    "fa": (
        ("حمله پهپادی به سفارت آمریکا در بغداد", "سفارت آمریکا در بغداد هدف حمله پهپادی قرار گرفت"),
        ("حمله پهپادی به فرودگاه اربیل", "وزارت کشور: حمله پهپادی به فرودگاه اربیل"),
    ),
}


@pytest.mark.parametrize("lang", ["en", "ar", "fa"])
def test_another_site_or_ours_rings_an_hour_later(line: Connection, lang: str) -> None:
    silent = []
    for number, (first, second) in enumerate(OTHERS[lang]):
        start = APART * number
        told = rings(line, first, 2 * number, start)
        if not told or not rings(line, second, 2 * number + 1, start + timedelta(hours=1)):
            silent.append((first, second) if told else (first,))
    assert not silent


@pytest.mark.parametrize("lang", ["en", "ar", "fa"])
def test_the_same_site_or_victims_are_listed_an_hour_later(line: Connection, lang: str) -> None:
    rang = []
    for number, (first, second) in enumerate(SAME[lang]):
        start = APART * number
        assert rings(line, first, 2 * number, start)
        if rings(line, second, 2 * number + 1, start + timedelta(hours=1)):
            rang.append((first, second))
    assert not rang
