"""What commands print fits a terminal: cells of a row, words, ids, scripts of other widths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cli.screen import columns, fold, show
from alerts.render.words import ISOLATE, POP, isolated

ROW = "d6266jwhg4azv0t  sent  14 Jun 23:10 Baghdad (20:10 UTC)  immediate alert  hook#1a2b  Rockets hit a base"
WIDTHS = [("base", 4), ("قاعدة", 5), ("قَاعِدَة", 5), ("حزب\u200cالله", 7), (isolated("الحشد"), 5), ("北京", 4), ("", 0)]


@pytest.mark.parametrize(("text", "width"), WIDTHS, ids=[text for text, _ in WIDTHS])
def test_width_is_that_of_the_cells_of_a_terminal(text: str, width: int) -> None:
    assert columns(text) == width


def test_width_of_somebody_elses_terminal_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show(ROW)
    monkeypatch.setenv("WATCHFLOOR_COLUMNS", "60")
    show(ROW)
    assert capsys.readouterr().out.splitlines() == [ROW, *fold(ROW, 60)]


def test_row_is_broken_between_its_cells() -> None:
    assert list(fold(ROW, 80)) == [
        "d6266jwhg4azv0t  sent  14 Jun 23:10 Baghdad (20:10 UTC)  immediate alert",
        "  hook#1a2b  Rockets hit a base",
    ]
    assert list(fold(ROW, 200)) == [ROW]


def test_long_cell_is_broken_between_words_with_its_indent() -> None:
    assert list(fold("    because: same text as another article, told by two", 30)) == [
        "    because: same text as",
        "      another article, told by",
        "      two",
    ]
    assert list(fold("one\n\n  two", 40)) == ["one", "", "  two"]


def test_long_cell_begins_where_the_last_one_ended() -> None:
    assert list(fold("s2  not a feed, as it is not XML that we know, and was never reached", 30)) == [
        "s2  not a feed, as it is not",
        "  XML that we know, and was",
        "  never reached",
    ]


def test_time_stays_whole() -> None:
    said = "Published 29 Nov 02:38 Baghdad (28 Nov 23:38 UTC); seen 29 Nov 2025 02:38 New York (23:38 UTC), told 29 Nov 02:38 UTC"
    assert list(fold(said, 60)) == [
        "Published 29 Nov 02:38 Baghdad (28 Nov 23:38 UTC); seen",
        "  29 Nov 2025 02:38 New York (23:38 UTC), told",
        "  29 Nov 02:38 UTC",
    ]


def test_word_that_is_wider_stays_whole() -> None:
    url = f"https://wire.example/{'a' * 60}"
    assert list(fold(f"link: {url} of wire", 40)) == ["link:", f"  {url}", "  of wire"]


def test_arabic_headline_keeps_its_isolate_on_each_line() -> None:
    headline = "هجوم صاروخي على قاعدة عين الأسد التي تضم قوات أمريكية"
    lines = list(fold(f"a1  {isolated(headline)}  sent", 40))
    assert len(lines) > 1
    assert all(line.count(ISOLATE) == line.count(POP) for line in lines)
    assert all(ISOLATE in line for line in lines if any(word in line for word in headline.split()))
    assert all(columns(line) <= 40 for line in lines)
    assert lines[1].startswith(f"  {ISOLATE}"), "the indent stands at the left"


@given(st.text("ab 北ق\u064e\u2068\u2069", max_size=200), st.integers(40, 90))
def test_folding_loses_no_word_and_is_never_wider_than_its_widest_word(text: str, width: int) -> None:
    lines = list(fold(text, width))
    bare = [line.replace(ISOLATE, "").replace(POP, "") for line in lines]
    assert " ".join(bare).split() == text.replace(ISOLATE, "").replace(POP, "").split()
    spare = len(text) - len(text.lstrip(" ")) + 2
    assert all(
        columns(line) <= max(width, spare + max(columns(word) for word in line.split()))
        for line in lines
        if line.split()
    )
