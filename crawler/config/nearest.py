"""A word that is not known goes in; the known one that was perhaps meant comes out, in words for a message."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

ALIKE = 60.0  # rapidfuzz ratio, 0-100, from which a word is offered as what was meant
MISSPELT = 75.0  # the same where any word of an archive may have been meant


def nearest(word: str, known: Iterable[str], lead: str = "") -> str:
    """Return ' (did you mean "..."?)' with the known word most like one, behind `lead`; "" if none is ALIKE enough."""
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return f' (did you mean "{lead}{found[0]}"?)' if found else ""


def alike(word: str, known: Iterable[str], most: int) -> tuple[str, ...]:
    """Return at most `most` of the known words that a word may be a misspelling of, the likeliest first."""
    found = process.extract(word, sorted(known), scorer=fuzz.ratio, score_cutoff=MISSPELT, limit=most)
    return tuple(each[0] for each in found)
