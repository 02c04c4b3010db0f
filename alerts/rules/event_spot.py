"""The parts of an article in which an event is read: its headline without the outlet, the first sentence of its text.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from alerts.rules.reading import Mention, Reading

LEAD_CHARS = 240  # of the text: its first sentence ends here at the latest
_OUTLET = re.compile(r"\s[-|]\s(?:[A-Z][\w'.’]*|of|the|al)(?:[ -](?:[A-Z][\w'.’]*|of|the|al)){1,4}\s*$")
_SENTENCE = re.compile(r"[.!?\u061f](?=\s|$)|\n")
_DATELINE = re.compile(r"[^.!?\n]{0,48}?(?:\)|\s)\s*(?:[-\u2013\u2014]{1,2}|[/:])\s")  # "BAGHDAD (Wire) - "


class Spot:
    """A part of an article: the first `end` characters of a folded field."""

    def __init__(self, field: str, end: int) -> None:
        self.field, self.end = field, end

    def has(self, each: Mention) -> bool:
        return each.field == self.field and each.end <= self.end


def without_outlet(reading: Reading) -> Spot:
    """Return a headline but for the outlet's name behind it: "... - Times of Oman" is not about Oman."""
    folded = reading.folded["title"]
    found = _OUTLET.search(folded.original)
    return Spot("title", folded.within(found.start(), found.end())[0] if found else len(folded.text))


def first_sentence(reading: Reading) -> Spot:
    """Return the first sentence of the text."""
    folded = reading.folded["body"]
    first = _SENTENCE.search(folded.original[:LEAD_CHARS])
    # folding never makes a text longer by more than a letter or two, so the original's length will do as a limit
    return Spot("body", first.start() + 1 if first else LEAD_CHARS)


def in_lead(named: Iterable[tuple[str, Mention]], reading: Reading) -> list[tuple[str, Mention]]:
    """Return the names of a first sentence, without those of a dateline, which say where it was written."""
    folded = reading.folded["body"]
    dateline = _DATELINE.match(folded.original)
    begin = folded.within(0, dateline.end())[1] if dateline else 0
    return [(name, each) for name, each in named if each.start >= begin]


def of_one_place(named: Iterable[str], wider: Mapping[str, AbstractSet[str]]) -> tuple[str, ...]:
    """Return the places of a sentence where they are one and what it lies in, () where they are more.

    Of "drones struck Harir hours after rockets hit Ain al-Asad" the second was hit before.
    """
    places = tuple(dict.fromkeys(named))
    narrowest = {*places}.difference(*(wider.get(each, ()) for each in places))
    return places if len(narrowest) == 1 else ()
