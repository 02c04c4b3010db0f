"""The stage that deletes what is kept for a time: the rules and the clock go in, a slice is gone, the admin is told."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from alerts.decide.deletions import notice_of
from alerts.decide.roles import KEEPER
from alerts.decide.steady import Steady
from alerts.line.notices import queue_all
from alerts.render.words import time
from alerts.rule import Config
from alerts.run.stage import LONG_AGO, Stage, Turn
from alerts.store import decisions, event_reports, retention, translations
from crawler.collect.collecting import Collecting
from crawler.store import asked_polls, evidence, host_rests, pages_wanted, search, sizes, sketches
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
EXPIRED_EVERY = timedelta(seconds=10)  # one slice of what is kept for a while
SAID_EVERY = timedelta(hours=1)  # between two lines of the log on what was deleted
EXPIRED_AT_LAST = timedelta(minutes=1)  # without an idle moment


class Expire(Stage):
    """Delete one slice of what is kept for a time, index one of an older store, give space back, measure the store.

    Nothing is deleted before the clock has run for a day without a leap.

    In a tick only while nothing is polled, as it occupies the writer lane, but once a minute in any case.
    """

    name = "expire"
    failing = "what is kept for a while is not dropped: the store grows"
    lease = KEEPER

    def __init__(self, config: Config, lane: Lane, collecting: Collecting) -> None:
        super().__init__(config)
        self._lane, self._collecting = lane, collecting
        self._has_read = False  # the clock, in this process
        self._dropped: Counter[str] = Counter()  # rows deleted since that was logged
        self._said = LONG_AGO

    async def run(self, turn: Turn) -> None:
        now = turn.now
        idle = self._collecting.idle or now >= self._next + EXPIRED_AT_LAST
        if not turn.waits and (now < self._next or not idle):
            return
        self._next = now + EXPIRED_EVERY
        await self._lane.write(partial(sizes.sample, now=now))
        await self._lane.write(search.fill)
        steady = await self._lane.write(partial(self._read_clock, now=now))
        if not steady.trusted:  # by a clock that is years ahead, all of the store is old
            return
        kept = self.config.retention
        self._dropped["evidence"] += await self._lane.write(partial(_expire_fetched, now=now, kept=kept.evidence))
        for each in (sketches.expire, decisions.expire_waits, event_reports.expire):
            await self._lane.write(partial(each, now=now))
        await self._lane.write(partial(translations.expire, now=now, kept=kept.alerted))
        swept = await self._lane.write(partial(self._keep_up, now=now))
        self._dropped.update(stories=swept.stories, articles=swept.articles, notices_and_digests=swept.messages)
        self._say_what_was_dropped(now)

    def _keep_up(self, connection: Connection, now: datetime) -> retention.Swept:
        """Delete a slice; where a sweep ends that deleted much, queue a notice in its commit."""
        swept = retention.keep_up(connection, self.config.retention, now)
        if swept.ended and (notice := notice_of(swept.ended, swept.left)):
            # while the store stays too large, each sweep would say so again: one notice a week
            when = f"early:{now:%G-W%V}" if swept.ended.early else f"much:{now.isoformat()}"
            queue_all(connection, self.config, f"notice:deleted:{when}", *notice, now)
        return swept

    def _say_what_was_dropped(self, now: datetime) -> None:
        """Log once an hour what was deleted since, if anything was."""
        if not self._said <= now < self._said + SAID_EVERY:
            self._said, dropped = now, +self._dropped
            if dropped:
                log.info("deleted for its age %s", " ".join(f"{name}={n}" for name, n in sorted(dropped.items())))
            self._dropped.clear()

    def _read_clock(self, connection: Connection, now: datetime) -> Steady:
        """Return whether the clock may be trusted.

        A leap ahead while no process ran is told. One that a running daemon sees it tells as a step of the clock.
        """
        found = retention.read_steady(connection, now)
        is_first, self._has_read = not self._has_read, True
        if found.leapt:
            log.warning("clock leapt by=%s: nothing old is deleted for a day", found.leapt)
        if is_first and found.leapt > timedelta(0):
            days = found.leapt.days
            title = f"the clock is {days} days ahead of the last run: nothing old is deleted for 24 h"
            body = (
                f"It reads {time(now, self.config.timezone)}, {now.year}. If that is wrong, set it (timedatectl): "
                "else what is kept for a time counts as old from then on. If the machine was off so long, all is well."
            )
            queue_all(connection, self.config, f"notice:clock leapt:{now.isoformat()}", title, body, now)
        return found


def _expire_fetched(connection: Connection, now: datetime, kept: timedelta) -> int:
    """Delete a slice of the evidence older than `kept`, and give up the pages that waited too long.

    Return how many fetches lost their evidence.
    """
    pages_wanted.expire(connection, now)
    host_rests.expire(connection, now)
    asked_polls.expire(connection, now)
    return evidence.expire(connection, now, kept)
