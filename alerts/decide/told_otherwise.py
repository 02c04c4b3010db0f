"""Find what a report seems to add and only says in other words: an attempt, a town in unrest. Pure.

Facts are compared by name (event_facts). An attempt is a killing to one outlet and an attack to another; protesters who
burn an office attack the town. Who was attacked is never only another name: gunmen may follow the rockets on a base.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.decide.event_acts import TOLD, alike, told
from alerts.decide.event_facts import Fact, facts_of
from alerts.decide.told_things import ATTEMPT, things_in
from alerts.decide.weapon_words import weapons_in
from alerts.event import Report
from alerts.rule import EventSettings

_UNREST = frozenset({"protest", "clash"})
_FLIGHTS, _POSTPONE = "ground", "postpone"  # flights that are put off are halted
_KILL = "kill"


def only_named_otherwise(later: Report, before: Sequence[Report], settings: EventSettings) -> set[Fact]:
    """Return the deeds that a headline tells for one that was told: an attempt, a town in unrest, flights put off."""
    found = set[Fact]()
    deeds = {alike(act, settings) for each in before for act in told(each.mention) if act.standing in TOLD}
    attacks = {alike(act, settings) for act in told(later.mention) if act.deed in settings.by_target}
    if ATTEMPT in things_in(later.title) and not later.mention.casualties and attacks & {_KILL}:
        known = settings.alike.get("assault", "assault") in deeds or _KILL in deeds
        found |= {Fact(_KILL)} if known else set()
    begins = {act.deed for act in told(later.mention)[:1]}
    if begins & _UNREST and not later.mention.casualties and not weapons_in(later.title):
        places = {place for each in before if _unrest_in(each) for place in each.mention.places}
        found |= {fact for fact in facts_of(later.mention, settings) if fact.on in places & {*later.mention.places}}
    if _FLIGHTS in deeds and any(alike(act, settings) == _FLIGHTS for act in told(later.mention)):
        found.add(Fact(_POSTPONE))
    return found


def _unrest_in(report: Report) -> bool:
    return any(act.deed in _UNREST for act in told(report.mention))
