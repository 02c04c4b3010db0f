"""A message sent again on request: the ids that people hold, and the message that stands there already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from alerts.alert import Kind, Reason, SendResult, Severity
from alerts.decide.attempt import TargetState, judge_attempt
from alerts.delivery import Carried, Carrier, Delivery, DeliveryState, NewDelivery
from alerts.line.attempt import record_attempt
from alerts.line.compose import compose
from alerts.line.orders import acknowledge
from alerts.store import claims, outbox, resending
from tests.unit.desk import NOW
from tests.unit.floor import BOMB, desk, everything, turn
from tests.unit.settled import step

M = timedelta(minutes=1)
FIRST, LATER = "C0123ABCD:1.1", "C0123ABCD:2.2@1.1"


def settled(connection: Connection, sent: Delivery, result: SendResult) -> None:
    claims.settle(connection, sent, judge_attempt(sent, result, TargetState(sent.target), NOW), result, NOW)


def test_the_id_that_was_printed_is_known_after_a_resend(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, "watchslack://xoxb-1111111111-a/C0123ABCD")
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    settled(line, first, SendResult(ok=True, handle=FIRST))
    second = resending.resend(line, first.id, NOW + M, "UTC", config.homes)
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
    resending.resend(line, first.id, NOW + M, "UTC", config.homes)
    again = turn(line, config, 2)
    assert again is not None
    record_attempt(line, config, again, end, NOW + 2 * M)
    (kept,) = [each for each in everything(line) if each.kind is Kind.ALERT]
    assert (kept.state is DeliveryState.SENT) == end.ok
    edit = replace(kept, id="d9", kind=Kind.EDIT)
    assert compose(line, config, config.receivers["floor"].targets[0], edit, NOW + 3 * M).edits == handle


def test_every_id_it_had_finds_it_and_what_it_tells_besides_names_the_newest(tmp_path: Path, line: Connection) -> None:
    config = desk(tmp_path, "watchslack://xoxb-1111111111-a/C0123ABCD")
    step(line, config, "one", BOMB, 0)
    first = turn(line, config, 0)
    assert first is not None
    other = NewDelivery(first.target, first.receiver, Kind.EDIT, first.severity, first.reason, "s9")
    outbox.add_folded(line, other, Carrier(Carried.MESSAGE, first.id), NOW)
    ids = [first.id]
    for number in (1, 2):
        outbox.record(line, ids[-1], DeliveryState.SENT, NOW)
        ids.append(resending.resend(line, ids[-1], NOW + number * M, "UTC", config.homes))
    found = [outbox.find(line, each) for each in ids]
    assert [each and each.id for each in found] == [ids[2]] * 3
    (folded,) = outbox.told_with(line, ids[2])
    assert (folded.subject, folded.outcome) == ("s9", f"told with delivery {ids[2]}")
    assert outbox.told_with(line, ids[0]) == []


@pytest.mark.parametrize(
    ("carrier", "words"),
    [
        (Carrier(Carried.MESSAGE, "d1"), "told with delivery d1"),
        (Carrier(Carried.DIGEST, "floor@x"), "told in digest floor@x"),
        (Carrier(Carried.DIGEST), "told in a digest"),
        (Carrier(Carried.ALERT, "3"), "told in alert 3"),
        (Carrier(Carried.UNCHANGED, "d1"), "told in d1, which its service cannot change"),
    ],
)
def test_what_tells_a_folded_delivery_is_said_in_words(carrier: Carrier, words: str, line: Connection) -> None:
    new = NewDelivery("floor#1", "floor", Kind.ALERT, Severity.PRIORITY, Reason.FIRST_ARTICLE, "s1")
    outbox.add_folded(line, new, carrier, NOW)
    (kept,) = everything(line)
    assert (kept.carrier, kept.outcome, kept.detail) == (carrier, words, "")
    with pytest.raises(resending.CannotResend, match=f"{kept.id} was {words}; send that one again"):
        resending.resend(line, kept.id, NOW, "UTC", {})


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM deliveries WHERE carried_by = 'd1' AND carried_how = 'message'", "deliveries_by_carrier"),
        ("SELECT id FROM deliveries WHERE series = 'notice:dead:x'", "deliveries_by_series"),
        ("UPDATE former_ids SET delivery = 'd2' WHERE delivery = 'd1'", "former_ids_by_delivery"),
    ],
)
@pytest.mark.sqlite_only
def test_what_is_looked_up_by_state_has_an_index(query: str, index: str, line: Connection) -> None:
    assert index in str(line.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
