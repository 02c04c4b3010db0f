"""The daemon's owners of threads, tasks and processes go in as they are opened; `close` ends all, last first."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

T = TypeVar("T")


class Owned:
    """What has been opened, in order. `close` closes each before those that it was built on.

    docs/architecture.md says of each which threads, tasks and processes it starts; a test compares `order` to it.
    """

    def __init__(self) -> None:
        self.order: list[str] = []  # names of classes
        self._closing = AsyncExitStack()

    def add(self, owner: T, close: Callable[[T], Any], name: str = "") -> T:
        """Return `owner`, which `close`, a function or a coroutine function, will close."""
        self.order.append(name or type(owner).__name__)
        self._closing.push_async_callback(_close, owner, close)
        return owner

    async def close(self) -> None:
        """Close all, last opened first. Where one raises, the others are closed all the same, and then it is raised."""
        await self._closing.aclose()


async def _close(owner: T, close: Callable[[T], Any]) -> None:
    closing = close(owner)
    if inspect.isawaitable(closing):
        await closing
