"""A window of reports that is asked again and again answers as a fresh one does."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from alerts.decide.same_event import SPAN, EventWindow
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

SETTINGS = EventSettings(by_target=frozenset({"strike", "arrest"}), parties=frozenset({"us", "iran"}))
NAMES = ("us", "iran", "erbil", "basra", "hashd", "navy")
WORDS = tuple("abcdefgh")


def made(seq: int, chance: random.Random, threads: int = 9) -> Report:
    by, on = chance.sample(NAMES, 2)
    acts = (Act(chance.choice(("strike", "arrest", "seize")), "happened", (by,), (on,)),)
    words = tuple(chance.sample(WORDS, 4))
    mention = EventMention(acts, (by, on), (), (), words, {"killed": 2} if chance.random() < 0.2 else {})
    at = NOW + timedelta(minutes=20 * seq)
    return Report(seq, f"s{seq}", f"t{seq % threads}", f"wire{seq % 4}", f"headline {seq}", at, mention)


def fresh(reports: list[Report]) -> EventWindow:
    window = EventWindow(SETTINGS)
    for each in reports:
        window.add(each)
    return window


def test_what_was_asked_before_changes_no_answer() -> None:
    """Rarity is kept between questions: each report that comes or goes changes it."""
    chance = random.Random(5)
    kept: list[Report] = []
    window, near = EventWindow(SETTINGS), 0
    for seq in range(1, 400):
        report = made(seq, chance, threads=1_000)  # each has its own: a window knows the first report of each
        if seq % 7 == 0:
            window.nearest(report)
            window.forget(report.at - SPAN)
            kept = [each for each in kept if each.at >= report.at - SPAN]
        found, expected = window.nearest(report), fresh(kept).nearest(report)
        assert (found and found.earlier) == (expected and expected.earlier)
        assert (found and found.share) == pytest.approx(expected and expected.share)
        near += found is not None
        window.add(report)
        kept.append(report)
    assert near > 50


def test_the_nearest_is_the_most_alike_of_all_that_may_be_one() -> None:
    chance = random.Random(6)
    window = fresh([made(seq, chance) for seq in range(1, 120)])
    second_best = 0
    for seq in range(120, 200):
        report = made(seq, chance)
        likenesses = list(window.compared(report, lambda _: True))
        possible = [each for each in likenesses if window.nearest(report, [each.earlier.thread]) is not None]
        found = window.nearest(report)
        best = max((window.nearest(report, [f"t{n}"]) for n in range(9)), key=_rank)
        assert (found and _rank(found)) == (best and _rank(best))
        second_best += bool(possible) and len(possible) < len(likenesses)
    assert second_best > 5  # so that some were alike and no event


def _rank(likeness: object) -> tuple[object, ...]:
    return (likeness.lasting, likeness.share, likeness.earlier.at) if likeness else (False, 0.0, NOW)  # type: ignore[attr-defined]
