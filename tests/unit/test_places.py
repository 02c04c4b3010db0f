"""Where the places of the shipped desk lie: each has a point, in its country, and near that of a second source."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from alerts.rules.country_boxes import BOXES
from alerts.rules.unplaced import places_of, without_points
from alerts.where import Point, km_between
from tests.places.atlas import km_outside, outlines, second_source
from tests.unit.shipped import shipped

BORDER_KM = 5.0  # by which a crossing may lie beyond the outline: that of 1:10 million, simplified, and two decimals
AT_SEA = {  # km from its country's coast
    "jask": 35.0,  # between two ports, on a bay
    "basra-oil-terminal": BORDER_KM,
    "gulf-of-oman": 170.0,
}
NOBODYS = {"hormuz", "bab-al-mandab"}  # waters
KINDS = ("nuclear-site", "waterway")
# the second source means one of two towns
OTHER_SPOT = {"jalawla": 40.0}


@cache
def places() -> list[str]:
    found = places_of(replace(shipped(), places=(*KINDS, *shipped().places)))
    return sorted(each.id for each in found)


def test_each_place_lies_in_its_country() -> None:
    assert {name: amiss for name in places() if (amiss := out_of_place(name))} == {}


def out_of_place(name: str) -> str:
    """Return what is wrong with where a place lies, "" if nothing is."""
    place = shipped().entities[name]
    if place.at is None:
        return "has no coordinates"
    countries = [each for each in shipped().events.wider.get(name, ()) if each in outlines()]
    if (name in NOBODYS) == (len(countries) == 1):
        return f"lies in {countries}"
    return "".join(
        f"is not in {country}" for country in countries if km_outside(place.at, country) > AT_SEA.get(name, BORDER_KM)
    )


def test_every_place_is_asked() -> None:
    """A militia of Basra is no place; nor does a place escape because its kind is not listed."""
    assert len(places()) >= 384
    assert not {"pmf-basra", "krg", "iraqi-joint-operations"} & set(places())
    assert {each.id for each in shipped().entities.values() if each.at} == set(places())
    assert without_points(shipped()) == ""


def test_outlines_tell_countries_apart() -> None:
    """Of what the outlines are made of: a capital, or a large town, is in its own country and in no other."""
    capitals = {
        "iraq": Point(33.31, 44.37),
        "iran": Point(35.69, 51.39),
        "syria": Point(33.51, 36.29),
        "jordan": Point(31.95, 35.93),
        "kuwait": Point(29.38, 47.98),
        "qatar": Point(25.29, 51.50),
        "uae": Point(24.40, 54.45),
        "saudi": Point(24.71, 46.68),
        "bahrain": Point(26.22, 50.55),
        "israel": Point(32.07, 34.80),
        "lebanon": Point(33.88, 35.51),
        "oman": Point(23.58, 58.38),
        "yemen": Point(15.36, 44.20),
    }
    assert set(capitals) == set(outlines())
    for capital, at in capitals.items():
        assert [country for country in outlines() if km_outside(at, country) <= BORDER_KM] == [capital]
    assert 8 < km_outside(Point(30.0, 50.0), "iran") < 80  # in the Gulf


def test_boxes_hold_their_countries_and_no_more() -> None:
    assert set(BOXES) == set(outlines())
    for country, rings in outlines().items():
        lons, lats = zip(*(corner for ring in rings for corner in ring), strict=True)
        south, north, west, east = BOXES[country]
        assert 0 <= min(lats) - south < 1, country
        assert 0 <= north - max(lats) < 1, country
        assert 0 <= min(lons) - west < 1, country
        assert 0 <= east - max(lons) < 1, country


def test_town_lies_where_a_second_source_puts_it() -> None:
    assert len(second_source()) > 200
    far = {}
    for name, (_, there) in second_source().items():
        place = shipped().entities[name]
        assert place.at is not None, name
        if (away := km_between(place.at, there)) > OTHER_SPOT.get(name, 10.0):
            far[name] = away
    assert far == {}


def test_place_inside_another_is_near_it() -> None:
    """A town that has the wrong province, or a point with its numbers swapped, lies outside of what it is a part of."""
    entities = shipped().entities
    for name in places():
        for around in (entities[each] for each in entities[name].is_a if each in entities):
            place = entities[name]
            assert place.at
            assert around.at
            far = km_between(place.at, around.at)
            # a town stands for its district, a city for its province too
            assert far <= max(around.reach, 125), f"{name} is {far:.0f} km from {around.id}"


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (Point(0, 0), Point(0, 0), 0.0),
        (Point(0, 0), Point(0, 180), 20015.1),  # half the equator of a sphere of 6371.0088 km
        (Point(90, 0), Point(-90, 77), 20015.1),
        (Point(0, 179.5), Point(0, -179.5), 111.2),  # across the date line
        (
            Point(50.0664, -5.7147),
            Point(58.6439, -3.0700),
            968.9,
        ),  # Land's End, John o' Groats: an example often worked
    ],
)
def test_distance_is_that_over_ground(one: Point, other: Point, km: float) -> None:
    assert km_between(one, other) == pytest.approx(km, abs=0.1)
    assert km_between(other, one) == km_between(one, other)
