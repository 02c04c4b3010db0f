"""SQL for the keys by which sources name articles: a GUID, a link, a headline; and what each last sent under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, Text, bindparam, select, update

from crawler.article import Identified
from crawler.store.articles import articles, metadata
from crawler.store.asked import parts
from crawler.store.prepared import Prepared

# what a source last sent is kept beside the article's own content (decision 73)
identities = Table(
    "identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("article", Text, ForeignKey("articles.id"), nullable=False),
    Column("content_key", Text, nullable=False),
    Index("identities_by_article", "article"),  # to delete an article, also by its foreign key
)

_IDENTIFY = Prepared(
    select(
        identities.c.key,
        identities.c.source,
        identities.c.article,
        identities.c.content_key.label("said"),
        articles.c.title,
        articles.c.url,
        articles.c.guid,
        articles.c.content_key,
        articles.c.revision,
        articles.c.published,
        articles.c.carrier,
    )
    .join(articles, articles.c.id == identities.c.article)
    .where(identities.c.key.in_(bindparam("keys", expanding=True)))
)


def identified(connection: Connection, keys: Iterable[str]) -> list[Identified]:
    """Return the articles known by any of the keys, with what each source last sent under its key."""
    asked = (_IDENTIFY.rows(connection, {"keys": part}) for part in parts(key for key in keys if key))
    # by position, as the columns are asked for: every poll reads one for each key of what it shows
    return [Identified(*row) for rows in asked for row in rows]


def save_identities(
    connection: Connection, new: Sequence[Mapping[str, str]], changed: Sequence[Mapping[str, str]]
) -> None:
    """Store which keys sources use for articles, and what they last sent under each; `changed` are stored or `new`."""
    # an upsert that may set a foreign key takes five times as long: SQLite first copies the pages it may have to undo
    _ADD_IDENTITY.change_all(connection, new)
    _CHANGE_IDENTITY.change_all(connection, [{f"new_{name}": value for name, value in row.items()} for row in changed])


_ADD_IDENTITY = Prepared(identities.insert())
_CHANGE_IDENTITY = Prepared(
    update(identities)
    .where(identities.c.key == bindparam("new_key"), identities.c.source == bindparam("new_source"))
    .values(article=bindparam("new_article"), content_key=bindparam("new_content_key"))
)
