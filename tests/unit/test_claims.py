"""What one claim settles: its own attempt, and none that came after it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import SendResult
from alerts.decide.attempt import LEASE, TargetState, judge_attempt
from alerts.delivery import DeliveryState
from alerts.store import claims, outbox
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, M, desk, turn
from tests.unit.settled import step

DONE = SendResult(ok=True)


def test_late_answer_of_an_earlier_attempt_settles_no_later_one(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, "json://127.0.0.1:9/x")
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    later = NOW + LEASE + claims.LEASE_GRACE + M
    assert claims.expire(line, later) == 1
    second = claims.claim(line, first.id, later)
    assert second is not None
    made = judge_attempt(first, DONE, TargetState(first.target), later)
    assert not claims.settle(line, first, made, DONE, later)
    assert outbox.deliveries_that(line)[0].state is DeliveryState.SENDING
    assert claims.settle(line, second, made, DONE, later)
    assert outbox.deliveries_that(line)[0].state is DeliveryState.SENT
