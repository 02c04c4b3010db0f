"""Split a headline at its punctuation: "LIVE | Iran war" has two parts, and the first is "live". Pure.

Folding drops punctuation, so the headline is split before its parts are folded.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache

from alerts.rules.automaton import ANY, ONE, WILDCARDS
from crawler.text.folding import fold

_BREAK = re.compile(
    r"(?<!\d)[:\uff1a]+|[:\uff1a]+(?!\d)"  # a colon, but not the one of 10:30
    r"|\s*[|\u00a6\uff5c\u2502\u2022\u00b7\u00bb\u00ab\u25cf\u25a0\[\]()]+\s*"  # bars, bullets, brackets
    r"|[;\u061b]|\u2014+|(?:^|\s)[-\u2010-\u2015\u2212/]+(?=\s|$)"  # a dash or slash, but not the hyphen of a word
    r"|\.{2,}|\u2026"  # dots, as Arabic outlets write for a colon
)


def parts(title: str) -> tuple[str, ...]:
    """Return the parts of a headline, folded; parts without a word are left out."""
    return tuple(folded for part in _BREAK.split(title) if (folded := fold(part).strip()))


def is_like(part: str, pattern: str) -> bool:
    """Return whether a folded part matches the pattern; `*` stands for any words, `?` for one letter."""
    return fnmatch.fnmatchcase(part, _folded(pattern))


@lru_cache(maxsize=1024)
def _folded(pattern: str) -> str:
    return fold(pattern.translate(WILDCARDS)).strip().replace(ANY, "*").replace(ONE, "?")
