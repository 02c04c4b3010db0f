"""Progress on a terminal: how far, then gone; nothing in a pipe, and nothing for what is done at once."""

from __future__ import annotations

import io
from threading import Event

import pytest

from alerts.cli import progress as module
from alerts.cli.progress import doing, progress
from tests.e2e.servers import PATIENCE


class Terminal(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.said = Event()

    def flush(self) -> None:
        self.said.set()

    def isatty(self) -> bool:
        return True


def test_terminal_shows_how_far_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN_AFTER", 0.0)
    monkeypatch.setattr(module, "SHOWN_EVERY", 0.0)
    out = Terminal()
    assert list(progress([7, 8, 9], "matching", out=out)) == [7, 8, 9]
    assert "matching: 2 of 3 articles" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


def test_length_that_is_not_known_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN_AFTER", 0.0)
    out = Terminal()
    assert list(progress(iter([7, 8]), "replaying", out=out)) == [7, 8]
    assert "replaying: 1 articles" in out.getvalue()


def test_pipe_and_quick_work_show_nothing() -> None:
    pipe, terminal = io.StringIO(), Terminal()
    assert list(progress([1, 2], "x", out=pipe)) == list(progress([1, 2], "x", out=terminal)) == [1, 2]
    assert (pipe.getvalue(), terminal.getvalue()) == ("", "")


def test_a_step_that_lasts_is_named_and_nothing_of_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN_AFTER", 0.0)
    pipe, terminal = io.StringIO(), Terminal()
    with doing("reading", out=pipe), doing("reading", out=terminal):
        assert terminal.said.wait(PATIENCE)
    assert (pipe.getvalue(), terminal.getvalue()) == ("", "\r\x1b[Kreading ...\r\x1b[K")


def test_a_quick_step_and_one_that_fails_say_nothing() -> None:
    terminal = Terminal()
    with pytest.raises(ZeroDivisionError), doing("reading", out=terminal):
        1 / 0  # noqa: B018
    assert terminal.getvalue() == ""
