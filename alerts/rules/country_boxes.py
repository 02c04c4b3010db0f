"""Whether the points of places lie in the country that their parents name: latitude and longitude are easily swapped.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alerts.rule import Entity
from alerts.where import PIN_KM, Point, km_between
from crawler.config.problems import Problems

# The land of each party that is a country, in whole degrees outwards (Natural Earth 5.1.1, 1:10 million): its
# south, north, west, east. tests/unit/test_places.py holds them against outlines.
BOXES: Mapping[str, tuple[int, int, int, int]] = {
    "bahrain": (25, 27, 50, 51),
    "iran": (25, 40, 44, 64),
    "iraq": (29, 38, 38, 49),
    "israel": (29, 34, 34, 36),
    "jordan": (29, 34, 34, 40),
    "kuwait": (28, 31, 46, 49),
    "lebanon": (33, 35, 35, 37),
    "oman": (16, 27, 51, 60),
    "qatar": (24, 27, 50, 52),
    "saudi": (16, 33, 34, 56),
    "syria": (32, 38, 35, 43),
    "uae": (22, 27, 51, 57),
    "yemen": (12, 19, 42, 55),
}
BEYOND_KM = 50.0  # by which a part may lie outside of the area it is part of, whose reach is a round number


def check_points(entities: Mapping[str, Entity], wider: Mapping[str, Iterable[str]], problems: Problems) -> None:
    """Add a problem for each place whose point lies outside its country, or far outside of an area it is part of.

    `wider` has by place the entities and parties it lies in.
    """
    for each in entities.values():
        if each.at is None:
            continue
        around = sorted(wider.get(each.id, ()))
        outside = [name for name in around if not _may_lie_in(each.at, name, entities)]
        if outside:
            problems.add(each.place, _words(each.id, each.at, outside[0], around, entities))


def _words(name: str, at: Point, outside: str, around: Iterable[str], entities: Mapping[str, Entity]) -> str:
    """Return what is wrong with a point, and the point to write if swapping its numbers mends it."""
    said = f'"{name}" is part of "{outside}" and lies outside of it at [{at.lat:g}, {at.lon:g}]'
    swapped = Point(at.lon, at.lat)
    if -90 <= swapped.lat <= 90 and all(_may_lie_in(swapped, each, entities) for each in around):
        return f"{said}; latitude comes first: at: [{swapped.lat:g}, {swapped.lon:g}]"
    return f"{said}; correct its at: [latitude, longitude], or what it is part of (is_a, settings.events.within)"


def _may_lie_in(at: Point, name: str, entities: Mapping[str, Entity]) -> bool:
    """Return whether a point lies in a party or entity, as far as is known how far that extends."""
    if name in BOXES:
        south, north, west, east = BOXES[name]
        return south <= at.lat <= north and west <= at.lon <= east
    area = entities.get(name)
    # a city stands for the province that is called by its name
    if area is None or area.at is None or area.reach <= PIN_KM:
        return True
    return km_between(at, area.at) <= area.reach + BEYOND_KM
