"""Values of polling: what is polled (Source), what is known of it (SourceState), what a fetch gave (FetchOutcome)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.sources.outlets import NONE, Outlets


class OutcomeName(StrEnum):
    """How a fetch ended, in one word. Used in logs, status, tests and notices."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    EMPTY = "empty"  # an answer without a byte of body
    NOT_A_FEED = "not_a_feed"  # a body that is no feed we can read (HTML, plain text)
    NO_ENTRIES = "no_entries"  # a feed without a single entry
    NOT_FOUND = "not_found"  # 404
    GONE = "gone"  # 410
    DENIED = "denied"  # 401, 403, 451
    THROTTLED = "throttled"  # 429, or 503 with Retry-After
    CLIENT_ERROR = "client_error"  # any other 4xx
    SERVER_ERROR = "server_error"  # 5xx
    BAD_REDIRECT = "bad_redirect"  # too many redirects, or to a scheme we do not fetch
    BLOCKED_PRIVATE = "blocked_private"  # the address is not a public one (guard)
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # connection refused or reset
    BAD_ANSWER = "bad_answer"  # no HTTP that can be read
    DNS_FAILED = "dns_failed"
    TLS_FAILED = "tls_failed"
    TRUNCATED = "truncated"  # the body ended before its announced end
    TOO_LARGE = "too_large"
    PARSE_TIMEOUT = "parse_timeout"  # the parser was killed at its deadline
    PARSE_FAILED = "parse_failed"  # the parser crashed
    NOT_PARSED = "not_parsed"  # our parsing child was killed from outside: no fault of the source
    FAILED = "failed"  # anything else; the detail says what


SUCCESSES = frozenset({OutcomeName.OK, OutcomeName.NOT_MODIFIED, OutcomeName.NO_ENTRIES})


@lru_cache(maxsize=4096)  # each poll asks, several times
def host_of(url: str) -> str:
    """Return the host and port of an address. Raises ValueError where it is none."""
    return urlsplit(url).netloc.lower()


@dataclass(frozen=True, slots=True)
class Source:
    """Something we poll. `kind` names the spider that reads it; `reliability` is an Admiralty letter A-F.

    `select` is the CSS selector of a section's links, "" for heuristics. `full_text` says whose article pages are
    fetched: auto (where the source gives a summary only), always, never. `outlet_from` says where an aggregator's items
    name who published them, "" for a source that publishes itself; `outlets` is who is known by host and name.
    `paths` are the JMESPaths of a list in JSON by what they lead to, `headers` go with each request of it; their
    ${VARIABLES} are not resolved here, `secrets` are their values as far as they are set. `keep` says what of its
    items is stored: all, or those that a rule matched.
    """

    id: str
    url: str
    name: str = ""
    kind: str = "feed"
    every: timedelta = timedelta(minutes=15)
    lang: str | None = None
    owner: str = ""
    reliability: str = "F"
    select: str = ""
    full_text: str = "auto"
    at_most: timedelta | None = None
    verify_tls: bool = True
    outlet_from: str = ""
    paths: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    keep: str = "all"
    outlets: Outlets = field(default=NONE, compare=False, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def ceiling(self) -> timedelta:
        """The longest interval that quiet or the server's wishes may bring; never shorter than `every`."""
        return max(self.every, self.at_most or self.every)

    @property
    def host(self) -> str:
        """The host and port that is asked."""
        return host_of(self.url)

    @property
    def outlet(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source between polls; stored in the same commit as what the poll gave.

    `url` is the address the state was earned with: another one in rules.yaml starts a new baseline.
    `baseline` is when the first good poll was stored, None before it. `failures` counts polls in a row, `failing`
    is when the first of them was. `whole` is when the server last sent a whole body, `heard` when it last brought an
    article we did not know; `rhythm` is the longest usual pause between two such, in seconds. `pace` is the present
    interval in seconds where it is not `every`; `gap` is when a poll last shared no entry with the one before it.
    `moved_to` is where permanent redirects lead, `moves` how many equal answers in a row said so. `ttl` is for how
    many seconds the feed's last body said it need not be asked again. `mark` is the number of the newest post up to
    which a channel was read without a gap.
    """

    source: str
    url: str
    due: datetime
    outcome: OutcomeName | None = None
    detail: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    polled: datetime | None = None
    succeeded: datetime | None = None
    failures: int = 0
    baseline: datetime | None = None
    failing: datetime | None = None
    whole: datetime | None = None
    heard: datetime | None = None
    rhythm: float | None = None
    pace: float | None = None
    gap: datetime | None = None
    moved_to: str | None = None
    moves: int = 0
    ttl: float | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """What one fetch gave. `body` is decompressed; `url` is where it came from, after redirects.

    `retry_after` is seconds from `fetched`, None if the server asked for nothing. `fresh_for` is for how many seconds
    the server calls the answer fresh, `ttl` the same as stated in the feed. `moved_to` is the end of a chain of
    permanent redirects, `leads_to` the target of one that was not followed. `headers` are those of the answer, as lines
    of name: value. `mark` is the number of the newest entry without a gap before it, `gap` whether entries since
    the last poll may be missing; None where entries have no numbers.
    """

    source: str
    name: OutcomeName
    fetched: datetime
    detail: str = ""
    status: int | None = None
    url: str = ""
    body: bytes = b""
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    retry_after: float | None = None
    headers: str = ""
    fresh_for: float | None = None
    ttl: float | None = None
    moved_to: str | None = None
    leads_to: str | None = None
    mark: int | None = None
    gap: bool | None = None


KINDS = ("feed", "sitemap", "section", "telegram", "json")
WHOLE_KINDS = ("telegram",)  # their entries are whole: behind the links stand no further words
FULL_TEXT = ("auto", "always", "never")
OUTLET_FROM = ("source", "title", "host", "domain")
KEEP = ("all", "matched")
