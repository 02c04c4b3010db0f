"""Which comes first where one word may tell of a seizure or of an arrest. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.event import Act
from alerts.rules.reading import Mention

ARREST, SEIZE = "arrest", "seize"
SHIPS = "ships"  # of the lists `party-...`
_TAKING = ("seiz", "captur", "hijack", "commandeer", "confiscat")


def seized(acts: tuple[Act, ...], deeds: list[Mention], toll: Mapping[str, int]) -> tuple[Act, ...]:
    """Return acts with the seizure before the arrest where one word may tell of either.

    Ships are seized. People are arrested where it is said how many, or with a word that is said of people first.
    """
    taken = next((act for act in acts if act.deed == SEIZE), None)
    if taken is None or acts[0].deed != ARREST:
        return acts
    said = any(each.alias.startswith(_TAKING) for each in deeds)
    if SHIPS not in taken.on and (not said or "held" in toll):
        return acts
    return (taken, *(act for act in acts if act is not taken))
