"""What waits when the wall clock is set: lengths of time stay, hours of the wall stay hours of the wall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from alerts.alert import Kind
from alerts.decide.attempt import TargetState
from alerts.delivery import DeliveryState
from alerts.store import clock_steps, targets
from alerts.store.decisions import told
from alerts.store.outbox import deliveries
from crawler.store import pages_wanted
from crawler.store.pages_wanted import Wanted
from tests.migrated import new_store
from tests.unit.desk import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROWS = [
    ("retry", Kind.ALERT, DeliveryState.QUEUED),
    ("unseen end", Kind.UPDATE, DeliveryState.UNKNOWN),
    ("in flight", Kind.NOTICE, DeliveryState.SENDING),
    ("digest", Kind.DIGEST, DeliveryState.QUEUED),
    ("sent", Kind.ALERT, DeliveryState.SENT),
]
MOVED = {"retry", "unseen end", "in flight"}


@pytest.fixture
def line() -> Iterator[Connection]:
    database = new_store()
    with database.write() as connection:
        yield connection
    database.close()


def put(connection: Connection, at: datetime) -> None:
    """Queue one delivery of each kind at a time, due a minute later, and one ping ten minutes before."""
    for name, kind, state in ROWS:
        times = {"queued": at, "due": at + MINUTE, "changed": at}
        row = {"id": name, "subject": name, "kind": kind.value, "revision": 1, "target": "t", "receiver": "r"}
        row |= {"severity": 1, "reason": "x", "state": state.value, "attempts": 1, "repeat": False, "detail": ""}
        empty = dict.fromkeys(("thread", "handle", "held", "series", "carried_how", "carried_by"), "")
        connection.execute(insert(deliveries).values(**row, **times, **empty, notes="[]", rules="[]"))
    for story, ago in (("recent", 10 * MINUTE), ("old", 5 * HOUR)):
        row = {"story": story, "target": "t", "rules": "[]", "severity": 1, "revision": 1, "untold": "[]"}
        row["origins"] = 0
        connection.execute(insert(told).values(**row, at=at, pinged=at - ago))
    pages_wanted.want(connection, [Wanted("a", "s", "https://o.example/1", "o.example", at, at + MINUTE)])


def times(connection: Connection) -> dict[str, tuple[datetime, datetime]]:
    return {row.id: (row.queued, row.due) for row in connection.execute(select(deliveries))}


def pings(connection: Connection) -> dict[str, datetime]:
    return {row.story: row.pinged for row in connection.execute(select(told))}


@pytest.mark.parametrize("step", [-HOUR, HOUR, timedelta(days=3652)])
def test_lengths_of_time_move_along_and_digests_stay_at_their_hour(line: Connection, step: timedelta) -> None:
    put(line, NOW)
    clock_steps.shift(line, step, NOW + step)
    pages_wanted.shift(line, step)
    for name, found in times(line).items():
        assert found == ((NOW + step, NOW + step + MINUTE) if name in MOVED else (NOW, NOW + MINUTE)), name
    assert pings(line) == {"recent": NOW + step - 10 * MINUTE, "old": NOW - 5 * HOUR}
    assert pages_wanted.next_due(line) == NOW + step + MINUTE
    assert [each.wanted for each in pages_wanted.due(line, NOW + step + MINUTE)] == [NOW + step]
    assert pages_wanted.expire(line, NOW + step + HOUR) == 0


@pytest.mark.parametrize(
    ("why", "moves"),
    [
        ("story", True),
        ("thread", True),
        ("group", True),
        ("own feed", True),
        ("rate", True),
        ("digest", False),
        ("quiet hours", False),
    ],
)
def test_held_delivery_moves_along_where_a_length_of_time_holds_it(line: Connection, why: str, moves: bool) -> None:
    put(line, NOW)
    held = {"state": DeliveryState.HELD.value, "held": why}
    line.execute(update(deliveries).where(deliveries.c.id == ROWS[0][0]).values(**held))
    clock_steps.shift(line, -HOUR, NOW - HOUR)
    assert times(line)[ROWS[0][0]][1] == (NOW - HOUR if moves else NOW) + MINUTE


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_outage_that_lasts_moves_along_and_one_that_is_over_is_history(line: Connection, step: timedelta) -> None:
    targets.save_target_state(line, TargetState("down", 6, NOW - HOUR, NOW + MINUTE, down_from=NOW - HOUR))
    over = TargetState("over", down_from=NOW - 3 * HOUR, down_until=NOW - 2 * HOUR)
    targets.save_target_state(line, over)
    clock_steps.shift(line, step, NOW + step)
    down = targets.state_of_target(line, "down")
    assert (down.failing_since, down.rests_until) == (NOW - HOUR + step, NOW + MINUTE + step)
    assert down.down_from == NOW - HOUR + step
    assert targets.state_of_target(line, "over") == over


def test_what_a_clock_that_was_ahead_has_stored_is_taken_for_now(line: Connection) -> None:
    put(line, NOW + timedelta(days=3652))
    clock_steps.believe(line, NOW)
    pages_wanted.believe(line, NOW)
    assert {times(line)[name] for name in (*MOVED, "digest")} == {(NOW, NOW + MINUTE)}
    assert set(pings(line).values()) == {NOW}
    assert pages_wanted.next_due(line) == NOW + MINUTE


def test_retry_is_not_late_by_the_hour_that_the_clock_was_set_back_while_no_process_ran(line: Connection) -> None:
    put(line, NOW - 10 * MINUTE)
    seen = NOW + 59 * MINUTE  # by the clock that was ahead
    line.execute(update(deliveries).where(deliveries.c.id == "retry").values(changed=seen, due=seen + 3 * MINUTE))
    clock_steps.believe(line, NOW)
    clock_steps.believe(line, NOW)  # and a second start changes nothing
    assert times(line)["retry"] == (NOW - 69 * MINUTE, NOW + 3 * MINUTE)
    assert times(line)["sent"] == (NOW - 10 * MINUTE, NOW - 9 * MINUTE)


def test_what_was_stored_before_now_is_believed(line: Connection) -> None:
    put(line, NOW - HOUR)
    before = times(line), pings(line), pages_wanted.next_due(line)
    clock_steps.believe(line, NOW)
    pages_wanted.believe(line, NOW)
    assert (times(line), pings(line), pages_wanted.next_due(line)) == before
