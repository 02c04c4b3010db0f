"""Who publishes what: outlets by the keys of their addresses and of their names, for articles that another carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet: its name as alerts show it, its owner (whose reports are one origin), its Admiralty letter."""

    name: str
    owner: str
    reliability: str = "F"


@dataclass(frozen=True, slots=True, eq=False)
class Outlets:
    """Outlets by address (paper.example, t.me/name) and by folded name; the keys are those of crawler.text.hosts."""

    by_address: Mapping[str, Outlet]
    by_name: Mapping[str, Outlet]


NONE = Outlets({}, {})
