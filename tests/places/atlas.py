"""Where countries and towns lie by sources other than the desk: outlines of Natural Earth, points of GeoNames."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path

from alerts.where import Point

HERE = Path(__file__).parent
KM_OF_A_DEGREE = 111.2  # of latitude
Ring = tuple[tuple[float, float], ...]  # of longitude and latitude, closed


@cache
def outlines() -> dict[str, tuple[Ring, ...]]:
    """Return the rings of each country, by the name of its party on the desk."""
    rings: dict[str, list[list[tuple[float, float]]]] = {}
    for line in _lines("outlines.txt"):
        if not line.startswith(" "):
            rings.setdefault(line, []).append([])
            country = line
        else:
            corners = (tuple(map(float, each.split(","))) for each in line.split())
            rings[country][-1] += [(lon, lat) for lon, lat in corners]
    return {country: tuple(map(tuple, found)) for country, found in rings.items()}


@cache
def second_source() -> dict[str, tuple[str, Point]]:
    """Return the name and point that GeoNames gives to towns, by their entity."""
    rows = (line.split("\t") for line in _lines("geonames.tsv"))
    return {entity: (name, Point(float(lat), float(lon))) for entity, _, name, lat, lon in rows}


def km_outside(point: Point, country: str) -> float:
    """Return how far a point lies outside a country, in km; 0 within it."""
    rings = outlines()[country]
    return 0.0 if any(_is_in(point, ring) for ring in rings) else min(_km_to(point, ring) for ring in rings)


def _lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _is_in(point: Point, ring: Ring) -> bool:
    """Return whether a ray to the east crosses a ring an odd number of times."""
    crossed = [
        (lat1 > point.lat) != (lat2 > point.lat)
        and point.lon < lon1 + (point.lat - lat1) * (lon2 - lon1) / (lat2 - lat1)
        for (lon1, lat1), (lon2, lat2) in pairwise(ring)
    ]
    return sum(crossed) % 2 == 1


def _km_to(point: Point, ring: Ring) -> float:
    """Return the distance to the nearest side of a ring, on a plane: right to a percent within 50 km."""
    across = cos(radians(point.lat))
    placed = [((lon - point.lon) * across, lat - point.lat) for lon, lat in ring]
    return KM_OF_A_DEGREE * min(_to_side(one, other) for one, other in pairwise(placed))


def _to_side(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of a side from the origin."""
    (x, y), dx, dy = one, other[0] - one[0], other[1] - one[1]
    length = dx * dx + dy * dy
    share = min(1.0, max(0.0, -(x * dx + y * dy) / length)) if length else 0.0
    return hypot(x + share * dx, y + share * dy)
