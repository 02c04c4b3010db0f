"""Find the word of an article that is most like a spelling of some terms: another form, a misspelling. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from alerts.rule import Config
from alerts.rules.lexicon import expand
from crawler.article import Article
from crawler.text.folding import Folded, fold
from crawler.text.stopwords import STOP

ALIKE = 78.0  # rapidfuzz ratio, 0-100, from which a word is like another
ALIKE_ARABIC = 85.0  # the same of Arabic and Persian words, which are shorter and share their endings
SAME = 100.0  # a word of the term that did not count: its case, or what its name requires or excludes
SAME_STEM = 88.0  # what a shared stem counts, in the same measure
LEAD = 60  # words of the text that are compared, beside the headline
_SHORTEST = 4  # letters; shorter words are like too many
_STEM = 4  # letters that two Latin words of one stem begin with, at least
_ENDING = 4  # letters that may differ behind them
_LONGEST = 4  # words of a spelling
_BONES = str.maketrans("", "", "اويىهةتنمأإآء\u200c")  # what Arabic and Persian put around a root, and long vowels
_CONSONANTS = 3  # of a root


@dataclass(frozen=True, slots=True)
class Alike:
    """A word seen in an article, the spelling it is like, the term that spelling is of, and how like it is (0-100)."""

    text: str
    alias: str
    term: str
    ratio: float
    in_title: bool = True


class NearestWord:
    """An article, of which the words are asked for that are most like a spelling of some terms."""

    def __init__(self, article: Article, config: Config) -> None:
        self._config = config
        self._texts = [Folded(article.title), Folded(" ".join(article.body.split()[:LEAD]))]
        self._spelt: dict[str, tuple[tuple[str, str], ...]] = {}
        self._found: dict[tuple[str, ...], Alike | None] = {}

    def of(self, terms: Iterable[str]) -> Alike | None:
        """Return the words of the headline or lead that are most like a spelling of one of the terms, or None."""
        asked = tuple(terms)
        if asked not in self._found:  # rules lack the same words, as they share filters
            self._found[asked] = self._look(asked)
        return self._found[asked]

    def _look(self, terms: tuple[str, ...]) -> Alike | None:
        by_spelling = {spelt: (alias, term) for term in terms for spelt, alias in self._spellings(term)}
        by_length: dict[int, list[str]] = {}
        for spelt in by_spelling:
            if spelt:
                by_length.setdefault(spelt.count(" ") + 1, []).append(spelt)
        known = {length: _Known(spelt, length) for length, spelt in by_length.items() if length <= _LONGEST}
        best: Alike | None = None
        for number, folded in enumerate(self._texts):
            for words in known.values():
                found = _most_like(folded, words)
                if found and (best is None or found[2] > best.ratio):
                    alias, term = by_spelling[found[1]]
                    best = Alike(found[0], alias, term, found[2], number == 0)
            if best is not None:
                return best  # the headline goes first
        return best

    def _spellings(self, term: str) -> tuple[tuple[str, str], ...]:
        if term not in self._spelt:
            made = expand(self._config, term)
            self._spelt[term] = tuple((fold(meaning.alias).strip(), meaning.alias) for meaning in made)
        return self._spelt[term]


class _Known:
    """Spellings of so many words: each, by its first letter, and by its stem."""

    def __init__(self, spelt: list[str], length: int) -> None:
        self.length, self.all = length, dict.fromkeys(spelt)  # a set that keeps its order
        self.by_letter: dict[str, list[str]] = {}
        for each in self.all:
            self.by_letter.setdefault(each[0], []).append(each)
        self.by_stem = _by_stem(spelt) if length == 1 else {}


def _most_like(folded: Folded, known: _Known) -> tuple[str, str, float] | None:
    """Return (words of the text, spelling, ratio) for the run of words that is most like a spelling."""
    best: tuple[str, str, float] | None = None
    for start, end in _runs(folded.text, known.length):
        run = folded.text[start:end]
        found = _like(run, known)
        if found and (best is None or found[1] > best[2]):
            first, last = folded.span(start, end)
            best = (folded.original[first:last], *found)
    return best


def _like(run: str, known: _Known) -> tuple[str, float] | None:
    if run in known.all:
        return run, SAME
    if len(run) < _SHORTEST or run in STOP:
        return None
    if (same := known.by_stem.get(_stem(run))) and _is_same_stem(run, same):
        return same, SAME_STEM
    # Latin words of other beginnings are of another stem: "compound" is no "pound"
    likely = known.by_letter.get(run[0], ()) if run.isascii() else tuple(known.all)
    cutoff = ALIKE if run.isascii() else ALIKE_ARABIC
    found = process.extractOne(run, likely, scorer=fuzz.ratio, score_cutoff=cutoff)
    return (found[0], found[1]) if found else None


def _runs(text: str, length: int) -> list[tuple[int, int]]:
    """Return where each run of so many words begins and ends in folded text."""
    spaces = [at for at, char in enumerate(text) if char == " "]
    return [(start + 1, end) for start, end in zip(spaces, spaces[length:], strict=False)]


def _by_stem(known: Iterable[str]) -> Mapping[str, str]:
    return {stem: word for word in known if (stem := _stem(word))}


def _stem(word: str) -> str:
    """Return the first letters of a Latin word, the consonants of an Arabic or Persian one; "" of a short one."""
    if word.isascii():
        return word[:_STEM] if len(word) >= _STEM else ""
    bones = word.removeprefix("ال").translate(_BONES)
    return bones if len(bones) >= _CONSONANTS else ""


def _is_same_stem(one: str, two: str) -> bool:
    if not one.isascii():
        return True
    shared = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return max(len(one), len(two)) - shared <= _ENDING and shared * 2 > max(len(one), len(two))
