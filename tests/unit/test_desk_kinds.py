"""The desk as shipped on kinds of headlines: how grave each must be told at least, and may be told at most."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawler.article import Article
from tests.unit.shipped import NOW, graded, matcher

KINDS = sorted(Path(__file__).parent.glob("kinds*.yaml"))
STEPS = ("none", "routine", "priority", "immediate", "flash")


def cases(rows: str = "headlines") -> list[tuple[str, str, str, str]]:
    kinds = [pair for path in KINDS for pair in yaml.safe_load(path.read_text(encoding="utf-8")).items()]
    return [(kind, line, row["least"], row["most"]) for kind, row in kinds for line in row.get(rows, ())]


def told_as_it_is(line: str, least: str, most: str) -> bool:
    title, _, text = line.partition(" // ")
    return STEPS.index(least) <= STEPS.index(graded(title, text)) <= STEPS.index(most)


@pytest.mark.parametrize(("kind", "headline", "least", "most"), cases())
def test_a_kind_is_told_as_gravely_as_it_is(kind: str, headline: str, least: str, most: str) -> None:
    assert told_as_it_is(headline, least, most), kind


@pytest.mark.parametrize(("kind", "headline", "least", "most"), cases("missed"))
def test_what_is_known_to_be_missed_still_is(kind: str, headline: str, least: str, most: str) -> None:
    assert not told_as_it_is(headline, least, most), f"no longer missed: move it to the headlines of {kind}"


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Rocket attack on Taji base wounds US contractor", "US contractors or civilians are killed, hurt or taken"),
        ("مقتل متعاقد أميركي بقصف صاروخي", "US contractors or civilians are killed, hurt or taken"),
        ("Five Americans dead in drone attack on Erbil", "Americans are killed or hurt in an attack"),
        ("Death toll in Taji rocket attack rises to 3 US troops", "US soldiers are killed, hurt or taken"),
    ],
)
def test_a_reason_says_soldiers_only_of_soldiers(title: str, why: str) -> None:
    gravest = max(matcher().match(Article("a1", "wire", title, NOW)), key=lambda match: match.severity)
    assert str(gravest.why).startswith(f"{why} (")
