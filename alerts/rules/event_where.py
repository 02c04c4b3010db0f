"""Whether a name says where something was done: behind "in", with bi- attached, and not as a bearing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from alerts.rules.clause_words import BEARINGS, FIRED, INSIDE, MODIFIERS, OF_PLACES, RANKS
from alerts.rules.event_owner import is_no_doer, owner_of
from alerts.rules.event_roles import is_adjective
from alerts.rules.event_scene import scenes_of
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading


def without_bearings(places: list[tuple[str, Mention]], reading: Reading) -> list[str]:
    """Return the names of places without those that only say where another lies: "Balad air base north of Baghdad"."""
    bearings = {name for name, each in places if _word_before(each, reading) in BEARINGS}
    names = [name for name, _ in places]
    return [name for name in names if name not in bearings] or names


def _word_before(each: Mention, reading: Reading) -> str:
    """Return the word before a name, but for "of" and the like; "" if there is none."""
    text = reading.folded[each.field].text
    return next((word for word in reversed(text[: each.start].split()[-4:]) if word not in OF_PLACES), "")


def is_where(each: Mention, reading: Reading, inside: Set[str] = INSIDE) -> bool:
    """Return whether a name says where: a word such as "in" before it ("in the Strait of"), or bi- attached to it."""
    text = reading.folded[each.field].text
    words = ["", "", *(word for word in text[: each.start].split()[-4:] if word not in OF_PLACES)]
    further, before = words[-2:]
    # "a commander in Hezbollah" is not there; missiles are fired "at" a target
    who = before in {"in", "في", "در"} and further in RANKS
    at = before == "at" and further in FIRED
    said = text[each.start : each.end].split()
    if said[1:] and said[0] in inside:
        return True  # the name is listed with the word
    return (before in inside and not who and not at) or (each.attached and text[each.start : each.start + 1] == "ب")


def placed_of(
    named: Sequence[tuple[str, Mention]], told: Sequence[Event], reading: Reading
) -> list[tuple[str, Mention]]:
    """Return the names that say where: behind "in", or between a possessor and its deed ("Israel's Beirut strike").

    So does a state that is not known to strike: "Kuwait strike".
    """
    owners = _owners(named, told, reading)
    scenes = scenes_of(named, told, reading)
    return [
        (name, each)
        for name, each in named
        if (name, each) in scenes
        or (is_where(each, reading) and not _has_deed(each, told, reading))
        or any(owner.end <= each.start and each.end <= deed.start for deed, (_, owner) in owners)
    ]


def at_home(named: Sequence[tuple[str, Mention]], told: Sequence[Event], reading: Reading) -> list[tuple[str, Mention]]:
    """Return the possessors of a deed that was done in their own land, and so not by them: "Iraq's Erbil attack"."""
    return [owner for deed, owner in _owners(named, told, reading) if is_no_doer(deed, owner[1], reading)]


def _owners(
    named: Sequence[tuple[str, Mention]], told: Sequence[Event], reading: Reading
) -> list[tuple[Mention, tuple[str, Mention]]]:
    """Return the nouns of deeds that have a possessor, each with that."""
    nouns = [event.deed for event in told if event.voice == "noun"]
    return [(deed, owner) for deed in nouns if (owner := owner_of(deed, named, reading))]


def _has_deed(each: Mention, told: Iterable[Event], reading: Reading) -> bool:
    """Return whether a deed right behind a name is theirs: "in Iranian strike" and "in Iran's missile attack" name no
    place."""
    text = reading.folded[each.field].text
    behind = [text[each.end : event.deed.start].split() for event in told if event.deed.start > each.end]
    return any(MODIFIERS.issuperset(words) and (words[:1] == ["s"] or is_adjective(each, reading)) for words in behind)
