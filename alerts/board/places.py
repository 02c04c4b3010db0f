"""Told stories go in; their places on the map come out, and as GeoJSON (RFC 7946). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from alerts.alert import Severity
from alerts.board.projection import on_map, project
from alerts.render.records import stamp
from alerts.where import Where

SMALLEST, PER_EVENT, LARGEST = 5.0, 3.0, 26.0  # radius of a circle, in units of the map
GRAVER = 1.25  # by which a circle grows with each step of severity


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the stories that are there, as lists show them; the newest first."""

    where: Where
    stories: tuple[dict[str, Any], ...]

    @property
    def severity(self) -> str:
        """The word of the gravest of its stories."""
        return max(Severity.of(each["severity"]) for each in self.stories).word

    @property
    def events(self) -> int:
        """How many events its stories are of."""
        return len({each["thread"] for each in self.stories})

    @property
    def record(self) -> dict[str, Any]:
        """The place as the page and its JSON have it; x, y and r are of the map, None outside of it."""
        x, y = project(self.where.lat, self.where.lon) if on_map(self.where.lat, self.where.lon) else (None, None)
        return {
            "place": self.where.record,
            "severity": self.severity,
            "stories": list(self.stories),
            "x": None if x is None else round(x, 1),
            "y": None if y is None else round(y, 1),
            "r": round(radius(self.events, self.severity), 1),
        }


def radius(events: int, severity: str) -> float:
    """Return how large a place is drawn: by its area for the number of events, larger the graver the gravest is."""
    return min(LARGEST, (SMALLEST + PER_EVENT * sqrt(events - 1)) * GRAVER ** (Severity.of(severity) - 1))


def spots(told: Iterable[tuple[Where, dict[str, Any]]]) -> list[Spot]:
    """Return the places of stories: the gravest first, of those the one with most events."""
    at: dict[str, tuple[Where, list[dict[str, Any]]]] = {}
    for where, story in told:
        at.setdefault(where.id, (where, []))[1].append(story)
    found = [Spot(where, tuple(stories)) for where, stories in at.values()]
    return sorted(found, key=lambda each: (-Severity.of(each.severity), -each.events, each.where.label))


def collection(found: Sequence[Spot]) -> dict[str, Any]:
    """Return the stories as a FeatureCollection, one feature a story."""
    features = [_feature(spot.where, each) for spot in found for each in spot.stories]
    return {"type": "FeatureCollection", "features": features}


def _feature(where: Where, story: dict[str, Any]) -> dict[str, Any]:
    kept = ("story", "thread", "severity", "headline", "event", "outlets", "reliability", "reports")
    times = {f"{name}_seen": stamp(story[name]) for name in ("first", "last")}
    place = {"place": where.id, "label": where.label, "reach_km": where.reach}
    return {
        "type": "Feature",
        "id": story["story"],
        "geometry": {"type": "Point", "coordinates": [where.lon, where.lat]},  # longitude first (3.1.1)
        "properties": {**{name: story[name] for name in kept}, **times, **place},
    }
