"""A second attack rings by itself and needs an ack of its own, whatever it tells while its message waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Severity
from alerts.line.compose import compose
from alerts.rule import Config
from alerts.store import acks, outbox
from tests.stores.make import MINUTE, send_next
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, reasons
from tests.unit.settled import step

SECOND = "Iran strikes US base in Jordan"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return desk(tmp_path, rule(ANY, severity="flash"), f"freshness: 48h, {EVENTS}", LISTS)


def test_a_second_attack_of_which_first_deaths_are_told_before_it_is_sent(line: Connection, config: Config) -> None:
    (target,) = config.receivers["console"].targets
    step(line, config, "one", FIRST, 0)
    acks.ack(line, send_next(line, config, NOW), "Noor", "command", NOW + MINUTE, 1)
    assert reasons(step(line, config, "two", SECOND, 3, "More soon.", guid="g")) == ["another"]
    done = step(line, config, "two", f"{SECOND}, killing three soldiers", 4, "More soon.", guid="g")
    assert reasons(done) == ["first_deaths"]
    (waits,) = outbox.untried(line, done.decided[0][0].placement.story, target.id)
    assert (waits.kind, waits.reason, waits.revision) == (Kind.UPDATE, Reason.ANOTHER, 2)
    # what the first told stays said beside what the second adds
    lines = compose(line, config, target, waits, NOW).body.splitlines()
    assert lines[:2] == ["Updated: struck: Jordan (two)", "Updated: 3 killed (two)"]
    assert send_next(line, config, NOW + 5 * MINUTE) == waits.subject
    (open_,) = acks.unacked(line, NOW, Severity.IMMEDIATE, [target.id])
    assert open_.subject == waits.subject


def test_an_attack_of_the_next_day_is_not_covered_by_a_closure_that_lasts(line: Connection, tmp_path: Path) -> None:
    lists = f'{LISTS}  deed-close: ["close~"]\n  party-hormuz: ["Hormuz"]\n'
    events = "events: {developments: [strike, close], by_target: [strike], lasting: {close: []}}"
    config = desk(tmp_path, rule("[Hormuz]", severity="flash"), f"freshness: 48h, {events}", lists)
    told = "Iran closes Hormuz, strikes US ship"
    step(line, config, "one", told, 0)
    first = send_next(line, config, NOW)
    assert reasons(step(line, config, "two", "Hormuz is closed by Iran to ships", 30)) == ["repeats"]
    acks.ack(line, first, "Noor", "command", NOW + 20 * 60 * MINUTE, 1)  # who comes late
    assert reasons(step(line, config, "three", told, 26 * 60)) == ["another"]
    assert acks.ack_of(line, send_next(line, config, NOW + 26 * 60 * MINUTE)) is None
    assert reasons(step(line, config, "four", "Iran keeps Hormuz closed as ships wait", 27 * 60)) == ["repeats"]
