"""Say what a headline tells in a line of English, and whether it tells that it happened. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from alerts.decide.event_acts import narrowest, told
from alerts.decide.weapon_words import weapons_used
from alerts.event import DRILL, HAPPENED, SHARE, UNLISTED, UNREAD, WEAPON, Act, EventMention
from alerts.rule import EventSettings

# deeds of which the name says nothing: what was denied, refused or said, and what fell, stands in the headline
_ATTACKS = frozenset({"strike", "assault", "kill", "wound"})
_MUTE = frozenset({"deny", "refuse", "confirm", "claim", "fall"})
_THREAT = "threaten"  # who vows to answer an attack threatens who may do it
_LEAVE = "withdraw"  # whose place is the one that is left
_QUESTION = ("?", "\u061f")
_OTHER_NEWS = re.compile(  # a headline that goes on so names the first of several
    r"(?:\band|&) (?:other|more) (?:[\w-]+ ){0,3}(?:news|stories|headlines)\W*$"
    r"|\bو(?:أخبار|عناوين) أخرى\W*$|\bو (?:دیگر (?:اخبار|خبرها)|(?:اخبار|خبرهای) دیگر)\W*$|\bو هەواڵ(?:ەکانی|ی) تر\W*$",
    re.IGNORECASE,
)
_UNSURE = frozenset({"asked", "denied"})  # of what hedge_of returns
_ASSERTED = frozenset({HAPPENED, "claimed", "background"})


def hedge_of(mention: EventMention | None) -> str:
    """Return why a headline must not be given as a deed that was done, "" where it tells one as done.

    UNREAD where no deed was read in it, else how its main act stands: "denied", "opinion", "accidental" ...
    """
    acts = told(mention) if mention else ()
    if not acts:
        return UNREAD
    main = _main(acts)
    # who denies a deed may deny it all, or only to have done it
    if _denied(acts) or (main.deed == "deny" and main.standing == HAPPENED):
        return "denied"
    standing = main.standing
    return "" if standing in _ASSERTED else standing


def is_unsure(title: str, mention: EventMention | None) -> bool:
    """Return whether a report confirms nothing, as it only asks or denies: it ends as a question, or is a denial."""
    return is_question(title) or (mention is not None and bool(mention.acts) and hedge_of(mention) in _UNSURE)


def is_question(title: str) -> bool:
    """Return whether a headline ends as a question."""
    return title.rstrip(" '\"’”»").endswith(_QUESTION)


def goes_on(title: str) -> bool:
    """Return whether a headline names the first of several news: "Drones hit base, and other Middle East news"."""
    return bool(_OTHER_NEWS.search(title))


def describe(mention: EventMention, settings: EventSettings, title: str = "") -> str:
    """Return what a headline tells, in a line: "strike; by Iran; on US; in Jordan; claimed; 3 killed".

    With the `title` of a headline that its reader cannot read also its weapons: "weapon: 3 drones".
    "" where it tells no deed, or one that says nothing by itself: rather no line than a wrong one.
    """
    acts = told(mention)
    if not acts or mention.from_lead:
        return ""
    main = _denied(acts) or _main(acts)
    places = narrowest(mention.places, settings.wider) - {*main.by, *main.on}
    if main.deed in _MUTE or not (main.by or main.on or places):
        return ""  # a deed alone may be an everyday word
    roles = (
        ("by", main.by),
        ("with" if main.deed.endswith(SHARE) else "on", _targets(main, mention.acts, settings)),
        ("from" if main.deed == _LEAVE else "in", sorted(places)),
    )
    standing = [] if main.standing == HAPPENED or main.deed == DRILL else [main.standing]
    weapons = weapons_used(title, mention, settings) if title else ""
    means = [f"{WEAPON}{weapons}"] if weapons else []
    tolls = [f"{number} {kind}" for kind, number in mention.casualties.items()]
    return "; ".join(
        [main.deed, *(f"{word} {listed(names, settings)}" for word, names in roles if names), *means, *standing, *tolls]
    )


def _targets(main: Act, acts: Iterable[Act], settings: EventSettings) -> tuple[str, ...]:
    """Return the targets of an act but for who did the attack it is about: "buries the victims of a US strike"."""
    if main.deed in settings.by_target or main.deed == _THREAT or main.deed.startswith("deny "):
        return main.on
    doers = {name for act in acts if act.deed in settings.by_target for name in act.by}
    return tuple(each for each in main.on if each not in doers)


def _main(acts: tuple[Act, ...]) -> Act:
    """Return the act to say: the first, or the first with a doer or target of which the first tells as much.

    "Drone strike kills commander" tells of whom was killed. An attack goes before who shares the place that it befell.
    """
    first = acts[0]
    if first.deed == SHARE:
        sharers = {*first.by, *first.on}
        attacks = (each for each in acts if each.deed in _ATTACKS and each.on and not each.aside)
        return next((each for each in attacks if each.standing == HAPPENED and sharers.isdisjoint(each.by)), first)
    if first.by or first.on:
        return first
    fuller = (each for each in acts if each.standing == first.standing and each.on and not each.aside)
    return next(fuller, first)


def _denied(acts: Iterable[Act]) -> Act | None:
    """Return the denial of a deed as one act, "deny strike" by who denies; None where a headline begins otherwise."""
    first = next(iter(acts))
    denied = next((each for each in acts if each.standing == "denied"), None)
    denier = next((each for each in acts if each.deed == "deny"), None)
    if denied is None or denier is None or first not in (denied, denier):
        return None
    return replace(denied, deed=f"deny {denied.deed}", by=denier.by, standing=HAPPENED)


def listed(names: Iterable[str], settings: EventSettings) -> str:
    """Return names of an event as people read them: no state beside a body of it."""
    told = list(names)
    kept = [each for each in told if settings.bodies.get(each, frozenset()).isdisjoint(told)]
    return " and ".join(label_of(each, settings) for each in kept)


def label_of(name: str, settings: EventSettings) -> str:
    """Return a name of an event as people read it: an entity's label, a party, a place that no list names."""
    return name.removeprefix(UNLISTED).title() if name.startswith(UNLISTED) else settings.labels.get(name, name)
