"""SQL on what each target was told of the events that were reported lately, and of a thread whether anything was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, or_, select

from alerts.store.decisions import alerts, told
from alerts.store.event_reports import event_reports
from crawler.store.articles import stories
from crawler.store.prepared import Prepared


class Heard(NamedTuple):
    """How grave a story was told a target at most, as a number of `Severity`, and the most origins it was told with."""

    severity: int
    origins: int


def heard_since(connection: Connection, since: datetime) -> Mapping[str, Mapping[str, Heard]]:
    """Return by target and story what interrupted it, for all stories with a report of an event since then.

    What was there before monitoring, or was only listed, interrupted nobody.
    """
    found: dict[str, dict[str, Heard]] = {}
    for target, story, severity, origins in _HEARD.rows(connection, {"since": since}):
        found.setdefault(target, {})[story] = Heard(severity, origins)
    return found


# of one size, so that it is built once, however many stories an event has
_HEARD = Prepared(
    select(told.c.target, told.c.story, told.c.severity, told.c.origins).where(
        told.c.revision > 0,
        told.c.story.in_(select(event_reports.c.story).where(event_reports.c.at >= bindparam("since"))),
    )
)


def was_told(connection: Connection, thread: str) -> bool:
    """Return whether a story of a thread told an event, or an alert on one was made before events were read."""
    return bool(_WAS_TOLD.scalar(connection, {"wanted": thread}))


_WAS_TOLD = Prepared(
    select(
        or_(
            exists().where(event_reports.c.thread == bindparam("wanted")),
            exists().where(alerts.c.story == stories.c.id, stories.c.thread == bindparam("wanted")),
        )
    )
)
