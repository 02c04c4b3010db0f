"""A board whose daemon was killed goes on for its readers: until another daemon is there, or nobody reads any more.

So an open page can say what happened, and what was told stays readable. The board of the next daemon takes its address.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from pathlib import Path

from alerts.board.server import Board
from alerts.run.lock import holder

LOOKED = 0.5  # seconds between two looks for another daemon
LEFT_ALONE = 900.0  # seconds after the last reader: boards of killed daemons do not pile up
TAKEN_OVER = 5.0  # seconds in which the board of a daemon that was killed gives its address free


async def until_replaced(state_dir: Path, idle: Callable[[], float]) -> str:
    """Return why a board without its daemon is to end, once it is; `idle` gives the seconds since its last reader."""
    before: int | None = None
    while idle() < LEFT_ALONE:
        await asyncio.sleep(LOOKED)
        there, found = await asyncio.to_thread(_look, state_dir)
        if not there:
            return "the state directory is gone"
        # twice, as a command that finds no daemon has the directory for a moment too
        if found is not None and found == before:
            return f"the daemon {found} has the state directory now"
        before = found
    return f"nobody has read it for {LEFT_ALONE:.0f} s"


def _look(state_dir: Path) -> tuple[bool, int | None]:
    return state_dir.exists(), holder(state_dir)


async def opened(board: Board, host: str, port: int, within: float) -> int:
    """Let a board listen, and return its port; where its address is taken, wait that long for it. Raises OSError."""
    until = time.monotonic() + within
    while True:
        try:
            return await board.open(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= until:
                raise
        await asyncio.sleep(LOOKED / 2)
