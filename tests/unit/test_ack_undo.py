"""An ack that is taken back opens what it had cancelled, and nothing that another ack or a silence had ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from alerts.alert import Ack, Alert, Cause, Kind, Reason, Severity
from alerts.board import orders as board
from alerts.delivery import DeliveryState, NewDelivery
from alerts.line.orders import ORDERS
from alerts.run.log_entries import read_log
from alerts.store import acks, audit, clock_steps, decisions, outbox
from alerts.store.former_acks import FOLLOWED, TAKEN_BACK
from crawler.store import articles as archive
from tests.unit.desk import NOW, article

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CAUSES = (Cause("r", "R", "v", Severity.IMMEDIATE, ()),)
FIRST = Alert("s1", "t1", 1, Severity.IMMEDIATE, NOW, article("Rockets hit base"), CAUSES)
GRAVER = replace(FIRST, revision=2, severity=Severity.FLASH, created=NOW + HOUR)


def owed(alert: Alert) -> NewDelivery:
    return NewDelivery("duty#1", "duty", Kind.ESCALATION, alert.severity, Reason.ESCALATED, alert.story, alert.revision)


def escalate(line: Connection, alert: Alert) -> None:
    """Store an alert, and its escalation as waiting."""
    if alert.revision == 1:
        line.execute(archive.threads.insert().values(id="t1", opened=NOW))
        line.execute(archive.stories.insert().values(id="s1", thread="t1", opened=NOW, joined=NOW))
    decisions.add_alert(line, alert)
    outbox.queue(line, owed(alert), alert.created + 10 * MINUTE)


def ended(line: Connection) -> dict[int, tuple[DeliveryState, str]]:
    return {each.revision: (each.state, each.detail) for each in outbox.deliveries_that(line)}


def known(line: Connection) -> set[int]:
    """Return the revisions of which an escalation counts as queued."""
    return {revision for _, revision, _ in acks.escalated_since(line, NOW)}


WITHDRAWN_BY_NOOR = (DeliveryState.CANCELLED, "acknowledged by Noor before it went")
OPEN = (DeliveryState.CANCELLED, acks.UNDONE)


def test_nothing_rings_by_the_undo_itself_and_what_is_owed_waits_again(line: Connection) -> None:
    escalate(line, FIRST)
    acks.ack(line, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
    assert (ended(line), known(line)) == ({1: WITHDRAWN_BY_NOOR}, {1})
    assert acks.take_back(line, "s1", NOW + HOUR)
    assert (ended(line), known(line)) == ({1: OPEN}, set())
    assert not outbox.queue(line, owed(FIRST), NOW + HOUR)
    acks.requeue(line, owed(FIRST), NOW + HOUR)
    assert (ended(line), known(line)) == ({1: (DeliveryState.QUEUED, acks.UNDONE)}, {1})


def test_requeue_touches_nothing_that_an_ack_ended(line: Connection) -> None:
    escalate(line, FIRST)
    acks.ack(line, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
    acks.requeue(line, owed(FIRST), NOW + HOUR)
    assert ended(line) == {1: WITHDRAWN_BY_NOOR}


@pytest.mark.parametrize("second", ["Omar", "Noor"])
def test_undo_of_an_ack_leaves_what_an_earlier_one_had_cancelled(line: Connection, second: str) -> None:
    escalate(line, FIRST)
    acks.ack(line, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
    escalate(line, GRAVER)
    acks.ack(line, "s1", second, "command", NOW + 2 * HOUR, 2)
    (done,) = ORDERS["ack-undo"](line, {"id": "s1", "by": "Omar"}, NOW + 3 * HOUR)["acks"]
    assert ended(line) == {1: WITHDRAWN_BY_NOOR, 2: OPEN}
    assert known(line) == {1}
    # the earlier ack counts again, of what it covered
    said = f"The acknowledgement by {second} is taken back. The earlier one by Noor counts again, for what was told until then."
    assert board.UNDO.done({"acks": [done]}) == said
    earlier = Ack("s1", NOW + 11 * MINUTE, "Noor", "command", 1)
    assert (done["by"], done["earlier"], acks.ack_of(line, "s1")) == (second, "Noor", None)
    assert acks.acks_since(line, NOW) == [earlier]
    entries = [(each.at, each.who, each.lines) for each in read_log(line, NOW) if each.what is audit.What.ACK]
    assert entries == [
        (NOW + 11 * MINUTE, "Noor", (FOLLOWED, "it was of alert 1")),
        (NOW + 2 * HOUR, second, (TAKEN_BACK, "it was of alert 2")),
        (NOW + 3 * HOUR, "Omar", ()),
    ]


def test_a_replaced_ack_comes_back_each_time_and_never_one_that_was_taken_back(line: Connection) -> None:
    def undo(story: str = "s1") -> tuple[str, str]:
        (done,) = ORDERS["ack-undo"](line, {"id": story, "by": "Omar"}, NOW + 9 * HOUR)["acks"]
        return done["by"], done["earlier"]

    escalate(line, FIRST)
    acks.ack(line, "s1", "Ali", "command", NOW + 11 * MINUTE, 1)
    assert undo() == ("Ali", "")
    by_slack = acks.ack(line, "s1", "Noor", "slack", NOW + 12 * MINUTE, 1)[0]
    escalate(line, GRAVER)
    for hours, by in ((2, "Layla"), (3, "Omar")):
        acks.ack(line, "s1", by, "command", NOW + hours * HOUR, 2)
        assert undo() == (by, "Noor")
        assert acks.acks_since(line, NOW) == [by_slack]
    line.execute(archive.stories.insert().values(id="s2", thread="t1", opened=NOW, joined=NOW))
    decisions.add_alert(line, replace(FIRST, story="s2", severity=Severity.ROUTINE))
    assert undo("s2") == ("Noor", ""), "it covers that story of its event too"
    acks.ack(line, "s1", "Layla", "command", NOW + 4 * HOUR, 2)
    assert undo() == ("Layla", "")


def test_an_ack_that_replaced_none_names_none(line: Connection) -> None:
    escalate(line, FIRST)
    acks.ack(line, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
    (done,) = ORDERS["ack-undo"](line, {"id": "s1", "by": "Omar"}, NOW + HOUR)["acks"]
    assert done["earlier"] == ""


@pytest.mark.parametrize("step", [None, -2 * HOUR, 2 * HOUR])
def test_clock_that_is_set_parts_no_escalation_from_its_ack(line: Connection, step: timedelta | None) -> None:
    escalate(line, FIRST)
    acks.ack(line, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
    if step is None:
        clock_steps.believe(line, NOW - HOUR)
    else:
        clock_steps.shift(line, step, NOW + 12 * MINUTE + step)
    acks.take_back(line, "s1", NOW + 3 * HOUR)
    assert ended(line) == {1: OPEN}
