"""How alike an article is to examples, by the words they share; explained by the words that weigh most.

The similarity is the share of an example's weight that is found in the article, in its own words: a word weighs
the more the longer it is and the fewer of the examples' stop words it is; numbers and stop words weigh nothing.
"""

from __future__ import annotations

import math
from collections import Counter

from crawler.text.folding import fold

SHOWN = 5
_STOP = frozenset(
    fold(
        "a an the of in on at to for from by with and or but as is are was were be been has have had it its this that "
        "he she they we you i his her their our not no new after before over under into out up down about than says "
        "said say will would can could may more most other some any all one two three who which what when where "
        "في من على إلى عن مع هذا هذه ذلك التي الذي كان كانت قال قالت ان أن لا ما و أو بعد قبل كل "
        "در از به با برای که این آن را است بود شد می و یا تا هم نیز پس پیش هر"
    ).split()
)


def profile(text: str) -> dict[str, float]:
    """Give the words of a text with their weights."""
    counted = Counter(word for word in fold(text).split() if len(word) > 1 and word not in _STOP and not word.isdigit())
    return {word: (1 + math.log(n)) * math.log(1 + len(word)) for word, n in counted.items()}


def similarity(example: dict[str, float], article: dict[str, float]) -> tuple[float, tuple[str, ...]]:
    """Give the share of the example found in the article, 0-1, and the shared words that weigh most."""
    total = sum(example.values())
    shared = {word: weight for word, weight in example.items() if word in article}
    top = sorted(shared, key=lambda word: (-shared[word], word))[:SHOWN]
    return (sum(shared.values()) / total if total else 0.0), tuple(top)
