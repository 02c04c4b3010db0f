"""A search goes in, the stored articles that have it come out, the newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from crawler.article import Article
from crawler.store import search as index
from crawler.store.articles import articles, revisions, stories
from crawler.store.asked import parts
from crawler.text.searching import Search


@dataclass(frozen=True, slots=True)
class Searched:
    """An article that was found, its story and thread. `seq` is its newest revision's: there the next page begins."""

    seq: int
    article: Article
    story: str
    thread: str


_OF_REVISION = frozenset({"title", "summary", "text"})  # of an article, what its newest revision has
_FIELDS = tuple(each.name for each in fields(Article))
_FOUND = (
    select(
        revisions.c.seq,
        articles.c.story,
        stories.c.thread,
        *((revisions if name in _OF_REVISION else articles).c[name] for name in _FIELDS),
    )
    .join(articles, articles.c.id == revisions.c.article)
    .join(stories, stories.c.id == articles.c.story)
    .where(revisions.c.seq.in_(bindparam("seqs", expanding=True)))
    .order_by(revisions.c.seq.desc())
)


def searched(
    connection: Connection, search: Search, since: datetime | None, before: int | None, most: int
) -> list[Searched]:
    """Return at most `most` articles that have what is searched for, the newest first.

    Only those stored or edited `since` then; with `before`, a `seq`, those that come after it on the next page.
    """
    seqs = index.find(connection, search, since, before, most)
    rows = connection.execute(_FOUND, {"seqs": seqs}).mappings()
    return [
        Searched(row["seq"], Article(**{name: row[name] for name in _FIELDS}), row["story"], row["thread"])
        for row in rows
    ]


def stories_with(connection: Connection, search: Search, found: Collection[str]) -> set[str]:
    """Return those of these stories of which an article has what is searched for."""
    told: dict[int, str] = {}
    for part in parts(found):
        told |= {row.seq: row.story for row in connection.execute(_NEWEST.where(articles.c.story.in_(part)))}
    return {told[seq] for seq in index.among(connection, search, told)}


_NEWEST = select(revisions.c.seq, articles.c.story).join(
    articles, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision)
)
