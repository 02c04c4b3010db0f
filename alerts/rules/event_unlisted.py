"""A headline goes in; the places that it names and no list does come out: "in Hadar", "attack Eilat". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from alerts.event import UNLISTED
from alerts.rules.clause_words import DAYS, VAGUE
from alerts.rules.reading import Mention, Reading
from crawler.text.folding import fold

_PLACE = re.compile(r"(?<=[a-z] )(?:in|near|at|outside|off) (?P<place>[A-Z][a-z]{3,}(?:[ -][A-Z][a-z]+)?)")
_OBJECT = re.compile(
    r"\s(?:(?:the )?[a-z]+ of )?(?P<name>[A-Z][a-z]{3,}(?:[ -][A-Z][a-z]+)?)\b(?!['’-])"
)  # right behind a deed


def unlisted(reading: Reading, field: str, until: int, named: list[tuple[str, Mention]]) -> Iterator[str]:
    """Yield the places that no list names, with UNLISTED before them: a capital behind "in" or "near", in English."""
    folded = reading.folded[field]
    for found in _PLACE.finditer(folded.original[:until]):
        start, end = found.span("place")
        spans = (folded.span(each.start, each.end) for _, each in named)
        name = fold(found["place"]).strip()
        overlaps = any(first < end and start < last for first, last in spans)
        if not overlaps and not found["place"].isupper() and name not in VAGUE:
            yield UNLISTED + name


def unlisted_object(deed: Mention, reading: Reading, named: list[Mention]) -> tuple[str, ...]:
    """Return the name that no list has right behind an English deed, with UNLISTED before it: "Houthis attack Eilat".

    () where the deed has a capital itself: there a capital is a headline's style and marks no name.
    """
    folded = reading.folded[deed.field]
    start, end = folded.span(deed.start, deed.end)
    found = _OBJECT.match(folded.original, end)
    if not found or not folded.original[start].islower() or not deed.alias.isascii():
        return ()
    start, stop = folded.within(*found.span("name"))
    name = folded.text[start:stop]
    is_vague = name in VAGUE or name.split()[0] in DAYS
    is_name = not is_vague and not name.split()[0].endswith(("ian", "ean", "ish", "ese", "i"))
    is_listed = any(each.start < stop and start < each.end for each in named)
    return (UNLISTED + name,) if is_name and not is_listed else ()
