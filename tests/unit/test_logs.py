"""A log line is one event, whatever text of others is in it (T29)."""

from __future__ import annotations

import logging

import pytest

from alerts.cli.common import OneLine
from tests.unit.hostile import FORGED, HIDDEN

FORGERIES = [
    *FORGED,
    *HIDDEN,
    "x\n2026-06-14 12:00:00 INFO alerts.line.deliver delivery=d1 state=sent",
    "\x1b[1A\x1b[2K",
    "a\x9b31mb",
]


@pytest.mark.parametrize("text", FORGERIES, ids=range(len(FORGERIES)))
def test_text_of_others_stays_in_its_line(text: str) -> None:
    record = logging.LogRecord("alerts.x", logging.INFO, __file__, 1, "headline=%s", (text,), None)
    line = OneLine("%(levelname)s %(name)s %(message)s").format(record)
    assert line.startswith("INFO alerts.x headline=")
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    line.encode()


def test_stack_of_an_exception_stays_in_its_line() -> None:
    error = ValueError("first\nsecond")
    record = logging.LogRecord("alerts.x", logging.ERROR, __file__, 1, "failed", (), (ValueError, error, None))
    line = OneLine("%(levelname)s %(message)s").format(record)
    assert len(line.splitlines()) == 1
    assert "ValueError: first\\nsecond" in line
