"""Tell headlines one by one to the shipped desk, and see which of them interrupt."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import LISTED
from alerts.decide.same_event import EventWindow
from alerts.line.settle import settle
from alerts.store import decisions
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.unit.desk import NOW
from tests.unit.shipped import matcher, shipped


def rings(line: Connection, title: str, number: int, later: timedelta) -> bool:
    """Return whether a headline of an outlet of its own interrupts its reader, so long after NOW."""
    now = NOW + later
    source = f"wire{number}"
    store_poll(
        line,
        Source(source, f"https://{source}.example/", owner=source),
        SourceState(source, f"https://{source}.example/", now),
        [Entry(title, guid=f"{number}", published=now)],
        (),
        now,
        baseline=False,
    )
    waiting = archive.revisions_after(line, int(decisions.get_mark(line, "triaged") or 0), 9)
    found = [(each, matcher().find(each.article)) for each in waiting]
    made = settle(line, shipped(), EventWindow(shipped().events), found, now).decided
    return any(each.queue and each.reason not in LISTED for _, _, all_ in made for each in all_)
