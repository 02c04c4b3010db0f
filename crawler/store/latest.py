"""SQL on the reports of stories, for lists: who reports each, since when, in which language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, func, select, type_coerce

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


def outlet_names(connection: Connection) -> set[str]:
    """Return the names of all outlets of which there are articles, carried ones too, and of those that carried them."""
    rows = connection.execute(select(articles.c.outlet, articles.c.carrier).distinct())
    return {name for row in rows for name in row if name}


def counted_by_day(connection: Connection, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many articles each source gave on each day since then, in UTC, by (source, "2026-06-14")."""
    day = func.substr(articles.c.first_seen, 1, 10)
    wanted = select(articles.c.source, type_coerce(day, Text).label("day"), func.count().label("n"))
    rows = connection.execute(wanted.where(articles.c.first_seen >= since).group_by(articles.c.source, "day"))
    return {(row.source, row.day): row.n for row in rows}
