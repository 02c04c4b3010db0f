"""Find groups of mentions that are close: within a number of words, or in one sentence or paragraph. Pure.

One mention of each group counts, and none may overlap another. The distance is in words, from the end of the first to
the start of the last; neighbours are 1 apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from alerts.rule import Condition
from alerts.rules.reading import FIELDS, Mention, Mentions, Reading
from crawler.text.tokens import paragraphs, sentences

UNITS = {"sentence": sentences, "paragraph": paragraphs}


def reach(condition: Condition) -> int:
    """Return how many words apart the groups of a `near` stand at most."""
    within = condition.options["within"]
    assert isinstance(within, int)
    return within


def near(reading: Reading, groups: Sequence[Mentions], within: int, *, ordered: bool) -> Mentions | None:
    """Return the mentions of every place where all groups are within so many words of each other, or None.

    `ordered` asks for them in the order of the groups.
    """
    found = [
        mention
        for field in FIELDS
        for together in _together(reading, _of_field(groups, field), within, ordered=ordered)
        for mention in together
    ]
    return tuple(dict.fromkeys(found)) or None


def closest(reading: Reading, groups: Sequence[Mentions]) -> int | None:
    """Return the smallest distance between all groups, in words and in any order; None if one is missing."""
    best: int | None = None
    for field in FIELDS:
        texts = _of_field(groups, field)
        longest = reading.folded[field].text.count(" ")
        if not all(texts):
            continue
        # bisection: what is together within n words is together within n + 1
        low, high = 0, longest + 1
        while low < high:  # the smallest distance that holds
            middle = (low + high) // 2
            if any(True for _ in _together(reading, texts, middle, ordered=False)):
                high = middle
            else:
                low = middle + 1
        if low <= longest:
            best = low if best is None else min(best, low)
    return best


def same(reading: Reading, groups: Sequence[Mentions], unit: str) -> Mentions | None:
    """Return the mentions of every sentence or paragraph with one of each group; None if there is none.

    `unit` is a key of UNITS.
    """
    found: list[Mention] = []
    for field in FIELDS:
        # in the original text: folding drops full stops and line breaks
        starts = UNITS[unit](reading.folded[field].original)
        numbered = [[(_unit(reading, each, starts), each) for each in group] for group in _of_field(groups, field)]
        for number in sorted({number for group in numbered for number, _ in group}):
            inside = [[each for where, each in group if where == number] for group in numbered]
            if all(inside) and (chosen := next(_choices(inside), None)):
                found += chosen
    return tuple(dict.fromkeys(found)) or None


def _unit(reading: Reading, mention: Mention, starts: Sequence[int]) -> int:
    start, _ = reading.folded[mention.field].span(mention.start, mention.end)
    return bisect_right(starts, start)


def _of_field(groups: Sequence[Mentions], field: str) -> list[list[Mention]]:
    return [sorted((each for each in group if each.field == field), key=lambda each: each.start) for group in groups]


def _together(
    reading: Reading, groups: Sequence[Sequence[Mention]], within: int, *, ordered: bool
) -> Iterator[list[Mention]]:
    """Yield, for each mention that can come first, one choice of mentions of the other groups."""
    if not all(groups):
        return
    # the first mention of a place is of any group, unless they are ordered; each is tried as the first
    leads = range(1) if ordered else range(len(groups))
    for lead in leads:
        for first in groups[lead]:
            reach = reading.last_word(first) + within
            others = [
                [each for each in group if each.start >= first.start and reading.word(each) <= reach]
                for number, group in enumerate(groups)
                if number != lead
            ]
            if all(others) and (chosen := next(_choices(others, (first,), ordered=ordered), None)):
                yield chosen


def _choices(
    groups: Sequence[Iterable[Mention]], chosen: tuple[Mention, ...] = (), *, ordered: bool = False
) -> Iterator[list[Mention]]:
    """Yield the ways to take one mention of each group without overlaps, in the order of the groups if `ordered`."""
    if not groups:
        yield list(chosen)
        return
    for each in groups[0]:
        if any(each.overlaps(other) for other in chosen) or (ordered and chosen and each.start < chosen[-1].start):
            continue
        yield from _choices(groups[1:], (*chosen, each), ordered=ordered)
