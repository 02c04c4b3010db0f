"""Read a headline's punctuation: "LIVE | Iran war" has two parts, "Strike on Erbil?" is a question. Pure.

Folding drops punctuation, so both are read before the headline is folded.
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
_ASKED = re.compile(  # before four words or more that tell something
    r"[^?\u061f]*[?\u061f][\"'\u2019\u201d\u00bb)]*\s+(?!(?:what|why|how|who|here|all|experts?|analysts?)\b)(?=(?:\S+\s+){3}\S)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"[?\u061f][\"'\u2019\u201d\u00bb)]*"
    r"(?:\s*[|\u2014\u2013-]\s*\S+(?:\s+\S+){0,2})?\s*$"  # an outlet's name of at most three words may follow
)
_QUOTED = re.compile(
    r"\s*(?:[\"\u201c]([^\"\u201c\u201d]+)[\"\u201d]|['\u2018](.+?)['\u2019](?!\w)|\u00ab([^\u00ab\u00bb]+)\u00bb)"
    r"[\s:.,\u060c|\u2014\u2013-]*([^:|\u2014]*)$"
)
_QUOTE_WORDS, _SPEAKER_WORDS = 5, 4  # a quotation of fewer words is a name or a title; a speaker is not told at length
QUESTION, QUOTE = "question", "quote"
MARKS = (QUESTION, QUOTE)


def marks(title: str) -> frozenset[str]:
    """Return which of `MARKS` a headline has: it ends in a question, or all of it is what somebody said.

    "Where are they now? US troops share a base" is no question: what follows tells something. Who said it may stand
    behind: "'Strikes on Iran are a sign of weakness': minister".
    """
    found = {QUESTION} if _QUESTION.search(title) else set()
    if quoted := _QUOTED.match(title):
        said = next(each for each in quoted.groups()[:3] if each is not None)
        if len(said.split()) >= _QUOTE_WORDS and len(quoted[4].split()) <= _SPEAKER_WORDS:
            found.add(QUOTE)
    return frozenset(found)


@lru_cache(maxsize=64)  # each condition asks for those of the article at hand
def parts(title: str) -> tuple[str, ...]:
    """Return the parts of a headline, folded; parts without a word are left out.

    A question in front of a part is left out too: "Why Harir? Drone kills soldiers" is no article on why.
    """
    return tuple(folded for part in _BREAK.split(title) if (folded := fold(_ASKED.sub("", part)).strip()))


def is_like(part: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a folded part matches one of the patterns; `*` stands for any words, `?` for one letter."""
    return _any_of(patterns).match(part) is not None


@lru_cache(maxsize=256)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(_folded(each)) for each in patterns))


def _folded(pattern: str) -> str:
    return fold(pattern.translate(WILDCARDS)).strip().replace(ANY, "*").replace(ONE, "?")
