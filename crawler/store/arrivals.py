"""SQL that counts the articles that came, by the hour. Every function takes a connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from crawler.store.articles import articles

HOUR_LENGTH = len("2026-06-14T12")  # of a stored time, up to its hour


def arrivals(connection: Connection, since: datetime, sources: Sequence[str] = ()) -> dict[datetime, int]:
    """Return how many articles were first seen in each hour since then, by its beginning; no hour without one.

    `sources` are those counted, all where it is empty.
    """
    hour = func.substr(articles.c.first_seen, 1, HOUR_LENGTH)
    wanted = [articles.c.first_seen >= since, *([articles.c.source.in_(sources)] if sources else [])]
    rows = connection.execute(select(hour, func.count()).where(*wanted).group_by(hour))
    return {datetime.fromisoformat(f"{text}:00").replace(tzinfo=UTC): n for text, n in rows}


def count_since(connection: Connection, since: datetime) -> int:
    """Return how many articles were first seen since then."""
    return connection.scalar(select(func.count()).where(articles.c.first_seen >= since)) or 0
