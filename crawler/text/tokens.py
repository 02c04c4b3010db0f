"""Find where sentences and paragraphs of a text begin, in code points. Case, marks and line wraps change nothing."""

from __future__ import annotations

import re

from crawler.text.folding import fold

_END = re.compile(r"[.!?\u061f\u06d4\u2026][^\w\s]*\s+")
_BLANK = re.compile(r"\s*\n[^\S\n]*\n\s*")
_WORD_BEFORE = re.compile(r"(\w[\w\u0300-\u036f\u200b-\u200f\u2060\ufeff\u00ad]*)\W*$")
# English ones; single letters, such as د. for a doctor, count as initials
_ABBREVIATIONS = frozenset(
    {
        *(
            "mr",
            "mrs",
            "ms",
            "dr",
            "prof",
            "gen",
            "col",
            "lt",
            "sgt",
            "maj",
            "capt",
            "adm",
            "sen",
            "rep",
            "gov",
            "pres",
        ),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
        *("st", "no", "vs", "etc", "inc", "ltd", "co", "corp", "approx", "dept", "est", "fig", "jr", "sr"),
    }
)


def paragraphs(text: str) -> list[int]:
    """Return where each paragraph begins; blank lines separate them."""
    # asked first, as the search tries each space of a text, and most have one paragraph
    return [0, *(match.end() for match in _BLANK.finditer(text))] if "\n" in text else [0]


def sentences(text: str) -> list[int]:
    """Return where each sentence begins; the full stop of an abbreviation or an initial does not end one."""
    ends = [match.end() for match in _END.finditer(text) if not _is_abbreviation(text, match.start())]
    return sorted({*paragraphs(text), *ends})


def _is_abbreviation(text: str, stop: int) -> bool:
    if text[stop] != ".":
        return False
    # no abbreviation is longer than 20 characters; a search from the beginning would be quadratic
    before = _WORD_BEFORE.search(text, max(0, stop - 20), stop)
    word = fold(before[1]).strip() if before else ""
    return (len(word) == 1 and word.isalpha()) or word in _ABBREVIATIONS
