"""A headline that names but a state was where its text says, if that lies in the state; a town is never replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alerts.decide.told_places import told_spots
from alerts.event import EventMention, Report
from alerts.rule import EventSettings

SETTINGS = EventSettings(
    parties=frozenset({"iraq", "iran"}),
    wider={"erbil": frozenset({"iraq"}), "basra": frozenset({"iraq"}), "shiraz": frozenset({"iran"})},
)


def spots(*places: str, lead: tuple[str, ...]) -> frozenset[str]:
    mention = replace(EventMention((), places, places, (), ()), lead_places=lead)
    return told_spots(Report(1, "s", "t", "wire", "Told", datetime(2026, 6, 1, tzinfo=UTC), mention), SETTINGS)


def test_the_text_says_where_in_the_state_of_the_headline() -> None:
    assert spots("iraq", lead=("erbil",)) == {"iraq", "erbil"}
    assert spots("iraq", lead=("erbil", "shiraz")) == {"iraq", "erbil"}


def test_a_town_of_the_headline_stays_the_only_place() -> None:
    assert spots("basra", lead=("erbil",)) == {"basra"}
