"""Work goes in, a future of its result comes out: it runs in a daemon thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_own_thread(name: str, work: Callable[[], T]) -> asyncio.Future[T]:
    """Start `work` in a new daemon thread and return its future: a hung one delays neither others nor our exit.

    Not `asyncio.to_thread`: its pool is shared with everything else that reads the store, and alerts wait for nothing.
    """
    loop = asyncio.get_running_loop()
    future: Future[T] = Future()
    # from here on it cannot be cancelled: its result comes, also where nobody waits for it any more
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed to who waits for it
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return asyncio.wrap_future(future, loop=loop)
