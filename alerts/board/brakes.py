"""What keeps one caller from taking the board from the others: wrong tokens wait, and open pages are counted."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)
WRONG_TOKEN_PAUSE = 1.0  # seconds, for all who guess together
MOST_LISTENERS = 200  # open pages that hear of news
MOST_OF_ONE = 40  # of them from one address


class Guesses:
    """Wrong tokens. Who has the right one never waits for them."""

    def __init__(self) -> None:
        self._one_by_one = asyncio.Lock()

    async def wrong(self, remote: str | None) -> None:
        """Log a wrong token, and return once its pause and those of the guesses before it are over."""
        log.warning("wrong token remote=%s", remote)
        async with self._one_by_one:
            await asyncio.sleep(WRONG_TOKEN_PAUSE)


class Full(Exception):
    """So many pages are open that no further one hears of news."""


class Listeners:
    """The open pages that hear of news, by the address that they ask from."""

    def __init__(self) -> None:
        self._of = Counter[str]()

    @property
    def number(self) -> int:
        """How many pages are open."""
        return self._of.total()

    @contextmanager
    def one_more(self, remote: str, *, proxy: bool) -> Iterator[None]:
        """Count a page as open for the length of the `with` block; a proxy asks for many people. Raises Full."""
        if self.number >= MOST_LISTENERS or (self._of[remote] >= MOST_OF_ONE and not proxy):
            raise Full
        self._of[remote] += 1
        try:
            yield
        finally:
            self._of[remote] -= 1
            if not self._of[remote]:
                del self._of[remote]
