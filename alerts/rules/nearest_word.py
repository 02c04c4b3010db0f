"""Find the word of an article that is most like a spelling of some terms: another form, a misspelling. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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


def nearest_word(article: Article, terms: Iterable[str], config: Config) -> Alike | None:
    """Return the words of an article's headline or lead that are most like a spelling of one of the terms, or None."""
    by_spelling = {
        fold(meaning.alias).strip(): (meaning.alias, term) for term in terms for meaning in expand(config, term)
    }
    by_length: dict[int, list[str]] = {}
    for spelt in by_spelling:
        if spelt:
            by_length.setdefault(spelt.count(" ") + 1, []).append(spelt)
    best: Alike | None = None
    for text in (article.title, " ".join(article.body.split()[:LEAD])):
        folded = Folded(text)
        for words, known in by_length.items():
            found = _of_length(folded, words, known) if words <= _LONGEST else None
            if found and (best is None or found[2] > best.ratio):
                alias, term = by_spelling[found[1]]
                best = Alike(found[0], alias, term, found[2], text is article.title)
        if best is not None:
            return best  # the headline goes first
    return best


def _of_length(folded: Folded, length: int, known: list[str]) -> tuple[str, str, float] | None:
    """Return (words of the text, spelling, ratio) for the run of so many words that is most like a spelling."""
    best: tuple[str, str, float] | None = None
    stems = _by_stem(known) if length == 1 else {}
    spelt = dict.fromkeys(known)  # a set that keeps its order
    for start, end in _runs(folded.text, length):
        run = folded.text[start:end]
        found = _like(run, spelt, stems)
        if found and (best is None or found[1] > best[2]):
            first, last = folded.span(start, end)
            best = (folded.original[first:last], *found)
    return best


def _like(run: str, known: Collection[str], stems: Mapping[str, str]) -> tuple[str, float] | None:
    if run in known:
        return run, SAME
    if len(run) < _SHORTEST or run in STOP:
        return None
    if (same := stems.get(_stem(run))) and _is_same_stem(run, same):
        return same, SAME_STEM
    # Latin words of other beginnings are of another stem: "compound" is no "pound"
    likely = [each for each in known if each[0] == run[0]] if run.isascii() else known
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
