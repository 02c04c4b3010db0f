"""Wording -> candidate keys: articles that share two of them are compared, all others are not.

The keys are the smallest shingle numbers (Broder's min-wise sampling, 1997) of the first 25 words, of the
first 60 and of the whole body, so that an RSS summary still shares keys with the full text it begins, and the
smallest numbers of word pairs of the headline, for items that have nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import combinations

from crawler.stories.tolls import subject
from crawler.stories.wording import Wording, combine, number_of, shingles

SHARED = 2  # keys that make two articles candidates
WINDOWS = ((25, 8), (60, 10), (None, 14))  # words from the beginning, keys kept
PAIRS = 15  # keys of a headline's word pairs
TOPIC = 12  # words of a headline that are paired
_HEADLINE = number_of("headline")


def sketch(told: Wording) -> frozenset[int]:
    """Give the keys of an article, at most 49."""
    keys: set[int] = set()
    numbers = shingles(told.words)
    for words, kept in WINDOWS:
        keys.update(nsmallest(kept, numbers if words is None else numbers[: max(1, words - 2)]))
    return frozenset(keys) | _headline_keys(told)


def _headline_keys(told: Wording) -> frozenset[int]:
    """An equal headline shares two keys of its own; a similar one shares pairs of its words, those of its toll last."""
    numbers = sorted(number_of(word) for word in told.topic)[:TOPIC]
    if not numbers:
        return frozenset()
    pairs = _pairs(subject(told), PAIRS)
    pairs += [pair for pair in _pairs(told.topic, PAIRS) if pair not in pairs][: PAIRS - len(pairs)]
    return frozenset((*pairs, combine((_HEADLINE, 1, *numbers)), combine((_HEADLINE, 2, *numbers))))


def _pairs(words: Iterable[str], most: int) -> list[int]:
    numbers = sorted(number_of(word) for word in words)[:TOPIC]
    return nsmallest(most, (combine((_HEADLINE, *pair)) for pair in combinations(numbers, 2)))


def pack(keys: Iterable[int]) -> bytes:
    """Write keys as bytes, 8 each."""
    return b"".join(key.to_bytes(8, "big") for key in sorted(keys))


def unpack(packed: bytes) -> Sequence[int]:
    """Read keys written by `pack`."""
    return [int.from_bytes(packed[at : at + 8], "big") for at in range(0, len(packed), 8)]
