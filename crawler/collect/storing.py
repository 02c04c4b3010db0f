"""A poll's entries and its source's next state go in; a large poll is stored in parts of a commit each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from crawler.article import Entry
from crawler.collect.drafting import PART, drafts_of, in_parts
from crawler.collect.ingest import store_part, store_poll
from crawler.collect.sieve import Matches, sift
from crawler.collect.stored import Stored
from crawler.sources.source import FetchOutcome, Source, SourceState
from crawler.store.db import Database
from crawler.store.holdings import GrantedLane

log = logging.getLogger(__name__)


class Storing:
    """Stores polls. `matches` is by the rules in force, `backfill` how far back a first poll may alert."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.matches: Matches = lambda _: True  # by the rules in force: what a source with `keep: matched` keeps
        self.backfill = timedelta(0)  # how far back a first poll may alert; it decides whose pages are worth a fetch

    async def store(
        self,
        lane: GrantedLane,
        source: Source,
        after: SourceState,
        entries: tuple[Entry, ...],
        rejected: tuple[str, ...],
        now: datetime,
        answer: FetchOutcome,
        *,
        baseline: bool,
    ) -> Stored:
        """Store a poll, a large one in parts of a commit each; the source's state goes with the last.

        If the store refuses a part, it is stored entry by entry, so that one bad entry costs no other.
        """
        sifted = None
        if source.keep == "matched":
            sifted = await asyncio.to_thread(sift, self._database, source, entries, now, self.matches)
        kept = sifted.kept if sifted else entries
        # thousands take seconds to normalise, and the loop must not wait for them
        drafts = await asyncio.to_thread(drafts_of, source, kept, now) if len(kept) > PART else None
        *parts, last = in_parts(drafts or ())
        same: dict[str, Any] = {"source": source, "now": now, "baseline": baseline, "answer": answer}
        same["pages_from"] = now - self.backfill if self.backfill else None
        earlier = Stored()
        for part in parts:
            earlier += await self._write(lane, source, partial(store_part, drafts=part, earlier=earlier, **same))
        rest: dict[str, Any] = {"state": after, "entries": entries, "rejected": rejected, "sifted": sifted}
        return await self._write(
            lane, source, partial(store_poll, drafts=last or None, earlier=earlier, **rest, **same)
        )

    async def _write(self, lane: GrantedLane, source: Source, store: Callable[..., Stored]) -> Stored:
        try:
            return await lane.write(store)
        except (SQLAlchemyError, ValueError) as error:
            log.warning("poll not stored at once source=%s error=%s: storing entry by entry", source.id, error)
            return await lane.write(partial(store, careful=True))
