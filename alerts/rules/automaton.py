"""Find all spellings of all terms in one pass over folded text (Aho & Corasick, CACM 1975).

Where a spelling may vary (wildcards, attached Arabic prefixes, Persian plurals, Kurdish endings, exact case) the
automaton finds a fixed part of it, and a check of the words around that part decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from alerts.rules.forms.kurdish_words import ENDINGS, LETTERS
from crawler.text.folding import Folded, fold

ANY, ONE = "ꀀ", "ꀁ"  # stand for * and ? while a term is folded: letters that folding leaves alone
WILDCARDS = str.maketrans({"*": ANY, "?": ONE})
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_ARTICLE = "ال"
PARTICLES = "وفبلك"  # wa, fa, bi, li, ka: written joined to the word that follows
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
_NONE = frozenset({""})
_DEFINITE = frozenset({*(p + _ARTICLE for p in _JOINED if "ل" not in p), "لل", "ولل", "فلل"})
_EITHER = _DEFINITE | set(_JOINED)
# Persian -ha, -haye, -hayi, and "their", "his", "our", ... behind -ha, written joined; with a ZWNJ they are words
_OWNED = ("هايشان", "هايش", "هايمان", "هايم", "هايتان", "هايت")
_PLURAL = frozenset({"هايي", "هاي", "ها", "", *_OWNED})
# plural -an after -i; ezafe -ye after -a and -u
_PLURAL_BY_LETTER = {"ي": _PLURAL | {"ان"}, "ا": _PLURAL | {"ي"}, "و": _PLURAL | {"ي"}}
_SHORTEST_STEM = 3  # Arabic letters left of a first word once its article is taken off
SHORTEST_NEEDLE = 2  # letters beside a wildcard


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term, prepared for the search.

    `needle` is the fixed part that the automaton looks for. Without `core` and `pattern` it is the whole term, with a
    space before and after it. `core` is the term without what may be attached to it: it starts `offset` letters after
    the needle, and what stands between it and the spaces around it must be in `prefixes` and in `suffixes`. A `pattern`
    (wildcards) must match from the start of the word that is `words_before` words before the needle. `exact` has the
    letters that a case-exact spelling (`=US`) must show.
    """

    alias: str
    needle: str
    core: str = ""
    offset: int = 0
    prefixes: frozenset[str] = _NONE
    suffixes: frozenset[str] = _NONE
    pattern: str = ""
    words_before: int = 0
    exact: str = ""


@lru_cache(maxsize=50_000)  # each term is read, counted by `check` and searched for: more than once a load
def spelling(alias: str) -> Spelling | None:
    """Return an alias prepared for the search, None if too few letters of it are left to search for."""
    exact = alias[1:] if alias.startswith("=") else ""
    if exact:
        return Spelling(alias, fold(exact), exact=_letters(_plain(exact))) if fold(exact).strip() else None
    folded = fold(alias.translate(WILDCARDS))
    if not folded.strip():
        return None
    wild = ANY in folded or ONE in folded
    if not wild and not _ARABIC.match(folded.strip()):
        return Spelling(alias, folded)
    return _patterned(alias, folded)


def _patterned(alias: str, folded: str) -> Spelling | None:
    """Return a spelling whose first and last word may take prefixes and suffixes, or that has wildcards."""
    prefixes, suffixes, rest = _NONE, _NONE, folded
    if _ARABIC.match(folded[1]):
        stem = folded[1:].removeprefix(_ARTICLE)
        # without its article a short stem is a common word, so the article then stays part of the needle
        definite = len(stem) < len(folded) - 1 and len(stem.split(" ")[0]) >= _SHORTEST_STEM
        prefixes = _DEFINITE if definite else _EITHER
        rest = f"{ANY}{stem if definite else folded[1:]}"
    if _ARABIC.match(folded[-2]):
        suffixes = _PLURAL_BY_LETTER.get(folded[-2], _PLURAL) | (ENDINGS if LETTERS.search(alias) else set())
        rest = rest[:-1] + ANY + " "
    # the longest fixed part is the rarest in texts, so fewest candidates have to be checked
    needle = max(re.split(f"[{ANY}{ONE}]", rest), key=len)
    if len(needle.replace(" ", "")) < SHORTEST_NEEDLE:
        return None
    core = rest[1:].rstrip(" ").removesuffix(ANY if suffixes is not _NONE else "")
    if ANY not in core and ONE not in core:
        return Spelling(alias, needle, core, 1 - rest.index(needle), prefixes, suffixes)
    before = rest if rest.startswith(" ") else f" {rest}"
    pattern = _wild(core, prefixes, suffixes)
    return Spelling(alias, needle, pattern=pattern, words_before=_words_before(before, needle))


