"""A clock that leaps deletes nothing: what is old by it is kept until it has run for a day without a leap."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from alerts.decide.steady import Steady, read_clock
from alerts.run.expiring import Expire
from alerts.store import outbox, retention
from crawler.store import sizes
from tests.unit.desk import NOW, desk, rule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def readings(*times: datetime) -> Steady:
    found: Steady | None = None
    for each in times:
        found = read_clock(found, each)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "times", "trusted", "leapt"),
    [
        ("the first day of a store", [NOW, NOW + 23 * HOUR], False, 0),
        ("after a day", [NOW, NOW + 12 * HOUR, NOW + 24 * HOUR], True, 0),
        ("off over night", [NOW, NOW + DAY, NOW + 2 * DAY + 12 * HOUR], True, 0),
        ("years ahead", [NOW, NOW + DAY, NOW + 2000 * DAY], False, 1999),
        ("and a while there", [NOW, NOW + DAY, NOW + 2000 * DAY, NOW + 2000 * DAY + 23 * HOUR], False, 0),
        ("and back again", [NOW, NOW + DAY, NOW + 2000 * DAY, NOW + DAY + HOUR], False, -1999),
        ("off for three weeks", [NOW, NOW + DAY, NOW + 22 * DAY], False, 21),
        ("set back by an hour", [NOW, NOW + 30 * HOUR, NOW + 29 * HOUR], True, 0),
    ],
)
def test_clock_is_trusted_after_a_day_without_a_leap(
    name: str, times: list[datetime], trusted: bool, leapt: int
) -> None:
    found = readings(*times)
    assert (found.trusted, round(found.leapt / DAY)) == (trusted, leapt), name


def test_readings_are_kept_over_a_restart(line: Connection) -> None:
    assert not retention.read_steady(line, NOW).trusted
    assert retention.read_steady(line, NOW + DAY).trusted
    assert retention.read_steady(line, NOW + 900 * DAY).leapt == 899 * DAY
    assert not retention.read_steady(line, NOW + 900 * DAY + HOUR).trusted


@pytest.mark.sqlite_only
def test_sizes_stored_by_a_clock_that_was_ahead_are_dropped(line: Connection) -> None:
    line.execute(text("INSERT INTO store_sizes (at, used, file, free) VALUES ('2036-01-01 00:00:00', 1, 1, 1)"))
    sizes.sample(line, NOW)
    assert line.execute(text("SELECT count(*) FROM store_sizes")).scalar_one() == 0  # of a store in memory none is made


def test_only_a_leap_ahead_while_no_process_ran_is_told(tmp_path: Path, line: Connection) -> None:
    """A running daemon tells a step of the clock itself."""
    config = replace(desk(tmp_path, rule("[x]")), admin="console")

    def notices(*times: datetime) -> list[str]:
        stage = Expire(config, None, None)  # type: ignore[arg-type]
        for each in times:
            stage._read_clock(line, each)
        return [str((each.payload or {})["title"]) for each in outbox.deliveries_that(line)]

    assert notices(NOW, NOW + HOUR, NOW + 90 * DAY) == []
    title = "the clock is 10 days ahead of the last run: nothing old is deleted for 24 h"
    assert notices(NOW + 100 * DAY, NOW + 100 * DAY + HOUR) == [title]
    assert notices(NOW + DAY) == [title], "back again"
