"""What interrupted each target of the events reported lately, in the store as it is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.decision import Told
from alerts.event import EventMention, Report
from alerts.store import decisions, event_reports
from alerts.store.heard import heard_since
from tests.unit.desk import NOW


def test_only_what_interrupted_and_was_reported_since_counts(line: Connection) -> None:
    rows = (
        # story, minutes ago, target, severity, revision, origins
        ("old", 90, "desk", Severity.FLASH, 1, 1),
        ("first", 60, "desk", Severity.FLASH, 2, 3),
        ("first", 60, "phone", Severity.FLASH, 1, 1),
        ("listed", 30, "desk", Severity.IMMEDIATE, 0, 1),
        ("last", 0, "desk", Severity.PRIORITY, 1, 2),
    )
    for seq, (story, ago, target, severity, revision, origins) in enumerate(rows, 1):
        at = NOW - timedelta(minutes=ago)
        report = Report(seq, story, f"t-{story}", "wire", "a headline", at, EventMention())
        event_reports.add_report(line, report, "", None)
        decisions.save_told(line, story, target, at, Told(frozenset({"r"}), severity, revision, origins=origins))
    found = heard_since(line, NOW - timedelta(minutes=60))
    assert {target: set(stories) for target, stories in found.items()} == {
        "desk": {"first", "last"},
        "phone": {"first"},
    }
    assert found["desk"]["first"] == (Severity.FLASH, 3)
    assert found["desk"]["last"] == (Severity.PRIORITY, 2)
