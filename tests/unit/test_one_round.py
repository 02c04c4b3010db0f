"""Several outlets tell of one event in one poll: its first word goes first, and what the others add stands with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Severity
from alerts.decide.carried import OURS_WITHIN, OWN_FEED
from alerts.delivery import Delivery
from alerts.line.next_delivery import next_delivery
from alerts.store import outbox
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS, REPEAT, reasons
from tests.unit.settled import step

ADDS = "Kuwait arrests two Iranians after strike on US base"


# ids of one second are in the order of a hash: of so many outlets some stand before the first, and some behind it
@pytest.mark.parametrize("outlet", [f"outlet-{number}" for number in range(8)])
@pytest.mark.parametrize("severity", ["priority", "immediate", "flash"])
def test_the_first_word_on_an_event_goes_before_what_others_add(
    line: Connection, tmp_path: Path, severity: str, outlet: str
) -> None:
    config = desk(tmp_path, rule(ANY, severity=severity), f"freshness: 48h, {EVENTS}", LISTS)
    receiver = config.receivers["console"]
    (target,) = receiver.targets
    step(line, config, "one", FIRST, 0)
    assert reasons(step(line, config, "two", REPEAT, 0)) == ["repeats"]
    assert reasons(step(line, config, outlet, ADDS, 0)) == ["development"]
    sent: list[Delivery] = []
    while made := next_delivery(line, target.id, receiver, NOW):
        sent.append(made)
    first = sent[0]
    assert (first.kind, first.reason) == (Kind.ALERT, Reason.FIRST_ARTICLE)
    stored = outbox.find(line, first.id)
    assert stored is not None
    notes = " ".join(stored.notes)
    if first.severity is Severity.FLASH:
        # each flash rings by itself, in the order in which it was told; the repeat waits for the digest
        assert [(each.kind, each.reason) for each in sent[1:]] == [(Kind.UPDATE, Reason.DEVELOPMENT)]
    else:
        assert sent[1:] == []
        assert ADDS in notes
        assert REPEAT in notes


@pytest.mark.parametrize("severity", ["priority", "immediate"])
def test_an_update_does_not_go_before_a_first_word_that_waits_for_our_feeds(
    line: Connection, tmp_path: Path, severity: str
) -> None:
    config = desk(tmp_path, rule(ANY, severity=severity), f"freshness: 48h, {EVENTS}", LISTS)
    receiver = config.receivers["console"]
    (target,) = receiver.targets
    step(line, config, "one", FIRST, 0)
    (waits,) = outbox.deliveries_that(line)
    outbox.hold(line, waits.id, NOW + OURS_WITHIN, OWN_FEED, NOW)
    assert next_delivery(line, target.id, receiver, NOW) is None
    assert reasons(step(line, config, "two", ADDS, 0)) == ["development"]
    first = next_delivery(line, target.id, receiver, NOW)
    assert first is not None
    assert (first.id, first.kind, first.reason) == (waits.id, Kind.ALERT, Reason.FIRST_ARTICLE)
    assert ADDS in " ".join(first.notes)
    assert next_delivery(line, target.id, receiver, NOW + OURS_WITHIN) is None
