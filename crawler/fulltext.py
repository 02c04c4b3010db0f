"""The pages that articles wait for: fetched with robots and a pace of their own, read in a child, stored in one commit.

Polls and alerts never wait for it. A page that fails or holds no text leaves the source's own text as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import Connection

from crawler import evidence, wanted
from crawler.db import Database, WriterLane
from crawler.fetching import Fetching
from crawler.ingest import store_page
from crawler.pages import Page, read_page
from crawler.robots import Robots, robots_of
from crawler.source import Outcome, OutcomeName, Source
from crawler.wanted import Wanted
from crawler.workers import WorkerDied, Workers, WorkerTimeout

log = logging.getLogger(__name__)
AT_ONCE = 8  # pages in flight, one a host
RETRIES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
ROBOTS_TTL = timedelta(hours=24)  # RFC 9309, 2.4: no cached copy older than that
ROBOTS_AGAIN = timedelta(minutes=30)  # after one that could not be had
HOST_REST = timedelta(minutes=10)  # after a failure of the network or the server; doubled each time, up to 6 h
LONGEST_REST = timedelta(hours=6)
MOST_HOSTS = 2_000  # remembered
PASSING = frozenset(
    {
        OutcomeName.TIMEOUT, OutcomeName.UNREACHABLE, OutcomeName.DNS_FAILED, OutcomeName.TLS_FAILED,
        OutcomeName.SERVER_ERROR, OutcomeName.THROTTLED, OutcomeName.TRUNCATED, OutcomeName.FAILED,
    }
)  # fmt: skip
OF_THE_HOST = PASSING - {OutcomeName.TRUNCATED, OutcomeName.FAILED}
ROBOTS = "robots"  # the reason of a page that robots.txt forbids
Clock = Callable[[], datetime]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Host:
    """What is known of a host: busy now, free from when (monotonic), resting until when, its robots.txt."""

    busy: bool = False
    free: float = 0.0
    rest: datetime = LONG_AGO
    failures: int = 0
    robots: Robots | None = None
    asked: datetime | None = None


class FullText:
    """Works through the backlog of pages: one at a time of a host, when the host's turn has come."""

    def __init__(self, database: Database, lane: WriterLane, workers: Workers) -> None:
        self._database, self._lane, self._workers = database, lane, workers
        self._sources: dict[str, Source] = {}
        self._hosts: dict[str, _Host] = {}
        self._tasks: dict[str, asyncio.Task[bool]] = {}
        self._look = LONG_AGO  # before it, nothing can be due
        self._woken = 0
        self.stored = 0

    def use(self, fetching: Fetching, sources: Iterable[Source]) -> None:
        """Take the open crawler and the sources whose pages are fetched, in place of those before."""
        self._fetching, self._sources = fetching, {each.id: each for each in sources}

    def wake(self) -> None:
        """Look at the backlog at the next call: something was put on it."""
        self._look = LONG_AGO
        self._woken += 1

    async def start_due(self, clock: Clock) -> None:
        """Start what is due and may start, and wait for none of it."""
        now = clock()
        if now < self._look or len(self._tasks) >= AT_ONCE:
            return
        woken = self._woken
        pages, following = await asyncio.to_thread(self._due, now)
        if not pages and woken == self._woken:  # nothing was put on the backlog while we looked
            self._look = following or now + wanted.LONGEST
        for page in pages:
            host = self._host(page.host)
            if len(self._tasks) < AT_ONCE and page.article not in self._tasks and self._may_start(host, now):
                host.busy = True
                task = asyncio.create_task(self._one(page, host, clock), name=f"page {page.article}")
                self._tasks[page.article] = task
                task.add_done_callback(partial(self._ended, page, host, clock))

    async def work_off(self, now: datetime, *, budget: float) -> int:
        """Work through what is due as of `now`, for so many seconds at most; gives the number of new revisions."""
        loop = asyncio.get_running_loop()
        until, before = loop.time() + budget, self.stored
        while loop.time() < until:
            self.wake()
            await self.start_due(lambda: now)
            if self._tasks:
                await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED, timeout=budget)
                continue
            pages, _ = await asyncio.to_thread(self._due, now)
            free = [host.free for page in pages if (host := self._host(page.host)).rest <= now]
            if not free or min(free) > until:
                break
            await asyncio.sleep(max(0.0, min(free) - loop.time()))
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=budget)
        return self.stored - before

    async def close(self) -> None:
        """End what is in flight; it stays on the backlog."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _due(self, now: datetime) -> tuple[list[Wanted], datetime | None]:
        with self._database.read() as connection:
            pages = wanted.due(connection, now)
            return pages, None if pages else wanted.next_due(connection)

    def _host(self, name: str) -> _Host:
        if len(self._hosts) > MOST_HOSTS:
            self._hosts = {each: host for each, host in self._hosts.items() if host.busy}
        return self._hosts.setdefault(name, _Host())

    def _may_start(self, host: _Host, now: datetime) -> bool:
        return not host.busy and host.rest <= now and host.free <= asyncio.get_running_loop().time()

    def _ended(self, page: Wanted, host: _Host, clock: Clock, task: asyncio.Task[bool]) -> None:
        host.busy = False
        self._tasks.pop(page.article, None)
        if task.cancelled():
            return
        if error := task.exception():
            host.rest = max(host.rest, clock() + HOST_REST)
            log.error("page not stored article=%s error=%r: it stays on the backlog", page.article, error)
        elif task.result():
            self.stored += 1

    async def _one(self, page: Wanted, host: _Host, clock: Clock) -> bool:
        """Fetch, read and store one page, or say by name why not."""
        source = self._sources.get(page.source)
        if source is None or source.full_text == "never":
            return await self._end(page, "not_wanted")
        answer = await self._fetch(page, source, host, clock)
        if answer.name in PASSING:
            return await self._put_off(page, host, answer, clock())
        host.failures = 0
        if answer.name is not OutcomeName.OK:
            return await self._end(page, ROBOTS if answer.detail == ROBOTS else answer.name.value)
        read = await self._read(answer)
        if isinstance(read, str):
            return await self._end(page, read)
        return await self._lane.write(
            partial(store_page, source=source, wanted_page=page, answer=answer, page=read, now=clock())
        )

    async def _fetch(self, page: Wanted, source: Source, host: _Host, clock: Clock) -> Outcome:
        """Fetch a page, where robots.txt was had and allows it; what forbids it is named in the outcome's detail."""
        robots = await self._robots(page, source, host, clock())
        if robots is None:
            return Outcome(source.id, OutcomeName.UNREACHABLE, clock(), detail="robots.txt could not be had")
        if not robots.allows(page.url):
            return Outcome(source.id, OutcomeName.DENIED, clock(), detail=ROBOTS)
        answer = await self._fetching.page(source, page.url, clock())
        host.free = asyncio.get_running_loop().time() + robots.delay
        return answer

    async def _robots(self, page: Wanted, source: Source, host: _Host, now: datetime) -> Robots | None:
        """Give the host's robots.txt, from memory for a day; None where it could not be had."""
        fresh = ROBOTS_TTL if host.robots is not None else ROBOTS_AGAIN
        if host.asked is None or not timedelta(0) <= now - host.asked < fresh:
            parts = urlsplit(page.url)
            answer = await self._fetching.page(source, f"{parts.scheme}://{parts.netloc}/robots.txt", now)
            host.robots, host.asked = robots_of(answer), now
        return host.robots

    async def _read(self, answer: Outcome) -> Page | str:
        try:
            page = await self._workers.run(read_page, answer.body, answer.content_type, answer.url)
        except WorkerTimeout:
            return OutcomeName.PARSE_TIMEOUT.value
        except (WorkerDied, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            log.warning("page not read url=%s error=%r", answer.url, error)
            return OutcomeName.PARSE_FAILED.value
        return page if page.text else page.problem

    async def _end(self, page: Wanted, reason: str) -> bool:
        log.info("page given up article=%s host=%s reason=%s", page.article, page.host, reason)
        await self._lane.write(partial(wanted.end, article=page.article, reason=reason))
        return False

    async def _put_off(self, page: Wanted, host: _Host, answer: Outcome, now: datetime) -> bool:
        """Try again later; a host whose network or server failed rests, whatever page of it is due."""
        name = answer.name
        if name in OF_THE_HOST:
            asked = timedelta(seconds=answer.retry_after or 0)
            host.rest = now + max(min(HOST_REST * 2**host.failures, LONGEST_REST), asked)
            host.failures = min(host.failures + 1, 10)
        if page.tries >= len(RETRIES):
            return await self._end(page, name.value)
        again = max(now + RETRIES[page.tries], host.rest)
        log.info("page put off article=%s host=%s outcome=%s %s", page.article, page.host, name.value, answer.detail)
        await self._lane.write(partial(wanted.put_off, page=page, until=again, tries=page.tries + 1))
        return False


def expire(connection: Connection, now: datetime) -> None:
    """Let a slice of old evidence go, and the pages that waited too long."""
    evidence.expire(connection, now)
    wanted.expire(connection, now)
