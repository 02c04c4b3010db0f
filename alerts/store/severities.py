"""SQL for pages that show how grave stories are, and when alerts were made. Every function takes a connection."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from alerts.alert import Severity
from alerts.store.decisions import alerts
from crawler.store.asked import parts


@dataclass(frozen=True, slots=True)
class Made:
    """An alert as a plot shows it: its story, when it was made, and the rules that made it with their severities."""

    story: str
    revision: int
    at: datetime
    severity: Severity
    rules: tuple[tuple[str, Severity], ...]


def severities_of(connection: Connection, stories: Collection[str]) -> dict[str, str]:
    """Return the word of the highest severity at which each story was told, by story; nothing of those untold."""
    found: dict[str, str] = {}
    for part in parts(dict.fromkeys(stories)):
        highest = select(alerts.c.story, func.max(alerts.c.severity).label("severity")).where(alerts.c.story.in_(part))
        rows = connection.execute(highest.group_by(alerts.c.story))
        found |= {row.story: Severity(row.severity).word for row in rows}
    return found


def rules_of(connection: Connection, stories: Collection[str]) -> dict[str, dict[str, Severity]]:
    """Return by story the rules that told it, each with how grave that was last."""
    found: dict[str, dict[str, Severity]] = {}
    for part in parts(dict.fromkeys(stories)):
        for row in connection.execute(_CONTENTS.where(alerts.c.story.in_(part))):
            found.setdefault(row.story, {}).update(_rules(row.content))
    return found


_CONTENTS = select(alerts.c.story, alerts.c.content).order_by(alerts.c.revision)


def alerts_made(connection: Connection, since: datetime, most: int) -> list[Made]:
    """Return up to `most` alerts made since then, the newest first."""
    wanted = select(alerts.c.story, alerts.c.revision, alerts.c.created, alerts.c.severity, alerts.c.content)
    rows = connection.execute(wanted.where(alerts.c.created >= since).order_by(alerts.c.created.desc()).limit(most))
    return [Made(row.story, row.revision, row.created, Severity(row.severity), _rules(row.content)) for row in rows]


def _rules(content: str) -> tuple[tuple[str, Severity], ...]:
    # of a month's alerts nothing but this: to load each whole would take ten times as long
    return tuple((str(each["rule"]), Severity(each["severity"])) for each in json.loads(content)["causes"])
