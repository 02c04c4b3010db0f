"""Folded text and a search of it go in; the statements and values of a database's own full-text index come out.

A row's number is the `seq` of its revision. Of SQLite the index is FTS5's, without the text; of PostgreSQL a `tsvector`
whose words are the folded ones as they stand, past PostgreSQL's own parser and dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.text.searching import Search, Sought

INDEX = "article_words"
# a word and a whole tsvector must not be longer; PostgreSQL takes places above 16,383 for that one
LONGEST_WORD, MOST_BYTES = 500, 900_000


@dataclass(frozen=True, slots=True)
class Words:
    """Statements on the index, and what a row and a search are in them.

    `added` and `removed` take a seq and its folded text; `find` takes a search, the lowest seq, the one above all, a
    limit.
    """

    add: str
    remove: str
    empty: str
    find: str
    added: Callable[[int, str], tuple[Any, ...]]
    removed: Callable[[int, str], tuple[Any, ...]]
    asked: Callable[[Search], str]


def match_of(search: Search) -> str:
    """Return a search as a query of FTS5. Folded phrases have letters, digits and spaces: none is a sign in it."""
    wanted = " AND ".join(_any(each) for each in search.wanted)
    return f"({wanted}) NOT ({' OR '.join(_any(each) for each in search.unwanted)})" if search.unwanted else wanted


def _any(sought: Sought) -> str:
    return "(" + " OR ".join(f'"{each}"' for each in sought.phrases) + ")"


def vector_of(folded: str) -> str:
    """Return a folded text as a tsvector is written: each word with its place."""
    parts, size = [], 0
    for place, word in enumerate(folded.split(), 1):
        size += len(word[:LONGEST_WORD].encode()) + 4
        if size > MOST_BYTES:
            break
        parts.append(f"{lexeme(word)}:{place}")
    return " ".join(parts)


def query_of(search: Search) -> str:
    """Return a search as a tsquery is written."""
    wanted = [_phrases(each) for each in search.wanted]
    return " & ".join([*wanted, *(f"!{_phrases(each)}" for each in search.unwanted)])


def _phrases(sought: Sought) -> str:
    return "(" + " | ".join(f"({' <-> '.join(map(lexeme, each.split()))})" for each in sought.phrases) + ")"


def lexeme(word: str) -> str:
    """Return a folded word as a tsvector and a tsquery are written."""
    plain = word[:LONGEST_WORD].replace("\\", "\\\\").replace("'", "''")
    return f"'{plain}'"


WORDS: Mapping[str, Words] = {
    "sqlite": Words(
        "INSERT INTO article_words (rowid, words) VALUES (?, ?)",
        "INSERT INTO article_words (article_words, rowid, words) VALUES ('delete', ?, ?)",
        "INSERT INTO article_words (article_words) VALUES ('delete-all')",
        "SELECT rowid FROM article_words WHERE article_words MATCH ? AND rowid >= ? AND rowid < ? "
        "ORDER BY rowid DESC LIMIT ?",
        lambda seq, folded: (seq, folded),
        lambda seq, folded: (seq, folded),
        match_of,
    ),
    "postgresql": Words(
        "INSERT INTO article_words (rowid, words) VALUES (%s, %s::tsvector)",
        "DELETE FROM article_words WHERE rowid = %s",
        "DELETE FROM article_words",
        "SELECT rowid FROM article_words WHERE words @@ %s::tsquery AND rowid >= %s AND rowid < %s "
        "ORDER BY rowid DESC LIMIT %s",
        lambda seq, folded: (seq, vector_of(folded)),
        lambda seq, _: (seq,),
        query_of,
    ),
}