def _wild(core: str, prefixes: frozenset[str], suffixes: frozenset[str]) -> str:
    """Return the pattern of a term with wildcards; its group 1 is what is attached before it."""
    first, last = ("|".join(sorted(each, key=lambda text: (-len(text), text))) for each in (prefixes, suffixes))
    body = re.escape(core).replace(ANY, "[^ ]*").replace(ONE, "[^ ]")
    return f"({first}){body}(?:{last})(?= )"


def _words_before(term: str, needle: str) -> int:
    """Return how many words of the term end before the word in which the needle starts."""
    spaces = term[: term.index(needle)].count(" ")
    return spaces if needle.startswith(" ") else spaces - 1


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


Needled = list[tuple[int, int, int]]  # (number of the needle, start, end)


class Needles:
    """A set of fixed texts that are searched for at once."""

    def __init__(self, needles: Iterable[str]) -> None:
        patterns = list(needles)
        self._search = ahocorasick_rs.AhoCorasick(patterns) if patterns else None

    def find(self, text: str) -> Needled:
        """Return (number of the needle, start, end) for every one found, overlapping ones included."""
        return self._search.find_matches_as_indexes(text, overlapping=True) if self._search else []


class Automaton:
    """Finds spellings in folded text. The cost grows with the text and its hits, not with the number of spellings."""

    def __init__(self, spellings: Iterable[Spelling]) -> None:
        self.spellings = tuple(spellings)
        by_needle: dict[str, list[int]] = {}
        for number, each in enumerate(self.spellings):
            by_needle.setdefault(each.needle, []).append(number)
        self.by_needle = tuple(tuple(numbers) for numbers in by_needle.values())  # needle -> spellings
        self._needles = Needles(by_needle)

    def search(self, folded: Folded) -> Needled:
        """Return the needles that occur in a text. It is cheap, and `find` starts from its result."""
        return self._needles.find(folded.text)

    def find(self, folded: Folded, needled: Needled | None = None) -> Iterator[tuple[int, int, int, bool]]:
        """Yield (spelling number, start, end, attached) in folded text, as whole words with what is attached to them.

        `attached` is true where the first word was read as a particle (wa-, fa-, bi-, li-, ka-) and the spelling.
        """
        seen: set[tuple[int, int]] = set()
        for needle, start, end in self.search(folded) if needled is None else needled:
            for number in self.by_needle[needle]:
                each = self.spellings[number]
                if not (each.core or each.pattern):
                    if not each.exact or _is_exact(each, folded, start + 1, end - 1):
                        yield number, start + 1, end - 1, False
                elif (varied := _varied(each, folded.text, start)) and (number, varied[0]) not in seen:
                    seen.add((number, varied[0]))
                    yield number, *varied


def _is_exact(each: Spelling, folded: Folded, start: int, end: int) -> bool:
    one_word = each.needle.count(" ") == 2
    if one_word and "." not in folded.original and each.exact not in _plain(folded.original):
        return False  # spares the map back in most texts
    first, last = folded.span(start, end)
    return _letters(_plain(folded.original[first:last])) == each.exact


def _plain(text: str) -> str:
    """Return a text with full-width, bold and other forms of letters as the letters themselves, in their case."""
    return unicodedata.normalize("NFKC", text)


def _varied(each: Spelling, text: str, start: int) -> tuple[int, int, bool] | None:
    """Match the whole spelling around a needle at `start`; return (start, end, attached), None if it does not match."""
    return _wildly(each, text, start) if each.pattern else _affixed(each, text, start + each.offset)


@lru_cache(maxsize=10_000)  # when a text first has its needle: a desk has thousands, most of which no text needs
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _affixed(each: Spelling, text: str, start: int) -> tuple[int, int, bool] | None:
    """Match the core of a spelling at `start`, with what is attached to it."""
    end = start + len(each.core)
    if not text.startswith(each.core, start):
        return None
    first, last = text.rfind(" ", 0, start) + 1, text.find(" ", end)
    attached = text[first:start]
    if attached not in each.prefixes or text[end:last] not in each.suffixes:
        return None
    return first, last, attached not in {"", _ARTICLE}


def _wildly(each: Spelling, text: str, start: int) -> tuple[int, int, bool] | None:
    space = start if text[start] == " " else text.rfind(" ", 0, start)
    for _ in range(each.words_before):
        space = text.rfind(" ", 0, space)
        if space < 0:
            return None
    match = _compiled(each.pattern).match(text, space + 1)
    return (*match.span(), match[1] not in {"", _ARTICLE}) if match else None
