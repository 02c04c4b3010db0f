"""A story -> the reports in other languages that tell the same event, as they are shown."""

from __future__ import annotations

from sqlalchemy import Connection

from alerts.event import Counterpart
from alerts.store import event_reports
from crawler.store.members import members_of


def counterparts_of(connection: Connection, story: str) -> tuple[Counterpart, ...]:
    """Return the newest counterpart of a story in each other language, the newest first."""
    found: dict[str, Counterpart] = {}
    for ours, other, link in event_reports.links_of(connection, story):
        if other.lang in found:
            continue
        members = members_of(connection, other.story)
        # an aggregator's item has another outlet than its source; a headline that changed since is none of them
        outlet = next((each.outlet for each in members if each.title == other.title), "") or other.source
        apart = round(abs((ours.at - other.at).total_seconds()) / 60)
        found[other.lang] = Counterpart(
            other.story, other.lang, outlet, other.title, other.at, link.both, apart, link.share
        )
    return tuple(found.values())
