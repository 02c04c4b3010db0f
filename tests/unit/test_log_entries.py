"""What was done to the watch itself, as the handover lists it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from alerts.delivery import DeliveryState
from alerts.line.notices import queue_all
from alerts.render.handover import Done
from alerts.run.good_rules import keep
from alerts.run.log_entries import watch_since
from alerts.run.logbook import Logbook
from alerts.run.rules_file import Saving
from alerts.run.secrets_file import SecretsFile
from alerts.store import audit, outbox, restoring
from alerts.store.audit import KILLED, Entry, What
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store
from tests.unit.desk import NOW, desk, rule

HOUR = timedelta(hours=1)


def test_outages_restores_and_notices_are_listed_once_each(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule("{any: [militia]}"), "admin: console")
    queue_all(line, config, "notice:earlier", "before the shift", "", NOW - HOUR)
    audit.record(line, Entry(NOW, What.STOP, "", "stopped when it was told to"))
    audit.record(line, Entry(NOW, What.RULES, "Noor", "rules a -> b"))
    audit.record(line, Entry(NOW + HOUR, What.START, "", "started on rules b", ("rule r: added", KILLED)))
    queue_all(line, config, "notice:killed:x", "the watch was down", "It was down.", NOW + HOUR)
    queue_all(line, config, "notice:source:y", "y is down", "", NOW + 2 * HOUR)
    restoring.note_restored(line, NOW + 3 * HOUR, "a.db", "root")
    sent, given_up = outbox.deliveries_that(line, outbox.deliveries.c.queued > NOW)
    outbox.record(line, given_up.id, DeliveryState.DEAD, NOW + 3 * HOUR, "no such user")
    line.execute(outbox.deliveries.update().where(outbox.deliveries.c.id == sent.id).values(sent=NOW + HOUR))
    # a second reader of the same notice
    values = dict(line.execute(outbox.deliveries.select()).mappings().all()[1])
    line.execute(outbox.deliveries.insert().values(values | {"id": "d2", "target": "other", "sent": None}))
    assert watch_since(line, NOW) == [
        Done(NOW, "stop", "stopped when it was told to"),
        Done(NOW + HOUR, "start", f"started on rules b; {KILLED}"),
        Done(NOW + HOUR, "notice", "the watch was down"),
        Done(NOW + 2 * HOUR, "notice", "y is down (not sent: dead)"),
        Done(
            NOW + 3 * HOUR,
            "restore",
            "the store was restored from a.db; what was done between the backup and now is not in this log",
            "root",
        ),
    ]


def test_rules_that_were_refused_are_listed_once(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule("{any: [militia]}"), "admin: console")
    for hours in (1, 2):
        at = NOW + hours * HOUR
        audit.record(line, Entry(at, What.REFUSED, "Noor", "REFUSED for 1 error"))
        queue_all(line, config, f"notice:reload:{at.isoformat()}", "rules.yaml has 1 error", "", at)
    first, _ = sorted(outbox.deliveries_that(line), key=lambda each: each.queued)
    line.execute(outbox.deliveries.update().where(outbox.deliveries.c.id == first.id).values(sent=NOW + HOUR))
    assert watch_since(line, NOW) == [
        Done(NOW + HOUR, "refused", "REFUSED for 1 error", "Noor"),
        Done(NOW + 2 * HOUR, "refused", "REFUSED for 1 error", "Noor"),
        Done(NOW + 2 * HOUR, "notice", "rules.yaml has 1 error (not sent: queued)"),
    ]


@pytest.mark.parametrize(
    ("how", "noted"),
    [
        ({}, 0),
        ({"signalled": True}, 1),
        ({"mended": True}, 1),
        ({"secrets": ["TOKEN"]}, 1),
        ({"saving": Saving("Noor", "rule r was saved from the board")}, 1),
    ],
)
def test_rules_that_were_only_written_anew_are_no_entry(tmp_path: Path, how: dict[str, Any], noted: int) -> None:
    config = desk(tmp_path, rule("{any: [militia]}"))
    database = new_store(tmp_path / "a.db")
    lane = WriterLane(database)
    secrets = cast("SecretsFile", SimpleNamespace(path=None, values={}))
    keep(tmp_path, config)
    logbook = Logbook(lane, tmp_path, tmp_path / "rules.yaml", secrets)
    asyncio.run(logbook.reloaded(config, config, NOW, **({"signalled": False} | how)))
    with database.read() as connection:
        assert len(list(audit.entries_since(connection, NOW))) == noted
    lane.close()
    database.close()
