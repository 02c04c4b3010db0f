"""Nothing goes in; the processor time that a fixed piece of work takes on this machine now comes out.

Processor time of the same work differs by half with what else the machine does. Kept beside the figures, it tells a
program that became slower from a machine that is busier.
"""

from __future__ import annotations

import re
import statistics
import time

ROUNDS = 7
_WORDS = re.compile(r"\w+")


def yardstick() -> float:
    """Return the median milliseconds of a piece of work of the kind that ours is: strings, mappings, patterns."""
    return statistics.median(_once() for _ in range(ROUNDS)) * 1e3


def _once() -> float:
    began = time.process_time()
    counted: dict[str, int] = {}
    for number in range(3_000):
        for word in _WORDS.findall(f"word{number % 97} of {number} and the {number % 13}th"):
            counted[word] = counted.get(word, 0) + len(word)
    assert counted["of"] == 6_000
    return time.process_time() - began
