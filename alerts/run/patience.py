"""What opens a store goes in; it is tried until the store can be had, and a person is told when that takes long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from alerts.decide.life import STILL
from crawler.store.errors import StoreBusy, StoreLost

log = logging.getLogger(__name__)
OPENED_AGAIN = 5.0  # seconds between two tries to open a store that is locked


async def patiently(opens: Callable[[], Awaitable[None]], tell: Callable[[str], object]) -> None:
    """Open what is the store's; while it is locked, held by another or its disk is full, wait and try again.

    `tell` is called once, in a thread, with what is the matter after STILL seconds. Raises StoreLost: to try again what
    is open would be in vain for ever.
    """
    began, told = time.monotonic(), False
    while True:
        try:
            return await opens()
        except StoreLost:
            raise
        except StoreBusy as error:
            log.error("store not opened, trying again: %s", error)
            if time.monotonic() - began > STILL and not told:
                told = True
                await asyncio.to_thread(tell, str(error))
        await asyncio.sleep(OPENED_AGAIN)
