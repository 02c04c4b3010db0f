"""A hit and the config go in; the entities that its spelling stands for come out. Pure.

Apart from what searches: a command that shows a shift asks for it, and matches nothing.
"""

from __future__ import annotations

from alerts.alert import Hit
from alerts.rule import Config


def entities_of(hit: Hit, config: Config) -> set[str]:
    """Return the entities that a hit's spelling stands for under its term; none if the term is plain words."""
    if not hit.term.startswith("$"):
        return set()
    # the spellings of a list are not gone through: what is in it is no entity
    return {name for name in config.kinds.members(hit.term[1:]) if hit.alias in config.entities[name].aliases}
