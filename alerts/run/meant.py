"""A search that found nothing goes in; its words that no article has come out, with what they may be meant for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.rule import Config
from alerts.rules.searching import Unsearchable, read_search, spellings
from crawler.config.nearest import alike
from crawler.store.search import FEW, find, narrowed
from crawler.store.stored_words import stored_among, stored_beginning
from crawler.text.searching import Search

OFFERED = 3  # words in place of one
LOOKED_AT = 4_000  # words of the archive that begin in one way
SHORTEST = 3  # letters of a word that is like others


@dataclass(frozen=True, slots=True)
class Meant:
    """A word that no article has, folded, and what it may be meant for, the likeliest first.

    `near` are words that articles have; `names` those of the desk's entities that find some in other spellings.
    """

    word: str
    near: tuple[str, ...]
    names: tuple[str, ...] = ()


def meant_by(
    connection: Connection, search: Search, config: Callable[[], Config], since: datetime | None = None
) -> list[Meant]:
    """Return the words of a search that no article has, each with the nearest of the archive.

    Where none of the archive is near, it is with the entities that it names, or nearly names, and by which an article
    stored `since` then is found. `config` is asked for only then.
    """
    found = []
    for word in dict.fromkeys(_unknown(connection, search)):
        near: tuple[str, ...] = ()
        names: tuple[str, ...] = ()
        if len(word) >= SHORTEST:
            near = alike(word, set(_beginning_like(connection, word)), OFFERED)
            if not near:
                desk = config()
                names = tuple(name for name in _named_by(word, desk)[:OFFERED] if _finds(connection, name, desk, since))
        found.append(Meant(word, near, names))
    return found


def words_of(meant: Iterable[Meant]) -> str:
    """Return in a sentence what no article has; "" where each word is in some."""
    return "; ".join(f'no article has "{each.word}"{_offered(each)}' for each in meant)


def _offered(meant: Meant) -> str:
    if meant.near:
        return f" (did you mean {_listed(meant.near)}?)"
    names = " or ".join(f"'${name}'" for name in meant.names)  # without the quotes a shell takes the name away
    return f" (other spellings are found by {names})" if names else ""


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


def _named_by(word: str, config: Config) -> list[str]:
    """Return the entities of which a word is a spelling; where it is none, those of the spellings most like it."""
    by_spelling: dict[str, list[str]] = {}
    for name, entity in config.entities.items():
        for written in {each for alias in entity.aliases for each in spellings(alias)}:
            by_spelling.setdefault(written, []).append(name)
    near = (word,) if word in by_spelling else alike(word, by_spelling, OFFERED)
    return list(dict.fromkeys(name for each in near for name in by_spelling[each]))


def _finds(connection: Connection, name: str, config: Config, since: datetime | None) -> bool:
    try:
        search = read_search(f"${name}", config)
    except Unsearchable:  # a kind of too many spellings
        return False
    return bool(find(connection, narrowed(connection, search), since, None, 1))
