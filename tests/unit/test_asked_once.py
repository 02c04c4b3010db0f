"""What a commit asks of the store once stays right as the same commit stores waits and moves threads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Match, Reason, Scope, Severity
from alerts.decide.same_event import EventWindow
from alerts.decision import Wait
from alerts.line.asked_once import AskedOnce
from alerts.line.settle import settle
from alerts.rules.match import Matcher
from alerts.store import decisions, silences
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, REPEAT

HOUR = timedelta(hours=1)
WAIT = Wait("s1", "t1", 1, Match("r", Severity.PRIORITY, None, ()))


def test_a_match_that_waits_is_released_in_the_commit_that_stored_it(tmp_path: Path, line: Connection) -> None:
    waiting = rule(ANY).replace("mode:", "when: {origins: 2}, mode:")
    config = desk(tmp_path, waiting, f"freshness: 48h, {EVENTS}", LISTS)
    for name, title in (("one", FIRST), ("two", REPEAT)):
        source = Source(name, f"https://{name}.example/", owner=name)
        entries = [Entry(title, guid=name, published=NOW)]
        store_poll(line, source, SourceState(name, source.url, NOW), entries, (), NOW)
    matcher = Matcher(config)
    found = [(each, matcher.find(each.article)) for each in archive.revisions_after(line, 0, 9)]
    assert len({each.placement.thread for each, _ in found}) == 2  # the event joins them, in the same commit
    decided = settle(line, config, EventWindow(config.events), found, NOW).decided
    assert [made.reason for _, _, (made,) in decided] == [Reason.WAITING, Reason.FIRST_ARTICLE, Reason.REPEATS]


def test_a_thread_in_which_nothing_waits_is_asked_with_the_others(
    line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions.save_wait(line, WAIT, NOW)
    asked = AskedOnce(line, ["t1", "t2", "t3"], NOW)
    assert [asked.waits_in(each) for each in ("t1", "t2", "t3")] == [[WAIT], [], []]
    monkeypatch.setattr(decisions, "waits_in", lambda _, thread: thread)
    found: list[object] = [asked.waits_in(each) for each in ("t1", "t2", "t3")]
    assert found == ["t1", [], []]  # the others are not asked again


def test_what_waits_is_found_in_the_thread_it_was_moved_into(line: Connection) -> None:
    decisions.save_wait(line, WAIT, NOW)
    asked = AskedOnce(line, ["t1", "t2", "t3"], NOW)
    decisions.join_threads(line, "t1", "t2")
    asked.joined("t1", "t2")
    assert [each.thread for each in asked.waits_in("t2")] == ["t2"]
    assert asked.waits_in("t3") == []


def test_a_silence_is_found_on_the_thread_it_was_moved_to(line: Connection) -> None:
    silences.add_silence(line, Scope.THREAD, "t1", "Noor", "drill", NOW, NOW + HOUR)
    asked = AskedOnce(line, ["t1", "t2"], NOW)
    assert [each.value for each in asked.silences] == ["t1"]
    silences.join_threads(line, "t1", "t2")
    asked.joined("t1", "t2")
    assert [each.value for each in asked.silences] == ["t2"]
