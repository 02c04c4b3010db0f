"""Other methods on the same labelled pairs: exact hash, SimHash, MinHash (datasketch), rapidfuzz, TF-IDF.

Each gives a likeness of 0 to 1 and calls a pair one story from a limit on; the limit with the best F1 on half 0
is the one reported on half 1. None can tell an update from a duplicate: a second, higher limit, tuned the same
way, stands for "duplicate".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from datasketch import MinHash
from rapidfuzz import fuzz

from crawler.stories.wording import number_of
from crawler.text.folding import fold
from tests.bench.reuters import SAME_STORY, Document, Pair, scores

Likeness = Callable[[Document, Document], float]
BITS = 64
PERMUTATIONS = 128
LEAD = 300  # characters
LIMITS = [step / 50 for step in range(1, 51)]


@cache
def words(document: Document) -> tuple[str, ...]:
    return tuple(fold(f"{document.title} {document.text}").split())


def exact(one: Document, other: Document) -> float:
    return float(fold(one.text) == fold(other.text))


@cache
def _simhash(document: Document) -> int:
    """Charikar's hash (2002) over single words."""
    sums = [0] * BITS
    for word, n in Counter(words(document)).items():
        number = number_of(word)
        for bit in range(BITS):
            sums[bit] += n if number >> bit & 1 else -n
    return sum(1 << bit for bit in range(BITS) if sums[bit] > 0)


def simhash(one: Document, other: Document) -> float:
    return 1 - (_simhash(one) ^ _simhash(other)).bit_count() / BITS


@cache
def _minhash(document: Document) -> MinHash:
    made, told = MinHash(num_perm=PERMUTATIONS), words(document)
    made.update_batch([" ".join(told[at : at + 3]).encode() for at in range(max(1, len(told) - 2))])
    return made


def minhash(one: Document, other: Document) -> float:
    return float(_minhash(one).jaccard(_minhash(other)))


def rapid(one: Document, other: Document) -> float:
    first, second = (f"{each.title} {' '.join(each.text.split())[:LEAD]}".lower() for each in (one, other))
    return fuzz.token_set_ratio(first, second) / 100


class TfIdf:
    """Cosine of word counts weighed by rarity, over the whole corpus."""

    def __init__(self, corpus: Sequence[Document]) -> None:
        self._seen = Counter(word for each in corpus for word in set(words(each)))
        self._documents = len(corpus)
        self._vectors: dict[int, dict[str, float]] = {}

    def __call__(self, one: Document, other: Document) -> float:
        first, second = self._vector(one), self._vector(other)
        return sum(weight * second.get(word, 0.0) for word, weight in first.items())

    def _vector(self, document: Document) -> dict[str, float]:
        if document.id not in self._vectors:
            counted = Counter(words(document))
            raw = {
                word: (1 + math.log(n)) * math.log(self._documents / self._seen[word]) for word, n in counted.items()
            }
            length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
            self._vectors[document.id] = {word: weight / length for word, weight in raw.items()}
        return self._vectors[document.id]


def methods(corpus: Sequence[Document]) -> dict[str, Likeness]:
    return {
        "exact hash of the body": exact,
        "SimHash, 64 bits": simhash,
        "MinHash, datasketch, 128": minhash,
        "rapidfuzz, headline and lead": rapid,
        "TF-IDF cosine": TfIdf(corpus),
    }


def judge(likeness: Likeness, labelled: Sequence[Pair]) -> Callable[[Pair], str]:
    """Give the method as a judge of pairs, its two limits tuned on half 0."""
    measured = {id(pair): likeness(pair.earlier, pair.later) for pair in labelled}
    tuned = [(measured[id(pair)], pair.label) for pair in labelled if pair.half == 0]
    same = _best(tuned, SAME_STORY)
    duplicate = max(same, _best(tuned, frozenset({"duplicate"})))

    def said(pair: Pair) -> str:
        found = measured[id(pair)]
        return "duplicate" if found >= duplicate else "updated" if found >= same else "other"

    return said


def _best(tuned: Iterable[tuple[float, str]], labels: frozenset[str]) -> float:
    rows = list(tuned)
    return max(LIMITS, key=lambda limit: scores((found >= limit, label in labels) for found, label in rows)[2])
