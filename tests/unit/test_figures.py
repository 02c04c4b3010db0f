"""What `make bench-quick` says has moved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crawler.text.folding import fold
from tests.bench import figures
from tests.bench.profiles import profiled, room_of
from tests.bench.shared import ROOT

BEFORE = ["100 waiting: a claim takes 1.40 ms", "1,000 rules: 3,678 articles/s", "of 8 taken: none"]


def test_a_figure_that_moved_by_more_than_a_tenth_is_named_with_both_values() -> None:
    now = ["100 waiting: a claim takes 1.60 ms", "1,000 rules: 3,900 articles/s", "of 8 taken: none"]
    assert list(figures.moved(BEFORE, now)) == ["1.4 -> 1.6 (1.14 x): # waiting: a claim takes # ms"]


def test_what_moved_as_the_machine_did_is_not_named() -> None:
    now = ["100 waiting: a claim takes 2.10 ms", "1,000 rules: 2,450 articles/s", "of 8 taken: none"]
    assert len(list(figures.moved(BEFORE, now))) == 2
    assert list(figures.moved(BEFORE, now, 1.5)) == [], "both the time and the rate moved by the pace"
    assert len(list(figures.moved(BEFORE, ["100 waiting: a claim takes 3.0 ms", *now[1:]], 1.5))) == 1


def test_what_the_clock_says_of_a_command_is_not_compared() -> None:
    before, now = (f"status alone 0.40 (answered in {each} s)   with a daemon 0.05" for each in ("0.50", "9.00"))
    assert list(figures.moved([before], [now])) == []
    assert len(list(figures.moved([before], [now.replace("0.40", "0.60")]))) == 1


def test_a_profile_names_the_rooms_in_which_the_time_went() -> None:
    assert room_of(str(ROOT / "alerts" / "rules" / "match.py")) == "alerts/rules"
    assert room_of(str(ROOT / ".venv" / "lib" / "python3.11" / "site-packages" / "yaml" / "loader.py")) == "yaml"
    assert room_of("/usr/lib/python3.11/re/_parser.py") == "the standard library"
    found = list(profiled(lambda: [fold("Militia drones strike base") for _ in range(2_000)]))
    assert any(line.split("% ")[1].startswith("crawler/text, above all folding.py fold (") for line in found)


def test_what_is_new_or_gone_is_named() -> None:
    assert list(figures.moved(BEFORE[:1], BEFORE[1:2])) == [
        "new: # rules: # articles/s",
        "gone: # waiting: a claim takes # ms",
    ]


def test_what_is_kept_says_where_and_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "KEPT", tmp_path / "figures")
    assert figures.last("claims") is None
    figures.keep("claims", BEFORE, 10.0)
    kept = figures.last("claims")
    assert kept is not None
    assert kept["lines"] == BEFORE
    assert {"at", "machine", "load", "commit", "yardstick"} <= kept.keys()
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
    places = re.findall(r"<!-- figures ([\w-]+) -->", told)
    assert kept | {*figures.QUICK} <= {*places}, "what is kept, or compared by --quick, has a place"
    assert len(places) == len({*places}), "and only one"


def test_figures_are_put_between_their_marks_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "KEPT", tmp_path / "figures")
    figures.keep("claims", BEFORE, 10.0)
    text = "By hand.\n\n<!-- figures claims -->\nold\n<!-- end of figures -->\n\nBy hand, too: old.\n"
    made = figures.into(text)
    assert BEFORE[0] in made
    assert "\nold\n" not in made
    assert made.startswith("By hand.\n\n<!-- figures claims -->\n")
    assert made.endswith("<!-- end of figures -->\n\nBy hand, too: old.\n")
    assert figures.into(made) == made
