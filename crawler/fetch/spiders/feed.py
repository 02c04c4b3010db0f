"""The kind `feed`: RSS, Atom, RDF. request(source, state) -> Request; outcome(response) -> FetchOutcome.

The daemon calls both and downloads with its open crawler in between. `scrapy crawl feed -a source=ID` calls the same
two, prints the entries and stores nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.config.sources import read_sources
from crawler.parse.found import Feed
from crawler.parse.impostors import named
from crawler.parse.readers import read_feed
from crawler.sources.polling import LONGEST_RETRY_AFTER, address, is_conditional, state_for
from crawler.sources.source import SUCCESSES, FetchOutcome, OutcomeName, Source, SourceState
from crawler.text.dates import http_date, retry_after

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
HEADERS_LIMIT = 8_000  # characters kept as evidence
HANDLED = [304, *range(400, 600)]  # ours to name; redirects are followed, each hop past the guard
CONDITIONS = ("If-None-Match", "If-Modified-Since")
PERMANENT = {301, 308}
REDIRECTS = {301, 302, 303, 307, 308}
# what of a status needs a name of its own; `_name` has the rest
STATUS = {
    304: OutcomeName.NOT_MODIFIED,
    401: OutcomeName.DENIED,
    403: OutcomeName.DENIED,
    404: OutcomeName.NOT_FOUND,
    410: OutcomeName.GONE,
    429: OutcomeName.THROTTLED,
    451: OutcomeName.DENIED,
}


def request(source: Source, state: SourceState, now: datetime, accept: str = ACCEPT) -> scrapy.Request:
    """Return the request of a poll, with the validators of an earlier answer byte for byte (RFC 9110, 13.1)."""
    headers = {"Accept": accept}
    if is_conditional(state, now):
        headers |= {name: value for name, value in _validators(state) if value}
    meta = {"handle_httpstatus_list": HANDLED}
    return scrapy.Request(address(source, state), headers=headers, dont_filter=True, meta=meta)


def _validators(state: SourceState) -> tuple[tuple[str, str | None], ...]:
    return tuple(zip(CONDITIONS, (state.etag, state.last_modified), strict=True))


def outcome(response: Response, source: Source, fetched: datetime) -> FetchOutcome:
    """Return what a response means: a body to parse, nothing new, or a failure and how long to wait."""
    said = {name: values[-1].decode("latin-1") for name, values in dict.items(response.headers) if values}
    name = _name(response)
    ok = name is OutcomeName.OK
    wait = retry_after(after, fetched) if (after := said.get(b"Retry-After")) else None
    # a 503 that says when to come back is meant for us, like a 429; without it the server failed
    if response.status == 503 and wait is not None:
        name = OutcomeName.THROTTLED
    return FetchOutcome(
        source=source.id,
        name=name,
        fetched=fetched,
        detail="" if name in {OutcomeName.OK, OutcomeName.NOT_MODIFIED} else _detail(response),
        status=response.status,
        url=response.url,
        body=response.body if ok else b"",
        content_type=said.get(b"Content-Type") or None,
        etag=said.get(b"Etag") or None,
        last_modified=said.get(b"Last-Modified") or None,
        body_sha256=hashlib.sha256(response.body).hexdigest() if ok else None,
        retry_after=None if wait is None or name in SUCCESSES else min(wait, LONGEST_RETRY_AFTER).total_seconds(),
        headers=response.headers.to_string().decode("latin-1")[:HEADERS_LIMIT] if ok else "",
        fresh_for=_fresh_for(said, fetched),
        moved_to=_moved_to(response),
        leads_to=_leads_to(response),
    )


def reader(_: Source) -> Callable[[bytes, str | None, str], Feed]:
    """Return the function that reads a feed's body; it runs in a child."""
    return read_feed


def _name(response: Response) -> OutcomeName:
    status = response.status
    if status == 304 and not _has_condition(response):
        return OutcomeName.BAD_ANSWER  # "as you have it", to one who has nothing: as a success it would be silence
    if status in STATUS:
        return STATUS[status]
    if 200 <= status < 300:
        return OutcomeName.OK if response.body.strip() else OutcomeName.EMPTY
    if 300 <= status < 400:
        return OutcomeName.BAD_REDIRECT
    return OutcomeName.CLIENT_ERROR if 400 <= status < 500 else OutcomeName.SERVER_ERROR


