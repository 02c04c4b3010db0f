"""All spellings of all terms, found in one pass over folded text (Aho-Corasick; Aho & Corasick, CACM 1975).

Where a spelling may vary (wildcards, attached Arabic prefixes, Persian plurals, exact case) the automaton finds
a fixed part of it, and a check of the words around that part has the last say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick_rs

from crawler.text.folding import Folded, fold

ANY, ONE = "ꀀ", "ꀁ"  # stand for * and ? while a term is folded: letters that folding leaves alone
_WILDCARDS = str.maketrans({"*": ANY, "?": ONE})
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_ARTICLE = "ال"
_JOINED = (
    "",
    "و",
    "ف",
    "ب",
    "ل",
    "ك",
    "وب",
    "ول",
    "وك",
    "فب",
    "فل",
    "فك",
)  # wa, fa, bi, li, ka and their joins
_BARE = "|".join(sorted(_JOINED, key=len, reverse=True))
_DEFINITE = "|".join(
    sorted((*(p + _ARTICLE for p in _JOINED if "ل" not in p), "لل", "ولل", "فلل"), key=len, reverse=True)
)
_PLURAL = "هايي|هاي|ها|"  # Persian -ha, -haye, -hayi written joined; with a ZWNJ they are a word of their own
_JOINED_BY_LETTER = {"ي": "|ان", "ا": "|ي", "و": "|ي"}  # plural -an after -i; ezafe -ye after -a and -u
_SHORTEST_STEM = 3  # Arabic letters left of a first word once its article is taken off
SHORTEST_NEEDLE = 2  # letters beside a wildcard


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term, ready to be searched.

    `needle` is the fixed part that is looked for. Where `pattern` is None the needle, which starts and ends
    with a space, is all there is; else the pattern must match from the start of the word that lies
    `words_before` words before the needle. `exact` holds the letters a case-exact spelling (`=US`) must show.
    """

    alias: str
    needle: str
    pattern: re.Pattern[str] | None = None
    words_before: int = 0
    exact: str = ""


def spelling(alias: str) -> Spelling | None:
    """Prepare an alias for the search; None where too little of it is left to search for."""
    exact = alias[1:] if alias.startswith("=") else ""
    if exact:
        return Spelling(alias, fold(exact), exact=_letters(exact)) if fold(exact).strip() else None
    folded = fold(alias.translate(_WILDCARDS))
    if not folded.strip():
        return None
    wild = ANY in folded or ONE in folded
    if not wild and not _ARABIC.match(folded.strip()):
        return Spelling(alias, folded)
    return _patterned(alias, folded)


def _patterned(alias: str, folded: str) -> Spelling | None:
    """Make a spelling whose first and last word may vary."""
    prefix, suffix, rest = "", "", folded
    if _ARABIC.match(folded[1]):
        stem = folded[1:].removeprefix(_ARTICLE)
        definite = len(stem) < len(folded) - 1 and len(stem.split(" ")[0]) >= _SHORTEST_STEM
        prefix = _DEFINITE if definite else f"{_BARE}|{_DEFINITE}"
        rest = f"{ANY}{stem if definite else folded[1:]}"
    if _ARABIC.match(folded[-2]):
        suffix = _PLURAL + _JOINED_BY_LETTER.get(folded[-2], "")
        rest = rest[:-1] + ANY + " "
    needle = max(re.split(f"[{ANY}{ONE}]", rest), key=len)
    if len(needle.replace(" ", "")) < SHORTEST_NEEDLE:
        return None
    middle = rest.strip(" ").removeprefix(ANY if prefix else "").removesuffix(ANY if suffix else "")
    body = re.escape(middle).replace(ANY, "[^ ]*").replace(ONE, "[^ ]")
    pattern = re.compile(f"(?:{prefix}){body}(?:{suffix})(?= )")
    before = rest if rest.startswith(" ") else f" {rest}"
    return Spelling(alias, needle, pattern, _words_before(before, needle))


def _words_before(term: str, needle: str) -> int:
    """Count the words of the term that end before the word in which the needle starts."""
    spaces = term[: term.index(needle)].count(" ")
    return spaces if needle.startswith(" ") else spaces - 1


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


Needled = list[tuple[int, int, int]]  # (number of the needle, start, end)


class Needles:
    """Fixed texts, all looked for at once."""

    def __init__(self, needles: Iterable[str]) -> None:
        patterns = list(needles)
        self._search = ahocorasick_rs.AhoCorasick(patterns) if patterns else None

    def find(self, text: str) -> Needled:
        """Give (number of the needle, start, end) of every one found, overlapping ones too."""
        return self._search.find_matches_as_indexes(text, overlapping=True) if self._search else []


class Automaton:
    """Finds spellings in folded text; the cost grows with the text and its hits, not with the spellings."""

    def __init__(self, spellings: Iterable[Spelling]) -> None:
        self.spellings = tuple(spellings)
        by_needle: dict[str, list[int]] = {}
        for number, each in enumerate(self.spellings):
            by_needle.setdefault(each.needle, []).append(number)
        self.by_needle = tuple(tuple(numbers) for numbers in by_needle.values())  # needle -> spellings
        self._needles = Needles(by_needle)

    def search(self, folded: Folded) -> Needled:
        """Give the needles that stand in a text: cheap, and what `find` starts from."""
        return self._needles.find(folded.text)

    def find(self, folded: Folded, needled: Needled | None = None) -> Iterator[tuple[int, int, int]]:
        """Yield (spelling number, start, end) in folded text, whole words with what is attached to them."""
        seen: set[tuple[int, int]] = set()
        for needle, start, end in self.search(folded) if needled is None else needled:
            for number in self.by_needle[needle]:
                each = self.spellings[number]
                if each.pattern is None:
                    if not each.exact or _is_exact(each, folded, start + 1, end - 1):
                        yield number, start + 1, end - 1
                elif (span := _varied(each, folded.text, start)) and (number, span[0]) not in seen:
                    seen.add((number, span[0]))
                    yield number, *span


def _is_exact(each: Spelling, folded: Folded, start: int, end: int) -> bool:
    one_word = each.needle.count(" ") == 2
    if one_word and each.exact not in folded.original and "." not in folded.original:
        return False  # spares the map back in most texts
    first, last = folded.span(start, end)
    return _letters(folded.original[first:last]) == each.exact


def _varied(each: Spelling, text: str, start: int) -> tuple[int, int] | None:
    """Match the whole spelling round a needle found at `start`."""
    assert each.pattern is not None
    space = start if text[start] == " " else text.rfind(" ", 0, start)
    for _ in range(each.words_before):
        space = text.rfind(" ", 0, space)
        if space < 0:
            return None
    match = each.pattern.match(text, space + 1)
    return match.span() if match else None
