"""The desk as shipped on kinds of headlines: how grave each must be told at least, and may be told at most."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.article import Article
from tests.unit.shipped import NOW, graded, matcher

KINDS = sorted(Path(__file__).parent.glob("kinds*.yaml"))
STEPS = ("none", "routine", "priority", "immediate", "flash")


@cache
def kinds() -> list[tuple[str, dict[str, Any]]]:
    texts = [path.read_text(encoding="utf-8") for path in KINDS]
    return [pair for text in texts for pair in yaml.load(text, Loader=yaml.CSafeLoader).items()]


def cases(rows: str = "headlines") -> list[Any]:
    """Return the kinds with such rows: a test a kind, as one a headline would cost more than what it tests."""
    return [pytest.param(row[rows], row["least"], row["most"], id=kind) for kind, row in kinds() if row.get(rows)]


def told_as_it_is(line: str, least: str, most: str) -> bool:
    title, _, text = line.partition(" // ")
    return STEPS.index(least) <= STEPS.index(graded(title, text)) <= STEPS.index(most)


@pytest.mark.parametrize(("headlines", "least", "most"), cases())
def test_a_kind_is_told_as_gravely_as_it_is(headlines: list[str], least: str, most: str) -> None:
    assert [each for each in headlines if not told_as_it_is(each, least, most)] == []


@pytest.mark.parametrize(("headlines", "least", "most"), cases("missed"))
def test_what_is_known_to_be_missed_still_is(headlines: list[str], least: str, most: str) -> None:
    found = [each for each in headlines if told_as_it_is(each, least, most)]
    assert found == [], "no longer missed: move them to the headlines of their kind"


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Rocket attack on Taji base wounds US contractor", "US contractors or civilians are killed, hurt or taken"),
        ("مقتل متعاقد أميركي بقصف صاروخي", "US contractors or civilians are killed, hurt or taken"),
        ("Five Americans dead in drone attack on Erbil", "Americans are killed, hurt or taken in an attack"),
        ("Death toll in Taji rocket attack rises to 3 US troops", "US soldiers are killed, hurt or taken"),
    ],
)
def test_a_reason_says_soldiers_only_of_soldiers(title: str, why: str) -> None:
    gravest = max(matcher().match(Article("a1", "wire", title, NOW)), key=lambda match: match.severity)
    assert str(gravest.why).startswith(f"{why} (")
