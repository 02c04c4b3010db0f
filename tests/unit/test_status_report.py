"""What `status` says of messages that were being sent when the daemon was killed: no line denies another."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.alert import Kind, Reason, Severity
from alerts.delivery import DeliveryState, NewDelivery
from alerts.run.lock import lock
from alerts.run.status_report import lines_of, report_of
from alerts.store import outbox
from crawler.store.db import DATABASE
from tests.migrated import new_store
from tests.unit.desk import NOW


def said_of(state: Path) -> list[str]:
    return list(lines_of(report_of(state, state.parent / "rules.yaml", NOW, "UTC"), NOW, "UTC"))


@pytest.mark.parametrize("many", [1, 2])
def test_what_was_being_sent_is_said_to_wait_in_every_line(tmp_path: Path, many: int) -> None:
    state = tmp_path / "var"
    state.mkdir(mode=0o700)
    database = new_store(state / DATABASE)
    with database.write() as connection:
        for n in range(many):
            new = NewDelivery(
                "floor#1", "floor", Kind.ALERT, Severity.PRIORITY, Reason.FIRST_ARTICLE, f"story{n}", due=NOW
            )
            outbox.queue(connection, new, NOW)
            (made,) = outbox.on_subject(connection, f"story{n}", "floor#1")
            outbox.record(connection, made.id, DeliveryState.SENDING, NOW)
    database.close()
    shown = said_of(state)
    assert f"{many} message{'s' * (many > 1)} wait{'s' * (many == 1)} to be sent" in shown[0]
    assert f"outbox: {many} sending" in shown
    assert "no message that is due waits" not in shown
    ended = [each for each in shown if "being sent when the daemon ended; the next one sees to it" in each]
    assert [each.split(" being")[0] for each in ended] == [["1 message was"], ["2 messages were"]][many - 1]
    with lock(state):
        assert [each for each in said_of(state) if each.endswith("being sent; no other that is due waits")]
