"""Flash that a receiver could not be told in time, of every kind that rings somebody, goes to its stand-by."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Severity
from alerts.delivery import NewDelivery
from alerts.line.standby import overdue, stand_in
from alerts.store import outbox
from tests.unit.desk import NOW
from tests.unit.floor import desk, ids

CASES = [(Kind.ALERT, True), (Kind.UPDATE, True), (Kind.ESCALATION, True), (Kind.EDIT, False), (Kind.DIGEST, False)]


@pytest.mark.parametrize(("kind", "taken"), CASES)
def test_flash_of_a_kind_that_rings_goes_to_the_stand_by_once(
    kind: Kind, tmp_path: Path, line: Connection, *, taken: bool
) -> None:
    config = desk(tmp_path, "json://127.0.0.1:9/x", more=", standby: console")
    outbox.queue(line, NewDelivery(ids(config)[0], "floor", kind, Severity.FLASH, Reason.ESCALATED, "s1"), NOW)
    assert not list(overdue(line, config, NOW + timedelta(seconds=90)))
    late = list(overdue(line, config, NOW + timedelta(seconds=101)))
    assert [each.kind for each in late] == [kind] * taken
    for each in outbox.on_subject(line, "s1", ids(config)[0]):
        stand_in(line, config, each, NOW + timedelta(seconds=101))
    told = outbox.on_subject(line, "s1", ids(config, "console")[0])
    assert [(each.kind, each.reason) for each in told] == [(kind, Reason.STANDBY)] * taken
    assert not list(overdue(line, config, NOW + timedelta(seconds=102)))
