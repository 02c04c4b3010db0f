"""Compute the candidate keys of an article: only articles that share two of them are compared at all.

The keys are the smallest shingle hashes (min-wise sampling, Broder 1997) of the first 25 words, of the first 60 and of
the whole body: an RSS summary still shares keys with the full text it begins. Hashes of pairs of words of the headline
are added for entries that have nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import chain

from crawler.stories.tolls import subject
from crawler.stories.wording import Wording, combine, followed, number_of

SHARED = 2  # keys that make two articles candidates
WINDOWS = ((25, 8), (60, 10), (None, 14))  # words from the beginning, keys kept
PAIRS = 15  # keys of a headline's word pairs
MOST_KEYS = sum(kept for _, kept in WINDOWS) + PAIRS + 2  # and two of the headline itself (decision 44)
TOPIC = 12  # words of a headline that are paired
_HEADLINE = number_of("headline")
_PAIR = combine((_HEADLINE,))  # what the hashes of pairs begin with


def sketch(text: Wording) -> frozenset[int]:
    """Return the candidate keys of an article, at most MOST_KEYS."""
    keys: set[int] = set()
    numbers = text.runs
    for words, kept in WINDOWS:
        # a run is three words long, so n words begin n - 2 runs
        keys.update(sorted(numbers if words is None else numbers[: max(1, words - 2)])[:kept])
    return frozenset(keys) | _headline_keys(text)


def _headline_keys(text: Wording) -> frozenset[int]:
    """Return the keys of a headline: equal headlines share two keys of their own, similar ones share pairs of words.

    Pairs without the words of its toll come first, so that "toll rises to 5" still meets the first report.
    """
    numbers = sorted(map(number_of, text.topic))[:TOPIC]
    if not numbers:
        return frozenset()
    pairs = _pairs(subject(text))
    if len(pairs) < PAIRS:
        pairs += [pair for pair in _pairs(text.topic) if pair not in pairs][: PAIRS - len(pairs)]
    # two keys for one headline, because SHARED is two: equal headlines alone make two articles candidates
    return frozenset((*pairs, combine((_HEADLINE, 1, *numbers)), combine((_HEADLINE, 2, *numbers))))


def _pairs(words: Iterable[str]) -> list[int]:
    """Return the smallest PAIRS hashes of pairs of words."""
    numbers = sorted(map(number_of, words))[:TOPIC]
    pairs = (followed(one, numbers[at:]) for at, one in enumerate(followed(_PAIR, numbers), 1))
    return sorted(chain.from_iterable(pairs))[:PAIRS]


def pack(keys: Iterable[int]) -> bytes:
    """Return keys as bytes, 8 for each, sorted."""
    ordered = sorted(keys)
    return struct.pack(f">{len(ordered)}Q", *ordered)


def unpack(packed: bytes) -> Sequence[int]:
    """Return the keys that `pack` wrote."""
    return struct.unpack(f">{len(packed) // 8}Q", packed)
