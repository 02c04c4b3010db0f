"""Words that are places and no deeds, which house is stormed, and what lies in which region."""

from __future__ import annotations

import pytest

from tests.unit.shipped import fired, graded, read, shipped

STATIONS = [
    "Power station hit by drone in Baghdad",
    "Police station attacked in Basra",
    "Rockets hit gas station near Erbil",
    "Iraq opens new power stations in Basra",
    "هجوم على محطة كهرباء في بغداد",
    "حمله به ایستگاه پلیس در بصره",
]
STATIONED = ["US to station 500 marines in Kuwait", "US stations jets in Jordan", "US troops stationed in Erbil"]


@pytest.mark.parametrize("title", STATIONS)
def test_a_station_is_a_place(title: str) -> None:
    assert "deploy" not in {act.deed for act in read(title).acts}


@pytest.mark.parametrize("title", STATIONED)
def test_who_is_stationed_is_deployed(title: str) -> None:
    assert "deploy" in {act.deed for act in read(title).acts}


def test_a_house_stormed_in_a_province_is_no_grab_for_power() -> None:
    assert graded("Protesters storm government building in Maysan") not in {"immediate", "flash"}
    assert graded("Protesters storm parliament in Baghdad") == "immediate"
    assert graded("Crowd storms presidential palace in Iraq") == "immediate"


@pytest.mark.parametrize(
    "title",
    [
        "Armed men storm oil company's offices in Basra",
        "Gunmen attack headquarters of oil company in Iraq's Basra",
        "مسلحون يقتحمون مقر شركة نفط في البصرة",
        "افراد مسلح به دفتر شرکت نفت در بصره حمله کردند",
    ],
)
def test_gunmen_at_an_oil_company_are_told(title: str) -> None:
    assert "gunmen-in-iraq" in fired(title)


@pytest.mark.parametrize("place", ["erbil", "duhok", "sulaymaniyah", "halabja", "qandil", "koya", "zakho", "khurmala"])
def test_places_of_the_kurdistan_region_lie_in_it(place: str) -> None:
    assert "kurdistan-region" in shipped().events.wider[place]
