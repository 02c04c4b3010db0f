"""Reports of one event in two languages share messages as stories of one thread do: a pause, and no silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Receiver, SendResult, Severity, Target
from alerts.decide.attempt import judge_attempt
from alerts.decide.pacing import Pace, plan
from alerts.delivery import Delivery, DeliveryState, NewDelivery
from alerts.event import Link
from alerts.line.next_delivery import next_delivery
from alerts.rule import Config
from alerts.store import claims, event_reports, outbox, targets
from alerts.store.opening import PACKAGES
from crawler.article import Relation
from crawler.store.db import Database
from crawler.store.members import members_of
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, LISTS
from tests.unit.settled import step

ENGLISH = "Iran strikes US base in Kuwait"
ARABIC = "قصف يستهدف القوات في أربيل"
OTHER = "Jordan arrests two over attack"


def told(connection: Connection, config: Config, minutes: int) -> list[Delivery]:
    """Send what is due, and return it."""
    receiver, now, sent = config.receivers["console"], NOW + timedelta(minutes=minutes), []
    (target,) = receiver.targets
    while made := next_delivery(connection, target.id, receiver, now):
        before = targets.state_of_target(connection, target.id)
        result = SendResult(ok=True)
        claims.settle(connection, made, judge_attempt(made, result, before, now), result, now)
        sent.append(made)
    return sent


def watch(place: Path, severity: str) -> Config:
    return desk(place, rule(ANY, severity=severity), f"freshness: 48h, {EVENTS}", LISTS)


def hear(connection: Connection, config: Config, minutes: int, source: str, title: str) -> str:
    """Settle an article; return its thread."""
    step(connection, config, source, title, minutes)
    return outbox.deliveries_that(connection)[-1].thread


def link(connection: Connection, one: str, other: str) -> None:
    """Link the reports of two threads, as a headline that the model reads afterwards does."""
    (later,), (earlier,) = (event_reports.reports_in(connection, thread) for thread in (one, other))
    assert event_reports.save_link(connection, later.seq, Link(earlier.seq, "strike", 0.9))


@pytest.mark.parametrize("linked", [True, False])
def test_later_report_waits_for_ten_minutes_and_is_told_by_itself(
    line: Connection, tmp_path: Path, *, linked: bool
) -> None:
    config = watch(tmp_path, "immediate")
    english = hear(line, config, 0, "wire", ENGLISH)
    assert len(told(line, config, 0)) == 1
    arabic = hear(line, config, 4, "daily", ARABIC)
    assert arabic != english
    if linked:
        link(line, arabic, english)
    assert len(told(line, config, 4)) == (0 if linked else 1)
    assert told(line, config, 9) == []
    late = told(line, config, 11)
    assert [(each.kind, each.thread) for each in late] == ([(Kind.ALERT, arabic)] if linked else [])
    # a story of its own: no duplicate of the other, and nothing of it was held back
    relations = [each.relation for each in members_of(line, outbox.deliveries_that(line)[-1].subject)]
    assert relations == [Relation.NEW]


def test_what_waits_of_both_is_one_message(line: Connection, tmp_path: Path) -> None:
    config = watch(tmp_path, "immediate")
    english, arabic = (hear(line, config, 0, *each) for each in (("wire", ENGLISH), ("daily", ARABIC)))
    link(line, arabic, english)
    (message,) = told(line, config, 0)
    assert any(ARABIC in note or ENGLISH in note for note in message.notes)
    assert told(line, config, 60) == []


def test_flash_waits_for_no_translation(line: Connection, tmp_path: Path) -> None:
    config = watch(tmp_path, "flash")
    english = hear(line, config, 0, "wire", ENGLISH)
    assert len(told(line, config, 0)) == 1
    arabic = hear(line, config, 1, "daily", ARABIC)
    link(line, arabic, english)
    assert [each.thread for each in told(line, config, 1)] == [arabic]


def waits(story: str, thread: str, severity: Severity, minute: int) -> Delivery:
    at = NOW + timedelta(minutes=minute)
    reason, state = Reason.FIRST_ARTICLE, DeliveryState.QUEUED
    return Delivery(story, story, Kind.ALERT, 1, "console#1", "console", severity, reason, state, at, at, thread=thread)


CONSOLE = Receiver("console", (Target("console#1", "console", "x", "x"),))


def pinged_beside(severity: Severity, minute: int) -> Pace:
    return Pace(beside={"B": {severity: NOW + timedelta(minutes=minute)}}, linked={"B": frozenset({"C", "D"})})


def held(each: Delivery, pace: Pace, minute: int) -> float | None:
    """Return until which minute a message is held, None where it is sent."""
    made = plan([each], CONSOLE, pace, NOW + timedelta(minutes=minute))
    assert bool(made.sends) != bool(made.holds)
    return (made.holds[0].until - NOW).total_seconds() / 60 if made.holds else None


@pytest.mark.parametrize(
    ("beside", "until"),
    [(Severity.ROUTINE, None), (Severity.PRIORITY, None), (Severity.IMMEDIATE, 10), (Severity.FLASH, 10)],
)
def test_link_holds_only_behind_what_is_as_grave(beside: Severity, until: float | None) -> None:
    assert held(waits("sb", "B", Severity.IMMEDIATE, 1), pinged_beside(beside, 0), 1) == until


def test_link_holds_no_longer_than_ten_minutes_in_all() -> None:
    each = waits("sb", "B", Severity.IMMEDIATE, 1)
    assert held(each, pinged_beside(Severity.IMMEDIATE, 5), 6) == 11
    assert held(each, pinged_beside(Severity.IMMEDIATE, 10), 10) == 11
    assert held(each, pinged_beside(Severity.IMMEDIATE, 10), 11) is None


def test_two_linked_to_a_third_by_turns_do_not_starve_it(line: Connection, tmp_path: Path) -> None:
    # B is linked to C and D, which are not linked to each other and tell a priority story each, five minutes apart
    config = watch(tmp_path, "priority")
    heard = (("wire", ENGLISH), ("daily", ARABIC), ("gazette", OTHER))
    b, c, d = (hear(line, config, minute, *each) for minute, each in enumerate(heard, -3))
    (target,) = config.receivers["console"].targets
    assert len({b, c, d}) == 3
    link(line, b, c)
    link(line, d, b)
    for each in outbox.deliveries_that(line):
        outbox.record(line, each.id, DeliveryState.CANCELLED, NOW)
    by_minute = {minute: (f"s{minute}", c if minute % 10 == 0 else d, Severity.PRIORITY) for minute in range(0, 60, 5)}
    by_minute[1] = ("s1", b, Severity.IMMEDIATE)
    sent: dict[str, int] = {}
    for minute in range(75):
        if minute in by_minute:
            story, thread, grave = by_minute[minute]
            new = NewDelivery(target.id, "console", Kind.ALERT, grave, Reason.FIRST_ARTICLE, story, 1)
            outbox.queue(line, replace(new, thread=thread), NOW + timedelta(minutes=minute))
        sent |= {each.subject: minute for each in told(line, config, minute)}
    assert sent["s1"] == 1
    assert len(sent) == len(by_minute)


def test_linked_threads_are_found_from_both_sides(line: Connection, tmp_path: Path) -> None:
    config = watch(tmp_path, "immediate")
    english, arabic = (hear(line, config, 0, *each) for each in (("wire", ENGLISH), ("daily", ARABIC)))
    assert event_reports.linked_threads(line, [english, arabic]) == {}
    link(line, arabic, english)
    expected = {english: {arabic}, arabic: {english}}
    assert event_reports.linked_threads(line, [english, arabic, "x"]) == expected
    assert event_reports.linked_threads(line, [english]) == {english: {arabic}}


def test_linked_threads_are_read_from_indexes() -> None:
    database = Database("sqlite://")
    database.migrate(*PACKAGES)
    with database.write() as connection:
        statement = event_reports._linked_query().params(names=["t1", "t2"])
        given = {"literal_binds": True, "render_postcompile": True}
        written = statement.compile(database.writing, compile_kwargs=given)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}").all()
        read = [row.detail for row in plan if row.detail.startswith(("SCAN", "SEARCH"))]
        assert len(read) == 4
        assert all(each.startswith("SEARCH") for each in read)
    database.close()
