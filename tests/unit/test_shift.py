"""What a shift was told, as it is read from the store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from alerts.alert import Severity
from alerts.delivery import Delivery, DeliveryState
from alerts.render.handover import markdown
from alerts.rule import Config
from alerts.run.shift import read_shift
from alerts.store import outbox
from crawler.store import articles as archive
from crawler.store.db import DATABASE
from tests.migrated import new_store
from tests.unit.desk import NOW, desk, rule
from tests.unit.settled import step

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def told_and_later(connection: Connection, config: Config, headline: str) -> tuple[Delivery, Any]:
    """Return the message that a story was told by, and a later story of its event."""
    step(connection, config, "one", "Militia bombs the airport of Duhok", 0)
    step(connection, config, "two", headline, 200)
    told, later = connection.execute(select(archive.stories).order_by(archive.stories.c.opened)).all()
    connection.execute(archive.stories.update().values(thread=told.thread))
    [first] = outbox.deliveries_that(connection, outbox.deliveries.c.subject == told.id)
    outbox.record(connection, first.id, DeliveryState.SENT, NOW + MINUTE)
    return first, later


@pytest.mark.parametrize("told_as", [Severity.FLASH, Severity.ROUTINE])
def test_what_waits_of_an_event_told_is_not_untold_unless_it_is_graver(tmp_path: Path, told_as: Severity) -> None:
    config = desk(tmp_path, rule("{any: [militia]}", severity="flash"))
    database = new_store(tmp_path / DATABASE)
    with database.write() as connection:
        first, waits = told_and_later(connection, config, "Militia parades in Basra")
        as_told = outbox.deliveries.update().where(outbox.deliveries.c.id == first.id)
        connection.execute(as_told.values(severity=int(told_as)))
    database.close()
    shift = read_shift(tmp_path, NOW + HOUR, NOW + 6 * HOUR, config)
    written = markdown(shift, config.timezone)
    line = f"- flash: Militia parades in Basra: waiting, due 14 Jun 18:20 Baghdad (15:20 UTC){{}}; `{waits.id}`"
    if told_as is Severity.FLASH:
        assert [(each.alert.story, at) for each, at in shift.further] == [(waits.id, NOW + MINUTE)]
        assert (
            f"## Further on events told\n\n{line.format('; event told 14 Jun 15:01 Baghdad (12:01 UTC)')}\n" in written
        )
        assert "## Not told in this time" not in written
    else:
        assert [each.alert.story for each in shift.untold] == [waits.id]
        assert f"## Not told in this time\n\n{line.format('')}\n" in written
        assert shift.further == ()


@pytest.mark.parametrize("why", [{"state": "dead"}, {"reason": "another"}])
def test_a_second_attack_that_nobody_got_is_untold(tmp_path: Path, why: dict[str, str]) -> None:
    config = desk(tmp_path, rule("{any: [militia]}", severity="flash"))
    database = new_store(tmp_path / DATABASE)
    with database.write() as connection:
        _, missed = told_and_later(connection, config, "Militia bombs the airport of Duhok for the third time")
        connection.execute(outbox.deliveries.update().where(outbox.deliveries.c.subject == missed.id).values(**why))
    database.close()
    shift = read_shift(tmp_path, NOW, NOW + 6 * HOUR, config)
    assert shift.further == ()
    assert [each.alert.story for each in shift.untold] == [missed.id]
