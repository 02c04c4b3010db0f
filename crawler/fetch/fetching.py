"""Fetch sources and pages with one Scrapy crawler that stays open for all polls.

A poll is `DirectDownloader.download(request)`: downloader middlewares apply; slots, scheduler, dupefilter and callbacks
do not. Whatever the network does is returned as a FetchOutcome, never raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.fetch import scrapy_settings
from crawler.fetch.cookies import JARS, Jars
from crawler.fetch.downloader import DirectDownloader
from crawler.fetch.failures import in_short, outcome_of_error
from crawler.fetch.guard import OWN_SERVER, TURN
from crawler.fetch.hosts import Hosts, Rest
from crawler.fetch.spiders import KINDS
from crawler.fetch.spiders.feed import HANDLED
from crawler.fetch.spiders.feed import outcome as outcome_of
from crawler.sources.addresses import Guard
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState

PAGES_AT_ONCE = 8
ACCEPT_PAGE = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"}
PAGE_META = {"handle_httpstatus_list": HANDLED}
DRAIN = 5.0  # seconds that requests in flight get when the crawler is closed
AT_ONCE = 4  # requests to one host
APART = 1.0  # seconds between the starts of two of them; 0 for hosts the admin let through as private


class _OpenSpider(scrapy.Spider):
    """A spider without requests of its own: the crawler stays open, and `Fetching` hands it each request."""

    name = "open"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        nothing: tuple[scrapy.Request, ...] = ()
        for request in nothing:
            yield request


class Fetching:
    """The crawler that all polls use.

    `concurrency` limits the polls in flight over all hosts, `at_once` those to one host. `apart` is the seconds between
    two requests to a host (None: one second, none for hosts of our own). `timeout` is the seconds for a poll, redirects
    included.
    """

    def __init__(
        self,
        allow_private: Iterable[str] = (),
        contact: str = "",
        *,
        concurrency: int = 256,
        timeout: float = 20.0,
        at_once: int = AT_ONCE,
        apart: float | None = None,
    ) -> None:
        settings = Settings()
        settings.setmodule(scrapy_settings, priority="project")
        settings.set("WATCHFLOOR_ALLOW_PRIVATE", list(allow_private), priority="cmdline")
        settings.set("DOWNLOAD_TIMEOUT", timeout, priority="cmdline")
        # they serve a crawl that ends: its statistics, exports and consoles
        settings.set("EXTENSIONS_BASE", {}, priority="cmdline")
        if contact:
            settings.set("USER_AGENT", f"Watchfloor (+{contact})", priority="cmdline")
        self._crawler = Crawler(_OpenSpider, settings)
        self._running: asyncio.Task[None] | None = None
        self._timeout = timeout
        self._turns = asyncio.Semaphore(concurrency)
        self._page_turns = asyncio.Semaphore(PAGES_AT_ONCE)  # of their own: polls never wait for pages
        own = Guard(allow_private)
        self.hosts = Hosts(
            at_once, lru_cache(lambda host: apart if apart is not None else 0.0 if own.lets_in(host) else APART)
        )
        self._opened = asyncio.Event()

    async def open(self) -> None:
        """Open the crawler and wait until it accepts requests."""
        self._crawler.signals.connect(self._keep_open, signal=signals.spider_idle)
        self._crawler.signals.connect(self._note_open, signal=signals.engine_started)
        self._running = asyncio.create_task(self._crawler.crawl_async(), name="open crawler")
        waiting = asyncio.create_task(self._opened.wait())
        await asyncio.wait({self._running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._running.done():
            await self._running
            raise RuntimeError("the crawler ended as soon as it was opened")

    @property
    def _downloader(self) -> DirectDownloader:
        assert self._crawler.engine
        assert isinstance(self._crawler.engine.downloader, DirectDownloader)
        return self._crawler.engine.downloader

    def _keep_open(self) -> None:
        raise DontCloseSpider

    def _note_open(self) -> None:
        self._opened.set()

    async def poll(
        self, source: Source, state: SourceState, now: datetime, own: tuple[str, int] | None = None
    ) -> FetchOutcome:
        """Fetch a source once, when its host's turn comes.

        A host that asked for a pause is not requested: the outcome is then `throttled`, without a status. `own` is the
        address and port of a server of ours, which this one request may reach though it is not public.
        """
        kind = KINDS[source.kind]
        try:
            request = kind.request(source, state, now)
        except ValueError as error:  # a secret of its headers is not set
            return FetchOutcome(source.id, OutcomeName.FAILED, now, detail=str(error))
        slot = source.id if own else source.host  # a server of ours has another port each time
        if own:
            request.meta[OWN_SERVER] = own
            request.headers["Connection"] = "close"  # an open connection would let in others, past the guard
        request.meta["download_slot"] = slot  # Scrapy's own slots would count all ports of a host as one
        request.meta["unverified_host"] = None if source.verify_tls else urlsplit(request.url).hostname
        async with self.hosts.turn(slot) as request.meta[TURN], self._turns:
            return await self._unless_resting(request, source, now, kind.outcome)

    async def _unless_resting(
        self,
        request: scrapy.Request,
        source: Source,
        now: datetime,
        read: Callable[[Response, Source, datetime], FetchOutcome],
    ) -> FetchOutcome:
        """Fetch what belongs to a poll, unless its host asked for a pause; note one that it asks for now."""
        rests = self.hosts.resting(now)
        if rests and (rest := rests.get(urlsplit(request.url).netloc.lower())):  # another source was told so
            left = (rest.until - now).total_seconds()
            return FetchOutcome(source.id, OutcomeName.THROTTLED, now, detail=rest.why, retry_after=left)
        answer = await self._outcome(request, source, now, read)
        if answer.name is OutcomeName.THROTTLED and answer.retry_after:
            why = f"its host asked for rest, {answer.detail} to {source.id}"
            until = now + timedelta(seconds=answer.retry_after)
            self.hosts.rest(urlsplit(answer.url).netloc.lower(), Rest(until, why))
        return answer

    async def earlier(self, source: Source, url: str, now: datetime) -> FetchOutcome:
        """Fetch a page of a source's own list before its newest one, as a poll asks for that.

        A host that asked for a pause is not requested, and one that asks for it now gets it.
        """
        asked = KINDS[source.kind].request(replace(source, url=url), SourceState(source.id, url, now), now)
        headers = {name.decode(): b", ".join(values).decode() for name, values in asked.headers.items()}
        return await self.page(source, url, now, follow=not source.headers, headers=headers, of_poll=True)

    async def page(
        self,
        source: Source,
        url: str,
        now: datetime,
        *,
        follow: bool = True,
        headers: Mapping[str, str] = ACCEPT_PAGE,
        of_poll: bool = False,
        jars: Jars | None = None,
    ) -> FetchOutcome:
        """Fetch what is not a poll: a page, robots.txt, one sitemap of an index.

        Without `follow` a redirect is returned as an outcome, whose `leads_to` is its target. What is `of_poll` rests
        the host as a poll does; a page's Retry-After holds for pages only (decision 68). `jars` has the cookies of the
        redirects that led here.
        """
        meta = PAGE_META | {"dont_redirect": not follow, JARS: {} if jars is None else jars}
        try:
            request = scrapy.Request(url, headers=dict(headers), dont_filter=True, meta=meta)
        except ValueError as error:
            return FetchOutcome(source.id, OutcomeName.BAD_REDIRECT, now, detail=in_short(error), url=url)
        host = urlsplit(url).netloc.lower()
        request.meta["download_slot"] = host
        request.meta["unverified_host"] = None if source.verify_tls else urlsplit(source.url).hostname
        fetch = self._unless_resting if of_poll else self._outcome
        async with self._page_turns, self.hosts.turn(host) as request.meta[TURN]:
            return await fetch(request, source, now, outcome_of)

    async def _outcome(
        self,
        request: scrapy.Request,
        source: Source,
        now: datetime,
        read: Callable[[Response, Source, datetime], FetchOutcome],
    ) -> FetchOutcome:
        try:
            async with asyncio.timeout(self._timeout) as request.meta[TURN].limit:
                response = await self._downloader.download(request)
        except Exception as error:  # whatever the network or Scrapy raises is this fetch's outcome
            if error is request.meta[TURN].refused:  # it was not sent, and is no word on the source
                raise
            if request.meta[TURN].limit.expired():
                return FetchOutcome(source.id, OutcomeName.TIMEOUT, now, detail=f"no answer within {self._timeout:g} s")
            return outcome_of_error(source, now, error)
        return read(response, source, now)

    async def close(self) -> None:
        """Stop the crawler; requests in flight get DRAIN seconds."""
        if self._running is None:
            return
        if not self._running.done():
            await self._downloader.drain(DRAIN)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._crawler.stop_async(), DRAIN)
        with suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(self._running, DRAIN)
