"""Decide whether two reports tell one event because they came in together: one deed, one place, minutes apart. Pure.

Two outlets, or two languages, tell an attack in words that share little. Minutes apart, a deed at a place narrower than
a state is the same one, unless the reports name targets that differ or say themselves that it is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from alerts.decide.event_acts import PARTIES, TOLD, alike, is_within, roles_of, spots_of, told
from alerts.decide.once import once
from alerts.decide.told_things import towns_in
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings

MOMENT = timedelta(minutes=10)
EXCHANGE = timedelta(hours=3)  # so long a state's attack on another is one, unless somebody names what is new
MORE_WORDS = 3  # so few words more than the earlier report hold no site that no list names
SAME_TOLL = timedelta(hours=1)  # the same where both tell one toll: 2 killed and 2 killed


def of_one_moment(one: Report, other: Report, settings: EventSettings) -> bool:
    """Return whether two reports that nothing else holds apart tell one attack as they came in together."""
    apart = abs(one.at - other.at)
    if apart > SAME_TOLL:  # most reports were told on another day, or share no attack
        return False
    first, second = one.mention, other.mention
    ours, theirs = _attack_in(first, settings), _attack_in(second, settings)
    shared = ours.deeds & theirs.deeds
    if not shared or ours.again or theirs.again or (apart > MOMENT and not _same_toll(first, second)):
        return False
    return (
        _one_site(ours.sites, theirs.sites, settings) or not ours.roles.isdisjoint(theirs.roles)
    ) and _targets_agree(first, second, shared, settings)


def of_one_exchange(one: Report, other: Report, settings: EventSettings) -> bool:
    """Return whether a later report only says that a state attacked another, as an earlier one of these hours did.

    "US pummels Iran" an hour after "US strikes Iran" names no site, toll or further attack. What it names beside that
    is news or none as of any report.
    """
    return (
        is_vague(other.mention, settings)
        and timedelta(0) <= other.at - one.at <= EXCHANGE
        and len(set(other.mention.words) - set(one.mention.words)) <= MORE_WORDS
        and towns_in(other.title) <= towns_in(one.title)
        and not roles_of(one.mention, settings).isdisjoint(roles_of(other.mention, settings))
    )


@once
def exchanged(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return the two states that a report only says attacked each other: "US and Iran trade strikes".

    None where it names anybody else, a place, a toll or a further attack, or says which of them attacked the other.
    """
    attacks, named = _attacks(mention, settings), frozenset(mention.names)
    is_mutual = all(not act.on and not act.again and (not act.by or named <= {*act.by}) for act in attacks)
    bare = not mention.places and not mention.casualties and len(named) == PARTIES and named <= settings.parties
    return named if attacks and is_mutual and bare else frozenset()


def of_exchange(later: Report, reports: Iterable[Report], settings: EventSettings) -> list[Report]:
    """Return the reports of EXCHANGE that told the attacks of both states that a later one sums up, else []."""
    states = exchanged(later.mention, settings)
    found, sides = [], set[str]()
    for each in reports if states else ():
        roles = {by for _, by, on in roles_of(each.mention, settings) if {by, on} == states}
        doers = states if exchanged(each.mention, settings) == states else roles
        if doers and timedelta(0) <= later.at - each.at <= EXCHANGE:
            found.append(each)
            sides |= doers
    return found if sides == states else []


@once
def is_vague(mention: EventMention, settings: EventSettings) -> bool:
    """Return whether a report says no more than that a state attacked another: no site, no toll, not again."""
    attacks, states = _attacks(mention, settings), settings.parties
    return (
        bool(attacks)
        and not mention.casualties
        and spots_of(mention, settings) <= states
        and all(act.by and act.on and not act.again and {*act.by, *act.on} <= states for act in attacks)
    )


@once
def _attacks(mention: EventMention, settings: EventSettings) -> tuple[Act, ...]:
    return tuple(
        each for each in told(mention) if each.deed in settings.by_target and each.standing in TOLD and not each.aside
    )


@dataclass(frozen=True, slots=True)
class _Attack:
    """What one report tells of attacks: the deeds, the places that are no state, who did what to whom.

    `again`: it says itself that one of them is another of a series.
    """

    deeds: frozenset[str]
    again: bool
    sites: frozenset[str]
    roles: frozenset[tuple[str, str, str]]


@once
def _attack_in(mention: EventMention, settings: EventSettings) -> _Attack:
    attacks = _attacks(mention, settings)
    return _Attack(
        frozenset(alike(each, settings) for each in attacks),
        any(each.again for each in attacks),
        spots_of(mention, settings) - settings.parties,
        roles_of(mention, settings),
    )


def _same_toll(one: EventMention, other: EventMention) -> bool:
    both = one.casualties.keys() & other.casualties.keys()
    return bool(both) and all(one.casualties[kind] == other.casualties[kind] for kind in both)


def _one_site(ours: frozenset[str], theirs: frozenset[str], settings: EventSettings) -> bool:
    """Return whether both name one place, or one of them a place within the other's."""
    return not ours.isdisjoint(theirs) or any(is_within(a, b, settings.wider) for a in ours for b in theirs)


def _targets_agree(one: EventMention, other: EventMention, deeds: frozenset[str], settings: EventSettings) -> bool:
    """Return whether the targets may be the same: one names none, or all that one names stand in the other's headline.

    A state and a site of it are two ways to say one target.
    """
    ours, theirs = (
        {name for act in _attacks(each, settings) if alike(act, settings) in deeds for name in act.on}
        for each in (one, other)
    )
    if not ours or not theirs or (ours <= settings.parties) != (theirs <= settings.parties):
        return True
    return _among(ours, other.names, settings) or _among(theirs, one.names, settings)


def _among(targets: set[str], names: tuple[str, ...], settings: EventSettings) -> bool:
    return all(any(is_within(target, name, settings.wider) for name in names) for target in targets)
