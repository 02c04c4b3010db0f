"""Work out what a report says as it is compared with others: places, deeds by their class, weapons, things. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.decide.event_acts import alike, is_within, narrowest, told
from alerts.decide.event_evidence import numbers_in
from alerts.decide.event_facts import RAID
from alerts.decide.once import once
from alerts.decide.site_words import sites_in
from alerts.decide.told_apart import weapons_with
from alerts.decide.told_things import ATTEMPT, SHIP, things_in, towns_in
from alerts.decide.weapon_words import weapons_in
from alerts.event import UNLISTED, Act, Report
from alerts.rule import EventSettings

# deeds that outlets tell for one another, beside settings.events.alike, by a name that people can read
_CLASSES = {
    "attack": ("strike", "fall", "accident"),
    "harm": ("kill", "wound"),
    "unrest": ("clash", "protest"),
    "raid or arrest": ("arrest", "seize", "raid", "enter", "find"),
    "move": ("withdraw", "deploy", "flee"),
    "warning": ("threaten", "warn-off"),
}
ATTACK = "attack"
ATTACKS = frozenset({ATTACK, "harm", "strike"})
KILL, WOUND, LAUNCH = "kill", "wound", "launch"
HARMS = {KILL: frozenset({ATTEMPT}), WOUND: frozenset({SHIP})}  # of which nobody is killed, or hurt
_CLASS = {deed: name for name, deeds in _CLASSES.items() for deed in deeds}


@dataclass(frozen=True, slots=True)
class Said:
    """What a report says as it is compared with others: its headline, and the names that its text begins with."""

    spots: frozenset[str]  # the narrowest places, no states
    names: frozenset[str]
    others: frozenset[str]  # names that are neither places nor states
    states: frozenset[str]
    deeds: Mapping[str, frozenset[str]]  # by their class
    targets: frozenset[str]
    weapons: frozenset[str]
    kinds: frozenset[str]
    numbers: frozenset[float]
    words: frozenset[str]
    things: frozenset[str]
    topics: frozenset[str]
    news: str  # the class of the deed with which it begins, "" for none
    about: frozenset[str]  # any of which two reports share before they are compared


@once
def said_by(report: Report, settings: EventSettings) -> Said:
    """Return what a report says as it is compared with others."""
    mention, parties, wider = report.mention, settings.parties, settings.wider
    head = narrowest([each for each in (*mention.places, *mention.headed) if not each.startswith(UNLISTED)], wider)
    head -= parties
    if not head:
        head = towns_in(report.title)
    # what the text adds is where the headline says, more exactly; another place may be of what went before
    lead = {each for each in mention.lead_places if not head or head & wider.get(each, frozenset())}
    spots = narrowest(head | lead, wider) - parties
    names = frozenset((*mention.names, *mention.headed))
    everyone = names.union(mention.lead)
    acts, classes = told(mention), dict[str, frozenset[str]]()
    for act in acts:
        for name in classes_of(act, report, settings):
            classes[name] = classes.get(name, frozenset()) | {alike(act, settings)}
    return Said(
        spots,
        names,
        everyone - parties - {*mention.places, *mention.headed, *mention.lead_places},
        names & parties,
        classes,
        frozenset(name for act in acts for name in act.on),
        weapons_with(report.title),
        sites_in(report.title),
        numbers_in(report.title),
        frozenset(mention.words),
        things_in(report.title),
        frozenset(mention.topics),
        next((name for act in acts for name in sorted(classes_of(act, report, settings))), ""),
        everyone.union(spots, *(wider.get(each, ()) for each in spots)),
    )


def classes_of(act: Act, report: Report, settings: EventSettings) -> set[str]:
    """Return the class of a deed, and that of attacks where it is told as one in other words.

    So are the raid of a state on another, a ship that is hurt, and a killing that was only tried.
    """
    deed = alike(act, settings)
    name = _CLASS.get(deed, deed)
    if act.deed == LAUNCH and not act.on and not weapons_in(report.title):
        return {LAUNCH}  # in many languages the verb of who sends somebody
    things, at_home = things_in(report.title), frozenset().union(*(settings.homes.get(each, ()) for each in act.by))
    abroad = deed == RAID and not settings.parties.isdisjoint(act.by) and bool({*act.on} - {*act.by} - at_home)
    harmed = {KILL: "killed", WOUND: "wounded"}.get(deed, "")
    unharmed = harmed and not report.mention.casualties.get(harmed) and bool(things & HARMS[deed])
    return {name, ATTACK} if abroad or unharmed else {name}


def differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether both name some, and none of both."""
    return bool(one and other) and one.isdisjoint(other)


def meet(some: Iterable[str], others: frozenset[str], settings: EventSettings) -> bool:
    return any(is_within(one, other, settings.wider) for one in some for other in others)
