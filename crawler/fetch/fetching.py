"""Fetch sources and pages with one Scrapy crawler that stays open for all polls.

A poll is `engine.download_async(request)`: downloader middlewares and per-host slots apply; scheduler, dupefilter and
callbacks do not. Whatever the network does is returned as a FetchOutcome, never raised.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import scrapy
from aiohttp.http_exceptions import HttpProcessingError
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DontCloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.fetch import scrapy_settings
from crawler.fetch.cookies import JARS, Jars
from crawler.fetch.guard import OWN_SERVER
from crawler.fetch.hosts import Hosts, Rest
from crawler.fetch.spiders import KINDS
from crawler.fetch.spiders.feed import HANDLED
from crawler.fetch.spiders.feed import outcome as outcome_of
from crawler.fetch.workers import WorkerKilled, Workers, WorkerTimeout
from crawler.parse.found import Feed
from crawler.parse.impostors import named
from crawler.parse.readers import read_feed
from crawler.sources.addresses import Blocked, Guard
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState

DETAIL_LIMIT = 200  # characters
PAGES_AT_ONCE = 8
ACCEPT_PAGE = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"}
PAGE_META = {"handle_httpstatus_list": HANDLED}
DRAIN = 5.0  # seconds that requests in flight get when the crawler is closed
AT_ONCE = 4  # requests to one host
APART = 1.0  # seconds between the starts of two of them; 0 for hosts the admin let through as private
# the first that fits is taken: a subclass stands above its class, what says more above what says less
FAILURES: tuple[tuple[type[BaseException], OutcomeName], ...] = (
    (Blocked, OutcomeName.BLOCKED_PRIVATE),
    (DownloadTimeoutError, OutcomeName.TIMEOUT),
    (TimeoutError, OutcomeName.TIMEOUT),
    (CannotResolveHostError, OutcomeName.DNS_FAILED),
    (ssl.SSLError, OutcomeName.TLS_FAILED),
    (aiohttp.ClientSSLError, OutcomeName.TLS_FAILED),
    (DownloadCancelledError, OutcomeName.TOO_LARGE),
    (ResponseDataLossError, OutcomeName.TRUNCATED),
    (UnsupportedURLSchemeError, OutcomeName.BAD_REDIRECT),
    (IgnoreRequest, OutcomeName.TOO_LARGE),  # Scrapy's word for a body that decompresses beyond the limit
    (DownloadConnectionRefusedError, OutcomeName.UNREACHABLE),
    (HttpProcessingError, OutcomeName.BAD_ANSWER),
    (aiohttp.ClientResponseError, OutcomeName.BAD_ANSWER),
    (DownloadFailedError, OutcomeName.UNREACHABLE),
    (OSError, OutcomeName.UNREACHABLE),
)


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
        if contact:
            settings.set("USER_AGENT", f"Watchfloor (+{contact})", priority="cmdline")
        self._crawler = Crawler(_OpenSpider, settings)
        self._running: asyncio.Task[None] | None = None
        self._timeout = timeout
        self._turns = asyncio.Semaphore(concurrency)
        self._page_turns = asyncio.Semaphore(PAGES_AT_ONCE)  # of their own: polls never wait for pages
        own = Guard(allow_private)
        self.hosts = Hosts(at_once, lambda host: apart if apart is not None else 0.0 if own.lets_in(host) else APART)
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
        async with self.hosts.turn(slot), self._turns:
            return await self._unless_resting(request, source, now, kind.outcome)

    async def _unless_resting(
        self,
        request: scrapy.Request,
        source: Source,
        now: datetime,
        read: Callable[[Response, Source, datetime], FetchOutcome],
    ) -> FetchOutcome:
        """Fetch what belongs to a poll, unless its host asked for a pause; note one that it asks for now."""
        if rest := self.hosts.resting(now).get(urlsplit(request.url).netloc.lower()):  # another source was told so
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
            return FetchOutcome(source.id, OutcomeName.BAD_REDIRECT, now, detail=_short(error), url=url)
        host = urlsplit(url).netloc.lower()
        request.meta["download_slot"] = host
        request.meta["unverified_host"] = None if source.verify_tls else urlsplit(source.url).hostname
        fetch = self._unless_resting if of_poll else self._outcome
        async with self._page_turns, self.hosts.turn(host):
            return await fetch(request, source, now, outcome_of)

    async def _outcome(
        self,
        request: scrapy.Request,
        source: Source,
        now: datetime,
        read: Callable[[Response, Source, datetime], FetchOutcome],
    ) -> FetchOutcome:
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever the network or Scrapy raises is this fetch's outcome
            return _failed(source, now, error)
        return read(response, source, now)

    async def close(self) -> None:
        """Stop the crawler; requests in flight get DRAIN seconds."""
        if self._running is None:
            return
        if not self._running.done():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._crawler.stop_async(), DRAIN)
        with suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(self._running, DRAIN)


def _failed(source: Source, now: datetime, error: BaseException) -> FetchOutcome:
    """Return the outcome of an exception, by the first class in FAILURES that it or a cause of it belongs to."""
    chain = list(_chain(error))
    if isinstance(error, IgnoreRequest) and "redirect" in str(error):  # and for redirects without end
        return FetchOutcome(source.id, OutcomeName.BAD_REDIRECT, now, detail=_short(error))
    for kind, name in FAILURES:
        for each in chain:
            if isinstance(each, kind):
                return FetchOutcome(source.id, name, now, detail=_short(each))
    return FetchOutcome(source.id, OutcomeName.FAILED, now, detail=f"{type(error).__name__}: {_short(error)}")


def _chain(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _short(error: BaseException) -> str:
    text = re.sub(r" ssl:(<[^>]*>|\w+)", "", " ".join(str(error).split()))  # aiohttp prints its TLS context
    text = re.sub(r" \[Connect call failed [^\]]*\]", "", text)  # the address once more
    return text[:DETAIL_LIMIT] or type(error).__name__


Read = Callable[[bytes, str | None, str], Feed]


def reader(source: Source) -> Read:
    """Return the function that reads the bodies of a source, by its kind."""
    read: Read = KINDS[source.kind].reader(source)
    return read


async def parse(
    workers: Workers, outcome: FetchOutcome, state: SourceState, read: Read = read_feed
) -> tuple[FetchOutcome, Feed | None]:
    """Parse a body in a child process; return the outcome, and no feed if nothing is new or it is not a feed.

    A body equal to the last one is not parsed; its validators are kept all the same.
    """
    if outcome.name is not OutcomeName.OK:
        return outcome, None
    if outcome.body_sha256 == state.body_sha256:
        return replace(outcome, name=OutcomeName.NOT_MODIFIED, body=b""), None
    try:
        feed = await workers.run(read, outcome.body, outcome.content_type, outcome.url)
    except WorkerTimeout as error:
        return replace(outcome, name=OutcomeName.PARSE_TIMEOUT, detail=str(error), body=b""), None
    except WorkerKilled as error:
        return replace(outcome, name=OutcomeName.NOT_PARSED, detail=str(error), body=b""), None
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on hostile bytes is this poll's outcome
        detail = f"{type(error).__name__}: {_short(error)}"
        return replace(outcome, name=OutcomeName.PARSE_FAILED, detail=detail, body=b""), None
    return _named(outcome, feed), feed if feed.version else None


async def follow(
    fetching: Fetching, workers: Workers, source: Source, outcome: FetchOutcome, feed: Feed
) -> tuple[FetchOutcome, Feed | None]:
    """Fetch what a body refers to (the sitemaps of an index) and return all entries as one feed.

    An index keeps no validators, because it may stay the same while its sitemaps change. If some of them fail, the
    others count and the detail names the failures; if all fail, the first failure is the outcome, or one of ours.
    """
    unknown = SourceState(source.id, source.url, outcome.fetched)
    answers = [await fetching.page(source, url, outcome.fetched, of_poll=True) for url in feed.more]
    parsed = [await parse(workers, each, unknown, reader(source)) for each in answers]
    bad = [each for each, read in parsed if read is None]
    if len(bad) == len(parsed):
        ours = [each for each in bad if each.name is OutcomeName.NOT_PARSED]
        nothing = replace(outcome, name=OutcomeName.NO_ENTRIES, detail="an index of nothing")
        return next(iter([*ours, *bad]), nothing), None
    feeds = [read for _, read in parsed if read is not None]
    whole = Feed(
        tuple(entry for each in feeds for entry in each.entries),
        tuple(reason for each in feeds for reason in each.rejected),
        feed.version,
    )
    names = ", ".join(each.name.value for each in bad)
    detail = f"{len(bad)} of {len(parsed)} sitemaps failed: {names}" if bad else ""
    rest = max((each.retry_after for each in bad if each.retry_after), default=None)
    unvalidated = replace(outcome, etag=None, last_modified=None, body_sha256=None, body=b"")
    return replace(unvalidated, name=OutcomeName.OK, detail=detail, retry_after=rest), whole


def _named(outcome: FetchOutcome, feed: Feed) -> FetchOutcome:
    if not feed.version or feed.explained:
        words = feed.problem if feed.problem.startswith("no ") else f"not XML we know: {feed.problem}"
        detail = feed.problem if feed.explained else named(outcome.body) or words
        return replace(outcome, name=OutcomeName.NOT_A_FEED, detail=detail[:DETAIL_LIMIT], body=b"")
    if feed.more:
        return replace(outcome, body=b"")
    if not feed.entries and not feed.rejected:
        return replace(outcome, name=OutcomeName.NO_ENTRIES, detail="a feed without entries", body=b"")
    return replace(outcome, body=b"", ttl=feed.ttl)
