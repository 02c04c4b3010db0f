"""The parts of reports and how rare each is among them -> how much of their weight two reports have in common. Pure.

Parts are numbered while a report has them: a storm compares hundreds of reports by dozens of parts, and numbers are
compared at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

FEWEST = 300  # reports that rarity is counted among at least, so that a quiet day makes nothing common
# what a part of a report weighs beside its rarity: names and deeds are the event, words are how an outlet tells it
_WEIGHTS = {"deed": 1.0, "name": 1.0, "thing": 1.0, "pair": 0.4, "role": 0.5, "word": 0.3, "topic": 0.0}
Part = tuple[str, ...]


class _Squares(dict[int, float]):
    """The squared weights of parts by number, each worked out when it is first asked for."""

    def __init__(self, having: Mapping[int, Collection[int]], bases: Mapping[int, float]) -> None:
        super().__init__()
        self.reports = FEWEST  # that rarity is counted among
        self._having, self._bases = having, bases
        self._rarities: dict[int, float] = {}  # of a part that so many reports have

    def __missing__(self, number: int) -> float:
        many = len(self._having[number])
        rarity = self._rarities.get(many)
        if rarity is None:
            rarity = self._rarities[many] = rarity_of(many, self.reports)
        found = self[number] = (self._bases[number] * rarity) ** 2
        return found

    def changed(self, numbers: Iterable[int], reports: int) -> None:
        """Forget the weights that are other ones since a report with these parts was added or removed."""
        if reports == self.reports:
            for number in numbers:
                self.pop(number, None)
            return
        self.reports = reports  # how rare each of the others is changed too
        self.clear()
        self._rarities.clear()


def rarity_of(many: int, reports: int) -> float:
    """Return how rare a part is that so many of the reports have."""
    return math.log((reports + 1) / (many + 0.5))


@dataclass(frozen=True, slots=True)
class Weighed:
    """The parts of one report that reports of the window have too, by number, and the squared weight of all it has."""

    numbers: frozenset[int]
    square: float


class Rarity:
    """The parts of the reports of a window, by the `seq` of the report."""

    def __init__(self) -> None:
        self._numbers: dict[Part, int] = {}
        self._parts: dict[int, Part] = {}
        self._having: dict[int, dict[int, None]] = {}  # the reports that have a part, in the order they were added
        self._of: dict[int, frozenset[int]] = {}  # the parts of a report
        self._last = 0
        self._bases: dict[int, float] = {}  # what a part weighs beside its rarity
        self._squares = _Squares(self._having, self._bases)

    def __len__(self) -> int:
        return len(self._of)

    def add(self, seq: int, parts: Iterable[Part]) -> None:
        """Add a report."""
        numbers = frozenset(map(self._number, parts))
        self._of[seq] = numbers
        for number in numbers:
            self._having[number][seq] = None
        self._squares.changed(numbers, max(FEWEST, len(self._of)))

    def _number(self, part: Part) -> int:
        number = self._numbers.get(part)
        if number is None:
            self._last = number = self._last + 1
            self._numbers[part], self._parts[number], self._having[number] = number, part, {}
            self._bases[number] = _WEIGHTS[part[0]]
        return number

    def remove(self, seq: int) -> None:
        """Remove a report."""
        numbers = self._of.pop(seq)
        for number in numbers:
            del self._having[number][seq]
            if not self._having[number]:
                del self._having[number], self._bases[number], self._numbers[self._parts.pop(number)]
        self._squares.changed(numbers, max(FEWEST, len(self._of)))

    def having(self, part: Part) -> dict[int, None]:
        """Return the reports that have a part, in the order in which they were added."""
        number = self._numbers.get(part)
        return {} if number is None else self._having[number]

    def weighed(self, parts: frozenset[Part]) -> Weighed:
        """Return the parts of a report, in the window or not, as it is compared by them."""
        numbers = frozenset(number for part in parts if (number := self._numbers.get(part)) is not None)
        unknown = rarity_of(0, self._squares.reports)
        others = sum((_WEIGHTS[part[0]] * unknown) ** 2 for part in parts if part not in self._numbers)
        return Weighed(numbers, others + self._sum(numbers))

    def in_common(self, seq: int, with_: Weighed) -> tuple[float, frozenset[int]]:
        """Return the share of their weight, from 0 to 1, that a report and another have in common, and the parts."""
        theirs = self._of[seq]
        shared = theirs & with_.numbers
        lengths = math.sqrt(self._sum(theirs) * with_.square)
        return (self._sum(shared) / lengths if lengths else 0.0), shared

    def _sum(self, numbers: Iterable[int]) -> float:
        return sum(map(self._squares.__getitem__, numbers))

    def heaviest_first(self, numbers: Iterable[int]) -> tuple[Part, ...]:
        """Return parts by their numbers, in the order of what they weigh."""
        ranked = sorted((-self._squares[number], self._parts[number]) for number in numbers)
        return tuple(part for _, part in ranked)

    def parts(self, numbers: Iterable[int]) -> list[Part]:
        """Return parts by their numbers, in no order."""
        return [self._parts[number] for number in numbers]
