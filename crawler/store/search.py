"""The words of each article's newest revision, folded, in a full-text index; searches of it.

What the two databases need of their own is in words.py. A row's number is the `seq` of its revision, so the newest
comes first unsorted. The index of SQLite keeps no text: what is taken out is folded anew from the revision.
`search_fill` says down to which seq it is filled; what an older store held before is added a slice at a time (`fill`),
the newest first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Protocol

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, bindparam, func, select, update

from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import run_all
from crawler.store.stored_words import stored_among
from crawler.store.words import INDEX as INDEX
from crawler.store.words import WORDS, Words
from crawler.store.words import match_of as match_of
from crawler.text.folding import fold
from crawler.text.searching import Search, Sought

FEW = 500  # spellings, all of which are looked for as they are
SLICE = 1_000  # articles added in one commit: some 30 ms
metadata = MetaData()
search_fill = Table(
    "search_fill",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("below", Integer, nullable=False),  # all articles of this seq or a later one are in the index
    Column("folding", Text, nullable=False),  # `folding()` when it was filled
)
# the columns of two tables that are read here; crawler/store/articles.py, which imports this file, has all of them
_ours = MetaData()
_articles = Table("articles", _ours, Column("id", Text), Column("revision", Integer))
_revisions = Table(
    "revisions",
    _ours,
    Column("seq", Integer),
    Column("article", Text),
    Column("number", Integer),
    Column("seen", UtcTime),
    *(Column(name, Text) for name in ("title", "summary", "text")),
)


class Said(Protocol):
    """What is indexed of a revision."""

    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def text(self) -> str: ...


def _folded(said: Said) -> str:
    return fold(f"{said.title}\n{said.text or said.summary}").strip()


_COLUMNS = (_revisions.c.seq, _revisions.c.title, _revisions.c.summary, _revisions.c.text)
_CURRENT = select(*_COLUMNS).join(
    _articles, (_revisions.c.article == _articles.c.id) & (_revisions.c.number == _articles.c.revision)
)
_OLDER = _CURRENT.where(_revisions.c.seq < bindparam("below")).order_by(_revisions.c.seq.desc()).limit(SLICE)
_NEVER = 1 << 62  # a seq that no article has


def _words(connection: Connection) -> Words:
    return WORDS[connection.dialect.name]


def add(connection: Connection, found: Iterable[tuple[int, Said]]) -> None:
    """Add articles' newest revisions, each (seq, what it says), to the index, in the commit that stores them."""
    words = _words(connection)
    if rows := [words.added(seq, _folded(said)) for seq, said in found]:
        run_all(connection, words.add, rows)


def remove(connection: Connection, articles: Sequence[str]) -> None:
    """Take articles' newest revisions out of the index, before they are deleted or a newer one is stored."""
    below, words = _below(connection), _words(connection)
    for part in parts(articles):
        rows = connection.execute(_CURRENT.where(_articles.c.id.in_(part), _revisions.c.seq >= below)).all()
        if rows:
            run_all(connection, words.remove, [words.removed(row.seq, _folded(row)) for row in rows])


def fill(connection: Connection) -> int:
    """Add a slice of what an older store held before it had the index; return how many articles, 0 where all are in.

    Where letters are folded otherwise than when it was filled, the index begins anew.
    """
    words = _words(connection)
    row = connection.execute(select(search_fill)).one()
    below = row.below
    if row.folding != folding():
        if row.folding:
            connection.exec_driver_sql(words.empty)
            below = (connection.scalar(select(func.max(_revisions.c.seq))) or 0) + 1
        connection.execute(update(search_fill).values(below=below, folding=folding()))
    if below <= 1:
        return 0
    rows = connection.execute(_OLDER, {"below": below}).all()
    if rows:
        run_all(connection, words.add, [words.added(each.seq, _folded(each)) for each in rows])
    connection.execute(update(search_fill).values(below=rows[-1].seq if rows else 1))
    return len(rows)


def begin_anew(connection: Connection) -> None:
    """Note that the index of a store that was copied is empty: `fill` adds all articles, a slice at a time."""
    newest = connection.scalar(select(func.max(_revisions.c.seq))) or 0
    connection.execute(update(search_fill).values(below=newest + 1, folding=""))


def unfilled(connection: Connection) -> int:
    """Return about how many articles an older store held that no search finds yet: their revisions are counted."""
    first = connection.scalar(select(func.min(_revisions.c.seq)))
    return max(0, _below(connection) - first) if first else 0


def narrowed(connection: Connection, search: Search) -> Search:
    """Return a search without the spellings that no article has; what then has none left finds nothing.

    A kind stands for up to a hundred thousand spellings, of which an archive has a hundred.
    """
    sought = (*search.wanted, *search.unwanted)
    if sum(len(each.phrases) for each in sought) <= FEW:
        return search
    stored = stored_among(connection, " ".join(phrase for each in sought for phrase in each.phrases).split())
    wanted, unwanted = ([_stored(each, stored) for each in part] for part in (search.wanted, search.unwanted))
    return Search(tuple(wanted), tuple(each for each in unwanted if each.phrases))


def _stored(sought: Sought, stored: set[str]) -> Sought:
    return Sought(tuple(each for each in sought.phrases if each in stored or stored.issuperset(each.split())))


def find(connection: Connection, search: Search, since: datetime | None, before: int | None, most: int) -> list[int]:
    """Return the seqs of at most `most` articles that have what is searched for, the newest first.

    Only those whose newest revision was stored `since` then, and that stand before the seq `before`, for the next page.
    """
    if not all(each.phrases for each in search.wanted):
        return []
    low = _first_since(connection, since) if since else 0
    words = _words(connection)
    rows = connection.exec_driver_sql(words.find, (words.asked(search), low, before or _NEVER, most))
    return [int(seq) for seq in rows.scalars()]


def among(connection: Connection, search: Search, seqs: Collection[int]) -> set[int]:
    """Return those of these seqs, of articles' newest revisions, that have what is searched for."""
    if not seqs or not all(each.phrases for each in search.wanted):
        return set()
    words = _words(connection)
    asked = (words.asked(search), min(seqs), max(seqs) + 1, _NEVER)
    return set(seqs) & {int(seq) for seq in connection.exec_driver_sql(words.find, asked).scalars()}


def _below(connection: Connection) -> int:
    return connection.scalar(select(search_fill.c.below)) or 1


def _first_since(connection: Connection, since: datetime) -> int:
    """Return the lowest seq of a revision stored since then; _NEVER for none. Seqs are given in the order of time."""
    low, high = 1, (connection.scalar(select(func.max(_revisions.c.seq))) or 0) + 1
    end = high
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(_NEXT, {"from": middle}).one_or_none()
        if row is None or row.seen >= since:
            high = middle
        else:
            low = row.seq + 1
    return low if low < end else _NEVER


_NEXT = (
    select(_revisions.c.seq, _revisions.c.seen)
    .where(_revisions.c.seq >= bindparam("from"))
    .order_by(_revisions.c.seq)
    .limit(1)
)


@cache
def folding() -> str:
    """Return a number that changes with how letters are folded."""
    letters = " ".join(map(chr, (*range(0x20, 0x700), *range(0x1E00, 0x1F00), *range(0xFB50, 0xFE00))))
    words = "U.S. don't F-16 US&amp;A Iran's 1.5 a.b می\u200cرود e\u0301"
    return hashlib.sha256(fold(f"{letters} {words}").encode()).hexdigest()[:16]
