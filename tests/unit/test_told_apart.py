"""Pairs of headlines told to the shipped desk: what is another event, or new of one, rings; what is told again does not.

Each pair stands a week after the one before, so that none meets another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from alerts.alert import LISTED, PINGS, Severity
from alerts.run.article_lines import Line, read_lines
from alerts.run.replay import Replay
from tests.unit.shipped import shipped

Item = tuple[str, str]  # headline and text
Pair = tuple[Item | str, int, Item | str]  # what is told, minutes, what comes then

ANOTHER: tuple[Pair, ...] = (
    # another place
    ("Explosions heard in Tehran", 40, "Explosions heard in Isfahan"),
    ("Iranian missiles hit Tel Aviv", 30, "Iranian missiles hit Haifa"),
    ("Explosions over Doha as air defences engage missiles", 20, "Explosions over Manama as air defences engage missiles"),
    ("Drone hits Fujairah oil terminal", 60, "Drone hits Dubai airport"),
    ("US helicopter crashes near Erbil", 50, "US helicopter crashes near Sinjar"),
    ("Air strike hits PMF headquarters in Jurf al-Sakhar", 30, "Air strike hits PMF headquarters in al-Qaim"),
    (
        ("Air strike hits Kataib Hezbollah position south of Baghdad", "Jets struck a site in Jurf al-Sakhar."),
        30,
        ("Air strike hits Kataib Hezbollah position west of Mosul", "Jets struck a site in Sinjar."),
    ),
    (("Jets pound arms depot on Syria-Iraq border", "Jets bombed a depot in Abu Kamal."), 50, "Jets pound arms depot in al-Qaim"),
    ("Kuwait airport halts flights after drone alert", 20, "Bahrain airport halts flights after drone alert"),
    ("Protesters burn party offices in Nasiriyah", 40, "Protesters burn party offices in Basra"),
    ("Unknown jets bomb Iran-backed group's base in Jurf al-Sakhar", 40, "Unknown jets bomb Iran-backed group's base in al-Qaim"),
    ("Seven killed in US strike on Jurf al-Sakhar", 60, "Seven killed in US strike on al-Qaim"),
    ("Two US soldiers killed in drone attack on base in Jordan", 60, "Two US soldiers killed in drone attack on base in Syria"),
    ("US embassy in Baghdad sends staff home", 60, "US consulate in Erbil sends staff home"),
    ("انفجارات تهز الدوحة", 20, "انفجارات تهز المنامة"),
    ("قصف يستهدف مقرا للحشد في القائم", 40, "قصف يستهدف مقرا للحشد في جرف الصخر"),
    ("شنیده شدن صدای انفجار در تهران", 30, "شنیده شدن صدای انفجار در شیراز"),
    ("حمله موشکی به تل آویو", 40, "حمله موشکی به حیفا"),
    # another victim, another ship
    ("Gunmen kill militia commander in Baghdad", 60, "Gunmen kill judge in Baghdad"),
    ("Foreign researcher abducted in central Baghdad", 60, "French journalist kidnapped in Baghdad"),
    ("Iraqi prime minister survives assassination attempt", 60, "Parliament speaker survives assassination attempt in Baghdad"),
    ("Tanker hit by missile in Gulf of Oman", 90, "Container ship hit by missile in Gulf of Oman"),
    ("اغتيال قيادي في كتائب حزب الله في بغداد", 60, "اغتيال قاض في بغداد"),
    ("ترور یک فرمانده سپاه در تهران", 60, "ترور یک قاضی در تهران"),
    # another weapon
    ("Rockets hit Ain al-Asad base", 40, "Drones hit Ain al-Asad base"),
    # another in words
    ("Gunmen kill militia commander in Baghdad", 90, "Second militia commander shot dead in Baghdad"),
    ("Tanker hit by projectile in Gulf of Oman", 40, "Second tanker hit by projectile in Gulf of Oman"),
    ("Explosions rock Tehran", 25, "Second wave of explosions rocks Tehran"),
    ("Seven killed in US strike on Jurf al-Sakhar", 60, "Seven killed in second US strike on Jurf al-Sakhar"),
    ("استهداف قاعدة عين الأسد بمسيرتين", 40, "هجوم ثان يستهدف قاعدة عين الأسد"),
    # somebody else
    ("US orders non-essential staff to leave Baghdad embassy", 60, "Germany moves its diplomats from Baghdad to Amman"),
    ("US orders non-essential staff to leave Baghdad embassy", 60, "Britain pulls staff out of Baghdad embassy"),
    ("US orders staff to leave Baghdad embassy", 120, "Pentagon lets military families leave Bahrain"),
    ("Iraqi militia says it will hand heavy weapons to state", 60, "Kataib Hezbollah refuses to hand over its weapons"),
    # what is new of one event
    ("Iran fires missiles at Israel", 150, "Iranian missiles hit Tel Aviv"),
    ("Iraqi prime minister survives drone attack", 40, "Iraqi prime minister killed in drone attack"),
    ("Drones shot down near Ain al-Asad base", 40, "Three US soldiers wounded in drone attack on Ain al-Asad"),
    ("Rockets fired at Ain al-Asad", 40, "US soldier killed at Ain al-Asad"),
    ("Drones fired at Ain al-Asad base", 40, "Army: attack on Ain al-Asad base kills two US soldiers"),
    ("Seven killed in US strike on Jurf al-Sakhar", 60, "Nine killed in US strike on Jurf al-Sakhar"),
    ("Clashes in Nasiriyah as protesters burn party offices", 30, "Gunmen fire on protesters in Nasiriyah, two dead"),
    ("Kuwait airport halts flights after drone alert", 40, "Drone hits fuel tank at Kuwait airport"),
    ("Foreign researcher abducted in Baghdad", 120, "Abducted researcher freed in Baghdad"),
    ("US sends 2,000 soldiers to Middle East", 60, "Pentagon raises deployment to Middle East to 3,500 soldiers"),
    ("Explosions over Doha as air defences engage missiles", 60, "GCC chief: attack on Kuwait is attack on us all"),
    ("إيران تحتجز ناقلة نفط في الخليج", 60, "إيران تفرج عن ناقلة النفط المحتجزة"),
    # what went before stands in the text of the first
    (
        ("Air strike hits militia base south of Baghdad", "The group was also hit in Erbil late on Sunday."),
        60,
        "Air strike hits militia base in Erbil",
    ),
    (
        ("Rockets hit Baghdad as Middle East war widens", "It came hours after drones were shot down over Erbil."),
        50,
        "Rockets hit Erbil",
    ),
    # other attackers at a known site
    ("Rockets hit Ain al-Asad base", 100, "Gunmen attack US soldiers at Ain al-Asad base"),
    ("Rockets hit Harir base", 30, "Suicide bomber attacks US troops at Harir base"),
    ("صواريخ تستهدف قاعدة عين الأسد", 60, "مسلحون يهاجمون جنودا أميركيين في قاعدة عين الأسد"),
    # a speaker who tells what nobody told
    ("US strike kills PMF fighters in Baghdad", 240, "Kataib Hezbollah: US strike on hospital in Baghdad was massacre"),
    ("Drone attack on US embassy in Baghdad", 1200, "Iraq: drone attack on US embassy in Baghdad was foiled at dawn"),
    # which one it is
    ("Second tanker hit by missile in Gulf of Oman", 60, "Third tanker hit by missile in Gulf of Oman"),
    ("Second wave of explosions rocks Tehran", 60, "Third wave of explosions rocks Tehran"),
)  # fmt: skip

AGAIN: tuple[Pair, ...] = (
    ("Explosions over Doha as air defences engage missiles", 6, "دوي انفجارات في سماء الدوحة"),
    ("Explosions rock Tehran", 40, "Blasts heard in Iranian capital"),
    ("Explosions heard in Tehran", 40, "انفجارات في طهران"),
    ("Iranian missiles hit Tel Aviv", 25, "صواريخ إيرانية تضرب تل أبيب"),
    (
        ("Explosion at PMF ammunition store south of Baghdad", "Smoke rose over Saqr camp."),
        40,
        "Munitions explode at paramilitary camp outside Iraqi capital",
    ),
    (
        "Gunmen fire on car of Iraqi deputy interior minister in Baghdad",
        50,
        "Iraqi deputy minister escapes assassination attempt",
    ),
    ("Kuwait airport halts flights after drone alert", 20, "تعليق الملاحة في مطار الكويت إثر رصد مسيرات"),
    ("Tanker hit by projectile in Gulf of Oman", 50, "إصابة ناقلة نفط بمقذوف في خليج عمان"),
    ("Foreign researcher abducted in central Baghdad", 40, "خطف باحثة أجنبية في بغداد"),
    ("Rockets hit Baghdad's Green Zone", 180, "رئيس البرلمان: قصف المنطقة الخضراء طعنة في هيبة الدولة"),
    ("Rocket hits Khor Mor gas field", 40, "سقوط صاروخ على حقل كورمور الغازي"),
    ("US helicopter crashes near Erbil", 40, "تحطم مروحية أميركية قرب أربيل"),
)


@cache
def rang(pairs: Sequence[Pair]) -> list[tuple[bool, bool]]:
    """Return of each pair whether its first and its second headline interrupted."""
    lines, began = list[Line](), datetime(2026, 1, 5, 9, tzinfo=UTC)
    for number, (told, minutes, later) in enumerate(pairs):
        for place, (item, after) in enumerate(((told, 0), (later, minutes))):
            title, text = item if isinstance(item, tuple) else (item, "")
            at = began + timedelta(weeks=number, minutes=after)
            wire = {"id": f"{number}-{place}", "source": f"Wire {place}", "first_seen": at.isoformat()}
            lines += read_lines([json.dumps({**wire, "title": title, "summary": text})], print)
    heard = {str(record["id"]): _interrupts(record) for record in Replay(shipped()).run(lines) if "id" in record}
    return [(heard[f"{number}-0"], heard[f"{number}-1"]) for number in range(len(pairs))]


def _interrupts(record: dict[str, object]) -> bool:
    deliveries = record["deliveries"]
    assert isinstance(deliveries, list)
    return any(
        each["state"] == "queued"
        and each["kind"] in PINGS
        and Severity.of(each["severity"]) > Severity.ROUTINE
        and each["reason"] not in LISTED
        for each in deliveries
        if "delivery" in each
    )


@pytest.mark.parametrize("number", range(len(ANOTHER)), ids=lambda number: str(ANOTHER[number][2]))
def test_what_is_another_event_or_new_of_one_rings(number: int) -> None:
    assert rang(ANOTHER)[number] == (True, True)


@pytest.mark.parametrize("number", range(len(AGAIN)), ids=lambda number: str(AGAIN[number][2]))
def test_what_is_told_again_in_other_words_does_not(number: int) -> None:
    assert rang(AGAIN)[number] == (True, False)
