"""Fetch the article pages on the backlog: with robots.txt and a pace of their own, parsed in a child process.

Polls and alerts never wait for pages. A page that fails or has no text leaves the source's own text as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from crawler.collect import elsewhere
from crawler.collect.page_ingest import store_page
from crawler.collect.task_fault import TaskFault
from crawler.fetch.fetching import Fetching
from crawler.fetch.hosts import still_ours
from crawler.fetch.permits import FORBIDDEN, MOST_HOPS, Permits, site_of
from crawler.fetch.workers import WorkerDied, WorkerKilled, Workers, WorkerTimeout
from crawler.parse.found import Page
from crawler.parse.readers import read_page
from crawler.sources.health import UNHEARD, Network
from crawler.sources.shares import slot_of
from crawler.sources.source import FetchOutcome, OutcomeName, Source
from crawler.store import host_rests, pages_wanted
from crawler.store.db import Database
from crawler.store.errors import StaleLease
from crawler.store.holdings import ALONE, Follower, Grant, GrantedLane, Shares
from crawler.store.leases import NEWS
from crawler.store.pages_wanted import Wanted
from crawler.store.writer_lane import Lane, WriterLane

log = logging.getLogger(__name__)
AT_ONCE = 8  # pages in flight, one a host
# from one try of a page to the next; after the last it is given up (decision 75)
RETRIES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
NETWORK_AGAIN = OURS_AGAIN = timedelta(minutes=1)  # after what was no fault of the page
HOST_REST = timedelta(minutes=10)  # after a failure of the network or the server; doubled each time, up to 6 h
LONGEST_REST = timedelta(hours=6)
LOOKED_EVERY = timedelta(seconds=5)  # at the backlog, where others put pages on it
MOST_HOSTS = 2_000  # remembered
# what may be over at the next try; every other failure is the page's for good
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
    """What is known of a host.

    `busy`: a page of it is being fetched. `free`: no request before that monotonic time. `rest`: no request before that
    wall clock time. `unheard`: when it last could not be reached.
    """

    busy: bool = False
    free: float = 0.0
    rest: datetime = LONG_AGO
    failures: int = 0
    unheard: datetime = LONG_AGO

    def idle(self, now: datetime, monotonic: float) -> bool:
        return not self.busy and self.rest <= now and self.free <= monotonic


class FullText(Follower):
    """Works through the backlog of pages, one page of a host at a time.

    `network` returns what polls know of our own network: while that is down no page is requested and no host charged.
    Where several daemons share the store, each fetches the pages of the hosts that are its own.
    """

    def __init__(
        self,
        database: Database,
        lane: WriterLane,
        workers: Workers,
        network: Callable[[], Network] = Network,
        shares: Shares = ALONE,
    ) -> None:
        self._database, self._lane, self._workers, self._network = database, lane, workers, network
        self._shares = shares
        self._down_since: datetime | None = None
        self._hops: dict[str, int] = {}  # article -> redirects to other hosts so far
        self._sources: dict[str, Source] = {}
        self._hosts: dict[str, _Host] = {}
        self._tasks: dict[str, asyncio.Task[bool]] = {}
        self._slots: dict[str, str] = {}  # of the pages in flight, by article
        self._look = LONG_AGO  # before it, nothing can be due
        self._woken = 0
        self.stored = 0
        self.fault = TaskFault()  # what ended the task of a page

    _permits: Permits

    def use(self, fetching: Fetching, sources: Iterable[Source]) -> None:
        """Set the open crawler and the sources whose pages are fetched, in place of the earlier ones."""
        self._sources = {each.id: each for each in sources}
        if getattr(self, "_permits", None) is None or self._permits.fetching is not fetching:
            self._permits = Permits(fetching)

    def wake(self) -> None:
        """Make the next `start_due` look at the backlog, because something was added to it."""
        self._look = LONG_AGO
        self._woken += 1

    async def start_due(self, clock: Clock) -> None:
        """Start to fetch the pages that are due and whose host is free; do not wait for them."""
        now = clock()
        if now < self._look or len(self._tasks) >= AT_ONCE or self._is_down():
            return
        woken = self._woken
        pages, following = await asyncio.to_thread(self._due, now, self._closed(now))
        if not pages and woken == self._woken:  # nothing was put on the backlog while we looked
            self._look = following or now + pages_wanted.LONGEST_WAIT
            if self._shares is not ALONE:  # another daemon puts pages on the backlog too
                self._look = min(self._look, now + LOOKED_EVERY)
        for page in pages:
            host = self._host(page.host)
            idle = host.idle(now, asyncio.get_running_loop().time())
            if len(self._tasks) < AT_ONCE and page.article not in self._tasks and idle:
                host.busy = True
                task = asyncio.create_task(self._one(page, host, clock), name=f"page {page.article}")
                self._tasks[page.article] = task
                self._slots[page.article] = slot_of(page.host)
                task.add_done_callback(partial(self._ended, page, host, clock))

    async def work_off(self, now: datetime, *, budget: float) -> int:
        """Fetch the pages due as of `now`, for at most `budget` seconds; return the number of new revisions."""
        loop = asyncio.get_running_loop()
        until, before = loop.time() + budget, self.stored
        while loop.time() < until:
            self.wake()
            await self.start_due(lambda: now)
            if self._tasks:
                await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED, timeout=budget)
                continue
            pages, _ = await asyncio.to_thread(self._due, now, self._closed(now, delayed=False))
            free = [self._host(page.host).free for page in pages]
            if self._is_down() or not free or min(free) > until:
                break
            await asyncio.sleep(max(0.0, min(free) - loop.time()))
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=budget)
        return self.stored - before

    async def close(self) -> None:
        """Cancel the pages in flight; they stay on the backlog."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def busy(self, name: str) -> bool:
        """Return whether a page of these hosts is being fetched."""
        return name in self._slots.values()

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:
        """Look for pages of these hosts, and let those rest that asked another daemon for it."""
        resting = await asyncio.to_thread(elsewhere.rests_in, self._database, now, pages=True)
        for name, rest in resting.items():
            if slot_of(name) in grants:
                self._host(name).rest = rest.until
        self.wake()

    def lost(self, gone: Collection[str]) -> None:
        """Drop the pages in flight of hosts that another daemon asks from now on, and what is known of those hosts."""
        for article in [each for each, slot in self._slots.items() if slot in gone]:
            self._tasks[article].cancel()
        self._hosts = {name: host for name, host in self._hosts.items() if slot_of(name) not in gone}

    def _due(self, now: datetime, closed: Collection[str]) -> tuple[list[Wanted], datetime | None]:
        with self._database.read() as connection:
            others: set[str] = set()
            if self._shares is not ALONE:
                hosts = pages_wanted.hosts(connection)
                others = {each for each in hosts if not self._shares.holds(slot_of(each))}
            pages = pages_wanted.due(connection, now, others.union(closed))
            return pages, None if pages else pages_wanted.next_due(connection, others)

    def _closed(self, now: datetime, *, delayed: bool = True) -> set[str]:
        """Return the hosts of which no page may be requested now: busy, resting, or in the delay between two pages.

        Without `delayed`, hosts in that delay do not count.
        """
        monotonic = asyncio.get_running_loop().time() if delayed else float("inf")
        closed = {name for name, host in self._hosts.items() if not host.idle(now, monotonic)}
        return closed | self._permits.fetching.hosts.resting(now).keys()

    def _host(self, name: str) -> _Host:
        if len(self._hosts) > MOST_HOSTS:
            # a host that is well and idle is known again with its next page
            self._hosts = {each: host for each, host in self._hosts.items() if host.busy or host.failures}
        return self._hosts.setdefault(name, _Host())

    def _is_down(self) -> bool:
        """Return whether our own network is down. Once it is up again, undo what hosts were charged with meanwhile."""
        network = self._network()
        if network.down:
            self._down_since = self._down_since or network.since
            return True
        if self._down_since is not None:
            for host in self._hosts.values():
                if host.unheard >= self._down_since:
                    host.rest, host.failures = LONG_AGO, 0
            self._permits.forget_missing()
            self._down_since = None
        return False

    def shift(self, step: timedelta) -> None:
        """Move all times by `step`, after the wall clock was set."""
        for host in self._hosts.values():
            # LONG_AGO stands for never: a step back takes no time below it
            host.rest, host.unheard = (max(at, LONG_AGO - step) + step for at in (host.rest, host.unheard))
        self._permits.shift(step)
        self._down_since = self._down_since + step if self._down_since else None
        self.wake()

    def _ended(self, page: Wanted, host: _Host, clock: Clock, task: asyncio.Task[bool]) -> None:
        host.busy = False
        self._tasks.pop(page.article, None)
        self._slots.pop(page.article, None)
        if task.cancelled():
            return
        # no fault of the page, as when the store refuses: the host rests, or the next page would fail like it at once
        if isinstance(task.exception(), StaleLease):
            log.warning("page dropped article=%s: %s", page.article, task.exception())
        elif error := self.fault.note(task):
            host.rest = max(host.rest, clock() + HOST_REST)
            log.error("page not stored article=%s error=%r: it stays on the backlog", page.article, error)
        elif task.result():
            self.stored += 1

    async def _one(self, page: Wanted, host: _Host, clock: Clock) -> bool:
        """Fetch, read and store one page, or record why not; return whether a revision was stored."""
        slot = slot_of(page.host)
        lane = GrantedLane(self._lane, self._shares.grant(slot), lambda stored: NEWS if stored else "")
        still_ours.set(lambda: self._shares.grant(slot))
        source = self._sources.get(page.source)
        if source is None or source.full_text == "never":
            return await self._end(lane, page, "not_wanted")
        await self._note_delay(lane, page, clock())  # as it is known: we may be killed before the answer
        answer = await self._permits.page(source, page.url, clock(), within=page.host)
        host.free = asyncio.get_running_loop().time() + self._permits.delay(page.url)
        await self._note_delay(lane, page, clock())
        if answer.name in PASSING:
            return await self._put_off(lane, page, host, answer, clock())
        host.failures = 0
        if answer.leads_to is not None:
            return await self._pass_on(lane, page, answer.leads_to, clock())
        if answer.name is not OutcomeName.OK:
            return await self._end(lane, page, ROBOTS if answer.detail == FORBIDDEN else answer.name.value)
        return await self._read_and_store(lane, page, source, answer, clock)

    async def _note_delay(self, lane: Lane, page: Wanted, now: datetime) -> None:
        """Store until when the Crawl-delay of a host lasts, for the daemon that has the host next."""
        delay = timedelta(seconds=self._permits.delay(page.url))
        if delay and self._shares is not ALONE:
            why = "its robots.txt asks for a pause between pages"
            await lane.write(partial(host_rests.rest, host=page.host, until=now + delay, why=why, pages=True))

    async def _read_and_store(
        self, lane: Lane, page: Wanted, source: Source, answer: FetchOutcome, clock: Clock
    ) -> bool:
        try:
            read = await self._read(answer)
        except WorkerKilled as error:  # no fault of the page: it keeps its tries
            log.warning("page not read url=%s error=%r: it is read again", answer.url, error)
            await lane.write(partial(pages_wanted.put_off, page=page, until=clock() + OURS_AGAIN, tries=page.tries))
            return False
        if isinstance(read, str):
            return await self._end(lane, page, read)
        self._hops.pop(page.article, None)
        return await lane.write(
            partial(store_page, source=source, wanted_page=page, answer=answer, page=read, now=clock())
        )

    async def _read(self, answer: FetchOutcome) -> Page | str:
        try:
            page = await self._workers.run(read_page, answer.body, answer.content_type, answer.url)
        except WorkerTimeout:
            return OutcomeName.PARSE_TIMEOUT.value
        except WorkerKilled:  # a kind of WorkerDied that is no fault of the page
            raise
        except (WorkerDied, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            log.warning("page not read url=%s error=%r", answer.url, error)
            return OutcomeName.PARSE_FAILED.value
        return page if page.text else page.problem

    async def _pass_on(self, lane: Lane, page: Wanted, url: str, now: datetime) -> bool:
        """Queue a page that redirected to another host under that host, so that its robots.txt and pace apply."""
        hops = self._hops[page.article] = self._hops.get(page.article, 0) + 1
        if hops > MOST_HOPS:
            return await self._end(lane, page, OutcomeName.BAD_REDIRECT.value)
        await lane.write(partial(pages_wanted.move, page=page, url=url, host=site_of(url), now=now))
        self.wake()
        return False

    async def _end(self, lane: Lane, page: Wanted, reason: str) -> bool:
        log.info("page given up article=%s host=%s reason=%s", page.article, page.host, reason)
        self._hops.pop(page.article, None)
        await lane.write(partial(pages_wanted.end, article=page.article, reason=reason))
        return False

    async def _put_off(self, lane: Lane, page: Wanted, host: _Host, answer: FetchOutcome, now: datetime) -> bool:
        """Set when a page is tried again, or give it up after the last try.

        A host whose network or server failed rests, with all its pages, for longer each time.
        """
        name = answer.name
        if name in UNHEARD:
            host.unheard = now
            if self._network().down:
                await lane.write(partial(pages_wanted.put_off, page=page, until=now + NETWORK_AGAIN, tries=page.tries))
                return False
        if name in OF_THE_HOST:
            asked = timedelta(seconds=answer.retry_after or 0)
            # a Retry-After for a page rests pages only: they must not silence the feeds of the host (decision 68)
            host.rest = now + max(min(HOST_REST * 2**host.failures, LONGEST_REST), asked)
            host.failures = min(host.failures + 1, 10)
            if self._shares is not ALONE:  # for the daemon that has the host next
                rest = partial(host_rests.rest, host=page.host, until=host.rest, why=answer.detail, pages=True)
                await lane.write(rest)
        if page.tries >= len(RETRIES):
            return await self._end(lane, page, name.value)
        again = max(now + RETRIES[page.tries], host.rest)
        log.info("page put off article=%s host=%s outcome=%s %s", page.article, page.host, name.value, answer.detail)
        await lane.write(partial(pages_wanted.put_off, page=page, until=again, tries=page.tries + 1))
        return False
