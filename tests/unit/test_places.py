"""Where the places of the shipped desk lie: each has a point, in its country, and near that of a second source."""

from __future__ import annotations

from dataclasses import replace

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
}
NOBODYS = {"hormuz", "bab-al-mandab", "gulf-of-oman"}  # waters
KINDS = ("iran-place", "nuclear-site", "waterway", *shipped().places)
PLACES = sorted(each.id for each in places_of(replace(shipped(), places=KINDS)))
# the second source means one of two towns
OTHER_SPOT = {"jalawla": 40.0}


@pytest.mark.parametrize("name", PLACES)
def test_place_lies_in_its_country(name: str) -> None:
    place = shipped().entities[name]
    assert place.at is not None, f"{name} has no coordinates"
    countries = [each for each in shipped().events.wider.get(name, ()) if each in outlines()]
    assert (name in NOBODYS) != (len(countries) == 1), countries
    for country in countries:
        assert km_outside(place.at, country) <= AT_SEA.get(name, BORDER_KM), f"{name} is not in {country}"


def test_every_place_is_asked() -> None:
    """A militia of Basra is no place; nor does a place escape because its kind is not listed."""
    assert len(PLACES) >= 271
    assert not {"pmf-basra", "krg", "iraqi-joint-operations"} & set(PLACES)
    assert {each.id for each in shipped().entities.values() if each.at} == set(PLACES)
    assert without_points(shipped()) == ""


def test_outlines_tell_countries_apart() -> None:
    """Of what the outlines are made of: a capital is in its own country and in no other."""
    capitals = {
        "iraq": Point(33.31, 44.37),
        "iran": Point(35.69, 51.39),
        "syria": Point(33.51, 36.29),
        "jordan": Point(31.95, 35.93),
        "kuwait": Point(29.38, 47.98),
        "qatar": Point(25.29, 51.50),
        "uae": Point(24.40, 54.45),
        "saudi": Point(24.71, 46.68),
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


@pytest.mark.parametrize("name", second_source())
def test_town_lies_where_a_second_source_puts_it(name: str) -> None:
    place = shipped().entities[name]
    assert place.at is not None
    assert km_between(place.at, second_source()[name][1]) <= OTHER_SPOT.get(name, 10.0)


def test_place_inside_another_is_near_it() -> None:
    """A town that has the wrong province, or a point with its numbers swapped, lies outside of what it is a part of."""
    entities = shipped().entities
    for name in PLACES:
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
