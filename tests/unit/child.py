"""Parsing as the daemon does it: in a real child, with the limits of time and memory that it has there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from crawler.fetch.reading import Read, parse
from crawler.fetch.workers import Workers
from crawler.parse.feeds import read_feed
from crawler.parse.found import Feed
from crawler.sources.source import FetchOutcome, OutcomeName, SourceState

P = ParamSpec("P")
T = TypeVar("T")
NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
BASE = "https://outlet.example/rss.xml"


class Child:
    """One child that is asked for one thing after the other."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner, self.workers = runner, Workers(processes=1)

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns, or raise what it raises; WorkerTimeout after ten seconds."""
        return self._runner.run(self.workers.run(work, *args, **kwargs))

    def parse(self, body: bytes, read: Read = read_feed) -> tuple[str, Feed]:
        """Return the name of the outcome of a poll with this body, and the feed that was in it."""
        answer = FetchOutcome("a", OutcomeName.OK, NOW, body=body, body_sha256="h", url=BASE)
        outcome, feed = self._runner.run(parse(self.workers, answer, SourceState("a", BASE, NOW), read))
        return outcome.name.value, feed or Feed()


@contextmanager
def children() -> Iterator[Child]:
    with asyncio.Runner() as runner:
        made = Child(runner)
        try:
            yield made
        finally:
            made.workers.close()
