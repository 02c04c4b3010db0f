"""Notices that could not be sent when a later one on the same thing goes: none comes in the wrong order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import SendResult, Severity
from alerts.decide.attempt import TargetState, judge_attempt
from alerts.delivery import Carried, Carrier, Delivery, DeliveryState
from alerts.line.attempt import record_attempt
from alerts.line.notices import queue_all, tell_back, tell_down
from alerts.render.text import render_notice
from alerts.rule import Config
from alerts.run.log_entries import watch_since
from alerts.store import claims, outbox, targets
from tests.unit.desk import NOW
from tests.unit.floor import M, desk, ids, turn

SICK = TargetState("sick#1", failures=5, failing_since=NOW, down_from=NOW, detail="refused")
HOOK = "json://127.0.0.1:9/x"
REFUSED = SendResult(ok=False, retry=True, detail="busy")


def tried(line: Connection, config: Config, minutes: int) -> Delivery:
    """Let the next message be claimed, and its attempt fail."""
    claimed = turn(line, config, minutes)
    assert claimed
    made = judge_attempt(claimed, REFUSED, TargetState(claimed.target), NOW + minutes * M)
    claims.settle(line, claimed, replace(made, due=NOW + 30 * M), REFUSED, NOW + minutes * M)
    return claimed


@pytest.mark.parametrize(("more", "said"), [(0, "1 message waited for it."), (1, "2 messages waited for it.")])
def test_what_waited_is_counted_with_what_got_through(line: Connection, admin: Config, more: int, said: str) -> None:
    (sick,) = ids(admin)
    for number in range(more + 1):
        queue_all(line, admin, f"notice:{number}", "x", "x", NOW)
    first = turn(line, admin, 1)
    assert first
    targets.save_target_state(line, replace(SICK, target=sick))
    record_attempt(line, admin, first, SendResult(ok=True), NOW + M)
    (back,) = [each for each in outbox.deliveries_that(line) if each.subject.startswith("notice:back:")]
    assert back.payload
    assert str(back.payload["body"]).endswith(said)


@pytest.fixture
def admin(tmp_path: Path) -> Config:
    return replace(desk(tmp_path, HOOK), admin="floor")


def test_reached_again_overtakes_that_it_cannot_be_reached_and_says_so(line: Connection, admin: Config) -> None:
    tell_down(line, admin, "sick", SICK, NOW)
    down = tried(line, admin, 1)
    tell_back(line, admin, "sick", replace(SICK, down_until=NOW + 5 * M), NOW + 5 * M)
    back = turn(line, admin, 5)
    assert back
    said = render_notice(back)
    assert said.title == "WATCHFLOOR sick is reached again"
    assert (
        "Before that, and not told until now: sick cannot be reached since 14 Jun 15:00 Baghdad (12:00 UTC)\n5 sends to"
        in said.body
    )
    (first,) = [each for each in outbox.deliveries_that(line) if each.id == down.id]
    assert (first.state, first.carrier) == (DeliveryState.FOLDED, Carrier(Carried.MESSAGE, back.id))
    assert turn(line, admin, 60) is None, "it is not told a second time"
    assert [each.title for each in watch_since(line, NOW)][:1] == [
        "sick cannot be reached since 14 Jun 15:00 Baghdad (12:00 UTC)"
    ]


def test_what_was_not_tried_or_is_more_urgent_stays_a_notice_of_its_own(line: Connection, admin: Config) -> None:
    queue_all(line, admin, "notice:grave", "grave", "x", NOW, severity=Severity.IMMEDIATE)
    tried(line, admin, 1)
    queue_all(line, admin, "notice:a", "a", "x", NOW + 2 * M)
    queue_all(line, admin, "notice:b", "b", "x", NOW + 3 * M)
    told = [turn(line, admin, 5), turn(line, admin, 5)]
    assert [each.payload["title"] for each in told if each and each.payload] == ["a", "b"]
    assert not any("Before that" in render_notice(each).body for each in told if each)
