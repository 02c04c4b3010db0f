"""What settles a revision in a store in memory, as the daemon does in two commits; and an alert that was told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import Alert, Cause, Hit, Kind, Reason, Severity
from alerts.decide.same_event import EventWindow
from alerts.delivery import Delivery, DeliveryState
from alerts.line.settle import TriageResult, settle
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store import decisions
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.unit.desk import NOW, article

HIT = Hit("militia", "militia", "title", 10, 17, "militia")
CAUSE = Cause("r", "Militias", "0a1b2c3d", Severity.PRIORITY, (HIT,))
ALERT = Alert("s1", "t1", 2, Severity.PRIORITY, NOW, article("Bomb hits militia patrol"), (CAUSE,), ("Wire", "Daily"))
SENT = Delivery(
    "d1", "s1", Kind.UPDATE, 2, "x", "x", Severity.PRIORITY, Reason.UPDATED, DeliveryState.SENDING, NOW, NOW
)


def step(
    connection: Connection,
    config: Config,
    source: str,
    title: str,
    minutes: int,
    body: str = "",
    *,
    baseline: bool = False,
    guid: str = "",
    age: timedelta = timedelta(0),
) -> TriageResult:
    """Store one article of a source and settle it, as the daemon does in two commits; with a known `guid`, an edit.

    `age` is how long ago it was published then.
    """
    now = NOW + timedelta(minutes=minutes)
    polled = Source(source, f"https://{source}.example/", owner=source)
    entry = Entry(title, guid=guid or f"{source}/{title}", summary=body, published=now - age)
    store_poll(connection, polled, SourceState(source, polled.url, now), [entry], (), now, baseline=baseline)
    waiting = archive.revisions_after(connection, int(decisions.get_mark(connection, "triaged") or 0), 9)
    matcher = Matcher(config)
    found = [(each, matcher.find(each.article)) for each in waiting]
    return settle(connection, config, EventWindow(config.events), found, now)


TEXT = (
    "A roadside bomb hit a patrol near the town of Hawija on Sunday and {toll} men were killed, police sources said. "
    "The blast struck the second of three vehicles as they returned. Ambulances took the wounded to a hospital in "
    "Kirkuk while troops closed the road and searched farms on both sides of it until nightfall."
)