def _has_condition(response: Response) -> bool:
    """Return whether validators of an earlier answer were sent."""
    return any(response.request and response.request.headers.get(name) for name in CONDITIONS)


def _detail(response: Response) -> str:
    if 200 <= response.status < 300:
        return "no body"
    if response.status == 304:
        return "HTTP 304 to a request without a condition: nothing was sent yet that could be unchanged"
    page = named(response.body) if response.body else ""
    return (
        f"HTTP {response.status}, {page}" if page.startswith(("a challenge", "a login")) else f"HTTP {response.status}"
    )


def _fresh_for(headers: Mapping[bytes, str], fetched: datetime) -> float | None:
    """Return for how many seconds an answer is fresh, None if it does not say (RFC 9111, 4.2).

    It is max-age less Age, else Expires less Date.
    """
    said = headers.get(b"Cache-Control", "").lower()
    if re.search(r"\bno-(?:cache|store)\b", said):
        return None
    age = re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,12})", said)
    if age:
        spent = re.fullmatch(r"[0-9]{1,12}", headers.get(b"Age", "").strip())
        return max(float(age[1]) - float(spent[0] if spent else 0), 0.0)
    expires = http_date(headers[b"Expires"]) if b"Expires" in headers else None
    if expires is None:
        return None
    sent = http_date(headers.get(b"Date", "")) or fetched
    return max((expires - sent).total_seconds(), 0.0)


def _moved_to(response: Response) -> str | None:
    """Return where a chain of nothing but permanent redirects ended (RFC 9110, 15.4.2, 15.4.9)."""
    reasons = response.request.meta.get("redirect_reasons", ()) if response.request else ()
    return response.url if reasons and all(each in PERMANENT for each in reasons) else None


def _leads_to(response: Response) -> str | None:
    """Return the absolute address that a redirect leads to, None if the response is no redirect."""
    location = response.headers.get("Location") if response.status in REDIRECTS else None
    if not location:
        return None
    try:
        return response.urljoin(location.decode("utf-8", "replace").strip())
    except ValueError:  # no address at all
        return None


class FeedSpider(scrapy.Spider):
    """Polls one feed: `scrapy crawl feed -a source=ID [-a config=rules.yaml]`."""

    name = "feed"

    def __init__(self, source: str = "", config: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._wanted, self._config = source, config

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider of the source named on the command line. Raise ValueError if rules.yaml has no such source.

        `settings.allow_private` is set here, because the download handler reads it when it is made, just after this.
        """
        spider = super().from_crawler(crawler, *args, **kwargs)
        path = Path(spider._config or os.environ.get("WATCHFLOOR_CONFIG", "rules.yaml"))
        sources, allowed = read_sources(path)
        crawler.settings.set("WATCHFLOOR_ALLOW_PRIVATE", list(allowed), priority="spider")
        # without a name, as in `scrapy check`, the first source of this kind
        found = [each for each in sources if spider._wanted in {each.id, ""} and each.kind == cls.name]
        if not found:
            known = ", ".join(each.id for each in sources if each.kind == cls.name) or "none"
            raise ValueError(f'-a source="{spider._wanted}" names no {cls.name} of {path}; known: {known}')
        spider._source = found[0]
        return spider

    _source: Source

    def first_request(self) -> scrapy.Request:
        """Return the request of a source's first poll, without validators."""
        now = datetime.now(UTC)
        return self.request(self._source, state_for(self._source, None, now), now)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        if not self._wanted:
            raise ValueError(f"scrapy crawl {self.name} needs -a source=ID, as in -a source={self._source.id}")
        yield self.first_request().replace(callback=self.parse)

    def parse(self, response: Response, **_: Any) -> Iterator[dict[str, Any] | scrapy.Request]:
        """Yield the entries of a source, and the requests for what belongs to it.

        @source
        @returns items 1
        @scrapes title url published
        """
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
            yield response.follow(url, callback=self.parse, meta={"handle_httpstatus_list": HANDLED})

    # What the daemon calls; `start` and `parse` above go by the same three.
    request: Callable[[Source, SourceState, datetime], scrapy.Request] = staticmethod(request)
    outcome = staticmethod(outcome)
    reader: Callable[[Source], Callable[[bytes, str | None, str], Feed]] = staticmethod(reader)
