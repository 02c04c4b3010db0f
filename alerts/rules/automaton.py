"""Find all spellings of all terms in one pass over folded text (Aho & Corasick, CACM 1975).

Where a spelling may vary (wildcards, attached Arabic prefixes, Persian plurals, Kurdish endings, exact case) the
automaton finds a fixed part of it, and a check of the words around that part decides.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain

import ahocorasick_rs

from alerts.rules.forms.kurdish_words import ENDINGS, LETTERS
from crawler.text.folding import Folded, fold

ANY, ONE = "ꀀ", "ꀁ"  # stand for * and ? while a term is folded: letters that folding leaves alone
WILDCARDS = str.maketrans({"*": ANY, "?": ONE})
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
_PLURAL_OR_ENDING = {letter: each | ENDINGS for letter, each in _PLURAL_BY_LETTER.items()}  # Kurdish besides
_PLURAL_OR_ANY_ENDING = _PLURAL | ENDINGS
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

    @property
    def words_around(self) -> bool:
        """Whether the spelling has words beside its needle: of several with wildcards."""
        return bool(self.pattern) and " " in self.alias


def spelling(alias: str) -> Spelling | None:
    """Return an alias prepared for the search, None if too few letters of it are left to search for."""
    exact = alias[1:] if alias.startswith("=") else ""
    if exact:
        return Spelling(alias, fold(exact), exact=_letters(_plain(exact))) if fold(exact).strip() else None
    folded = fold(alias.translate(WILDCARDS) if "*" in alias or "?" in alias else alias)
    if folded.isspace():
        return None
    if ANY in folded or ONE in folded:
        return _patterned(alias, folded)
    return _affixable(alias, folded) if _is_arabic(folded[1]) else Spelling(alias, folded)


def is_searchable(alias: str) -> bool:
    """Return whether enough letters of an alias are left to search for: whether `spelling` makes one of it."""
    plain = "*" not in alias and "?" not in alias
    return (plain and len(fold(alias).replace(" ", "")) >= SHORTEST_NEEDLE) or spelling(alias) is not None


def needle_of(alias: str) -> str:
    """Return the needle of an alias, which is all that an automaton keeps; "" where `spelling` makes nothing of it."""
    folded = "" if alias.startswith("=") or "*" in alias or "?" in alias else fold(alias)
    if not folded or ANY in folded or ONE in folded:
        made = spelling(alias)
        return made.needle if made else ""
    if folded.isspace():
        return ""
    return _fixed(folded)[1] if _is_arabic(folded[1]) else folded


def _affixable(alias: str, folded: str) -> Spelling | None:
    """Return a spelling without wildcards whose first and last word may take prefixes and suffixes."""
    prefixes, needle, core = _fixed(folded)
    if not needle:
        return None
    suffixes = _suffixes(core[-1], kurdish=LETTERS.search(alias) is not None) if needle == core else _NONE
    return Spelling(alias, needle, core, 0, prefixes, suffixes)


def _fixed(folded: str) -> tuple[frozenset[str], str, str]:
    """Return what may be attached before an Arabic text, its needle ("" where too few letters are left), its core."""
    prefixes, needle = _prefixed(folded)
    core = needle[:-1]
    if _is_arabic(core[-1]):
        needle = core
    # most have a longer first word: no letters are counted
    if len(needle) <= SHORTEST_NEEDLE and len(needle.replace(" ", "")) < SHORTEST_NEEDLE:
        needle = ""
    return prefixes, needle, core


def _prefixed(folded: str) -> tuple[frozenset[str], str]:
    """Return what may be attached before an Arabic word, and the text from there on that the word keeps."""
    word = folded[1:]
    if word.startswith(_ARTICLE):
        stem = word.removeprefix(_ARTICLE)
        # without its article a short stem is a common word, so the article then stays part of the needle
        if len(stem.split(" ", 1)[0]) >= _SHORTEST_STEM:
            return _DEFINITE, stem
    return _EITHER, word


def _patterned(alias: str, folded: str) -> Spelling | None:
    """Return a spelling with wildcards, whose first and last word may also take prefixes and suffixes."""
    prefixes, suffixes, rest = _NONE, _NONE, folded
    if _is_arabic(folded[1]):
        prefixes, word = _prefixed(folded)
        rest = f"{ANY}{word}"
    if _is_arabic(folded[-2]):
        suffixes = _suffixes(folded[-2], kurdish=LETTERS.search(alias) is not None)
        rest = rest[:-1] + ANY + " "
    # the longest fixed part is the rarest in texts, so fewest candidates have to be checked
    needle = max(rest.replace(ONE, ANY).split(ANY), key=len)
    if len(needle.replace(" ", "")) < SHORTEST_NEEDLE:
        return None
    core = rest[1:].rstrip(" ").removesuffix(ANY if suffixes is not _NONE else "")
    if ANY not in core and ONE not in core:
        return Spelling(alias, needle, core, 1 - rest.index(needle), prefixes, suffixes)
    before = rest if rest.startswith(" ") else f" {rest}"
    pattern = _wild(core, prefixes, suffixes)
    return Spelling(alias, needle, pattern=pattern, words_before=_words_before(before, needle))


def _is_arabic(letter: str) -> bool:
    return "\u0600" <= letter <= "\u06ff"


def _suffixes(letter: str, *, kurdish: bool) -> frozenset[str]:
    """Return what may be attached to a word that ends with a letter: a set that all such spellings share."""
    if kurdish:
        return _PLURAL_OR_ENDING.get(letter, _PLURAL_OR_ANY_ENDING)
    return _PLURAL_BY_LETTER.get(letter, _PLURAL)


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
    """Finds spellings in folded text. The cost grows with the text and its hits, not with the number of spellings.

    `aliases` are those that can be searched for, by their number; those of one needle stand side by side. Of a desk's
    tens of thousands a text has a few, so only the needles stay: a spelling is made when a text has its needle.
    """

    def __init__(self, aliases: Iterable[str]) -> None:
        by_needle: dict[str, list[str]] = {}
        for alias in aliases:
            if needle := needle_of(alias):
                by_needle.setdefault(needle, []).append(alias)
        self.aliases = tuple(chain.from_iterable(by_needle.values()))
        self._starts = array("L", accumulate(map(len, by_needle.values()), initial=0))
        self._needles = Needles(by_needle)

    def by_needle(self) -> Iterator[tuple[int, ...]]:
        """Yield the numbers of the aliases of each needle."""
        return (tuple(self._of(needle)) for needle in range(len(self._starts) - 1))

    def is_part(self, needle: int) -> bool:
        """Return whether a needle may be a part of a spelling that has further words."""
        return any(_prepared(self.aliases[number]).words_around for number in self._of(needle))

    def _of(self, needle: int) -> range:
        return range(self._starts[needle], self._starts[needle + 1])

    def search(self, folded: Folded) -> Needled:
        """Return the needles that occur in a text. It is cheap, and `find` starts from its result."""
        return self._needles.find(folded.text)

    def find(self, folded: Folded, needled: Needled | None = None) -> Iterator[tuple[int, int, int, bool]]:
        """Yield (spelling number, start, end, attached) in folded text, as whole words with what is attached to them.

        `attached` is true where the first word was read as a particle (wa-, fa-, bi-, li-, ka-) and the spelling.
        """
        seen: set[tuple[int, int]] = set()
        for needle, start, end in self.search(folded) if needled is None else needled:
            for number in self._of(needle):
                each = _prepared(self.aliases[number])
                if not (each.core or each.pattern):
                    if not each.exact or _is_exact(each, folded, start + 1, end - 1):
                        yield number, start + 1, end - 1, False
                elif (varied := _varied(each, folded.text, start)) and (number, varied[0]) not in seen:
                    seen.add((number, varied[0]))
                    yield number, *varied


@lru_cache(maxsize=10_000)
def _prepared(alias: str) -> Spelling:
    made = spelling(alias)
    assert made is not None  # the automaton has no others
    return made


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
