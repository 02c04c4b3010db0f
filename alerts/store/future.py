"""SQL: is a stored time ahead of the clock? Then it was set back, or is wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from alerts.store.outbox import deliveries
from crawler.store.articles import revisions
from crawler.store.db import UtcTime
from crawler.store.source_states import sources

_NEWEST = (
    ("a poll", select(func.max(sources.c.polled, type_=UtcTime))),
    ("a sent message", select(func.max(deliveries.c.sent, type_=UtcTime))),
    # by seq, as times have no index: the newest revision is the last one stored
    ("a revision", select(revisions.c.seen).order_by(revisions.c.seq.desc()).limit(1)),
)


def ahead(connection: Connection, limit: datetime) -> tuple[str, datetime] | None:
    """Return what is stored as of a time after `limit`, and that time; None if nothing is."""
    for what, query in _NEWEST:
        at: datetime | None = connection.scalar(query)
        if at is not None and at > limit:
            return what, at
    return None
