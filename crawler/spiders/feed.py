"""The kind `feed`: RSS, Atom, RDF. request(source, state) -> Request; outcome(response) -> Outcome.

The daemon calls the two round its open crawler; `scrapy crawl feed -a source=ID` calls the same two, prints the
entries and stores nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.feeds import Feed, read_feed
from crawler.polling import state_for
from crawler.source import Outcome, OutcomeName, Source, SourceState, read_sources

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
LONGEST_RETRY_AFTER = 3600.0  # seconds
HEADERS_LIMIT = 8_000  # characters kept as evidence
STATUS = {
    304: OutcomeName.NOT_MODIFIED,
    401: OutcomeName.DENIED,
    403: OutcomeName.DENIED,
    404: OutcomeName.NOT_FOUND,
    410: OutcomeName.GONE,
    429: OutcomeName.THROTTLED,
    451: OutcomeName.DENIED,
}


def request(source: Source, state: SourceState, accept: str = ACCEPT) -> scrapy.Request:
    """Ask for a source; conditionally, byte for byte, where an earlier answer gave validators (RFC 9110, 13.1)."""
    headers = {"Accept": accept}
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return scrapy.Request(source.url, headers=headers, dont_filter=True, meta={"handle_httpstatus_all": True})


def outcome(response: Response, source: Source, fetched: datetime) -> Outcome:
    """Name what a response is: a body to parse, nothing new, or a failure and how long to wait."""
    name = _name(response)
    ok = name is OutcomeName.OK
    retry_after = _retry_after(_header(response, "Retry-After"), fetched)
    if response.status == 503 and retry_after is not None:
        name = OutcomeName.THROTTLED
    return Outcome(
        source=source.id,
        name=name,
        fetched=fetched,
        detail="" if name in {OutcomeName.OK, OutcomeName.NOT_MODIFIED} else _detail(response),
        status=response.status,
        url=response.url,
        body=response.body if ok else b"",
        content_type=_header(response, "Content-Type"),
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        body_sha256=hashlib.sha256(response.body).hexdigest() if ok else None,
        retry_after=retry_after if name not in {OutcomeName.OK, OutcomeName.NOT_MODIFIED} else None,
        headers=response.headers.to_string().decode("latin-1")[:HEADERS_LIMIT],
    )


def reader(_: Source) -> Callable[[bytes, str | None, str], Feed]:
    """Give what reads a feed's body; it runs in a child."""
    return read_feed


def _name(response: Response) -> OutcomeName:
    status = response.status
    if status in STATUS:
        return STATUS[status]
    if 200 <= status < 300:
        return OutcomeName.OK if response.body.strip() else OutcomeName.EMPTY
    if 300 <= status < 400:
        return OutcomeName.BAD_REDIRECT
    return OutcomeName.CLIENT_ERROR if 400 <= status < 500 else OutcomeName.SERVER_ERROR


def _detail(response: Response) -> str:
    return "no body" if 200 <= response.status < 300 else f"HTTP {response.status}"


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _retry_after(value: str | None, fetched: datetime) -> float | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds or a date; capped, None where it says neither."""
    if not value:
        return None
    if value.strip().isdigit():
        seconds = float(value.strip()[:12])
    else:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - fetched.timestamp()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


class FeedSpider(scrapy.Spider):
    """Polls one feed: `scrapy crawl feed -a source=ID [-a config=rules.yaml]`."""

    name = "feed"

    def __init__(self, source: str = "", config: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._wanted, self._config = source, config

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Let through what settings.allow_private names, before the handler is made."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        path = Path(spider._config or os.environ.get("WATCHFLOOR_CONFIG", "rules.yaml"))
        sources, allowed = read_sources(path)
        crawler.settings.set("WATCHFLOOR_ALLOW_PRIVATE", list(allowed), priority="spider")
        found = [each for each in sources if each.id == spider._wanted]
        if not found:
            known = ", ".join(each.id for each in sources)
            raise ValueError(f'-a source="{spider._wanted}" names no source of {path}; known: {known}')
        spider._source = found[0]
        return spider

    _source: Source

    async def start(self) -> AsyncIterator[scrapy.Request]:
        now = datetime.now(UTC)
        asked: scrapy.Request = self.request(self._source, state_for(self._source, None, now))
        yield asked.replace(callback=self.parse)

    def parse(self, response: Response, **_: Any) -> Iterator[dict[str, Any] | scrapy.Request]:
        done = outcome(response, self._source, datetime.now(UTC))
        if done.name is not OutcomeName.OK:
            self.logger.error("source=%s outcome=%s %s", self._source.id, done.name.value, done.detail)
            return
        read: Feed = self.reader(self._source)(done.body, done.content_type, done.url)
        if not read.version:
            self.logger.error("source=%s: %s", self._source.id, read.problem or "not what its kind says")
        for entry in read.entries:
            yield {name: value for name, value in asdict(entry).items() if name != "raw"}
        for url in read.more:
            yield response.follow(url, callback=self.parse, meta={"handle_httpstatus_all": True})

    # What the daemon calls; `start` and `parse` above go by the same three.
    request: Callable[[Source, SourceState], scrapy.Request] = staticmethod(request)
    outcome = staticmethod(outcome)
    reader: Callable[[Source], Callable[[bytes, str | None, str], Feed]] = staticmethod(reader)
