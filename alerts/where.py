"""Where a place lies: its point, how far two points are apart, and how a map is asked for one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088  # mean radius of the earth (IUGG 1980, R1)
PIN_KM = 25.0  # what reaches further from its point is an area, and a pin on it would mislead


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the earth, in degrees (WGS 84)."""

    lat: float
    lon: float

    @property
    def geo(self) -> str:
        """Its geo: URI (RFC 5870), which phones open in their map."""
        return f"geo:{self.lat:g},{self.lon:g}"


@dataclass(frozen=True, slots=True)
class Where:
    """The place that an alert is about, by the id and label of its entity.

    `reach` is how many km it extends from its point. `link` is the address of a map on the web, "" where none is set.
    """

    id: str
    label: str
    lat: float
    lon: float
    reach: float = 0.0
    link: str = ""

    @property
    def is_pin(self) -> bool:
        """Whether a single point on a map says where it is; of a province it would not."""
        return self.reach <= PIN_KM

    @property
    def point(self) -> Point:
        return Point(self.lat, self.lon)

    @property
    def record(self) -> dict[str, object]:
        """Return it as `--json` prints it."""
        rest = {"reach_km": self.reach, "geo": self.point.geo, "map": self.link or None}
        return {"id": self.id, "label": self.label, "lat": self.lat, "lon": self.lon, **rest}


def km_between(one: Point, other: Point) -> float:
    """Return the distance over ground, in km, by the haversine formula.

    R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (1984), 159. On a sphere: wrong by half a percent.
    """
    lat1, lat2 = radians(one.lat), radians(other.lat)
    across = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, across)))
