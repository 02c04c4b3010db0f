"""Decide what a further report of an event adds of people: who did it, who is named, how many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.decide.event_acts import TOLD, alike, is_within, roles_of, told
from alerts.decide.event_line import listed
from alerts.decide.same_event import in_one_moment
from alerts.event import EventMention, Report
from alerts.rule import EventSettings
from alerts.rules.event_standing import HAPPENED
from crawler.stories.unharmed import unharmed

HARM = {"killed": ("kill", "die"), "wounded": ("wound",)}  # the deeds that a toll counts


def other_doers(
    later: Report, known: Sequence[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> list[str]:
    """Return in words the deeds that somebody else is said to do than in every report known: another's attack.

    One that was told elsewhere of the same doer and target is none.
    """
    words = []
    doers: dict[str, set[str]] = {}
    for act in (act for each in known for act in told(each.mention)):
        doers.setdefault(alike(act, settings), set()).update(act.by)
    others = {role for each in elsewhere for role in roles_of(each.mention, settings)}
    at_once = {name for each in known if in_one_moment(each, later, settings) for name in each.mention.names}
    for act in told(later.mention):
        before = doers.get(alike(act, settings), set())
        # who claims a deed is told as a claim
        attack = act.deed in settings.by_target - settings.defences
        named = attack and act.standing == HAPPENED and act.by and before and not act.aside
        named = named and not at_once.intersection(act.by)
        is_other = named and not any(is_within(one, other, settings.wider) for one in act.by for other in before)
        if is_other and others.isdisjoint(roles_of(replace(later.mention, acts=(act,)), settings)):
            words.append(f"{alike(act, settings)} by {listed(act.by, settings)}")
    return list(dict.fromkeys(words))


def first_doers(later: Report, known: Sequence[Report], settings: EventSettings) -> list[str]:
    """Return in words the attacks whose doer is named for the first time: an attribution."""
    attacks = settings.by_target - settings.defences
    named = {name for each in known for name in each.mention.names}
    done_by = {alike(act, settings): set[str]() for each in known for act in told(each.mention)}
    for each in known:
        for act in told(each.mention):
            done_by[alike(act, settings)].update(act.by)
    words = [
        f"{alike(act, settings)} by {listed(act.by, settings)}"
        for act in told(later.mention)
        if act.deed in attacks and act.standing == HAPPENED and not act.aside and act.by
        if done_by.get(alike(act, settings)) == set() and named.isdisjoint(act.by)
    ]
    return list(dict.fromkeys(words))


def persons(later: Report, known: Iterable[Report], settings: EventSettings) -> list[str]:
    """Return the persons whom a report of a deed names and no report known did: another leader killed."""
    if not any(act.deed in settings.by_target and act.standing in TOLD for act in told(later.mention)):
        return []
    before = {name for each in known for name in each.mention.names}
    new = [name for name in later.mention.names if name in settings.persons and name not in before]
    return [f"about {settings.labels.get(name, name)}" for name in new]


def tolls(later: EventMention, known: Sequence[Report], settings: EventSettings) -> list[str]:
    """Return in words each number that is higher than those known: of all, or of the side that it names."""
    words = []
    for kind, number in later.casualties.items():
        most = max((each.mention.casualties.get(kind, 0) for each in known), default=0)
        if number > most:
            words.append(f"{most} -> {number} {kind}" if most else f"{number} {kind}")
            continue
        side = _victims(later, kind)
        told_of = [
            each.mention.casualties[kind]
            for each in known
            if kind in each.mention.casualties and _overlap(side, _victims(each.mention, kind), settings)
        ]
        if told_of and number > max(told_of):
            words.append(f"{max(told_of)} -> {number} {kind}: {listed(sorted(side), settings)}")
    return words


def taken_back(later: Report, known: Iterable[Report]) -> list[str]:
    """Return in words the tolls that a headline takes back: "2 -> 0 wounded" where it says that nobody was hurt.

    Whoever says so again takes back nothing.
    """
    words = []
    for kind in sorted(unharmed(later.title) - set(later.mention.casualties)):
        said = [each for each in known if kind in each.mention.casualties or kind in unharmed(each.title)]
        last = max(said, key=lambda each: (each.at, each.seq), default=None)
        if last and (number := last.mention.casualties.get(kind, 0)):
            words.append(f"{number} -> 0 {kind}")
    return words


def _victims(mention: EventMention, kind: str) -> set[str]:
    """Return whom a headline says a deed of this toll was done to."""
    return {name for act in told(mention) if act.deed in HARM.get(kind, ()) for name in act.on}


def _overlap(one: Iterable[str], other: Iterable[str], settings: EventSettings) -> bool:
    return any(is_within(a, b, settings.wider) for a in one for b in other)
