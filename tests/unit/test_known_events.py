"""What a target knows of an event, by what it was told of its thread and of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.decide.same_event import EventWindow
from alerts.decision import KnownEvent, Told
from alerts.event import Act, EventMention, Report
from alerts.line.event_threads import known_events
from alerts.rule import EventSettings
from alerts.store import decisions, event_reports
from tests.unit.desk import NOW, article, revision

SETTINGS = EventSettings(
    developments=frozenset({"strike", "arrest"}),
    by_target=frozenset({"strike", "arrest"}),
    parties=frozenset({"us", "iran", "kuwait"}),
)
STRIKE = EventMention(
    (Act("strike", "happened", ("iran",), ("us",)),), ("iran", "us", "harir"), ("harir",), words=("dawn", "hangar")
)
ARREST = EventMention((Act("arrest", "happened", ("kuwait",), ("cell",)),), ("kuwait", "cell"), words=("raid",))


def known(
    line: Connection, told: list[tuple[str, EventMention, Severity]], ours: EventMention, ago: int = 60
) -> KnownEvent:
    """Return what the desk knows of a report in thread t1 that comes `ago` minutes after it was told others."""
    window = EventWindow(SETTINGS)
    for seq, (thread, mention, severity) in enumerate(told, 2):
        at = NOW - timedelta(minutes=ago)
        each = Report(seq, f"story-{seq}", thread, "wire", "a headline", at, mention)
        event_reports.add_report(line, each, "", None)
        decisions.save_told(line, each.story, "desk", at, Told(frozenset({"r"}), severity, 1, origins=1))
        window.add(each)
    return known_events(line, window, revision(article("What is told later")), ours, NOW)["desk"]


@pytest.mark.parametrize(("begins_with", "severity"), [(STRIKE, Severity.FLASH), (ARREST, Severity.PRIORITY)])
def test_what_another_event_told_as_grave_is_no_graver_here(
    line: Connection, begins_with: EventMention, severity: Severity
) -> None:
    told = [("t1", ARREST, Severity.PRIORITY), ("t2", STRIKE, Severity.FLASH)]
    assert known(line, told, begins_with).severity is severity


@pytest.mark.parametrize(("minutes", "alike"), [(5, True), (180, False)])
def test_one_attack_told_within_minutes_in_other_words_is_a_repeat(line: Connection, minutes: int, alike: bool) -> None:
    words = tuple(f"word{number}" for number in range(400))
    ours = replace(STRIKE, words=words, things=("drone", "fuel", "tower"))
    assert known(line, [("t1", STRIKE, Severity.PRIORITY)], ours, minutes).alike is alike
