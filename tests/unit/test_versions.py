"""The version of a rule follows from what it asks, whatever rules stand beside it and share a filter with it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.desk import desk, rule

FILTERS = """\
  towns: {towns}
filters:
  near: {near: {within: 4, terms: ["$bases", rocket]}}
  town: ["$towns"]
"""
TOWNS = "[Haditha]"
ONE, BOTH, LAST = (
    rule(match, name=name).replace("severity:", f"filters: [{filters}], severity:")
    for name, match, filters in (
        ("one", "[drone]", "near"),
        ("both", "[drone]", "near, town"),
        ("last", "[pmf]", "town"),
    )
)


def versions(place: Path, *rows: str, towns: str = TOWNS) -> dict[str, str]:
    config = desk(place, "".join(rows), lists=FILTERS.replace("{towns}", towns))
    return {each.id: each.version for each in config.rules}


def test_rule_has_the_same_version_alone_and_among_others(tmp_path: Path) -> None:
    together = versions(tmp_path, ONE, BOTH, LAST)
    assert {**versions(tmp_path, ONE), **versions(tmp_path, BOTH), **versions(tmp_path, LAST)} == together
    assert len(set(together.values())) == 3


def test_words_of_a_shared_filter_change_each_rule_that_names_it_and_no_other(tmp_path: Path) -> None:
    before = versions(tmp_path, ONE, BOTH, LAST)
    after = versions(tmp_path, ONE, BOTH, LAST, towns="[Haditha, Rawa]")
    assert {name for name in before if before[name] != after[name]} == {"both", "last"}
