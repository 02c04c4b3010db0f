"""Read what stands on a map: a point in degrees, and the address of a map with gaps for one."""

from __future__ import annotations

from typing import Any

from crawler.config.settings import GAPS
from crawler.config.values import MISSING, Number, Url
from crawler.config.yamlfile import Node, Problems, Sequence

_LATITUDE, _LONGITUDE = Number(-90, 90), Number(-180, 180)


class Degrees:
    """A point as [latitude, longitude] in degrees, read as a pair of floats."""

    def read(self, node: Node, problems: Problems) -> Any:
        if not isinstance(node, Sequence) or len(node.items) != 2:
            problems.add(node.place, "a point is [latitude, longitude] in degrees, as in [33.34, 43.60]")
            return MISSING
        lat = _LATITUDE.read(node.items[0], problems)
        lon = _LONGITUDE.read(node.items[1], problems)
        return MISSING if MISSING in (lat, lon) else (lat, lon)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "items": [_LATITUDE.schema(), _LONGITUDE.schema()],
            "additionalItems": False,
            "minItems": 2,
        }


class MapLink:
    """An http(s) address with {lat} and {lon} in the place of a point."""

    def read(self, node: Node, problems: Problems) -> Any:
        text = Url().read(node, problems)
        if text is MISSING:
            return MISSING
        lacking = [gap for gap in GAPS if gap not in text]
        if lacking:
            said = f"lacks {' and '.join(lacking)}, where the coordinates of a place go"
            problems.add(node.place, f'"{text}" {said}; write https://map.example/?lat={{lat}}&lon={{lon}}')
            return MISSING
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^https?://(?=.*\{lat\})(?=.*\{lon\})\S+$"}
