"""What `make bench-quick` says has moved."""

from __future__ import annotations

import json
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
