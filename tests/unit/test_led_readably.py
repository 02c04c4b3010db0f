"""A message of one event is led by a report that its reader can read, where one came in with the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Alert, Reason, SendResult, Severity
from alerts.decide.attempt import judge_attempt
from alerts.delivery import Delivery, DeliveryState
from alerts.line.next_delivery import next_delivery
from alerts.render.digest import events_of
from alerts.rule import Config
from alerts.store import claims, decisions, outbox, targets
from tests.unit.desk import NOW, article, desk, rule
from tests.unit.event_desk import ANY, EVENTS, LISTS
from tests.unit.settled import ALERT, step

ARABIC, ENGLISH = "قصف إيراني على قاعدة أميركية في الكويت", "Iran strikes US base in Kuwait"
AGAIN = "American base in Kuwait hit by Iran, officials confirm"
KILLED = "قصف إيراني على قاعدة أميركية في الكويت: مقتل 3 جنود"


class Floor:
    """A receiver whose messages all arrive."""

    def __init__(self, connection: Connection, config: Config) -> None:
        self.connection, self.config = connection, config

    def hear(self, minutes: int, *titles: str) -> None:
        """Settle articles, each of an outlet of its own."""
        for number, title in enumerate(titles):
            step(self.connection, self.config, f"outlet{number}", title, minutes)

    def told(self, minutes: int) -> list[tuple[Delivery, Alert]]:
        """Send what is due, and return it."""
        receiver, now, sent = self.config.receivers["console"], NOW + timedelta(minutes=minutes), []
        (target,) = receiver.targets
        while made := next_delivery(self.connection, target.id, receiver, now):
            before = targets.state_of_target(self.connection, target.id)
            result = SendResult(ok=True)
            claims.settle(self.connection, made, judge_attempt(made, result, before, now), result, now)
            sent.append((made, decisions.load_alert(self.connection, made.subject, made.revision)))
        return sent


def floor(line: Connection, place: Path, graded: str, settings: str = "freshness: 48h") -> Floor:
    return Floor(line, desk(place, graded, f"{settings}, {EVENTS}", LISTS))


@pytest.mark.parametrize("heard", [(ARABIC, ENGLISH), (ENGLISH, ARABIC), (ARABIC, ENGLISH, AGAIN)])
def test_report_that_the_reader_can_read_leads(line: Connection, tmp_path: Path, heard: tuple[str, ...]) -> None:
    watch = floor(line, tmp_path, rule(ANY, severity="immediate"))
    watch.hear(0, *heard)
    ((message, alert),) = watch.told(0)
    assert (alert.foreign, message.reason) == (False, Reason.FIRST_ARTICLE)
    kept = outbox.find(line, message.id)
    assert kept is not None
    assert (kept.reason, kept.state) == (Reason.FIRST_ARTICLE, DeliveryState.SENT)
    others = [title for title in heard if title != alert.article.title]
    assert all(any(title in note for note in message.notes) for title in others)
    folded = [each for each in outbox.deliveries_that(line) if each.id != message.id]
    assert {each.state for each in folded} == {DeliveryState.FOLDED}
    assert {each.carrier.by for each in folded if each.carrier} == {message.id}
    assert watch.told(60) == []


def test_report_that_the_reader_can_read_leads_a_flash_of_its_round(line: Connection, tmp_path: Path) -> None:
    watch = floor(line, tmp_path, rule(ANY, severity="flash"))
    watch.hear(0, ARABIC, ENGLISH)
    ((message, alert),) = watch.told(0)
    assert (alert.article.title, message.severity, message.reason) == (ENGLISH, Severity.FLASH, Reason.FIRST_ARTICLE)
    assert any(ARABIC in note for note in message.notes)
    # a flash that tells something new is a message of its own
    watch.hear(1, KILLED)
    assert [each.severity for each, _ in watch.told(1)] == [Severity.FLASH]


def test_for_whom_reads_arabic_the_arabic_report_leads(line: Connection, tmp_path: Path) -> None:
    watch = floor(line, tmp_path, rule(ANY, severity="immediate"), "freshness: 48h, language: ar")
    watch.hear(0, ENGLISH, ARABIC)
    ((_, alert),) = watch.told(0)
    assert alert.article.title == ARABIC


def test_graver_report_leads_in_any_language(line: Connection, tmp_path: Path) -> None:
    watch = floor(line, tmp_path, rule("[قصف]", severity="immediate", name="a") + rule(ANY, severity="priority"))
    watch.hear(0, ARABIC, ENGLISH)
    ((_, alert),) = watch.told(0)
    assert alert.article.title == ARABIC


def test_report_of_another_round_leads_nothing(line: Connection, tmp_path: Path) -> None:
    watch = floor(line, tmp_path, rule(ANY, severity="immediate"))
    watch.hear(0, ARABIC)
    watch.hear(2, ENGLISH)
    ((_, alert),) = watch.told(2)
    assert alert.article.title == ARABIC


def _alert(title: str, at: datetime, *, foreign: bool, severity: Severity = Severity.PRIORITY) -> Alert:
    made = replace(article(title), outlet=title)
    return replace(ALERT, article=made, created=at, foreign=foreign, severity=severity, story=f"s{title}")


DIGESTS = [
    ("of one round", [("ar", 0, True, 2), ("en", 0, False, 2)], "en"),
    ("the newest of the readable ones", [("ar", 0, True, 2), ("en", 0, False, 2), ("fr", 0, False, 2)], "fr"),
    ("of an earlier round", [("en", 0, False, 2), ("ar", 5, True, 2)], "ar"),
    ("less grave", [("en", 0, False, 2), ("ar", 0, True, 3)], "ar"),
    ("none is readable", [("fa", 0, True, 2), ("ar", 0, True, 2)], "fa"),
]


@pytest.mark.parametrize(("name", "reports", "first"), DIGESTS, ids=[row[0] for row in DIGESTS])
def test_entry_of_a_digest_is_led_by_a_readable_report(
    name: str, reports: list[tuple[str, int, bool, int]], first: str
) -> None:
    alerts = [
        _alert(title, NOW + timedelta(minutes=at), foreign=foreign, severity=Severity(severity))
        for title, at, foreign, severity in reports
    ]
    (event,) = events_of(alerts)
    assert event[0].article.title == first, name
    assert len(event) == len(reports)
