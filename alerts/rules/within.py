"""The operator `within`: a place is named that lies at most so many km from another. Pure.

Distances are worked out once, when the rules are read: an article costs a look at the places found in it, no more. A
place that extends around its point is within only where all of it is: "Anbar" is not within 50 km of a base in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from alerts.rule import Condition, Entity, Kinds
from alerts.rules.reading import Mentions, Reading
from alerts.where import Point, km_between
from crawler.config.keys import Key, Placed, Table
from crawler.config.values import IDENT, MISSING, Number, nearest
from crawler.config.yamlfile import Mapping as MappingNode
from crawler.config.yamlfile import Node, Problems, Scalar

PLACES_NAMED = 3  # in an error


class PlaceName:
    """The id of a place, or of a kind of places: without the $ that terms have."""

    def read(self, node: Node, problems: Problems) -> Any:
        if isinstance(node, Scalar) and node.text.startswith("$"):
            problems.add(node.place, f'"of" takes an id and no term; write of: {node.text.lstrip("$") or "taqaddum"}')
            return MISSING
        return IDENT.read(node, problems)

    def schema(self) -> dict[str, Any]:
        return IDENT.schema()


WITHIN = Table(
    (
        Key("km", Number(1, 2000), doc="how far at most, in km over ground"),
        Key("of", Placed(PlaceName()), doc="from which place; a kind stands for each place of it"),
    ),
    "within",
)


@dataclass(frozen=True, slots=True)
class Away:
    """How far a place lies from the one that is asked for, or from the nearest of its kind."""

    id: str
    km: float
    reach: float = 0.0
    label: str = field(default="", compare=False, repr=False)  # labels decide nothing
    of: str = field(default="", compare=False, repr=False)  # that of the other place

    @property
    def words(self) -> str:
        """Return it in words: "Ain al-Asad air base, 118 km from Taqaddum air base"."""
        extends = f", which extends {self.reach:g} km around its point" if self.reach else ""
        return f"{self.label}{extends}, {self.km:.0f} km from {self.of}"


@dataclass(frozen=True, slots=True)
class Distances:
    """The places that are near enough, nearest first, and those that are not, which only explain a miss."""

    near: tuple[Away, ...]
    beyond: tuple[Away, ...] = field(default=(), compare=False, repr=False)  # they decide nothing


def read_within(op: str, node: Node, problems: Problems) -> Condition | None:
    """Read `{km: 50, of: taqaddum}`. `placed` later adds the places that are near enough, as its children."""
    if not isinstance(node, MappingNode):
        problems.add(node.place, f'"{op}" takes a distance and a place, as in {{km: 50, of: taqaddum}}')
        return None
    values = WITHIN.read(node, problems)
    if values is MISSING or MISSING in (values["km"], values["of"]):
        return None
    name, place = values["of"]
    return Condition(op, place, options={"km": values["km"], "of": name})


def placed(condition: Condition | None, entities: Mapping[str, Entity], problems: Problems) -> Condition | None:
    """Return a tree in which each `within` has its distances; None with a problem where its place has no point."""
    if condition is None:
        return None
    if condition.op == "within":
        return _with_distances(condition, entities, problems)
    if not condition.children:
        return condition
    children = tuple(placed(child, entities, problems) for child in condition.children)
    whole = tuple(child for child in children if child is not None)
    return replace(condition, children=whole) if len(whole) == len(children) else None


def _with_distances(condition: Condition, entities: Mapping[str, Entity], problems: Problems) -> Condition | None:
    name = str(condition.options["of"])
    centres = [name] if name in entities else list(Kinds(entities).members(name))
    if not centres:
        known = {*entities, *(kind for each in entities.values() for kind in each.is_a)}
        problems.add(condition.place, f'"within" names "{name}", which is no entity or kind{nearest(name, known)}')
        return None
    points = [(entities[each], at) for each in centres if (at := entities[each].at)]
    if not points:
        what = "has no coordinates; write at: [latitude, longitude] there"
        if name not in entities:
            what = f"is a kind without a place that has coordinates{_places(entities)}"
        problems.add(condition.place, f'"within" names "{name}", which {what}')
        return None
    km = float(str(condition.options["km"]))
    away = sorted(_away(entities.values(), points), key=lambda each: (each.km, each.id))
    # the place asked for is meant by its own name, however far it extends
    near = tuple(each for each in away if each.km + each.reach <= km or each.id in centres)
    made = Distances(near, tuple(each for each in away if each not in near))
    terms = tuple(Condition("term", condition.place, term=f"${each.id}") for each in near)
    return replace(condition, children=terms, options={**condition.options, "distances": made})


def _places(entities: Mapping[str, Entity]) -> str:
    """Return in words some places that have coordinates, "" if there are none."""
    names = sorted(each.id for each in entities.values() if each.at)[:PLACES_NAMED]
    return f"; write a place, such as {', '.join(names)}" if names else ""


def _away(entities: Iterable[Entity], points: list[tuple[Entity, Point]]) -> Iterator[Away]:
    for entity in entities:
        if entity.at is not None:
            km, of = min((km_between(entity.at, point), centre.label or centre.id) for centre, point in points)
            yield Away(entity.id, round(km, 3), entity.reach, entity.label or entity.id, of)


def test_within(condition: Condition, reading: Reading) -> Mentions | None:
    """Return the mentions of places that are near enough, each by its own name; None if there are none."""
    found = [
        mention
        for child in condition.children
        for mention in reading.mentions.get(child.term, ())
        if f"${mention.entity}" == child.term  # $baghdad finds the quarters of Baghdad too, which lie elsewhere
    ]
    return tuple(found) or None


def away_of(condition: Condition, mentions: Mentions) -> str:
    """Return in words how far the places lie by which the condition holds, the nearest first."""
    named = {mention.entity for mention in mentions}
    return "; ".join(each.words for each in _distances(condition).near if each.id in named)


def nearest_beyond(condition: Condition, reading: Reading) -> str:
    """Return in words the nearest place of those named that is too far, "" where none is named."""
    named = {mention.entity for found in reading.mentions.values() for mention in found}
    return next((each.words for each in _distances(condition).beyond if each.id in named), "")


def _distances(condition: Condition) -> Distances:
    found = condition.options["distances"]
    assert isinstance(found, Distances)
    return found
