"""A message sent again on request: the ids that people hold, and the message that stands there already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Delivery, DeliveryState, Kind, SendResult
from alerts.decide.attempt import Condition, outcome
from alerts.line.compose import compose
from alerts.line.orders import acknowledge
from alerts.store import claims, sendlog
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, desk, everything, reload, turn
from tests.unit.settled import step

M = timedelta(minutes=1)
FIRST, LATER = "C0123ABCD:1.1", "C0123ABCD:2.2@1.1"


def settled(connection: Connection, sent: Delivery, result: SendResult) -> None:
    claims.settle(connection, sent, outcome(sent, result, Condition(sent.target), NOW), result, NOW)


def test_the_id_that_was_printed_is_known_after_a_resend(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, "watchslack://xoxb-1111111111-a/C0123ABCD")
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    settled(line, first, SendResult(ok=True, handle=FIRST))
    second = sendlog.resend(line, first.id, NOW + M, "UTC", config.homes)
    assert second != first.id
    for identity in (first.id, second):
        done = acknowledge(line, {"id": identity, "by": "Noor"}, NOW + 2 * M)
        assert [each["story"] for each in done["acks"]] == [first.subject]


@pytest.mark.parametrize(
    ("end", "handle"),
    [
        (SendResult(ok=False, retry=True, detail="refused"), FIRST),
        (SendResult(ok=False, detail="refused for good"), FIRST),
        (SendResult(ok=True, handle=LATER), LATER),
    ],
)
def test_an_edit_finds_the_message_that_stands_there(
    end: SendResult, handle: str, tmp_path: Path, line: Connection
) -> None:
    config = desk(tmp_path, "watchslack://xoxb-1111111111-a/C0123ABCD")
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    settled(line, first, SendResult(ok=True, handle=FIRST))
    sendlog.resend(line, first.id, NOW + M, "UTC", config.homes)
    again = turn(line, config, 2)
    assert again is not None
    reload(line, config, 2)._record(line, again, end, NOW + 2 * M)
    (kept,) = [each for each in everything(line) if each.kind is Kind.ALERT]
    assert (kept.state is DeliveryState.SENT) == end.ok
    edit = replace(kept, id="d9", kind=Kind.EDIT)
    assert compose(line, config, config.receivers["floor"].targets[0], edit, NOW + 3 * M).edits == handle
