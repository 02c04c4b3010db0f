"""The acts of a report as events are compared by them: what it tells, of whom, where, and what of it lasts. Pure.

A deed that lasts (a deal, a closure, a truce that ends) is told once: whoever names it of the same parties within three
days tells the same one, in whatever words, until a deed that ends it was told. An attack may come again any hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from alerts.decide.once import once
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings

PARTIES = 2  # states that a deed must have in common with another to be the same, where both name no more than states
CLAIM = "claim"  # the deed of who claims responsibility for another
EARLIER = "earlier"  # the standing of an act that was told so long ago that it is no longer known
TOLD = frozenset({"happened", "claimed"})
_REAL = TOLD | {"background"}


def told(mention: EventMention) -> tuple[Act, ...]:
    """Return the acts a report is about: those in the background of it only where it tells no other."""
    for act in mention.acts:  # mostly there is none in the background, and each comparison asks
        if act.standing == "background":
            return tuple(each for each in mention.acts if each.standing != "background") or mention.acts
    return mention.acts


def alike(act: Act, settings: EventSettings) -> str:
    """Return the deed of an act, or the one that stands for it and its like."""
    return settings.alike.get(act.deed, act.deed)


@once
def deeds_of(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return the deeds that a report names, also in its background."""
    return frozenset(alike(each, settings) for each in mention.acts)


@once
def done_in(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return the deeds that a report tells as done, or as claimed."""
    return frozenset(alike(each, settings) for each in told(mention) if each.standing in TOLD)


@once
def attacks_of(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return the attacks that a report tells as news, by deed: none that stands beside it or in the background."""
    attacks = settings.by_target - settings.defences
    acts = (each for each in mention.acts if each.deed in attacks and each.standing in TOLD and not each.aside)
    return frozenset(alike(each, settings) for each in acts)


@once
def roles_of(mention: EventMention, settings: EventSettings) -> frozenset[tuple[str, str, str]]:
    """Return each deed with who did it to whom, where a report names both.

    Who shoots a drone down did not send it, so that says nothing.
    """
    acts = [each for each in told(mention) if each.deed not in settings.defences]
    return frozenset((alike(act, settings), by, on) for act in acts for by in act.by for on in act.on)


def is_within(one: str, other: str, wider: Mapping[str, frozenset[str]]) -> bool:
    """Return whether two names are one, or one lies in the other: a base in Iraq, and Iraq."""
    return one == other or one in wider.get(other, ()) or other in wider.get(one, ())


def narrowest(places: Iterable[str], wider: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the places without those that another of them lies in."""
    named = frozenset(places)
    return named - {around for each in named for around in wider.get(each, ())}


@once
def spots_of(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return the narrowest places that a report names."""
    return narrowest(mention.places, settings.wider)


@dataclass(frozen=True, slots=True)
class Lasting:
    """A deed that lasts as one report tells it: between whom, and whether word order says so."""

    parties: frozenset[str]
    certain: bool  # if not, the parties are all names of the report


def in_common(one: Mapping[str, Lasting], other: Mapping[str, Lasting], settings: EventSettings) -> str:
    """Return the first deed that lasts and that both tell of the same parties, "" if there is none.

    A deal that is only expected is another than one that was made: that it was made is news.
    """
    return next((deed for deed in other if deed in one and _same_parties(one[deed], other[deed], settings)), "")


def ended_by(mention: EventMention, lasting_deeds: Mapping[str, Lasting], settings: EventSettings) -> set[str]:
    """Return those of the deeds that a report tells the end of: a strait that was reopened, a truce broken by a strike.

    In doubt a deed is ended, since what is told of it then rings: it is enough that one of its parties is named. An
    attack ends a truce where both sides are of it, and who shoots down a drone attacks nobody.
    """
    return {
        deed
        for act in mention.acts
        if act.standing in TOLD and act.deed not in settings.defences
        for deed, known in lasting_deeds.items()
        if alike(act, settings) in settings.lasting.get(deed, ()) and _is_between(act, mention, known, settings)
    }


def _is_between(act: Act, mention: EventMention, known: Lasting, settings: EventSettings) -> bool:
    def named(names: Iterable[str]) -> bool:
        return any(is_within(name, party, settings.wider) for name in names for party in known.parties)

    if act.deed in settings.by_target:
        return named(act.by) and named((*act.on, *mention.places))
    return named((*act.by, *act.on) or mention.names)


@once
def lasting(mention: EventMention, settings: EventSettings) -> Mapping[str, Lasting]:
    """Return the deeds that last which a report tells of somebody: "deal", and "expected deal" for one to come."""
    found: dict[str, Lasting] = {}
    for act in told(mention):
        deed = alike(act, settings)
        if deed not in settings.lasting or act.aside:
            continue
        parties = frozenset((*act.by, *act.on))
        certain = len(parties) >= PARTIES
        known = Lasting(parties if certain else parties.union(mention.names), certain)
        found.setdefault(deed if act.standing in _REAL else f"{act.standing} {deed}", known)
    return found


def repeats_lasting(later: Report, known: Iterable[Report], settings: EventSettings) -> bool:
    """Return whether a report begins with a deed that lasts and that one of those known told of the same parties."""
    ours = begins_with_lasting(later.mention, settings)
    return bool(ours) and any(in_common(lasting(each.mention, settings), ours, settings) for each in known)


@once
def begins_with_lasting(mention: EventMention, settings: EventSettings) -> Mapping[str, Lasting]:
    """Return what `lasting` returns, of the deed with which a report begins."""
    return lasting(replace(mention, acts=told(mention)[:1]), settings)


def _same_parties(one: Lasting, other: Lasting, settings: EventSettings) -> bool:
    """Return whether two deeds may be of the same parties: two states of both, or a place or a person of both.

    Who is named besides ("Pakistan says") counts only where word order does not tell who the parties are.
    """
    common = one.parties & other.parties
    if len(common) < PARTIES and not common - settings.parties:
        return False
    if one.certain and not other.certain:
        return one.parties <= other.parties
    if other.certain and not one.certain:
        return other.parties <= one.parties
    return one.parties <= other.parties or other.parties <= one.parties
