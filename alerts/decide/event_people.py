"""Decide what a further report of an event adds of people: who did it, who is named, how many. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from alerts.decide.event_acts import TOLD, alike, done_in, is_within, roles_of, told
from alerts.decide.event_clash import in_one_moment
from alerts.decide.event_line import listed
from alerts.event import HAPPENED, EventMention, Report
from alerts.rule import EventSettings
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
    elsewhere = list(elsewhere)
    others = {role for each in elsewhere for role in roles_of(each.mention, settings)}
    by_others = {(alike(act, settings), name) for each in elsewhere for act in told(each.mention) for name in act.by}
    at_once = {name for each in known if in_one_moment(each, later, settings) for name in each.mention.names}
    for act in told(later.mention):
        before = doers.get(alike(act, settings), set())
        # who claims a deed is told as a claim
        attack = act.deed in settings.by_target - settings.defences
        named = attack and act.standing == HAPPENED and act.by and before and not act.aside
        named = named and not at_once.intersection(act.by)
        is_other = named and not any(is_within(one, other, settings.wider) for one in act.by for other in before)
        roles = roles_of(replace(later.mention, acts=(act,)), settings)
        # "US launches new attacks" names no target: then who does it is enough
        is_told = not others.isdisjoint(roles) if roles else any((alike(act, settings), x) in by_others for x in act.by)
        if is_other and not is_told:
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


def further_doers(
    later: Report, told_before: Sequence[Report], new: Container[str], settings: EventSettings
) -> list[str]:
    """Return in words the deeds that last and that somebody did whom nobody who told them named: who signs as well.

    It is who a headline begins with, or a person: behind a cause the doer of a deed is easily misread. Deeds that are
    `new` themselves say so already.
    """
    words = []
    foremost = settings.persons.union(later.mention.names[:1])
    for act in told(later.mention):
        deed = alike(act, settings)
        counts = deed in settings.developments and deed in settings.lasting and deed not in new
        if not counts or act.aside or act.standing != HAPPENED or foremost.isdisjoint(act.by):
            continue
        telling = [each for each in told_before if deed in done_in(each.mention, settings)]
        named = {name for each in telling for name in each.mention.names}
        if telling and not any(is_within(doer, name, settings.wider) for doer in act.by for name in named):
            words.append(f"{deed} by {listed(act.by, settings)}")
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
        if _is_behind(later, kind, known):
            continue
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


def _is_behind(later: EventMention, kind: str, known: Iterable[Report]) -> bool:
    """Return whether a headline names a harm only in its background, or beside its news where that harm was told."""
    harm = [act for act in later.acts if act.deed in HARM.get(kind, ())]
    if not harm or len(harm) == len(later.acts):
        return False
    before = any(act.deed in HARM[kind] for each in known for act in each.mention.acts)
    return all(act.standing == "background" or (act.aside and before) for act in harm)


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
