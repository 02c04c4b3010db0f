"""SQL for articles, their revisions, and the stories and threads they open. Each runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
    update,
)

from crawler.article import Article, Placement, Relation, Revision
from crawler.store import search
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import add_up, save_new

if TYPE_CHECKING:  # what reads entries is a tenth of a command that only shows what is stored
    from crawler.parse.normalise import Draft

OPENS_A_STORY = frozenset({Relation.NEW, Relation.RELATED})
metadata = MetaData()

threads = Table("threads", metadata, Column("id", Text, primary_key=True), Column("opened", UtcTime, nullable=False))
stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("thread", Text, ForeignKey("threads.id"), nullable=False),
    Column("opened", UtcTime, nullable=False),
    Column("joined", UtcTime, nullable=False),
    Index("stories_by_thread", "thread"),
    Index("stories_by_joined", "joined"),
)
# `title` and `content_key` are those of the newest revision; `change` is that of the first
articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("story", Text, ForeignKey("stories.id"), nullable=False),
    Column("relation", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("guid", Text),
    Column("url", Text),
    Column("author", Text),
    Column("lang", Text),
    Column("published", UtcTime),
    Column("first_seen", UtcTime, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("content_key", Text, nullable=False),
    Column("carrier", Text, nullable=False, server_default=""),
    Index("articles_by_story", "story"),
    Index("articles_by_time", "first_seen"),
)
revisions = Table(
    "revisions",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("article", Text, ForeignKey("articles.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("seen", UtcTime, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("change", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("article", "number"),
    # a seq is never given twice, also not after the newest row was deleted: triage remembers the last one it has read
    sqlite_autoincrement=True,
)
counts = Table("counts", metadata, Column("name", Text, primary_key=True), Column("n", Integer, nullable=False))


def count(connection: Connection, table: Table, amounts: Mapping[str, int]) -> None:
    """Add amounts to the ledger's counts by name; call it in the transaction that stores what is counted."""
    add_up(connection, table, [{"name": name, "n": amount} for name, amount in amounts.items() if amount], "name")


def load_counts(connection: Connection, table: Table) -> dict[str, int]:
    """Return the ledger's counts by name."""
    return {row.name: row.n for row in connection.execute(select(table))}


@dataclass(frozen=True, slots=True)
class NewArticle:
    """A new article that is about to be stored: its values, its content and its place in a story."""

    article: Article
    made: Draft
    placement: Placement


def add_articles(connection: Connection, found: Sequence[NewArticle], *, baseline: bool) -> dict[str, int]:
    """Store new articles with their first revisions; return the seq of each by article id.

    Stories and threads that they open are stored too; those they join must exist.
    """
    opened, joined = [], []
    for each in found:
        story, seen = each.placement.story, each.article.first_seen
        if each.placement.relation in OPENS_A_STORY:
            opened.append({"id": story, "thread": each.placement.thread, "opened": seen, "joined": seen})
        else:
            joined.append({"name": story, "seen": seen})
    # a story inside an existing thread is no new thread; one opened earlier in this poll may not be stored twice
    save_new(connection, threads, [{"id": each["thread"], "opened": each["opened"]} for each in opened])
    _OPEN.change_all(connection, opened)
    # after the insert: an article may join a story that was opened earlier in the same poll
    _JOIN.change_all(connection, joined)
    _ADD_ARTICLES.change_all(connection, [_row(each) for each in found])
    rows = [
        _revision_row(each.article.id, 1, each.article.first_seen, each.made, each.placement.change, baseline=baseline)
        for each in found
    ]
    seqs = {row.article: row.seq for row in _ADD_REVISIONS.returned(connection, rows)}
    search.add(connection, ((seqs[each.article.id], each.made) for each in found))
    return seqs


# built once: each poll that brings something asks
_OPEN, _ADD_ARTICLES = Prepared(stories.insert()), Prepared(articles.insert())
# `name` and `seen`: parameters of an UPDATE may not be called as columns of its table are
_JOIN = Prepared(update(stories).where(stories.c.id == bindparam("name")).values(joined=bindparam("seen")))
# the columns of a Placement; its thread is not one of them, since the story has it
_PLACED = ("story", "relation", "evidence", "change", "origin")


def _row(each: NewArticle) -> dict[str, Any]:
    said = {name: getattr(each.article, name) for name in _ARTICLE_COLUMNS}
    placed = {name: getattr(each.placement, name) for name in _PLACED}
    return said | placed | {"content_key": each.made.content_key}


_ARTICLE_COLUMNS = (
    "id", "source", "outlet", "owner", "guid", "url", "author", "lang", "published", "first_seen", "revision", "title",
    "carrier",
)  # fmt: skip


def revise_article(
    connection: Connection, identity: str, made: Draft, number: int, now: datetime, change: str = ""
) -> int:
    """Store `made` as revision `number` of an article and return its seq.

    Author, language and date of publication stay as they were first received.
    """
    search.remove(connection, [identity])
    changed = {"title": made.title, "revision": number, "content_key": made.content_key}
    connection.execute(update(articles).where(articles.c.id == identity).values(**changed))
    values = _revision_row(identity, number, now, made, change, baseline=False)
    seq = int(_ADD_REVISIONS.scalar(connection, values))
    search.add(connection, [(seq, made)])
    return seq


_ADD_REVISIONS = Prepared(revisions.insert().returning(revisions.c.seq, revisions.c.article))


