"""The last day at a glance: articles as they came, alerts by severity and by rule, each by the hour."""

from __future__ import annotations

from datetime import timedelta

from alerts.board.hourly import by_severity, day_rows, hours
from alerts.board.page import Asked, Page, Record
from alerts.board.shapes import BY_SEVERITY, COUNTS, FLAG, SEVERITY, TEXT, TIME, WHOLE, each, keys
from alerts.status import count
from alerts.store.severities import alerts_made
from alerts.store.statuses import sent_alone, statuses_of_revisions
from crawler.store.arrivals import arrivals

MOST = 5_000  # alerts of a day


def read(asked: Asked) -> Record:
    """Return the counts of the last 24 hours, and of the hours of the last seven days the articles that came."""
    came = arrivals(asked.connection, asked.now - timedelta(days=7))
    made = alerts_made(asked.connection, asked.now - timedelta(hours=24), MOST)
    statuses = statuses_of_revisions(asked.connection, [(each.story, each.revision) for each in made])
    sent = sent_alone(made, statuses)
    titles = {each.id: each.title for each in asked.config.rules}
    return {
        "arrivals": hours(came, asked.now, 24),
        "week": hours(came, asked.now, 24 * 7),
        "alerts": len(sent),
        "counts": count(statuses, [(each.story, each.revision) for each in made]),
        "cut": len(made) == MOST,
        "severities": by_severity(sent, asked.now),
        "rules": day_rows(sent, titles, asked.now),
        "hours": [asked.now - timedelta(hours=at) for at in (24, 18, 12, 6, 0)],
    }


DOT = keys("Alerts of an hour", hour=WHOLE, severity=SEVERITY, n=WHOLE)
ANSWER = keys(
    arrivals=each(WHOLE), week=each(WHOLE), alerts=WHOLE, counts=COUNTS, cut=FLAG, severities=BY_SEVERITY,
    rules=each(keys("Rule's day", rule=TEXT, title=TEXT, alerts=WHOLE, dots=each(DOT))), hours=each(TIME),
)  # fmt: skip
PAGE = Page("day", "/day", "The last 24 hours", read, ANSWER, menu="Day", key="p")
