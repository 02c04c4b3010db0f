"""The last day at a glance: articles as they came, alerts by severity and by rule, each by the hour."""

from __future__ import annotations

from datetime import timedelta

from alerts.board.hourly import by_severity, day_rows, hours
from alerts.board.page import Asked, Page, Record
from alerts.store.severities import alerts_made
from crawler.store.arrivals import arrivals

MOST = 5_000  # alerts of a day


def read(asked: Asked) -> Record:
    """Return the counts of the last 24 hours, and of the hours of the last seven days the articles that came."""
    came = arrivals(asked.connection, asked.now - timedelta(days=7))
    made = alerts_made(asked.connection, asked.now - timedelta(hours=24), MOST)
    titles = {each.id: each.title for each in asked.config.rules}
    return {
        "arrivals": hours(came, asked.now, 24),
        "week": hours(came, asked.now, 24 * 7),
        "alerts": len(made),
        "cut": len(made) == MOST,
        "severities": by_severity(made, asked.now),
        "rules": day_rows(made, titles, asked.now),
        "hours": [asked.now - timedelta(hours=at) for at in (24, 18, 12, 6, 0)],
    }


PAGE = Page("day", "/day", "The last 24 hours", read, menu="Day", key="p")
