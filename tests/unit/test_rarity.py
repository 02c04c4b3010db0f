"""What reports have in common by how rare its parts are, beside the same worked out from all reports each time."""

from __future__ import annotations

import math
import random

import pytest

from alerts.decide.rarity import FEWEST, Part, Rarity

BASES = {"name": 1.0, "pair": 0.4, "word": 0.3}
Reports = dict[int, frozenset[Part]]


def weight(part: Part, reports: Reports) -> float:
    many = sum(part in parts for parts in reports.values())
    return BASES[part[0]] * math.log((max(FEWEST, len(reports)) + 1) / (many + 0.5))


def square(parts: frozenset[Part], reports: Reports) -> float:
    return sum(weight(part, reports) ** 2 for part in parts)


def drawn(chance: random.Random) -> frozenset[Part]:
    names = chance.sample("abcdefgh", 2)
    words = [("word", str(chance.randrange(300))) for _ in range(3)]
    return frozenset([*(("name", each) for each in names), ("pair", *names), *words])


@pytest.mark.parametrize("most", [40, FEWEST + 40])
def test_a_used_index_answers_as_all_reports_worked_out_anew(most: int) -> None:
    """Below FEWEST reports only the parts of the report that comes or goes change; above that all do."""
    chance = random.Random(most)
    rarity, reports = Rarity(), Reports()
    for seq in range(most + 60):
        asked = drawn(chance)
        if reports and (seq % 9 == 0 or seq > most - 5):
            other = chance.choice(list(reports))
            share, shared = rarity.in_common(other, rarity.weighed(asked))
            both = reports[other] & asked
            lengths = math.sqrt(square(reports[other], reports) * square(asked, reports))
            assert share == pytest.approx(square(both, reports) / lengths)
            assert set(rarity.parts(shared)) == both
            ranked = sorted(both, key=lambda part: (-weight(part, reports), part))
            assert list(rarity.heaviest_first(shared)) == ranked
        if len(reports) > most or (reports and chance.random() < 0.1):
            gone = chance.choice(list(reports))
            rarity.remove(gone)
            del reports[gone]
        parts = drawn(chance)
        rarity.add(seq, parts)
        reports[seq] = parts
        name = ("name", chance.choice("abcdefgh"))
        assert list(rarity.having(name)) == [each for each in reports if name in reports[each]]
        assert len(rarity) == len(reports)
