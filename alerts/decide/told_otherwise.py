"""Find what a report seems to add and only says in other words: whom a known attack befell, that it was tried. Pure.

Facts are compared by name (event_facts). One site is the base of a state, of a militia and of a group within it; an
attempt is a killing to one outlet and an attack to another; protesters who burn an office attack the town.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from alerts.decide.event_acts import TOLD, alike, is_within, narrowest, told
from alerts.decide.event_facts import ANOTHER, Fact, facts_of
from alerts.decide.same_moment import EXCHANGE, SAME_TOLL
from alerts.decide.told_places import is_governing, is_open
from alerts.decide.told_things import ATTEMPT, things_in
from alerts.decide.weapon_words import weapons_in
from alerts.event import Report
from alerts.rule import EventSettings

_UNREST = frozenset({"protest", "clash"})
_FLIGHTS, _POSTPONE = "ground", "postpone"  # flights that are put off are halted
_KILL = "kill"


def at_known_site(later: Report, before: Iterable[Report], settings: EventSettings) -> set[Fact]:
    """Return the attacks on a state, or on a group, that are told of a site where a report known told that deed.

    Of a state EXCHANGE before or less, of a group in the same hour: who is hit there has several names. Nothing of what
    is said to be another, and nothing of a place beside the site.
    """
    ours = _sites(later, settings)
    if not ours or any(act.again for act in later.mention.acts):
        return set()
    at = [(each, _sites(each, settings)) for each in before if timedelta(0) <= later.at - each.at <= EXCHANGE]
    attacks = settings.by_target - settings.defences
    told_there = {
        (alike(act, settings), later.at - each.at <= SAME_TOLL)
        for each, sites in at
        if ours & sites
        for act in told(each.mention)
        if act.deed in settings.by_target and act.standing in TOLD
    }
    soon = {deed for deed, is_soon in told_there if is_soon}
    deeds = {deed for deed, _ in told_there}
    at_home = frozenset[str]().union(*settings.homes.values())  # not a mission, a port or a ship there: that is news
    groups = {name for act in told(later.mention) if act.deed in attacks for name in act.on} & at_home
    return {
        fact
        for fact in facts_of(later.mention, settings)
        if not fact.what.startswith(ANOTHER)
        and (
            (fact.on in settings.bodies and fact.what in deeds)
            or (fact.on in groups and fact.on not in later.mention.places and fact.what in soon)
        )
    }


def _sites(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return the narrow places that a report names, in its text where its headline names but what is around."""
    mention, wider = report.mention, settings.wider
    head = narrowest(mention.places, wider) - settings.parties
    if is_open(report, head, settings):
        head = frozenset()
    lead = {each for each in mention.lead_places if not head or any(is_within(each, one, wider) for one in head)}
    return frozenset(each for each in (head | lead) - settings.parties if not is_governing(each, settings))


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
