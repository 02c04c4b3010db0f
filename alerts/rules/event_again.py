"""Whether a headline says of a deed that it is another one: "new attack", "hit base for second time". Pure."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.rules.event_clause import clause_of
from alerts.rules.event_roles import words_between
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading

AGAIN_REACH = 2  # words between a deed and a word such as "new"
# these and all phrases belong to the nearest deed of their clause, however far off it is
_ADVERBS = frozenset(("again", "anew", "مجددا", "دوباره", "دووبارە", "دیسان"))


def says_again(again: Iterable[Mention], deed: Mention, told: Iterable[Event], reading: Reading) -> bool:
    """Return whether one of the words `again` is about a deed; `told` are all deeds of the headline."""
    clause, text = clause_of(deed, reading), reading.folded[deed.field].text
    others = [each.deed for each in told]
    return any(
        each.overlaps(deed)
        or len(words_between(each, deed, text)) < AGAIN_REACH
        or ((" " in each.alias or each.alias in _ADVERBS) and not _has_between(each, deed, others))
        for each in again
        if clause.has(each, reading)
    )


def _has_between(one: Mention, other: Mention, deeds: Iterable[Mention]) -> bool:
    first, last = sorted((one, other), key=lambda each: each.start)
    return any(first.end <= each.start and each.end <= last.start for each in deeds)
