"""SQL on the words of the full-text index: which of given words some article has, and which begin alike.

Every function takes a connection, also one that cannot write.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection

from crawler.store.prepared import on_cursor
from crawler.store.words import lexeme

NEWEST = 3_000  # articles whose words are looked through in PostgreSQL, which keeps no list of words
AT_ONCE = 5_000  # words of one statement in PostgreSQL
# the list of words of FTS5; a table of the connection, in no file
_LIST = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.stored_words USING fts5vocab(main, article_words, 'instance')"
_NEXT = "SELECT term FROM temp.stored_words WHERE term >= ? LIMIT 1"
_AMONG = (
    "SELECT asked FROM unnest(%s::text[], %s::text[]) AS words (asked, query) "
    "WHERE EXISTS (SELECT 1 FROM article_words WHERE words @@ query::tsquery)"
)
_BEGINNING = (
    "SELECT word FROM ts_stat(format('SELECT words FROM article_words ORDER BY rowid DESC LIMIT %%s', %s::int)) "
    "WHERE starts_with(word, %s) ORDER BY nentry DESC LIMIT %s"
)


def stored_among(connection: Connection, words: Iterable[str]) -> set[str]:
    """Return those of these words, folded, that an article has."""
    wanted = sorted(set(words))  # as UTF-8 sorts too
    return _in_sqlite(connection, wanted) if connection.dialect.name == "sqlite" else _in_postgres(connection, wanted)


def stored_beginning(connection: Connection, beginning: str, most: int) -> list[str]:
    """Return at most `most` words that articles have and that begin so."""
    if connection.dialect.name != "sqlite":
        found = connection.exec_driver_sql(_BEGINNING, (NEWEST, beginning, most))
        return [str(word) for word in found.scalars()]
    first_from = _listed(connection)
    words: list[str] = []
    word = first_from(beginning)
    while word and word.startswith(beginning) and len(words) < most:
        words.append(word)
        word = first_from(f"{word}\0")
    return words


def _in_sqlite(connection: Connection, wanted: Sequence[str]) -> set[str]:
    """Return those that stand in the list of FTS5.

    Both are sorted, so all that lie before the next word of the list are passed over: of 100,000 spellings a thousand
    are looked up.
    """
    first_from = _listed(connection)
    found: set[str] = set()
    at = 0
    while at < len(wanted) and (word := first_from(wanted[at])) is not None:
        if word == wanted[at]:
            found.add(word)
        at = bisect_left(wanted, word, at) + (word == wanted[at])
    return found


def _listed(connection: Connection) -> Callable[[str], str | None]:
    """Return what gives the first word of the list that is a given one or comes after it, None where none does."""
    only = connection.exec_driver_sql("PRAGMA query_only").scalar()
    connection.exec_driver_sql("PRAGMA query_only=OFF")  # a temporary table too is one that is written
    connection.exec_driver_sql(_LIST)
    connection.exec_driver_sql(f"PRAGMA query_only={only}")

    def first_from(word: str) -> str | None:
        # a look-up takes some 20 us, and SQLAlchemy 50 around it
        _, row = on_cursor(connection, _NEXT, (word,), lambda cursor: cursor.execute(_NEXT, (word,)).fetchone())
        return str(row[0]) if row else None

    return first_from


def _in_postgres(connection: Connection, wanted: Sequence[str]) -> set[str]:
    found: set[str] = set()
    # a table that was just filled has no statistics: by its plan each word would be looked for in all rows
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for at in range(0, len(wanted), AT_ONCE):
        part = wanted[at : at + AT_ONCE]
        rows = connection.exec_driver_sql(_AMONG, ([*part], [lexeme(each) for each in part]))
        found.update(rows.scalars())
    connection.exec_driver_sql("SET LOCAL enable_seqscan = DEFAULT")
    return found
