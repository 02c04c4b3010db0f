"""What `make bench-quick` says has moved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.bench import figures

BEFORE = ["100 waiting: a claim takes 1.40 ms", "1,000 rules: 3,678 articles/s", "of 8 taken: none"]


def test_a_figure_that_moved_by_more_than_a_tenth_is_named_with_both_values() -> None:
    now = ["100 waiting: a claim takes 1.60 ms", "1,000 rules: 3,900 articles/s", "of 8 taken: none"]
    assert list(figures.moved(BEFORE, now)) == ["1.4 -> 1.6 (1.14 x): # waiting: a claim takes # ms"]


def test_what_is_new_or_gone_is_named() -> None:
    assert list(figures.moved(BEFORE[:1], BEFORE[1:2])) == [
        "new: # rules: # articles/s",
        "gone: # waiting: a claim takes # ms",
    ]


def test_what_is_kept_says_where_and_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "KEPT", tmp_path / "figures")
    assert figures.last("claims") is None
    figures.keep("claims", BEFORE)
    kept = figures.last("claims")
    assert kept is not None
    assert kept["lines"] == BEFORE
    assert {"at", "machine", "load", "commit"} <= kept.keys()
    assert json.loads((tmp_path / "figures" / "claims.json").read_text(encoding="utf-8")) == kept


def test_lines_of_one_name_are_compared_each_with_its_own() -> None:
    before = ["100 waiting: 1.4 ms", "5,000 waiting: 3.0 ms"]
    assert list(figures.moved(before, ["100 waiting: 2.0 ms", "5,000 waiting: 3.0 ms"])) == [
        "1.4 -> 2 (1.43 x): # waiting: # ms"
    ]


def test_growth_is_the_power_of_the_size() -> None:
    assert figures.exponent({10: 3.0, 100: 30.0, 1_000: 300.0}) == pytest.approx(1)
    assert figures.exponent({10: 2.0, 100: 2.0, 1_000: 2.0}) == pytest.approx(0)


def test_docs_have_the_figures_that_were_last_kept() -> None:
    told = figures.TOLD.read_text(encoding="utf-8")
    assert figures.into(told) == told, "run: python -m tests.bench.figures"
    kept = {path.stem for path in figures.KEPT.glob("*.json")}
    assert kept == set(re.findall(r"<!-- figures ([\w-]+) -->", told)), "each benchmark that is kept has one place"


def test_figures_are_put_between_their_marks_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "KEPT", tmp_path / "figures")
    figures.keep("claims", BEFORE)
    text = "By hand.\n\n<!-- figures claims -->\nold\n<!-- end of figures -->\n\nBy hand, too: old.\n"
    made = figures.into(text)
    assert BEFORE[0] in made
    assert "\nold\n" not in made
    assert made.startswith("By hand.\n\n<!-- figures claims -->\n")
    assert made.endswith("<!-- end of figures -->\n\nBy hand, too: old.\n")
    assert figures.into(made) == made
