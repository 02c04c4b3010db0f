"""Whether a canary is missing, and where it was last seen; and that what it stored is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide.canary import Stage, Trace, again_after, arrived_lately, missing

HOUR = 3600.0
DUE = Trace(due=1000.0)


@pytest.mark.parametrize(
    ("every", "after", "is_missing"),
    [(HOUR, 180.0, False), (HOUR, 181.0, True), (0.0, 9_000.0, False), (5.0, 15.0, False), (5.0, 16.0, True)],
)
def test_it_is_missing_three_minutes_after_it_was_due_or_sooner_where_the_interval_is_shorter(
    every: float, after: float, is_missing: bool
) -> None:
    assert bool(missing(DUE, every, 1000.0 + after)) is is_missing


def test_before_it_is_due_nothing_is_missing() -> None:
    assert not missing(DUE, HOUR, 10.0)


SEEN = [
    (Stage.NOWHERE, "not even asked for"),
    (Stage.SERVED, "served, and not fetched"),
    (Stage.FETCHED, "no parsing child read it"),
    (Stage.PARSED, "could not be stored"),
    (Stage.STORED, "stored, and not matched"),
    (Stage.MATCHED, "queued, and not sent"),
    (Stage.SENT, "that could not be stored"),
]


@pytest.mark.parametrize(("seen", "words"), SEEN)
def test_where_it_was_last_seen_is_said_with_the_reason(seen: Stage, words: str) -> None:
    found = missing(replace(DUE, seen=seen, why="disk I/O error"), HOUR, 1181.0)
    assert "was due 3 min ago" in found
    assert words in found
    assert found.endswith("(disk I/O error)")


def test_every_stage_has_its_words() -> None:
    assert [stage for stage, _ in SEEN] == list(Stage)


def test_a_heartbeat_needs_one_that_arrived() -> None:
    assert not arrived_lately(DUE, HOUR, 1000.0)  # none did so far
    assert arrived_lately(replace(DUE, arrived=900.0), HOUR, 1180.0)
    assert not arrived_lately(replace(DUE, arrived=900.0), HOUR, 1181.0)
    assert arrived_lately(DUE, 0.0, 9_000.0)  # they are off


def test_one_that_was_lost_is_tried_again_each_minute() -> None:
    assert (again_after(HOUR), again_after(5.0)) == (60.0, 5.0)
    assert timedelta(seconds=again_after(60.0)) == timedelta(minutes=1)
