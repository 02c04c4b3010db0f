"""How alike headlines are worded, in one language or two, by the vectors that a language model gave them. Pure."""

from __future__ import annotations

from array import array
from math import sqrt
from operator import mul


class Wordings:
    """The vectors of headlines by the `seq` of their report: one signed byte a dimension, at a scale of its own.

    It is a cache of what the store holds, and may lack any of them.
    """

    def __init__(self) -> None:
        self._vectors: dict[int, tuple[array[int], float]] = {}

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, seq: int, packed: bytes) -> None:
        """Add the vector of a report; an empty one is none."""
        vector = array("b", packed)
        length = sqrt(sum(map(mul, vector, vector)))
        if length:
            self._vectors[seq] = vector, length

    def packed(self, seq: int) -> bytes | None:
        """Return the vector of a report as it was added, None if it is not known."""
        known = self._vectors.get(seq)
        return known[0].tobytes() if known else None

    def likeness(self, one: int, other: int) -> float | None:
        """Return the cosine of the vectors of two reports, None if one of them is not known."""
        first, second = self._vectors.get(one), self._vectors.get(other)
        # of another length is what another model made
        if first is None or second is None or len(first[0]) != len(second[0]):
            return None
        product: int = sum(map(mul, first[0], second[0]))
        return product / (first[1] * second[1])

    def forget(self, before: int) -> None:
        """Remove the vectors of reports with a smaller `seq`."""
        for seq in [each for each in self._vectors if each < before]:
            del self._vectors[seq]


def packed(vector: list[float]) -> bytes:
    """Return a vector as one signed byte a dimension, at a scale that uses all of it."""
    most = max(map(abs, vector), default=0.0)
    return array("b", [round(127 * each / most) for each in vector]).tobytes() if most else b""
