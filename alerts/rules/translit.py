"""Find names that are transliterated differently: Hizbullah for Hezbollah, Taqqadum for Taqaddum. Pure.

Two spellings of an Arabic or Persian name share their consonants. All names are searched at once as consonant
skeletons, by the same kind of automaton as plain terms; rapidfuzz then compares the letters of each candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from alerts.rules.automaton import Needles
from crawler.text.folding import fold

# rapidfuzz ratios, 0-100, that `fuzzy: auto` asks of a spelling
AUTO = 70.0  # with the same skeleton
AUTO_DELETED = 84.0  # with a skeleton that lacks one consonant
AUTO_SHORT = 80.0  # with the same skeleton, if that is short
SHORTEST_SKELETON = 3  # consonants; what has fewer is too like other words
SHORT = 4  # consonants: a skeleton with fewer is short
SHORT_LETTERS = 6  # that a name with a short skeleton needs
SHORTEST_DELETED = 6  # consonants of a skeleton that may lack one
_ARTICLES = frozenset({"al", "el", "ul", "ol", "as", "ash", "an", "ar", "at", "az", "ad"})
_DIGRAPHS = (("kh", "k"), ("gh", "g"), ("sh", "s"), ("ch", "s"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("dj", "j"))
_LETTERS = str.maketrans({"q": "k", "c": "k", "z": "s", "v": "w", "x": "k", "p": "b"})
_VOWEL = re.compile(r"(?<=.)[aeiouyw]+")
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Name:
    """An alias that may be spelled differently. A spelling must reach `ratio`, 0-100; None stands for the AUTO ones."""

    alias: str
    entity: str
    ratio: float | None = None
    not_like: tuple[str, ...] = ()


class _Skeletons(dict[str, str]):
    """Cache: folded word -> skeleton, as `skeleton` returns it."""

    MOST_WORDS = 200_000  # then it begins anew

    def __missing__(self, word: str) -> str:
        # a hostile feed could otherwise fill the memory with words
        if len(self) >= self.MOST_WORDS:
            self.clear()
        made = self[word] = skeleton(word)
        return made


def skeleton(word: str) -> str:
    """Return the consonants of a folded word, with similar sounds as one letter; a first vowel becomes "a".

    It is "" for an article, and for a word with other than Latin letters.
    """
    if not word.isascii() or not word.isalpha() or word in _ARTICLES:
        return ""
    for two, one in _DIGRAPHS:
        word = word.replace(two, one)
    word = word.translate(_LETTERS)
    first = "a" if word[0] in "aeiouy" else word[0]
    return _DOUBLED.sub(r"\1", _VOWEL.sub("", first + word[1:]).removesuffix("h") or first)


class NameIndex:
    """Finds names in folded text by their skeletons; immutable once made."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._words = _Skeletons()
        self._names: list[tuple[Name, str, float]] = []
        self._others: dict[Name, tuple[str, ...]] = {}
        needles: dict[str, list[int]] = {}
        for name in names:
            for needle, ratio in self._variants(name):
                needles.setdefault(needle, []).append(len(self._names))
                self._names.append((name, _bare(fold(name.alias)), ratio))
            self._others[name] = tuple(_bare(fold(each)) for each in name.not_like)
        self._numbers = list(needles.values())
        self._needles = Needles(needles)

    def _variants(self, name: Name) -> Iterator[tuple[str, float]]:
        """Yield (skeleton, ratio to reach) of a name: its own, and if that is long, each that lacks one consonant."""
        parts = [each for word in fold(name.alias).split() if (each := self._words[word])]
        whole = " ".join(parts)
        size = len(whole.replace(" ", ""))
        letters = "".join(_bare(fold(name.alias)).split())
        if size < SHORTEST_SKELETON or not letters.isascii() or (size < SHORT and len(letters) < SHORT_LETTERS):
            return
        yield f" {whole} ", max(name.ratio or AUTO, AUTO_SHORT if size < SHORT else 0.0)
        # a short skeleton that lacks a consonant is like too many words
        if size >= SHORTEST_DELETED:
            lacking = {whole[:i] + whole[i + 1 :] for i, char in enumerate(whole) if char != " " and i > 0}
            for each in lacking - {whole}:
                if all(each.split(" ")):
                    yield f" {each} ", max(name.ratio or 0.0, AUTO_DELETED)

    def find(self, text: str) -> Iterator[tuple[Name, int, int]]:
        """Yield (name, start, end) in folded text for every spelling that is near enough to an alias."""
        if not self._names:
            return
        skeletons = list(map(self._words.__getitem__, text.split()))
        joined = f" {' '.join(filter(None, skeletons))} "
        found = self._needles.find(joined)
        if not found:
            return
        at = [number for number, each in enumerate(skeletons) if each]
        starts = [match.start() for match in re.finditer(r"(?<= )\S", text)]
        ends = [match.end() for match in re.finditer(r"\S(?= )", text)]
        for needle, start, end in found:
            first = at[joined.count(" ", 0, start + 1) - 1]
            last = at[joined.count(" ", 0, end) - 2]
            span = starts[first], ends[last]
            for number in self._numbers[needle]:
                name, alias, ratio = self._names[number]
                if self._is_near(name, alias, ratio, _bare(text[span[0] : span[1]])):
                    yield name, *span

    def _is_near(self, name: Name, alias: str, ratio: float, words: str) -> bool:
        near = fuzz.ratio(alias, words)
        if near < ratio:
            return False
        # Khomeini and Khamenei differ less than two spellings of one name: the nearer name wins (decision 14)
        return all(fuzz.ratio(other, words) < near for other in self._others[name])


def _bare(folded: str) -> str:
    """Return folded words without articles."""
    return " ".join(word for word in folded.split() if word not in _ARTICLES)
