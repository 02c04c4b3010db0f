"""What keeps one caller from taking the board from the others: wrong tokens wait, and open pages are counted."""

from __future__ import annotations

import asyncio
import logging

log = logging.getLogger(__name__)
WRONG_TOKEN_PAUSE = 1.0  # seconds, for all who guess together


class Guesses:
    """Wrong tokens. Who has the right one never waits for them."""

    def __init__(self) -> None:
        self._one_by_one = asyncio.Lock()

    async def wrong(self, remote: str | None) -> None:
        """Log a wrong token, and return once its pause and those of the guesses before it are over."""
        log.warning("wrong token remote=%s", remote)
        async with self._one_by_one:
            await asyncio.sleep(WRONG_TOKEN_PAUSE)
