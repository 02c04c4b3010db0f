"""A point on the earth goes in, a point on the map of the board comes out (equirectangular). Pure."""

from __future__ import annotations

from math import cos, radians

WEST, EAST, SOUTH, NORTH = 24.0, 76.0, 11.5, 42.5  # degrees: from the Aegean to the Indus, from Aden to the Caucasus
PER_DEGREE = 20.0  # units of the map, of latitude
TRUE_AT = (
    31.0  # degrees north: there a degree of longitude is as long on the map as on the earth, beside one of latitude
)
_ACROSS = PER_DEGREE * cos(radians(TRUE_AT))
WIDTH, HEIGHT = round((EAST - WEST) * _ACROSS), round((NORTH - SOUTH) * PER_DEGREE)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Return x and y on the map, in its units, from the upper left corner; outside of it where the point is."""
    return (longitude - WEST) * _ACROSS, (NORTH - latitude) * PER_DEGREE


def on_map(latitude: float, longitude: float) -> bool:
    """Return whether a point is on the map."""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST
