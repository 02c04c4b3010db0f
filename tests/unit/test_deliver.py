"""A message that cannot be written for want of the store is tried again: it is not the message's fault."""

from __future__ import annotations

from pathlib import Path

from alerts.line.deliver import Deliver
from crawler.store.db import Database
from crawler.store.holdings import Grant
from crawler.store.writer_lane import WriterLane
from tests.unit.alerts_made import SENT, settled
from tests.unit.desk import NOW


def test_store_that_cannot_be_read_kills_no_message(tmp_path: Path) -> None:
    database, gone = Database.at(tmp_path / "a.db"), Database.at(tmp_path / "gone" / "b.db")
    lane, config = WriterLane(database), settled(tmp_path)
    (target,) = next(iter(config.receivers.values())).targets
    result = Deliver(gone, lane, config)._compose_and_send(target, SENT, NOW, Grant("target/x"))
    assert (result.ok, result.retry, result.uncertain) == (False, True, False)
    assert result.detail == "the store could not be read: unable to open database file"
    lane.close()
    database.close()
