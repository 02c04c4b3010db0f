"""Find what can be polled at an address and try it; read single pages. For the commands; nothing is stored."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from crawler.article import Entry
from crawler.fetch.fetching import Fetching
from crawler.fetch.permits import FORBIDDEN, MISSING, Permits
from crawler.fetch.reading import follow, parse, reader
from crawler.fetch.robots import robots_of
from crawler.fetch.workers import WorkerDied, Workers, WorkerTimeout
from crawler.parse.found import Feed, Page
from crawler.parse.readers import feeds_in, read_page
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState
from crawler.text import urls
from crawler.text.hosts import CHANNELS, VIDEOS, host_of

# where sites have their feeds and sitemaps, the most usual first
COMMON = ("/rss.xml", "/feed", "/rss", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/rss")
COMMON_MAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/googlenews.xml", "/sitemap.xml")
MOST_CANDIDATES = 12  # of one kind of hint that are tried
NUMBER_NEEDED = (
    "a channel of YouTube is polled by its number, and this page does not give it: in a browser it is the channel's "
    "About, Share, Copy channel ID; then `watchfloor sources add https://www.youtube.com/channel/UC...`"
)
ENOUGH_FEEDS = 5  # with entries: then no further ones are tried


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of one poll of a source, and how the source was found ("linked from the page", "robots.txt", ...)."""

    source: Source
    outcome: FetchOutcome
    feed: Feed | None
    how: str = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.feed.entries if self.feed else ()

    @property
    def lang(self) -> str | None:
        """The language that the source states, or most of its entries do."""
        said = [entry.lang for entry in self.entries if entry.lang]
        return self.feed.lang if self.feed and self.feed.lang else max(said, key=said.count) if said else None


def channel_page(url: str) -> str:
    """Return the address of a Telegram channel's public page, "" where an address is of no channel."""
    parts = urlsplit(url)
    name = re.fullmatch(r"/(?:s/)?([A-Za-z0-9_]{4,64})(?:/\d+)?/?", parts.path)
    if name and (parts.hostname or "").removeprefix("www.") in CHANNELS:
        return f"https://{CHANNELS[0]}/s/{name[1]}"
    return url if re.fullmatch(r"/s/\w+", parts.path) else ""


def videos_of(url: str) -> str:
    """Return the address of the feed of a YouTube channel, "" where an address does not have the channel's number."""
    found = re.match(r"/channel/(UC[\w-]{22})(?:/|$)", urlsplit(url).path)
    return urljoin(url, f"/feeds/videos.xml?channel_id={found[1]}") if found else ""


def needs_number(url: str) -> bool:
    """Return whether an address is of a video channel, or of something else there, without the channel's number."""
    return host_of(url) in VIDEOS and not videos_of(url) and not urlsplit(url).path.startswith("/feeds/")


