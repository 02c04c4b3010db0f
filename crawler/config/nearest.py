"""A word that is not known goes in; the known one that was perhaps meant comes out, in words for a message."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

ALIKE = 60.0  # rapidfuzz ratio, 0-100, from which a word is offered as what was meant
FEW = 12  # names that a message lists whole
NEAREST = 5  # names that it lists where there are more
MISSPELT = 75.0  # the same where any word of an archive may have been meant


def nearest(word: str, known: Iterable[str], lead: str = "") -> str:
    """Return ' (did you mean "..."?)' with the known word most like one, behind `lead`; "" if none is ALIKE enough."""
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return f' (did you mean "{lead}{found[0]}"?)' if found else ""


def meant_among(word: str, known: Iterable[str], section: str) -> str:
    """Return what `nearest` says, and all names where they are FEW, else those most like `word` and where all stand."""
    names = list(known)
    meant = nearest(word, names)
    if len(names) <= FEW:
        return f"{meant}; known: {', '.join(names) or 'none'}"
    like = ", ".join(each[0] for each in process.extract(word, names, scorer=fuzz.ratio, limit=NEAREST))
    return f"{meant}; of {len(names)} the nearest: {like}; all stand under {section} in rules.yaml and its files"


def alike(word: str, known: Iterable[str], most: int) -> tuple[str, ...]:
    """Return at most `most` of the known words that a word may be a misspelling of, the likeliest first."""
    found = process.extract(word, sorted(known), scorer=fuzz.ratio, score_cutoff=MISSPELT, limit=most)
    return tuple(each[0] for each in found)
