"""The store goes in; "something changed" comes out to every open page, from one look for all of them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from functools import partial

from alerts.board.desk import Desk
from alerts.store import latest
from crawler.store.errors import StoreError

log = logging.getLogger(__name__)
LOOKED = 2.0  # seconds between two looks while a page is open
SIGN = 10.0  # seconds after which an open page is told at least that the board lives


class Live:
    """Looks at the store as long as somebody listens. `now` is what it saw last."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._news = asyncio.Condition()
        self.now = ""
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None

    async def listen(self) -> AsyncGenerator[str, None]:
        """Yield the state of store and watch as JSON: now, whenever it changes, and after SIGN without a change."""
        self._listeners += 1
        if self.idle:  # what was seen last is old
            self.now = await asyncio.to_thread(self._look)
        self._start()
        try:
            while True:
                seen = self.now
                yield seen
                async with self._news:
                    try:
                        async with asyncio.timeout(SIGN):
                            await self._news.wait_for(partial(self._differs, seen))
                    except TimeoutError:
                        self._start()
        finally:
            self._listeners -= 1

    @property
    def idle(self) -> bool:
        """Whether nothing looks at the store now."""
        return self._task is None or self._task.done()

    async def close(self) -> None:
        """Look no more."""
        if self._task:
            self._task.cancel()

    def _differs(self, seen: str) -> bool:
        return self.now != seen

    def _start(self) -> None:
        """Look from now on, unless that goes on already; a look that failed is not the last one."""
        if self.idle:
            self._task = asyncio.create_task(self._keep(), name="live")

    async def _keep(self) -> None:
        while self._listeners:
            await asyncio.sleep(LOOKED)
            found = await asyncio.to_thread(self._look)
            if found != self.now:
                async with self._news:
                    self.now = found
                    self._news.notify_all()

    def _look(self) -> str:
        version, words, old = "", "", True
        try:
            watch = self._desk.watch(datetime.now(UTC))
            words = watch.words
            version = self._desk.glance(latest.newest_marks)
            old = not watch.watched
        except StoreError as error:
            words = " ".join(filter(None, (words, str(error))))
        except Exception:  # whatever it is, an open page must not go on looking new
            log.exception("the store could not be looked at")
            words = "The board cannot see whether anything is new; its log says why."
        seal = hashlib.sha256(f"{version} {words}".encode()).hexdigest()[:12]
        return json.dumps({"version": seal, "words": words, "old": old}, ensure_ascii=False)
