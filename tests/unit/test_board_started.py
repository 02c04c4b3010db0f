"""The board's process where the system gives none: the watch goes on, somebody is told, and it is tried again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alerts.run import board_process
from alerts.run.board_process import BoardProcess
from crawler.config.settings import BoardSettings
from tests.e2e.servers import PATIENCE


def test_board_that_cannot_be_started_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_process, "COMMAND", (str(tmp_path / "no program"),))
    monkeypatch.setattr(board_process, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(board_process, "LOOKED", 0.01)
    told: list[str] = []

    async def run() -> None:
        settings = BoardSettings(address="127.0.0.1:1")
        kept = BoardProcess(
            lambda: settings, tmp_path / "rules.yaml", tmp_path, {}, lambda *words: told.append(words[1])
        )
        kept.start()
        async with asyncio.timeout(PATIENCE):
            while not told:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        await kept.close()

    asyncio.run(run())
    assert told == ["It ended 3 times in a row (exit code 71); the daemon's log says why. The watch goes on."]
