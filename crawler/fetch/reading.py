"""The answer to a poll goes in; its body, read in a child process with what it refers to, comes out as a feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crawler.fetch.failures import DETAIL_LIMIT, in_short
from crawler.fetch.fetching import Fetching
from crawler.fetch.spiders import KINDS
from crawler.fetch.workers import WorkerKilled, Workers, WorkerTimeout
from crawler.parse.found import Feed
from crawler.parse.impostors import named
from crawler.parse.readers import read_feed
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState

Read = Callable[[bytes, str | None, str], Feed]


def reader(source: Source) -> Read:
    """Return the function that reads the bodies of a source, by its kind."""
    read: Read = KINDS[source.kind].reader(source)
    return read


async def parse(
    workers: Workers, outcome: FetchOutcome, state: SourceState, read: Read = read_feed
) -> tuple[FetchOutcome, Feed | None]:
    """Parse a body in a child process; return the outcome, and no feed if nothing is new or it is not a feed.

    A body equal to the last one is not parsed; its validators are kept all the same.
    """
    if outcome.name is not OutcomeName.OK:
        return outcome, None
    if outcome.body_sha256 == state.body_sha256:
        return replace(outcome, name=OutcomeName.NOT_MODIFIED, body=b""), None
    try:
        feed = await workers.run(read, outcome.body, outcome.content_type, outcome.url)
    except WorkerTimeout as error:
        return replace(outcome, name=OutcomeName.PARSE_TIMEOUT, detail=str(error), body=b""), None
    except WorkerKilled as error:
        return replace(outcome, name=OutcomeName.NOT_PARSED, detail=str(error), body=b""), None
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on hostile bytes is this poll's outcome
        detail = f"{type(error).__name__}: {in_short(error)}"
        return replace(outcome, name=OutcomeName.PARSE_FAILED, detail=detail, body=b""), None
    return _named(outcome, feed), feed if feed.version else None


async def follow(
    fetching: Fetching, workers: Workers, source: Source, outcome: FetchOutcome, feed: Feed
) -> tuple[FetchOutcome, Feed | None]:
    """Fetch what a body refers to (the sitemaps of an index) and return all entries as one feed.

    An index keeps no validators, because it may stay the same while its sitemaps change. If some of them fail, the
    others count and the detail names the failures; if all fail, the first failure is the outcome, or one of ours.
    """
    unknown = SourceState(source.id, source.url, outcome.fetched)
    answers = [await fetching.page(source, url, outcome.fetched, of_poll=True) for url in feed.more]
    parsed = [await parse(workers, each, unknown, reader(source)) for each in answers]
    bad = [each for each, read in parsed if read is None]
    if len(bad) == len(parsed):
        ours = [each for each in bad if each.name is OutcomeName.NOT_PARSED]
        nothing = replace(outcome, name=OutcomeName.NO_ENTRIES, detail="an index of nothing")
        return next(iter([*ours, *bad]), nothing), None
    feeds = [read for _, read in parsed if read is not None]
    whole = Feed(
        tuple(entry for each in feeds for entry in each.entries),
        tuple(reason for each in feeds for reason in each.rejected),
        feed.version,
    )
    names = ", ".join(each.name.value for each in bad)
    detail = f"{len(bad)} of {len(parsed)} sitemaps failed: {names}" if bad else ""
    rest = max((each.retry_after for each in bad if each.retry_after), default=None)
    unvalidated = replace(outcome, etag=None, last_modified=None, body_sha256=None, body=b"")
    return replace(unvalidated, name=OutcomeName.OK, detail=detail, retry_after=rest), whole


def _named(outcome: FetchOutcome, feed: Feed) -> FetchOutcome:
    if not feed.version or feed.explained:
        words = feed.problem if feed.problem.startswith("no ") else f"not XML we know: {feed.problem}"
        detail = feed.problem if feed.explained else named(outcome.body) or words
        return replace(outcome, name=OutcomeName.NOT_A_FEED, detail=detail[:DETAIL_LIMIT], body=b"")
    if feed.more:
        return replace(outcome, body=b"")
    if not feed.entries and not feed.rejected:
        return replace(outcome, name=OutcomeName.NO_ENTRIES, detail="a feed without entries", body=b"")
    return replace(outcome, body=b"", ttl=feed.ttl)
