"""The alerting line: revisions without a verdict -> matches, settled in order, a batch a commit."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from functools import partial

from alerts import store
from alerts.alert import Match
from alerts.match import Matcher
from alerts.rule import Config
from alerts.settle import TRIAGED, Verdicts, settle
from crawler import store as archive
from crawler.article import Revision
from crawler.db import Database, WriterLane

log = logging.getLogger(__name__)
BATCH = 200  # revisions matched and committed at once


class Triage:
    """Gives every stored revision its verdict, in order, under the rules in force."""

    def __init__(self, database: Database, lane: WriterLane, config: Config, matcher: Matcher) -> None:
        self._database, self._lane = database, lane
        self.config, self._matcher = config, matcher
        self._turn = asyncio.Lock()
        self.failed: list[Revision] = []

    def use(self, config: Config, matcher: Matcher) -> None:
        """Apply other rules from the next revision on."""
        self.config, self._matcher = config, matcher

    async def run(self, now: datetime) -> Verdicts:
        """Give all revisions that wait their verdict."""
        async with self._turn:
            verdicts = Verdicts()
            while matched := await asyncio.to_thread(self._match_next):
                config = self.config
                verdicts += await self._lane.write(
                    partial(settle, config=config, matched=matched, now=now, matching=self._matcher.match)
                )
            return verdicts

    def _match_next(self) -> list[tuple[Revision, tuple[Match, ...]]]:
        with self._database.read() as connection:
            after = int(store.get_mark(connection, TRIAGED) or 0)
            waiting = archive.revisions_after(connection, after, BATCH)
        return [(revision, self._match(revision)) for revision in waiting]

    def _match(self, revision: Revision) -> tuple[Match, ...]:
        try:
            return self._matcher.match(revision.article)
        except Exception:
            log.exception("article not matched article=%s revision=%d", revision.article.id, revision.article.revision)
            self.failed.append(revision)  # the admin is told; the articles behind it must not wait for ever
            return ()
