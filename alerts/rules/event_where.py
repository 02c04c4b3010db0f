"""Whether a name says where something was done: behind "in", with bi- attached, and not as a bearing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set

from alerts.rules import events
from alerts.rules.clause_words import BEARINGS, FIRED, INSIDE, MODIFIERS, OF_PLACES, RANKS
from alerts.rules.event_roles import is_adjective
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
    return (before in inside and not who and not at) or (each.attached and text[each.start : each.start + 1] == "ب")


def has_deed(each: Mention, told: Iterable[tuple[str, events.Event]], reading: Reading) -> bool:
    """Return whether a deed right behind a name is theirs: "in Iranian strike" and "in Iran's missile attack" name no
    place."""
    text = reading.folded[each.field].text
    behind = [text[each.end : event.deed.start].split() for _, event in told if event.deed.start > each.end]
    return any(MODIFIERS.issuperset(words) and (words[:1] == ["s"] or is_adjective(each, reading)) for words in behind)
