"""Two accidents at one site, or an accident and an attack, are two events; first reports that differ are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide.event_clash import clash
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(by_target=frozenset({"strike", "kill"}))
CRASH, STRIKE = Act("accident", "happened"), Act("strike", "happened", (), ("base",))


def report(act: Act, minutes: int = 0, title: str = "", words: str = "", **toll: int) -> Report:
    mention = EventMention((act,), ("base",), ("base",), (), tuple(words.split()), toll)
    at = NOW + timedelta(minutes=minutes)
    return Report(minutes + 1, f"s{minutes}", "t", f"o{minutes}", title, at, mention)


@pytest.mark.parametrize(
    ("earlier", "later", "apart"),
    [
        (report(CRASH, killed=2), report(CRASH, 90, wounded=5), "two accidents"),
        (report(CRASH, killed=2), report(CRASH, 90, killed=1), "two accidents"),
        (report(CRASH, words="helicopter", killed=2), report(CRASH, 90, words="depot", killed=4), "two accidents"),
        (report(CRASH, words="helicopter", killed=2), report(CRASH, 90, words="helicopter", killed=4), ""),
        (report(CRASH, killed=2), report(CRASH, 90, title="Correction: one killed in crash", killed=1), ""),
        (report(CRASH, killed=2), report(CRASH, 90), ""),
        (report(CRASH, killed=2), report(STRIKE, 5, killed=1), "the other an attack"),
        (report(STRIKE, killed=1), report(CRASH, 5, killed=2), "the other an attack"),
        (report(CRASH, killed=2), report(STRIKE, 90, killed=2), ""),
        (report(CRASH), report(STRIKE, 60), ""),
        (report(CRASH), report(STRIKE, 61), "the other an attack"),
        (report(CRASH, killed=2), report(replace(STRIKE, standing="accidental"), 90), ""),
        (report(CRASH, killed=2), report(replace(STRIKE, standing="denied"), 90, killed=1), ""),
        (report(STRIKE, killed=2), report(STRIKE, 90, killed=1), ""),
    ],
)
def test_what_an_accident_is_apart_from(earlier: Report, later: Report, apart: str) -> None:
    found = clash(earlier, later, SETTINGS)
    assert apart in found if apart else found == ""
