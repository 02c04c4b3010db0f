"""Headline -> the parts that its punctuation sets off: "LIVE | Iran war" has two, and the first is "live".

Folding drops punctuation, so the parts are cut before each is folded.
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
    """Give the folded parts of a headline, those that hold no word left out."""
    return tuple(folded for part in _BREAK.split(title) if (folded := fold(part).strip()))


def is_like(part: str, pattern: str) -> bool:
    """Say whether a folded part is what the pattern says; `*` stands for any words, `?` for one letter."""
    return fnmatch.fnmatchcase(part, _folded(pattern))


@lru_cache(maxsize=1024)
def _folded(pattern: str) -> str:
    return fold(pattern.translate(WILDCARDS)).strip().replace(ANY, "*").replace(ONE, "?")