def _revision_row(
    article: str, number: int, seen: datetime, made: Draft, change: str, *, baseline: bool
) -> dict[str, Any]:
    values = {"article": article, "number": number, "seen": seen, "baseline": baseline, "change": change}
    return values | {"title": made.title, "summary": made.summary, "text": made.text}


# joins an article with its newest revision
IS_CURRENT = (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision)
_REVISIONS = (
    select(
        revisions.c.seq,
        revisions.c.number,
        revisions.c.seen,
        revisions.c.baseline,
        revisions.c.change,
        revisions.c.title,
        revisions.c.summary,
        revisions.c.text,
        # a revision has its own number and headline
        *(articles.c[name] for name in _ARTICLE_COLUMNS if name not in {"revision", "title"}),
        articles.c.story,
        articles.c.relation,
        articles.c.evidence,
        articles.c.origin,
        stories.c.thread,
    )
    .join(articles, articles.c.id == revisions.c.article)
    .join(stories, stories.c.id == articles.c.story)
    .where(revisions.c.seq > bindparam("after"))
    .order_by(revisions.c.seq)
    .limit(bindparam("most"))
)


def last_seq(connection: Connection) -> int:
    """Return the `seq` of the newest revision, 0 where there is none."""
    return connection.scalar(select(func.max(revisions.c.seq))) or 0


def revisions_after(connection: Connection, seq: int, limit: int) -> list[Revision]:
    """Return at most `limit` revisions stored after `seq`, oldest first."""
    rows = connection.execute(_REVISIONS, {"after": seq, "most": limit})
    return [_revision(row) for row in rows.mappings()]


def _revision(row: RowMapping) -> Revision:
    names = [each.name for each in fields(Article) if each.name != "revision"]
    article = Article(**{name: row[name] for name in names}, revision=row["number"])
    # the article keeps the relation of its first revision; later revisions are edits, whatever it was
    relation = Relation(row["relation"]) if row["number"] == 1 else Relation.REVISED
    placement = Placement(relation, row["story"], row["thread"], row["evidence"], row["change"], row["origin"])
    return Revision(row["seq"], article, placement, row["seen"], baseline=row["baseline"])


_SINCE = _REVISIONS.where(articles.c.first_seen >= bindparam("since"), IS_CURRENT)
# articles_by_time finds the articles, and the unique (article, number) their revisions
_FIRST_SINCE = select(func.min(revisions.c.seq)).where(
    revisions.c.article.in_(select(articles.c.id).where(articles.c.first_seen >= bindparam("since")))
)


def revisions_since(connection: Connection, since: datetime, page: int, after: int = -1) -> Iterator[Revision]:
    """Yield the newest revision of each article first seen at or after `since`, by seq, `page` rows per query.

    Reading starts at the first revision of those articles, so the cost does not grow with the archive; or behind the
    seq `after`, for who reads on in another transaction.
    """
    if after < 0:
        after = (connection.scalar(_FIRST_SINCE, {"since": since}) or 0) - 1
    # page by page, so that a long archive never lies in memory as a whole
    while rows := connection.execute(_SINCE, {"since": since, "after": after, "most": page}).mappings().all():
        yield from map(_revision, rows)
        after = rows[-1]["seq"]


def articles_of(connection: Connection, identity: str) -> list[Article]:
    """Return the article with this id, or all articles of the story with this id, in their newest revision."""
    named = or_(articles.c.id == identity, articles.c.story == identity)
    return _articles(
        connection, select(*_CURRENT).join(articles, IS_CURRENT).where(named).order_by(articles.c.first_seen)
    )


def articles_since(connection: Connection, since: datetime, limit: int) -> list[Article]:
    """Return at most `limit` articles first seen at or after `since`, in their newest revision, oldest first."""
    found = select(*_CURRENT).join(articles, IS_CURRENT).where(articles.c.first_seen >= since)
    return _articles(connection, found.order_by(articles.c.first_seen).limit(limit))


def _articles(connection: Connection, found: Select[Any]) -> list[Article]:
    return [Article(**row) for row in connection.execute(found).mappings()]


_CURRENT = (
    *(articles.c[name] for name in _ARTICLE_COLUMNS if name != "title"),
    revisions.c.title,
    revisions.c.summary,
    revisions.c.text,
)


_WORDS = select(articles.c.id, revisions.c.title, revisions.c.summary, revisions.c.text).join(articles, IS_CURRENT)
_CONTENT = Prepared(_WORDS.where(articles.c.id == bindparam("name")))
_CONTENTS = Prepared(_WORDS.where(articles.c.id.in_(bindparam("names", expanding=True))))


def content_of(connection: Connection, article: str) -> tuple[str, str]:
    """Return the headline and the body of an article in its newest revision. Raise NoResultFound if it is unknown."""
    row = _CONTENT.one(connection, {"name": article})
    return row.title, row.text or row.summary


def contents_of(connection: Connection, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the headline and the body of each article in its newest revision, by its id."""
    rows = (row for part in parts(names) for row in _CONTENTS.rows(connection, {"names": part}))
    return {row.id: (row.title, row.text or row.summary) for row in rows}


def totals(connection: Connection) -> dict[str, int]:
    """Return how many articles, revisions, stories and threads are stored, by the name of the table."""
    tables = {"articles": articles, "revisions": revisions, "stories": stories, "threads": threads}
    return {name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}
