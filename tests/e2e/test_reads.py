"""A read that takes too long or prints too much is ended in a sentence, and its process is gone. The children are real."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from alerts.run import reads

FLOOD = "print('x' * 9_000_000)"
HANG = "import signal; signal.pause()"
COMPLAIN = "import sys; sys.stderr.write('x' * 200_000); sys.stderr.flush(); import signal; signal.pause()"


def _answers(place: Path, many: int = 1) -> list[Mapping[str, Any]]:
    async def ask() -> list[Mapping[str, Any]]:
        asked = reads.Reads(place / "rules.yaml", place / "var", {})
        return await asyncio.gather(*(asked.answer({"words": ["status"]}) for _ in range(many)))

    return asyncio.run(ask())


@pytest.mark.parametrize(("code", "said"), [(FLOOD, "over 8 MB"), (COMPLAIN, "over 8 MB"), (HANG, "stopped after 1 s")])
def test_read_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str) -> None:
    monkeypatch.setattr(reads, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(reads, "READ_WITHIN", 1.0 if code == HANG else 60.0)
    (answer,) = _answers(tmp_path)
    assert said in answer["error"]
    assert not [each for each in psutil.Process().children() if code in each.cmdline()]


def test_more_reads_than_may_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "COMMAND", (sys.executable, "-c", "print('done')"))
    answers = _answers(tmp_path, reads.WAITING_AT_MOST + 3)
    assert sum("too many" in each.get("error", "") for each in answers) == 3
    assert sum(each.get("out") == "done\n" for each in answers) == reads.WAITING_AT_MOST
