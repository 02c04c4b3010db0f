"""Draw the outlines of the countries of the map of the board: python deploy/make_outline.py countries-50m.json

The file is of the npm package world-atlas 2.0.2 (`npm pack world-atlas@2.0.2`): Natural Earth, Admin 0 countries at
1:50 million, which is in the public domain. It is needed once only; what this writes, templates/outline.svg, is
committed. Rings are cut at the edge of the map, simplified after Douglas and Peucker, and written in whole units.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from alerts.board.projection import HEIGHT, WIDTH, project

OUTLINE = Path(__file__).parents[1] / "alerts" / "board" / "templates" / "outline.svg"
TOLERANCE = 0.7  # units: 4 km
SMALLEST = 8.0  # square units of an island that is drawn
# the region, with what stands on the map; the others are drawn as land without a name
NAMES = {
    "368": "Iraq", "364": "Iran", "760": "Syria", "792": "Turkey", "887": "Yemen", "004": "Afghanistan",
    "682": "Saudi Arabia", "400": "Jordan", "422": "Lebanon", "376": "Israel", "275": "Palestine", "414": "Kuwait",
    "048": "Bahrain", "634": "Qatar", "784": "UAE", "512": "Oman", "818": "Egypt", "586": "Pakistan",
    "031": "Azerbaijan", "051": "Armenia", "795": "Turkmenistan", "196": "Cyprus",
}  # fmt: skip
# too small for a name on them: it ends west of a point on their coast, or begins east of it (latitude, longitude)
ASIDE = {
    "422": ("west", 34.0, 35.5), "376": ("west", 32.4, 34.7), "275": ("west", 31.3, 34.2),
    "414": ("east", 29.3, 48.1), "048": ("west", 26.0, 50.3), "634": ("east", 25.3, 51.7),
}  # fmt: skip
UNNAMED = {"051", "196"}  # too small, and out of the way
Dot = tuple[float, float]


def main() -> None:
    """Write the outline, and print its size."""
    world = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    arcs = list(_arcs(world))
    paths, labels = [], []
    for country in world["objects"]["countries"]["geometries"]:
        rings = [ring for polygon in _polygons(country) for ring in _drawn([_joined(arcs, each) for each in polygon])]
        if not rings:
            continue
        code = country.get("id", "")
        kind = "near" if code in NAMES else "far"
        paths.append(f'<path class="{kind}" d="{"".join(map(_path, rings))}"/>')
        if code in NAMES and not {code} & (UNNAMED | ASIDE.keys()):
            x, y = _middle(max(rings, key=lambda ring: abs(_area(ring))))
            labels.append(f'<text x="{x:.0f}" y="{y:.0f}">{NAMES[code]}</text>')
    labels += aside()
    text = "\n".join([*sorted(paths), *sorted(labels), ""])
    OUTLINE.write_text(text, encoding="utf-8")
    print(  # noqa: T201 - for whoever runs it
        f"{OUTLINE.name}: {len(paths)} countries, {len(text.encode()):,} bytes, map {WIDTH} x {HEIGHT}"
    )


def aside() -> Iterator[str]:
    """Yield the names that stand beside their countries."""
    for code, (side, lat, lon) in ASIDE.items():
        x, y = project(lat, lon)
        yield f'<text class="{side}" x="{x:.0f}" y="{y:.0f}">{NAMES[code]}</text>'


def _arcs(world: dict[str, object]) -> Iterator[list[Dot]]:
    """Yield the arcs of a TopoJSON, projected: each corner is given as a difference to the one before it."""
    transform: dict[str, list[float]] = world["transform"]  # type: ignore[assignment]
    (wide, high), (left, low) = transform["scale"], transform["translate"]
    for arc in world["arcs"]:  # type: ignore[attr-defined]
        x = y = 0
        made = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            made.append(project(y * high + low, x * wide + left))
        yield made


def _polygons(country: dict[str, object]) -> list[list[list[int]]]:
    arcs: list[list[list[int]]] = country.get("arcs", [])  # type: ignore[assignment]
    return [arcs] if country["type"] == "Polygon" else arcs  # type: ignore[list-item, return-value]


def _joined(arcs: Sequence[list[Dot]], numbers: Sequence[int]) -> list[Dot]:
    ring: list[Dot] = []
    for each in numbers:
        arc = arcs[each] if each >= 0 else arcs[~each][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _drawn(rings: Sequence[list[Dot]]) -> Iterator[list[Dot]]:
    for each in rings:
        simple = _simplified(_cut(each))
        if len(simple) > 3 and abs(_area(simple)) >= SMALLEST:
            yield simple


def _cut(ring: list[Dot]) -> list[Dot]:
    """Return a ring cut at the edges of the map (Sutherland and Hodgman)."""
    edges: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, 0.0, float.__ge__),
        (0, float(WIDTH), float.__le__),
        (1, 0.0, float.__ge__),
        (1, float(HEIGHT), float.__le__),
    )
    for axis, edge, inside in edges:
        kept: list[Dot] = []
        for before, after in zip([*ring[-1:], *ring], ring, strict=False):
            was, now = inside(float(before[axis]), edge), inside(float(after[axis]), edge)
            if was != now:
                share = (edge - before[axis]) / (after[axis] - before[axis])
                kept.append((before[0] + share * (after[0] - before[0]), before[1] + share * (after[1] - before[1])))
            if now:
                kept.append(after)
        ring = kept
        if not ring:
            break
    return ring


def _simplified(line: list[Dot]) -> list[Dot]:
    """Return a line without the corners that lie within TOLERANCE of it (Douglas and Peucker)."""
    kept, stack = {0, len(line) - 1}, [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        farthest, at = 0.0, 0
        for each in range(first + 1, last):
            away = _away(line[each], line[first], line[last])
            if away > farthest:
                farthest, at = away, each
        if farthest > TOLERANCE:
            kept.add(at)
            stack += [(first, at), (at, last)]
    return [line[each] for each in sorted(kept)] if line else []


def _away(dot: Dot, start: Dot, end: Dot) -> float:
    (x, y), (ax, ay), (bx, by) = dot, start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    share = 0.0 if not length else max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
    return float(((x - ax - share * (bx - ax)) ** 2 + (y - ay - share * (by - ay)) ** 2) ** 0.5)


def _area(ring: Sequence[Dot]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Sequence[Dot]) -> Dot:
    """Return the centre of the area in a ring."""
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    crossed = [ax * by - bx * ay for (ax, ay), (bx, by) in pairs]
    six = 3 * sum(crossed)
    x = sum((ax + bx) * each for ((ax, _), (bx, _)), each in zip(pairs, crossed, strict=True)) / six
    y = sum((ay + by) * each for ((_, ay), (_, by)), each in zip(pairs, crossed, strict=True)) / six
    return x, y


def _path(ring: Sequence[Dot]) -> str:
    whole = [(round(x), round(y)) for x, y in ring]
    moves = "l"
    for (ax, ay), (bx, by) in pairwise(whole):
        if (dx := bx - ax) or by != ay:
            moves += f"{_apart(moves, dx)}{_apart('0', by - ay)}"
    return f"M{whole[0][0]} {whole[0][1]}{moves}z"


def _apart(before: str, number: int) -> str:
    """Return a number behind what stands before it; a minus sign parts two of them as a space does."""
    return f" {number}" if number >= 0 and before[-1].isdigit() else str(number)


if __name__ == "__main__":
    main()
