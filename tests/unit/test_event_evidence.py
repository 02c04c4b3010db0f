"""What speaks for two reports telling one event, and what against: each kind by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide.event_evidence import (
    ANOTHER,
    BOTH_BEGIN,
    DOER,
    FIRST_NAME,
    NEWS,
    NUMBER,
    PER_HOUR,
    PER_LATE_HOUR,
    STANDING,
    TARGET,
    evidence,
    likelihood,
    of_time,
    told_by,
)
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(
    alike={"intercept": "strike"},
    defences=frozenset({"intercept"}),
    wider={"harir": frozenset({"erbil"})},
)
BARE = EventMention((Act("strike", "happened"), Act("visit", "expected")), ("iraq", "us", "iran", "erbil"))


def report(mention: EventMention, title: str = "") -> Report:
    return Report(1, "s1", "t1", "w", title, NOW, mention, "en")


def between(one: Report, other: Report) -> float:
    return evidence(told_by(one, SETTINGS), told_by(other, SETTINGS), lambda _: 2.0, SETTINGS)


def acting(*acts: Act) -> EventMention:
    return replace(BARE, acts=acts)


def strike(by: str = "", on: str = "", standing: str = "happened", deed: str = "strike") -> Act:
    return Act(deed, standing, (by,) if by else (), (on,) if on else ())


@pytest.mark.parametrize(
    ("one", "other", "more"),
    [
        (acting(strike("us")), acting(strike("us")), DOER),
        (acting(strike(on="harir")), acting(strike(on="erbil")), TARGET),  # one lies in the other
        (acting(strike("us", "iran")), acting(strike("us", "iran")), DOER + TARGET),
        (acting(strike("us")), acting(strike("qatar")), ANOTHER),
        (acting(strike("us")), acting(strike("iran")), 0),  # both headlines name both: read in two ways
        (acting(strike("iran")), acting(strike(on="iran", deed="intercept")), DOER),  # who is repelled attacked
        (acting(strike("iran", "iran")), acting(strike("iran")), 0),  # nobody strikes himself
        (acting(strike()), acting(strike(standing="denied")), -STANDING),
        (acting(strike()), acting(strike(standing="claimed")), 0),
        (acting(strike()), acting(Act("visit", "happened"), strike()), -BOTH_BEGIN),
        (acting(strike()), acting(Act("visit", "happened")), -BOTH_BEGIN - NEWS - STANDING),
    ],
)
def test_each_deed_counts_by_who_did_it_to_whom_and_how_it_stands(
    one: EventMention, other: EventMention, more: float
) -> None:
    bare = acting(strike())
    assert between(report(one), report(other)) == pytest.approx(between(report(bare), report(bare)) + more)


@pytest.mark.parametrize(
    ("one", "other", "more"),
    [
        ("35 ships turned back", "إعادة 35 سفينة", NUMBER),
        ("five missiles shot down", "إسقاط ٥ صواريخ", NUMBER),
        ("35 ships turned back", "إعادة 46 سفينة", 0),
        ("2 ships turned back", "إعادة 2 سفينة", 0),  # too many headlines have a two
        ("the war of 2026", "حرب 2026", 0),
    ],
)
def test_a_number_in_both_headlines_is_evidence(one: str, other: str, more: float) -> None:
    bare = between(report(BARE), report(BARE))
    assert between(report(BARE, one), report(BARE, other)) == pytest.approx(bare + more)


def test_one_toll_is_evidence_and_so_is_the_name_that_comes_first() -> None:
    bare = between(report(BARE), report(BARE))
    harmed = report(replace(BARE, casualties={"wounded": 2}))
    assert between(harmed, harmed) == pytest.approx(bare + NUMBER)
    turned = report(replace(BARE, names=("us", "iraq", "iran", "erbil")))
    assert between(report(BARE), turned) == pytest.approx(bare - FIRST_NAME)


def test_rare_names_say_more_than_those_of_every_day() -> None:
    told = told_by(report(BARE), SETTINGS)
    rare = evidence(told, told, lambda name: 4.0 if name == "erbil" else 0.5, SETTINGS)
    assert rare > evidence(told, told, lambda _: 0.5, SETTINGS)


def test_time_takes_away_and_the_sum_is_shown_as_a_share() -> None:
    early, late = report(BARE), replace(report(BARE), at=NOW + timedelta(hours=6))
    latest = replace(report(BARE), at=NOW + timedelta(hours=9))
    for is_common in (False, True):
        assert of_time(early, late, is_common) == of_time(late, early, is_common) == pytest.approx(6 * PER_HOUR)
    assert of_time(early, latest, is_common=False) == pytest.approx(9 * PER_HOUR)
    assert of_time(early, latest, is_common=True) == pytest.approx(9 * PER_HOUR + 3 * PER_LATE_HOUR)
    assert likelihood(0) == 0.5
    assert 0.95 < likelihood(3) < likelihood(9) < 1
