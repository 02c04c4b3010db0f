"""Fetch the pages before a source's newest one until they reach what was read before, so that no entry is missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.article import Entry
from crawler.fetch.fetching import Fetching
from crawler.fetch.reading import parse, reader
from crawler.fetch.workers import Workers
from crawler.parse.found import Feed
from crawler.sources.source import FetchOutcome, Source, SourceState

MOST_PAGES = 10  # before the newest, in one poll: two hundred posts of a channel


async def page_back(
    fetching: Fetching, workers: Workers, source: Source, state: SourceState, outcome: FetchOutcome, feed: Feed
) -> tuple[FetchOutcome, Feed]:
    """Return the answer and the feed with the entries since the number `state.mark`, from as many pages as that takes.

    The outcome's `mark` is the newest number without a gap before it. If a page fails, the mark and the validators stay
    as they were, so that the next poll reads back again; where the pages end above the mark, the gap stays and is told.
    Dates alone never say that nothing was missed: then `gap` is None, and what the entries are decides.
    """
    if not feed.numbers:
        return outcome, feed
    mark, whole, page, pages = state.mark, feed, feed, 0
    read = replace(outcome, mark=_newest(feed, outcome))
    if mark is None:
        return read, feed
    while not _reaches(page, mark):
        why = page.no_older if not page.older else f"more than {pages} pages since the last poll"
        if not page.older or pages == MOST_PAGES:
            # at the mark itself an entry was read before, and others of the same date may not have been
            above = page.numbers[-1] > mark
            return replace(read, gap=True, detail=why) if above else read, whole
        answer = await fetching.earlier(source, page.older, outcome.fetched)
        got, earlier = await parse(workers, answer, SourceState(source.id, source.url, outcome.fetched), reader(source))
        if earlier is None:
            failed = f"the page before the newest could not be read ({got.name.value} {got.detail}".strip()
            return _unfinished(replace(outcome, retry_after=got.retry_after), f"{failed}), asked for again"), whole
        fresh = _fresh(earlier, whole)
        whole = replace(whole, entries=(*whole.entries, *fresh), rejected=(*whole.rejected, *earlier.rejected))
        if not _leads_on(page, earlier, fresh):
            # it would be asked for without end, and at the next poll again
            empty = not earlier.entries and not earlier.rejected
            why = "the earlier pages end after the last entry that was read"
            page = replace(page, older="", no_older=why if empty else "the page before has nothing older")
            continue
        page, pages = earlier, pages + 1
    return replace(read, gap=None if feed.dated else False), whole


def _newest(feed: Feed, outcome: FetchOutcome) -> int:
    """Return the newest number of a feed; a date still to come would hide all until then."""
    now = int(outcome.fetched.timestamp())
    return max((each for each in feed.numbers if each <= now), default=now)


def _reaches(page: Feed, mark: int) -> bool:
    """Return whether a page ends with what was read before. An old entry further up (one that is pinned) says nothing,
    nor does an entry of the same date."""
    return page.numbers[-1] < mark or (page.numbers[-1] == mark and not page.dated)


def _fresh(earlier: Feed, whole: Feed) -> list[Entry]:
    """Return what an earlier page has that was not read: as items come in, the others move on to it."""
    before = {_said(each) for each in whole.entries}
    return [each for each in earlier.entries if _said(each) not in before]


def _said(entry: Entry) -> tuple[object, ...]:
    return entry.guid, entry.url, entry.title, entry.text, entry.published


def _leads_on(page: Feed, earlier: Feed, fresh: Sequence[Entry]) -> bool:
    """Return whether an earlier page has what is older than a page, or of the same date and was not read."""
    if not earlier.numbers or earlier.numbers[-1] > page.numbers[-1]:
        return False
    return earlier.numbers[-1] < page.numbers[-1] or bool(fresh)


def _unfinished(outcome: FetchOutcome, detail: str) -> FetchOutcome:
    """Return the outcome without validators: the same answer must be read once more."""
    return replace(outcome, gap=True, detail=detail, etag=None, last_modified=None, body_sha256=None)
