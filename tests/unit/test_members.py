"""What belongs to a kind, beside a search that goes through all entities for each."""

from __future__ import annotations

import random
from collections.abc import Mapping

from alerts.rule import Entity, Kinds
from crawler.config.problems import Place

HERE = Place("rules.yaml", 1, 1)


def slowly(entities: Mapping[str, Entity], name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    below = [name]
    while below:
        kind = below.pop()
        below += [each.id for each in entities.values() if kind in each.is_a and each.id not in found]
        if kind in entities:
            found[kind] = None
    return tuple(found)


def test_what_belongs_to_a_name_is_found_in_the_same_order() -> None:
    chance = random.Random(3)
    names = [f"e{number}" for number in range(60)]
    kinds = ["place", "militia", "state"]
    entities = {
        name: Entity(name, HERE, (name,), tuple(chance.sample([*kinds, *names[:at]], min(2, 3 + at))))
        for at, name in enumerate(names)
    }
    belong = Kinds(entities)
    for name in (*kinds, *names, *kinds, "nothing"):
        assert belong.members(name) == slowly(entities, name)
    assert len(belong.members("place")) > 20
