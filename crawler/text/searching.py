"""A search goes in as folded phrases to find and to leave out; where they stand in a text comes out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.text.folding import Folded

EXCERPT = 200  # characters of a text that are shown around what was found


@dataclass(frozen=True, slots=True)
class Sought:
    """One part of a search: any of these phrases, each folded, without the spaces at its ends."""

    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What an article must have, each of `wanted`, and what it must not have, any of `unwanted`."""

    wanted: tuple[Sought, ...]
    unwanted: tuple[Sought, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; `hit`: it is what was searched for."""

    text: str
    hit: bool


def hits(text: str, search: Search) -> list[tuple[int, int]]:
    """Return where what is wanted stands in a text, as offsets in the original that do not overlap, in order."""
    folded = Folded(text)
    found: list[tuple[int, int]] = []
    for phrase in {each for sought in search.wanted for each in sought.phrases}:
        needle, at = f" {phrase} ", -1
        while (at := folded.text.find(needle, at + 1)) >= 0:
            found.append(folded.span(at + 1, at + 1 + len(phrase)))
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], end))
        else:
            apart.append((start, end))
    return apart


def marked(text: str, search: Search) -> list[Piece]:
    """Return a text in pieces, those that were searched for marked."""
    return list(_pieces(text, hits(text, search)))


def excerpt(text: str, search: Search, most: int = EXCERPT) -> list[Piece]:
    """Return the part of a text around the first of what was found, marked; its beginning where nothing was.

    `most` is in characters. What is left out at an end is shown as "... ".
    """
    found = hits(text, search)
    first = found[0] if found else (0, 0)
    start = max(0, first[0] - most // 3)
    if start:  # at a word
        start = next((at + 1 for at in range(start, first[0]) if text[at].isspace()), first[0])
    end = min(len(text), max(start + most, first[1]))
    if end < len(text):
        end = next((at for at in range(end, first[1], -1) if text[at].isspace()), end)
    inside = [(a - start, min(b, end) - start) for a, b in found if a >= start and a < end]
    before = [Piece("... ", hit=False)] if start else []
    after = [Piece(" ...", hit=False)] if end < len(text) else []
    return [*before, *_pieces(text[start:end], inside), *after]


def _pieces(text: str, found: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for start, end in found:
        if start > at:
            yield Piece(text[at:start], hit=False)
        yield Piece(text[start:end], hit=True)
        at = end
    if at < len(text):
        yield Piece(text[at:], hit=False)