class Scout:
    """Fetches with the guard, pace and limits of the daemon, and parses in a child process."""

    def __init__(self, fetching: Fetching, workers: Workers, now: datetime) -> None:
        self._fetching, self._workers, self._now = fetching, workers, now

    async def attempt(self, source: Source, how: str = "") -> Tried:
        """Poll a source once, as if for the first time."""
        state = SourceState(source.id, source.url, self._now)
        answer = await self._fetching.poll(source, state, self._now)
        outcome, feed = await parse(self._workers, answer, state, reader(source))
        if feed and feed.more:
            outcome, feed = await follow(self._fetching, self._workers, source, outcome, feed)
        return Tried(source, outcome, feed, how)

    async def page(self, url: str) -> tuple[FetchOutcome, Page | None, str]:
        """Fetch and read an article page if robots.txt allows it; return (response, page or None, what is wrong)."""
        answer = await Permits(self._fetching).page(Source("page", url), url, self._now)
        if answer.detail in {FORBIDDEN, MISSING}:
            return answer, None, answer.detail
        if answer.name is not OutcomeName.OK:
            return answer, None, f"{answer.name.value} {answer.detail}".strip()
        try:
            page = await self._workers.run(read_page, answer.body, answer.content_type, answer.url)
        except (WorkerTimeout, WorkerDied) as error:
            return answer, None, str(error)
        return answer, page, page.problem

    async def discover(self, url: str) -> list[Tried]:
        """Return what can be polled for a site, each source as it was tried.

        Looked for in this order: the address itself, linked feeds, sitemaps named in robots.txt, usual paths, and the
        links of the page as a section. If nothing gives entries, the only one returned says why.
        """
        itself = await self._as_it_is(url)
        if itself.entries or itself.source.kind == "telegram":
            return [itself]
        found: list[Tried] = []
        answer = await self._get(Source("site", url), url)
        linked = await self._workers.run(feeds_in, answer.body, answer.content_type, answer.url or url)
        linked = [videos_of(each) or each for each in linked]
        await self._try_all([(each, "feed", "linked from the page") for each in linked], found)
        if not found and needs_number(url):  # what else its page links to is no list of the channel's
            said = "; ".join(filter(None, (itself.outcome.detail, NUMBER_NEEDED)))
            return [replace(itself, outcome=replace(itself.outcome, detail=said))]
        robots = robots_of(await self._get(Source("site", url), urljoin(url, "/robots.txt")))
        maps = [(each, "sitemap", "named in robots.txt") for each in (robots.news_sitemaps if robots else ())]
        await self._try_all(maps, found)
        # guesses only where the site names nothing itself, and no further than the first that gives entries
        if not found:
            await self._try_all([(urljoin(url, path), "feed", "a usual path") for path in COMMON], found, enough=1)
        if not found:
            paths = [(urljoin(url, path), "sitemap", "a usual path") for path in COMMON_MAPS]
            await self._try_all(paths, found, enough=1)
        section = await self.attempt(Source("site", url, kind="section"), "links of the page")
        return [*found, section] if section.entries or not found else found

    async def _as_it_is(self, url: str) -> Tried:
        if page := channel_page(url):
            channel = await self.attempt(Source("site", page, kind="telegram"), "the channel's public page")
            # a site may have pages under /s/ too
            if channel.entries or host_of(page) in CHANNELS:
                return channel
        if videos := videos_of(url):
            return await self.attempt(Source("site", videos), "the channel's feed of videos")
        feed = await self.attempt(Source("site", url), "the address itself")
        if feed.entries:
            return feed
        return await self.attempt(Source("site", url, kind="sitemap"), "the address itself")

    async def _try_all(
        self, candidates: Iterable[tuple[str, str, str]], found: list[Tried], *, enough: int = ENOUGH_FEEDS
    ) -> None:
        # one page may be linked by several spellings of its address
        known = {urls.key(each.source.url) for each in found}
        for url, kind, how in list(candidates)[:MOST_CANDIDATES]:
            if len(found) >= enough or not urls.usable(url) or urls.key(url) in known:
                continue
            known.add(urls.key(url))
            tried = await self.attempt(Source("site", url, kind=kind), how)
            if tried.entries:
                # the address to write into rules.yaml is the one that redirects end at
                moved = tried.outcome.url or url
                found.append(replace(tried, source=replace(tried.source, url=moved)))

    async def _get(self, source: Source, url: str) -> FetchOutcome:
        return await self._fetching.page(source, url, self._now)


@asynccontextmanager
async def scout(allow_private: Iterable[str], contact: str, now: datetime) -> AsyncIterator[Scout]:
    """Open a crawler and a parsing child for one command, and close them afterwards.

    `allow_private` and `contact` are the settings of rules.yaml.
    """
    fetching, workers = Fetching(allow_private, contact), Workers(processes=1)
    try:
        await fetching.open()
        yield Scout(fetching, workers, now)
    finally:
        await fetching.close()
        workers.close()
