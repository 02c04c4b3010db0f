"""A search that found nothing goes in; its words that no article has come out, with what they may be meant for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from alerts.rule import Config
from crawler.config.nearest import alike
from crawler.store.search import FEW
from crawler.store.stored_words import stored_among, stored_beginning
from crawler.text.folding import fold
from crawler.text.searching import Search

OFFERED = 3  # words in place of one
LOOKED_AT = 4_000  # words of the archive that begin in one way
SHORTEST = 3  # letters of a word that is like others


@dataclass(frozen=True, slots=True)
class Meant:
    """A word that no article has, folded, and what it may be meant for, the likeliest first."""

    word: str
    near: tuple[str, ...]


def meant_by(connection: Connection, search: Search, names: Callable[[], Iterable[str]]) -> list[Meant]:
    """Return the words of a search that no article has, each with the nearest of the archive.

    Where none of the archive is near, it is with the nearest of `names`, which are asked for only then.
    """
    found = []
    for word in dict.fromkeys(_unknown(connection, search)):
        near: tuple[str, ...] = ()
        if len(word) >= SHORTEST:
            near = alike(word, set(_beginning_like(connection, word)), OFFERED) or alike(
                word, set(_words_of(names())) - {word}, OFFERED
            )
        found.append(Meant(word, near))
    return found


def names_of(config: Config) -> Iterator[str]:
    """Yield the names of a desk's entities, in all their spellings."""
    for entity in config.entities.values():
        yield from entity.aliases


def words_of(meant: Iterable[Meant]) -> str:
    """Return in a sentence what no article has; "" where each word is in some."""
    return "; ".join(
        f'no article has "{each.word}"' + (f" (did you mean {_listed(each.near)}?)" if each.near else "")
        for each in meant
    )


def _listed(near: Iterable[str]) -> str:
    return " or ".join(f'"{each}"' for each in near)


def _unknown(connection: Connection, search: Search) -> Iterator[str]:
    for sought in search.wanted:
        phrases = sought.phrases
        if not phrases or len(phrases) > FEW:  # of a $name nothing is mistyped
            continue
        words = phrases[0].split()
        if len(words) > 1:
            stored = stored_among(connection, words)
            yield from (each for each in words if each not in stored)
        elif not stored_among(connection, phrases):
            yield phrases[0]


def _beginning_like(connection: Connection, word: str) -> Iterator[str]:
    """Yield words of the archive that begin as a word does, also where one of its first letters is mistyped.

    Last those with its first letter: where there are too many of them, those of its first two were looked at.
    """
    first, second, *third = list(word[:3])
    beginnings = first + second, second + first, *(each + letter for letter in third for each in (first, second))
    for beginning in dict.fromkeys((*beginnings, first)):
        yield from stored_beginning(connection, beginning, LOOKED_AT)


def _words_of(names: Iterable[str]) -> Iterator[str]:
    for each in names:
        yield from fold(each).split()
