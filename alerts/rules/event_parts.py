"""Of a clause with several English deeds, tell which have one doer, and to which a name belongs. Pure.

"Iran closes Hormuz, attacks US ship" has one doer and two deeds, "Iran strikes Israel, US shoots down missiles" has two
parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alerts.rules.clause_words import LIGHT, LINKS, MODIFIERS
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading

_REACH = 3  # words from a name to the verb of its part
_LINK = re.compile(r",|\band\b", re.IGNORECASE)
_ADVERBS = {"also", "then", "later", "again", "but"}


def leads(event: Event, told: Sequence[Event], named: Sequence[Mention], reading: Reading) -> Event | None:
    """Return the first of the verbs that have one doer: "closes" for "attacks" in "Iran closes Hormuz, attacks ship".

    It is the deed itself where no comma or "and" stands before it, or a name begins a part between the two, as Iran in
    "US strikes, Iran responds and closes". None where what stands before that is no deed.
    """
    while begin := _coordinate(event, reading):
        clause = clause_of(event.deed, reading)
        before = [
            each
            for each in told
            if each.deed.end <= event.deed.start and _is_verb(each) and clause.has(each.deed, reading)
        ]
        if not before:
            return None
        first = max(before, key=lambda each: each.deed.start)
        if any(_begins_part(each, first.deed.end, begin, reading) for each in named):
            return event
        event = first
    return event


def begins_part(one: Mention, other: Mention, told: Sequence[Event], reading: Reading) -> bool:
    """Return whether the second of two names between which a comma stands begins a part with a deed of its own.

    Then a deed stands before both, with no word such as "as" behind it: in "oil falls as US, Iran agree" they are one.
    """
    if not has_comma(one, other, reading):
        return False
    text, clause = reading.folded[one.field].text, clause_of(other, reading)
    verbs = [each.deed for each in told if each.voice != "noun" and each.deed.alias.isascii()]
    behind = any(
        other.end <= each.start and clause.has(each, reading) and len(text[other.end : each.start].split()) < _REACH
        for each in verbs
    )
    before = [each for each in verbs if each.end <= one.start and clause.has(each, reading)]
    return behind and bool(before) and LINKS.isdisjoint(text[max(each.end for each in before) : one.start].split())


def _begins_part(each: Mention, after: int, before: int, reading: Reading) -> bool:
    """Return whether a name between two places of the folded text stands behind a comma, and before none."""
    folded = reading.folded[each.field]
    if not after <= each.start < each.end <= before:
        return False
    start, end = folded.span(each.start, each.end)
    return folded.original[:start].rstrip().endswith(",") and not folded.original[end:].lstrip().startswith(",")


def _is_verb(event: Event) -> bool:
    return event.voice == "active" and event.deed.alias.isascii()


def _coordinate(event: Event, reading: Reading) -> int:
    """Return where the comma or "and" before a verb stands in the folded text, 0 where none does.

    So it may before a noun with a verb such as "orders".
    """
    if not event.deed.alias.isascii() or event.voice not in {"active", "noun"}:
        return 0
    folded = reading.folded[event.deed.field]
    begin, end = clause_of(event.deed, reading).start, folded.span(event.deed.start, event.deed.end)[0]
    said = folded.original[begin:end]
    links = list(_LINK.finditer(said))
    words = said[links[-1].end() :].lower().split() if links else []
    words = [word for word in words if word not in _ADVERBS]
    # "orders strikes", "fires at ship"
    fits = not words or (event.voice == "noun" and words[0] in LIGHT and (LIGHT | MODIFIERS).issuperset(words))
    return folded.within(begin, begin + links[-1].start())[1] if links and fits else 0
