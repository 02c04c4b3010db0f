"""A claim that looks at the first few of what waits does what the plan of all does."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from alerts.alert import Hours, Kind, Reason, Receiver, SendResult, Severity, Target
from alerts.decide.attempt import judge_attempt
from alerts.delivery import Delivery, NewDelivery
from alerts.line import next_delivery as line
from alerts.store import claims, outbox, targets
from crawler.store.db import Database
from tests.e2e.starting import EXHAUSTIVE
from tests.migrated import copy_of, new_store

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
TARGET = Target("desk#1", "desk", "watchslack://xoxb-1111-2222-three/C0123ABCD", "watchslack", can_edit=True)
DESKS = (
    Receiver("desk", (TARGET,), rate=600),
    Receiver("desk", (TARGET,), rate=8),
    Receiver("desk", (TARGET,), rate=60, group_wait=timedelta(seconds=90)),
    Receiver("desk", (TARGET,), rate=60, quiet=Hours(time(3, 2), time(4)), breach=Severity.IMMEDIATE),
)
KINDS = (Kind.ALERT, Kind.UPDATE, Kind.EDIT, Kind.EDIT)


def _queue(connection: Connection, chance: random.Random, n: int) -> None:
    story = chance.randrange(40)
    made = NewDelivery(
        TARGET.id,
        TARGET.receiver,
        chance.choice(KINDS),
        chance.choice(tuple(Severity)),
        chance.choice((Reason.FIRST_ARTICLE, Reason.UPDATED, Reason.ANOTHER, Reason.REPEATS)),
        f"s{story}",
        n + 1,
        ("militia",),
        thread=f"t{story % 23}",
        due=NOW + timedelta(seconds=chance.choice((0, 0, 0, 40, 400))),
    )
    outbox.queue(connection, made, NOW + timedelta(milliseconds=n // 60))  # what one poll brings has one time


@cache
def _queued(seed: int) -> tuple[Database, tuple[Any, ...]]:
    """Return a store in which 300 messages wait, and the state of the chance that made them."""
    chance = random.Random(seed)
    database = new_store()
    with database.write() as connection:
        for n in range(300):
            _queue(connection, chance, n)
    return database, chance.getstate()


def _told(desk: Receiver, seed: int) -> list[Any]:
    """Return what was claimed, one after another, and what became of each message."""
    queued, state = _queued(seed)
    chance = random.Random()
    chance.setstate(state)
    database = copy_of(queued)
    told: list[Any] = []
    with database.write() as connection:
        for n in range(60):
            now = NOW + timedelta(seconds=7 * n)
            claimed = line.next_delivery(connection, TARGET.id, desk, now)
            told.append(claimed and claimed.id)
            if claimed:
                result = SendResult(ok=chance.random() < 0.95, detail="busy", handle=f"h{n}")
                before = targets.state_of_target(connection, TARGET.id)
                claims.settle(connection, claimed, judge_attempt(claimed, result, before, now), result, now)
        each = outbox.deliveries.c
        ends = (each.id, each.state, each.carried_how, each.carried_by, each.attempts, each.notes)
        told += [tuple(row) for row in connection.execute(select(*ends).order_by(each.id))]
    database.close()
    return told


# all of four seeds, or those that show the faults put in on purpose
CASES = (
    [(seed, desk) for seed in range(4) for desk in range(4)] if EXHAUSTIVE else [(0, 0), *((2, n) for n in range(4))]
)


@pytest.mark.parametrize(("seed", "desk"), CASES)
def test_a_claim_from_the_first_few_is_the_claim_from_all(
    seed: int, desk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.line.next_delivery._alerts", lambda *_: [])  # no stories are stored: none is listed
    monkeypatch.setattr("alerts.line.next_delivery._overtake", lambda _, send, *rest: (send, frozenset()))
    monkeypatch.setattr("alerts.line.next_delivery._led_readably", lambda _, *given: given)
    monkeypatch.setattr("alerts.line.next_delivery._correction_of", lambda _, send, *rest: send)
    monkeypatch.setattr("alerts.line.next_delivery.digests.add_to_digest", lambda *_: 0)
    looked: list[Delivery | None] = []
    first: Callable[..., Delivery | None] = line._first

    def counted(*given: Any) -> Delivery | None:
        looked.append(first(*given))
        return looked[-1]

    monkeypatch.setattr(line, "_first", counted)
    quick = _told(DESKS[desk], seed)
    monkeypatch.setattr(line, "_first", lambda *_: None)
    assert quick == _told(DESKS[desk], seed)
    assert sum(each is not None for each in looked) >= 3  # else this says nothing


def test_what_a_claim_reads_is_read_from_its_index() -> None:
    database = new_store()
    with database.write() as connection:
        for statement, index in ((claims._MOST_URGENT, "deliveries_next"), (claims._WAITING_IN, "deliveries_waiting")):
            written = str(statement._statement.compile(database.writing))
            given = ("x",) * written.count("?")
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", given).all()
            assert [row.detail.split(" (")[0] for row in found] == [f"SEARCH deliveries USING INDEX {index}"]
    database.close()


def test_deliveries_on_a_story_are_found_without_all_that_its_target_was_sent() -> None:
    asked: list[tuple[str, Any]] = []
    database = new_store()
    with database.write() as connection:
        event.listen(database.writing, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        outbox.on_subject(connection, "s1", "console#1")
        (statement, given) = asked[0]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
        assert plan[0].detail.endswith("(subject=?)")
    database.close()
