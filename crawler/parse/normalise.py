"""Normalise an entry: identity keys, dates within bounds, usable links. Freshness is not judged here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from crawler.article import Article, Entry
from crawler.parse.provenance import Credit, own_credit
from crawler.sources.source import Source
from crawler.text import urls
from crawler.text.folding import fold
from crawler.text.scripts import language_of

OLDEST = datetime(1980, 1, 1, tzinfo=UTC)  # before feeds and the web: a date like that is a fault, not a date
FRESH = timedelta(days=30)
DECADES = timedelta(days=3653)
SHORTEST_TEXT = (
    8  # words of a text that, with a mistyped headline, names an article: shorter ones are "Watch the video"
)
SHORTEST_KEY = 12  # characters of a headline that names an article: shorter ones are "Live" and "Video"
LANGUAGE_READ = 500  # characters of a text by which its language is told
TITLE_LIMIT = 1_000  # characters
TEXT_LIMIT = 200_000  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """An article without a place in a story: its content, and the keys it may be known by.

    `guid_key` is unique in its source, `url_key` across sources. `content_key` changes when the folded headline or text
    does. `folded` is headline and text, folded. `credit` says whose it is, None where its source says that.
    """

    entry: Entry
    published: datetime | None
    url: str | None
    guid_key: str
    url_key: str
    content_key: str
    folded: tuple[str, str] = field(repr=False)
    credit: Credit | None = None

    def named_keys(self, outlet: str) -> tuple[str, ...]:
        """Return a key of the headline and one of the text, each with the outlet and the minute of publication.

        None without a date of its own, nor for a headline or a text that is too short.
        """
        at, whose, (headline, text) = self._own_minute(), fold(outlet), self.folded
        if not at:
            return ()
        of_headline = (f"h:{_hash(whose, at, headline)}",) if len(self.title) >= SHORTEST_KEY else ()
        of_text = (f"b:{_hash(whose, at, text)}",) if len(text.split()) >= SHORTEST_TEXT else ()
        return of_headline + of_text

    def _own_minute(self) -> str:
        """Return the article's own minute of publication, "" where it has none or one not believed."""
        at = self.entry.published or self.entry.updated
        return f"{at:%Y-%m-%dT%H:%M}" if at is not None and at == self.published else ""

    @property
    def title(self) -> str:
        return self.entry.title[:TITLE_LIMIT]

    @property
    def summary(self) -> str:
        return self.entry.summary[:TEXT_LIMIT]

    @property
    def text(self) -> str:
        return self.entry.text[:TEXT_LIMIT]


def draft(entry: Entry, now: datetime, credit: Credit | None = None) -> Draft:
    """Return the draft of an entry that was fetched at `now`. A date after `now` becomes `now`; see `clamp`."""
    # folded: a headline that only changed its case or its quotes is the same content
    url = urls.usable(entry.url)
    folded = fold(entry.title[:TITLE_LIMIT]), fold((entry.text or entry.summary)[:TEXT_LIMIT])
    return Draft(
        entry=entry,
        published=clamp(entry.published or entry.updated, now),
        url=url,
        guid_key=f"g:{_without_session(entry.guid)}" if entry.guid else "",
        url_key=f"u:{urls.key(url)}" if url else "",
        content_key=_hash(*folded),
        folded=folded,
        credit=credit,
    )


def _without_session(guid: str) -> str:
    """Return a GUID that is an address without what names the reader's way or visit; any other as it is."""
    return _address_without_session(guid) if guid.lower().startswith(("http://", "https://")) else guid


@lru_cache(urls.REMEMBERED)
def _address_without_session(guid: str) -> str:
    if urls.usable(guid) is None:
        return guid
    _, mark, fragment = guid.partition("#")  # which tells the posts of a live page apart
    plain = f"{urls.clean(guid)}{mark}{fragment}"
    return guid if plain == guid else plain  # one string of two


def clamp(date: datetime | None, now: datetime) -> datetime | None:
    """Return a date, but `now` if it is later than that, and None if it is before OLDEST."""
    if date is None or date < OLDEST:
        return None
    return min(date, now)


def believed(drafts: Sequence[Draft], now: datetime) -> list[Draft]:
    """Return the drafts of one poll, without dates that cannot be meant: decades before a fresh neighbour's.

    Such a date is a default or a misprint, and would make the news old.
    """
    newest = max((made.published for made in drafts if made.published), default=None)
    if newest is None or now - newest > FRESH:
        return list(drafts)
    oldest = newest - DECADES
    return [replace(made, published=None) if made.published and made.published < oldest else made for made in drafts]


def article(made: Draft, source: Source, identity: str, now: datetime) -> Article:
    """Return the article of a draft, as its first revision."""
    entry, whose = made.entry, made.credit or own_credit(source)
    return Article(
        id=identity,
        source=source.id,
        outlet=whose.outlet,
        owner=whose.owner,
        carrier=whose.carrier,
        guid=entry.guid,
        url=made.url,
        title=made.title,
        summary=made.summary,
        text=made.text,
        author=entry.author,
        lang=language(made, entry.lang or source.lang),
        published=made.published,
        first_seen=now,
    )


def language(made: Draft, said: str | None) -> str | None:
    """Return the language of a draft: the one that is said, unless it is plainly written in another."""
    return language_of(f"{made.title} {(made.summary or made.text)[:LANGUAGE_READ]}", said)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
