"""SQL on the reports of stories, for lists: who reports each, since when, in which language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from crawler.store.articles import articles
from crawler.store.asked import parts


@dataclass(frozen=True, slots=True)
class Reported:
    """One report of a story, without its text."""

    article: str
    source: str
    outlet: str
    owner: str
    lang: str | None
    first_seen: datetime


def reports_of(connection: Connection, stories: Collection[str]) -> dict[str, list[Reported]]:
    """Return the reports of each story, in the order they were first seen."""
    columns = (articles.c.source, articles.c.outlet, articles.c.owner, articles.c.lang, articles.c.first_seen)
    found: dict[str, list[Reported]] = {}
    for part in parts(stories):
        wanted = select(articles.c.story, articles.c.id, *columns).where(articles.c.story.in_(part))
        for row in connection.execute(wanted.order_by(articles.c.first_seen, articles.c.id)):
            made = Reported(row.id, row.source, row.outlet, row.owner, row.lang, row.first_seen)
            found.setdefault(row.story, []).append(made)
    return found
