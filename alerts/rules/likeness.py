"""Measure how similar an article is to examples, and say which shared words count most. Pure.

Similarity is the share of the example's weight that is found in the article. A word weighs
more the longer it is and the more often the example has it; stop words and numbers weigh nothing.
"""

from __future__ import annotations

import math
from collections import Counter

from crawler.text.folding import fold
from crawler.text.stopwords import STOP

WORDS_SHOWN = 5  # of those that example and article share


def profile(text: str) -> dict[str, float]:
    """Return the words of a text with their weights."""
    # logarithms, so that neither a word repeated ten times nor a very long one outweighs all others
    counted = Counter(word for word in fold(text).split() if len(word) > 1 and word not in STOP and not word.isdigit())
    return {word: (1 + math.log(n)) * math.log(1 + len(word)) for word, n in counted.items()}


def similarity(example: dict[str, float], article: dict[str, float]) -> tuple[float, tuple[str, ...]]:
    """Return the share of the example found in the article, from 0 to 1, and the shared words that weigh most."""
    total = sum(example.values())
    shared = {word: weight for word, weight in example.items() if word in article}
    top = sorted(shared, key=lambda word: (-shared[word], word))[:WORDS_SHOWN]
    return (sum(shared.values()) / total if total else 0.0), tuple(top)
