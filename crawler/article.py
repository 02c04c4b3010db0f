"""The values of collecting: what a source gave (Entry) and what we keep of it (Article, Placement, Revision)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # seconds from here fill six base-32 characters until 2054
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u to misread on a phone


class Relation(StrEnum):
    """What an article is to its story (new, duplicate, updated, related), or an entry to its article."""

    NEW = "new"
    KNOWN = "known"
    REVISED = "revised"
    DUPLICATE = "duplicate"
    UPDATED = "updated"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Named:
    """An outlet or channel as an item names it: its name and its address or host, "" where it says neither."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the source gave it (RFC 4287 atom:entry, RSS item): plain text, nothing judged.

    `url` is absolute http(s) or None. `published` and `updated` are aware UTC or None where the source gave
    none that can be read. `text` is the full content where the feed carries it, `summary` its short form.
    `raw` is the item as it stood in what was fetched, kept as evidence; "" where it could not be cut out. `publisher`
    is the outlet that the item names as its own, `forwarded` whose words it passes on; None where it names nobody.
    """

    title: str
    guid: str | None = None
    url: str | None = None
    summary: str = ""
    text: str = ""
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    lang: str | None = None
    raw: str = field(default="", compare=False, repr=False)
    publisher: Named | None = None
    forwarded: Named | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A normalised news document (schema.org NewsArticle): dates within bounds, link without tracking.

    `id` is ours and never changes; `revision` counts from 1. `published` is None where the source gave no
    usable date. `body` is what rules read below the title. `carrier` is the name of the source where that only carries
    what the outlet published, else "".
    """

    id: str
    source: str
    title: str
    first_seen: datetime
    outlet: str = ""
    owner: str = ""
    guid: str | None = None
    url: str | None = None
    summary: str = ""
    text: str = ""
    author: str | None = None
    lang: str | None = None
    published: datetime | None = None
    revision: int = 1
    carrier: str = ""

    @property
    def rated_by(self) -> str:
        """The key of whoever vouches for it: the id of its source, or the name of the outlet that another carries."""
        return rated_by(self.source, self.outlet, self.carrier)

    @property
    def body(self) -> str:
        """The full text where there is one, else the summary."""
        return self.text or self.summary


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article stands: its story, its thread, its relation to the story, and the evidence for it.

    `change` says in words what changed ("14 -> 17 killed", "CORRECTED", "new lead"). It is set for an updated article
    or a revision whose change is material, and "" where the text only says more or uses other words. `origin` is whose
    report it is: the owner of the outlet, or for a duplicate or updated article the agency it names or the origin of
    what it repeats.
    """

    relation: Relation
    story: str
    thread: str
    evidence: str = ""
    change: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """A stored article found by one of its keys.

    `said` is the content key of what `source` last sent under it, `content_key` that of the newest revision: they
    differ once the article has its page's text.
    """

    key: str
    source: str
    article: str
    said: str
    title: str
    url: str | None
    guid: str | None
    content_key: str
    revision: int
    published: datetime | None = None
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """An article in its story and thread, as a row of the list of what a story contains."""

    article: str
    story: str
    thread: str
    source: str
    outlet: str
    owner: str
    origin: str
    relation: Relation
    title: str
    url: str | None
    first_seen: datetime
    evidence: str
    change: str
    carrier: str = ""

    @property
    def rated_by(self) -> str:
        """The key of whoever vouches for it, as of an article."""
        return rated_by(self.source, self.outlet, self.carrier)


def rated_by(source: str, outlet: str, carrier: str) -> str:
    """Return the key of whoever vouches for an article; ids of sources have no colon."""
    return f"outlet:{outlet}" if carrier else source


def voice(source: str, outlet: str, carrier: str) -> str:
    """Return who speaks in an article: its source, or within a source that carries others the outlet."""
    return f"{source}:{outlet}" if carrier else source


@dataclass(frozen=True, slots=True)
class Revision:
    """One stored state of an article, as triage reads it. `seq` orders all revisions of the archive."""

    seq: int
    article: Article
    placement: Placement
    seen: datetime
    baseline: bool = False  # it was there at the first poll of its source, and never alerts


def mint(prefix: str, at: datetime, *parts: str) -> str:
    """Return a new id that sorts by time and can be read aloud: prefix, 6 characters of seconds, 8 of a hash.

    The hash is of `parts`, so the same parts in the same second give the same id.
    """
    # a feed may contain lone surrogates, which strict UTF-8 refuses; five bytes are eight base-32 characters
    digest = int.from_bytes(hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()[:5], "big")
    return minted_from(prefix, at) + _base32(digest, 8)


@lru_cache(maxsize=64)  # the ids of one poll begin alike
def minted_from(prefix: str, at: datetime) -> str:
    """Return how ids begin that are made in a second; those made later sort behind it."""
    return prefix + _base32(max(0, int((at - EPOCH).total_seconds())), 6)


def minted(name: str) -> datetime | None:
    """Return the second an id was made, None if it is not one of our ids."""
    digits = name[1:7]
    # a letter for the kind, six characters of seconds, eight of a hash (decision 7)
    if len(name) != 15 or any(digit not in BASE32 for digit in name[1:]):
        return None
    seconds = 0
    for digit in digits:
        seconds = seconds * 32 + BASE32.index(digit)
    return EPOCH + timedelta(seconds=seconds)


def _base32(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 32)
        digits.append(BASE32[digit])
    return "".join(reversed(digits))
