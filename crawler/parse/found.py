"""What a reader finds in a body: a feed, or an article page. Apart from the readers, which load parsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.article import Entry


@dataclass(frozen=True, slots=True)
class Feed:
    """What a body contained. `version` is the name of the format, as feedparser's "rss20"; "" if it is not a feed.

    `problem` says what the parser disliked, or why it is no feed; with entries and `explained`, why others are missing.
    """

    entries: tuple[Entry, ...] = ()
    rejected: tuple[str, ...] = ()  # one named reason for each item that could not become an entry
    version: str = ""
    lang: str | None = None
    problem: str = ""
    ttl: float | None = None  # seconds for which the feed itself says it need not be asked again
    more: tuple[str, ...] = ()  # addresses whose entries belong to it: the sitemaps of an index
    explained: bool = False  # `problem` says best what is wrong, whatever else the body looks like
    numbers: tuple[int, ...] = ()  # of entries in an order, as they stand in it: the newest first, as a rule
    dated: bool = False  # the numbers are dates: entries may share one, and need not stand in their order
    older: str = ""  # the address of the page with the entries before the last
    no_older: str = ""  # why there is none, in words


@dataclass(frozen=True, slots=True)
class Page:
    """What an article page says. Dates are UTC, `url` is its canonical address on the same site; None or "" if absent.

    `problem` says why there is no text: challenge | no_html | no_text; `how` says where the text came from.
    """

    headline: str = ""
    text: str = ""
    author: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    lang: str | None = None
    url: str | None = None
    site: str | None = None
    how: str = ""
    problem: str = ""
