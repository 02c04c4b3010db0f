"""Whether a report may tell another attack is asked without the words for it, and answered as with them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from alerts.decide.event_acts import EARLIER, told
from alerts.decide.event_facts import facts_of
from alerts.decide.event_news import added, tells_another
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from tests.unit.desk import NOW

NAMES = ("iran", "us", "iraq", "militia", "base", "port")
SETTINGS = EventSettings(
    developments=frozenset({"strike", "shoot", "kill", "deal", "close"}),
    by_target=frozenset({"strike", "shoot", "kill"}),
    alike={"shoot": "strike"},
    lasting={"deal": frozenset({"strike"}), "close": frozenset()},
    parties=frozenset({"iran", "us", "iraq"}),
    persons=frozenset({"militia"}),
    wider={"base": frozenset({"iraq"}), "port": frozenset({"iran"})},
)


def drawn(chance: random.Random, seq: int) -> Report:
    acts = tuple(
        Act(
            chance.choice(("strike", "shoot", "kill", "deal", "close", "talk")),
            chance.choice(("happened", "happened", "claimed", "denied", "expected", "background", EARLIER)),
            tuple(chance.sample(NAMES, chance.randrange(2))),
            tuple(chance.sample(NAMES, chance.randrange(3))),
            again=chance.random() < 0.2,
            aside=chance.random() < 0.3,
        )
        for _ in range(chance.randint(1, 3))
    )
    names, places = (tuple(chance.sample(NAMES, chance.randint(0, 3))) for _ in range(2))
    tolls = {"killed": chance.randrange(9)} if chance.random() < 0.3 else {}
    at = NOW + timedelta(minutes=chance.randrange(90))
    return Report(
        seq, f"s{seq}", "t1", f"o{seq}", f"Report {seq}", at, EventMention(acts, names, places, casualties=tolls)
    )


def test_another_attack_is_found_as_by_all_that_a_report_adds() -> None:
    chance, found = random.Random(17), Counter[bool]()
    for scene in range(800):
        later, *reports = (drawn(chance, seq) for seq in range(chance.randint(2, 6)))
        cut = chance.randint(1, len(reports))
        known, elsewhere = reports[:cut], reports[cut:]
        expected = added(later, known, elsewhere, SETTINGS).another
        assert tells_another(later, known, elsewhere, SETTINGS) is expected, scene
        found[expected] += 1
        mention = later.mention  # that what is only in the background is left out first, changes nothing
        assert facts_of(mention, SETTINGS) == facts_of(replace(mention, acts=told(mention)), SETTINGS)
    assert min(found[True], found[False]) > 100, found
