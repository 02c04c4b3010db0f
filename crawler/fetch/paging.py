"""Fetch the pages before a source's newest one until they reach what was read before, so that no entry is missed."""

from __future__ import annotations

from dataclasses import replace

from crawler.fetch.fetching import Fetching, parse, reader
from crawler.fetch.workers import Workers
from crawler.parse.found import Feed
from crawler.sources.source import FetchOutcome, Source, SourceState

MOST_PAGES = 10  # before the newest, in one poll: two hundred posts of a channel


async def page_back(
    fetching: Fetching, workers: Workers, source: Source, state: SourceState, outcome: FetchOutcome, feed: Feed
) -> tuple[FetchOutcome, Feed]:
    """Return the answer and the feed with the entries since the number `state.mark`, from as many pages as that takes.

    The outcome's `mark` is the newest number without a gap before it. If a page fails, the mark and the validators stay
    as they were, so that the next poll reads back again; where MOST_PAGES are not enough, the gap stays and is told.
    """
    if feed.newest is None:
        return outcome, feed
    # a number may be a time in seconds: one still to come would hide all until then
    newest = min(feed.newest, int(outcome.fetched.timestamp()))
    mark, whole, page, pages = state.mark, feed, feed, 0
    while mark is not None and page.oldest is not None and page.oldest > mark and page.older:
        if pages == MOST_PAGES:
            return replace(outcome, mark=newest, gap=True, detail=f"more than {pages} pages since the last poll"), whole
        answer = await fetching.earlier(source, page.older, outcome.fetched)
        read, earlier = await parse(
            workers, answer, SourceState(source.id, source.url, outcome.fetched), reader(source)
        )
        # a page that holds nothing older would be asked for without end
        if earlier is None or earlier.oldest is None or earlier.oldest >= page.oldest:
            why = f"the page before the newest could not be read ({read.name.value} {read.detail}".strip()
            return _unfinished(outcome, f"{why}), asked for again"), whole
        whole = replace(
            whole, entries=(*whole.entries, *earlier.entries), rejected=(*whole.rejected, *earlier.rejected)
        )
        page, pages = earlier, pages + 1
    return replace(outcome, mark=newest, gap=None if mark is None else False), whole


def _unfinished(outcome: FetchOutcome, detail: str) -> FetchOutcome:
    """Return the outcome without validators: the same answer must be read once more."""
    return replace(outcome, gap=True, detail=detail, etag=None, last_modified=None, body_sha256=None)
