"""What one claim settles: its own attempt, and none that came after it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Kind, Reason, SendResult, Severity
from alerts.decide.attempt import LEASE, TargetState, judge_attempt
from alerts.delivery import Delivery, DeliveryState, NewDelivery, Try
from alerts.rule import Config
from alerts.store import claims, outbox
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, M, desk, turn
from tests.unit.settled import step

DONE = SendResult(ok=True)


def claimed_twice(line: Connection, config: Config) -> tuple[Delivery, Delivery, datetime]:
    """Return a message as it was claimed, and claimed again when its lease had ended, and the time of that."""
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    later = NOW + LEASE + claims.LEASE_GRACE + M
    assert claims.expire(line, later) == 1
    second = claims.claim(line, first.id, later)
    assert second is not None
    return first, second, later


def test_late_answer_of_an_earlier_attempt_settles_no_later_one(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, "json://127.0.0.1:9/x")
    first, second, later = claimed_twice(line, config)
    made = judge_attempt(first, DONE, TargetState(first.target), later)
    assert not claims.settle(line, first, made, DONE, later)
    assert outbox.deliveries_that(line)[0].state is DeliveryState.SENDING
    assert claims.settle(line, second, made, DONE, later)
    assert outbox.deliveries_that(line)[0].state is DeliveryState.SENT


def test_each_attempt_is_kept_with_its_end_and_what_was_said(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, "json://127.0.0.1:9/x")
    first, second, later = claimed_twice(line, config)
    busy = SendResult(ok=False, retry=True, detail="busy\u2028 503")
    made = judge_attempt(second, busy, TargetState(first.target), later)
    assert claims.settle(line, second, made, busy, later)
    third = claims.claim(line, first.id, made.due or later)
    assert third is not None
    done = judge_attempt(third, DONE, TargetState(first.target), later + 9 * M)
    assert claims.settle(line, third, done, DONE, later + 9 * M)
    assert outbox.deliveries_that(line)[0].tries == (
        Try(later, DeliveryState.UNKNOWN, "cut off before its end was seen"),
        Try(later, made.state, "busy\u2028 503"),
        Try(later + 9 * M, DeliveryState.SENT, ""),
    )


def test_message_that_is_queued_already_is_not_queued_again(line: Connection) -> None:
    new = NewDelivery("t#1", "t", Kind.ESCALATION, Severity.IMMEDIATE, Reason.ESCALATED, "s1", 1)
    assert [outbox.queue(line, new, at) for at in (NOW, NOW, NOW + M)] == [True, False, False]
    assert len(outbox.deliveries_that(line)) == 1
