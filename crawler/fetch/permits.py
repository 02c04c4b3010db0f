"""Fetch pages as far as robots.txt allows, on every host that redirects lead to (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.fetch.cookies import Jars
from crawler.fetch.fetching import Fetching
from crawler.fetch.robots import Robots, robots_of
from crawler.sources.source import FetchOutcome, OutcomeName, Source
from crawler.text import urls

TTL = timedelta(hours=24)  # RFC 9309, 2.4: no cached copy older than that
ASKED_AGAIN = timedelta(minutes=30)  # after one that could not be had
MOST_SITES = 2_000  # remembered
MOST_HOPS = 5  # redirects of one page
FORBIDDEN = "robots.txt forbids it"  # the detail of an outcome
MISSING = "robots.txt could not be had"
REFUSED = frozenset({OutcomeName.BLOCKED_PRIVATE, OutcomeName.BAD_REDIRECT})  # waiting changes nothing


@dataclass(frozen=True, slots=True)
class _Kept:
    robots: Robots | None
    asked: datetime
    answer: OutcomeName


class Permits:
    """Fetches pages, and caches the robots.txt of each site: for TTL if it was received, for ASKED_AGAIN if not."""

    def __init__(self, fetching: Fetching) -> None:
        self.fetching = fetching
        self._kept: dict[str, _Kept] = {}

    async def page(self, source: Source, url: str, now: datetime, *, within: str = "") -> FetchOutcome:
        """Fetch a page and follow its redirects, each hop only if its own host allows it.

        With `within`, a redirect to another host is not followed: the outcome's `leads_to` is its target.
        """
        jars: Jars = {}
        for _ in range(MOST_HOPS + 1):
            answer = await self._hop(source, url, now, jars)
            if answer.leads_to is not None and not urls.usable(answer.leads_to):
                return replace(answer, leads_to=None, detail="redirected to what is no web address")
            if answer.leads_to is None or (within and site_of(answer.leads_to) != within):
                return answer
            url = answer.leads_to
        return replace(answer, leads_to=None, detail="too many redirects")

    async def _hop(self, source: Source, url: str, now: datetime, jars: Jars) -> FetchOutcome:
        kept = await self._of(source, url, now)
        if kept.robots is None:
            name = kept.answer if kept.answer in REFUSED else OutcomeName.UNREACHABLE
            return FetchOutcome(source.id, name, now, detail=MISSING, url=url)
        if not kept.robots.allows(url):
            return FetchOutcome(source.id, OutcomeName.DENIED, now, detail=FORBIDDEN, url=url)
        return await self.fetching.page(source, url, now, follow=False, jars=jars)

    async def _of(self, source: Source, url: str, now: datetime) -> _Kept:
        kept = self._kept.get(_root(url))
        if kept is None or not timedelta(0) <= now - kept.asked < (ASKED_AGAIN if kept.robots is None else TTL):
            answer = await self.fetching.page(source, f"{_root(url)}/robots.txt", now)
            # bounded: links lead to any number of hosts
            if len(self._kept) >= MOST_SITES:
                del self._kept[min(self._kept, key=lambda each: self._kept[each].asked)]
            kept = self._kept[_root(url)] = _Kept(robots_of(answer), now, answer.name)
        return kept

    def delay(self, url: str) -> float:
        """Return the seconds between two pages that a site's cached robots.txt asks for, 0 if none is cached."""
        kept = self._kept.get(_root(url))
        return kept.robots.delay if kept and kept.robots else 0.0

    def forget_missing(self) -> None:
        """Forget the sites whose robots.txt could not be received: our own network was down."""
        self._kept = {site: kept for site, kept in self._kept.items() if kept.robots is not None}

    def shift(self, step: timedelta) -> None:
        """Move all times by `step`, after the wall clock was set."""
        self._kept = {site: replace(kept, asked=kept.asked + step) for site, kept in self._kept.items()}


def site_of(url: str) -> str:
    """Return the host and port of a page's address."""
    return urlsplit(url).netloc.lower()


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"
