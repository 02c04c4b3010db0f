"""Which places of a headline belong to another deed than its attack: "talks in Geneva end, army strikes town". Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from alerts.rules.clause_words import ASIDE
from alerts.rules.event_clause import clause_of
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading

_HARM = frozenset({"kill", "wound", "die"})  # what an attack did is where the attack is
_TOLD = frozenset({"happened", "claimed"})
_ENDS = frozenset(",;\u060c\u061b")


def places_apart(
    placed: Iterable[tuple[str, Mention]],
    told: Sequence[tuple[str, Event]],
    attacks: Container[str],
    reading: Reading,
) -> list[str]:
    """Return the names that say where a deed was done that is no part of a headline's first attack.

    `placed` are the names that say where, `told` the deeds in reading order, `attacks` the deeds that have a target. A
    place belongs to the deed before it. That is another one where a comma or a word such as "after" parts it from the
    attack, and it tells no further attack as news. What is told of killed and wounded is where the attack was.
    """
    main = next(((deed, event) for deed, event in told if deed in attacks and event.standing in _TOLD), None)
    if main is None or main[0] in _HARM:
        return []
    attack = main[1].deed
    found = []
    for name, place in placed:
        before = [pair for pair in told if _is_behind(place, pair[1].deed, reading)]
        further = [pair for pair in before[-1:] if pair[0] not in attacks or pair[1].standing not in _TOLD]
        if any(not event.deed.overlaps(attack) and _parted(event.deed, attack, reading) for _, event in further):
            found.append(name)
    return found


def _is_behind(place: Mention, deed: Mention, reading: Reading) -> bool:
    return deed.field == place.field and deed.end <= place.start and clause_of(deed, reading).has(place, reading)


def _parted(one: Mention, other: Mention, reading: Reading) -> bool:
    """Return whether a comma, the end of a clause or a word such as "after" stands between two deeds."""
    first, last = sorted((one, other), key=lambda each: each.start)
    folded = reading.folded[first.field]
    begin, end = folded.span(first.start, first.end)[1], folded.span(last.start, last.end)[0]
    return (
        not clause_of(first, reading).has(last, reading)
        or not _ENDS.isdisjoint(folded.original[begin:end])
        or not ASIDE.isdisjoint(folded.text[first.end : last.start].split())
    )
