"""A lock whose holder sees that somebody waits for it."""

from __future__ import annotations

import asyncio
from types import TracebackType


class HurriedLock:
    """An asyncio lock; `hurry` is set while somebody waits to take it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting = 0
        self.hurry = asyncio.Event()

    async def __aenter__(self) -> None:
        self._waiting += 1
        self.hurry.set()
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
            if not self._waiting:
                self.hurry.clear()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
