"""Say what a headline tells in a line of English, and whether it tells that it happened. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from alerts.decide.event_acts import narrowest, told
from alerts.event import UNREAD, Act, EventMention
from alerts.rule import EventSettings
from alerts.rules.event_mention import DRILL, UNLISTED
from alerts.rules.event_standing import HAPPENED

# deeds of which the name says nothing: what was denied, refused or said, and what fell, stands in the headline
_MUTE = frozenset({"deny", "refuse", "confirm", "claim", "fall"})
_QUESTION = ("?", "\u061f")
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


def describe(mention: EventMention, settings: EventSettings) -> str:
    """Return what a headline tells, in a line: "strike; by Iran; on US; in Jordan; claimed; 3 killed".

    "" where it tells no deed, or one that says nothing by itself: rather no line than a wrong one.
    """
    acts = told(mention)
    if not acts or mention.from_lead:
        return ""
    main = _denied(acts) or _main(acts)
    places = narrowest(mention.places, settings.wider) - {*main.by, *main.on}
    if main.deed in _MUTE or not (main.by or main.on or places):
        return ""  # a deed alone may be an everyday word
    roles = (("by", main.by), ("on", main.on), ("in", sorted(places)))
    standing = [] if main.standing == HAPPENED or main.deed == DRILL else [main.standing]
    tolls = [f"{number} {kind}" for kind, number in mention.casualties.items()]
    return "; ".join(
        [main.deed, *(f"{word} {listed(names, settings)}" for word, names in roles if names), *standing, *tolls]
    )


def _main(acts: tuple[Act, ...]) -> Act:
    """Return the act to say: the first, or the first with a doer or target of which the first tells as much.

    "Drone strike kills commander" tells of whom was killed.
    """
    first = acts[0]
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
    """Return names of an event as people read them."""
    return " and ".join(label_of(each, settings) for each in names)


def label_of(name: str, settings: EventSettings) -> str:
    """Return a name of an event as people read it: an entity's label, a party, a place that no list names."""
    return name.removeprefix(UNLISTED).title() if name.startswith(UNLISTED) else settings.labels.get(name, name)
