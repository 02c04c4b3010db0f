"""The stages of the line, in the order of a tick, of a round and of a reload.

News goes down the line: poll, judge, queue what is due by the clock, send. What nobody waits for comes last.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.decide.carried import OURS_WITHIN, owners_to_ask
from alerts.decide.deletions import notice_of
from alerts.decide.steady import Steady
from alerts.line.acks import Acknowledgements
from alerts.line.deliver import Deliver
from alerts.line.direct_notice import tell_once
from alerts.line.notices import give_notice, queue_all
from alerts.line.scheduled import ScheduledDigests
from alerts.line.silences import tell_ended
from alerts.line.triage import Triage
from alerts.render.words import time
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run.health import Health
from alerts.run.stage import LONG_AGO, Stage, Turn
from alerts.store import decisions, event_reports, retention, translations
from crawler.collect.collecting import Collecting
from crawler.collect.fulltext import FullText, expire
from crawler.fetch.fetching import Fetching
from crawler.fetch.workers import Workers
from crawler.store import search, sizes, sketches
from crawler.store.db import WriterLane
from crawler.store.faults import in_words

log = logging.getLogger(__name__)

PAGES_OF_A_ROUND = 20.0  # seconds a single round gives to pages; what is left waits for the next
ENDED_EVERY = timedelta(minutes=1)  # between two looks for silences that have ended: nobody waits for that notice
EXPIRED_EVERY = timedelta(seconds=10)  # one slice of what is kept for a while
SAID_EVERY = timedelta(hours=1)  # between two lines of the log on what was deleted
EXPIRED_AT_LAST = timedelta(minutes=1)  # without an idle moment
FAILING_OFTEN, FAILING_WITHIN = 3, timedelta(minutes=10)  # failures of a stage in this time: no passing fault
ARTICLES_NAMED = 20  # in one notice
News = Callable[[Turn], Awaitable[None]]


class Poll(Stage):
    """Poll the sources that are due. In a tick, `news` is called when a poll that brought something ends."""

    name = "poll"
    failing = "no source is polled"

    def __init__(self, config: Config, collecting: Collecting, timeout: float, news: News) -> None:
        super().__init__(config)
        self._collecting, self._timeout, self._news = collecting, timeout, news
        self._access: dict[str, Any] | None = None  # what the crawler was opened with; None while it is not open
        collecting.backfill = config.backfill

    async def open(self, now: datetime) -> None:
        """Open the crawler; before it, nothing can be polled."""
        access = _access(self.config)
        await self._collecting.open(Fetching(**access, timeout=self._timeout), self.config.sources, now)
        self._access = access

    async def run(self, turn: Turn) -> None:
        if self._access is None:  # a reload is opening another crawler: a poll would fail, and its source be charged
            return
        if not turn.waits:
            await self._collecting.start_due(turn.clock, lambda: self._news(Turn(turn.clock)))
            return
        stored = await self._collecting.round(turn.now)
        turn.did.polls += len(stored)
        turn.did.entries += sum(each.entries for each in stored)
        turn.did.new += sum(each.new for each in stored)
        turn.did.revised += sum(each.revised for each in stored)

    def use(self, config: Config) -> None:
        super().use(config)
        self._collecting.backfill = config.backfill
        self._collecting.use(config.sources)

    async def adopt(self, now: datetime) -> None:
        if self._access != _access(self.config):  # an open crawler keeps what it was opened with
            self._access = None
            await self._collecting.close()
            await self.open(now)

    def shift(self, step: timedelta) -> None:
        self._collecting.shift(step)


def _access(config: Config) -> dict[str, Any]:
    """Return what the rules say of fetching, as `Fetching` takes it."""
    return {
        "allow_private": config.allow_private,
        "contact": config.contact,
        "at_once": config.host_at_once,
        "apart": config.host_apart.total_seconds() if config.host_apart is not None else None,
    }


class TellHealth(Stage):
    """Tell the admin of sources, and of our own network, that fail or are well again."""

    name = "tell health"
    failing = "nothing is told of sources and of our network"

    def __init__(self, config: Config, health: Health, collecting: Collecting) -> None:
        super().__init__(config)
        self._health, self._collecting = health, collecting

    async def run(self, turn: Turn) -> None:
        await self._health.tell(self._collecting, turn.now)

    def use(self, config: Config) -> None:
        super().use(config)
        self._health.use(config)


class MendChildren(Stage):
    """Start parsing children in place of those that were killed, and tell the admin if that recurs."""

    name = "mend children"
    failing = "parsing processes that were killed are not replaced"

    def __init__(self, config: Config, health: Health, pools: tuple[Workers, ...]) -> None:
        super().__init__(config)
        self._health, self._pools = health, pools

    async def run(self, turn: Turn) -> None:
        for each in self._pools:
            each.mend()
        await self._health.tell_killed(sum(each.died for each in self._pools), turn.now)


class Judge(Stage):
    """Match stored articles against the rules, and queue what is to be told of them."""

    name = "judge"
    failing = "new articles cannot be judged: no alert is made of them"
    on_news = True

    def __init__(self, config: Config, triage: Triage, deliver: Deliver, collecting: Collecting) -> None:
        super().__init__(config)
        self._triage, self._deliver, self._collecting = triage, deliver, collecting
        self._sieve(Matcher(config))

    async def run(self, turn: Turn) -> None:
        # a flash among hundreds is sent while the others are still decided on
        queued = None if turn.waits else partial(self._deliver.start_due, turn.clock)
        result = await self._triage.run(turn.now, queued, timedelta(0) if turn.waits else OURS_WITHIN)
        if not turn.waits:
            self._collecting.ask_soon(owners_to_ask(result.decided), turn.now)
        turn.did.matches += result.matches
        turn.did.alerts += result.alerts

    def use(self, config: Config) -> None:
        super().use(config)
        matcher = Matcher(config)
        self._triage.use(config, matcher)
        self._sieve(matcher)

    def _sieve(self, matcher: Matcher) -> None:
        """Let sources that keep only what a rule matches go by these rules."""
        self._collecting.matches = lambda article: bool(matcher.match(article))


class Digest(Stage):
    """Queue the digests whose hour has come."""

    name = "digest"
    failing = "digests are not sent"
    on_news = True

    def __init__(self, config: Config, digests: ScheduledDigests) -> None:
        super().__init__(config)
        self._digests = digests

    async def run(self, turn: Turn) -> None:
        await self._digests.tell(turn.now)

    def use(self, config: Config) -> None:
        super().use(config)
        self._digests.use(config)


class Acknowledge(Stage):
    """Ask services who acknowledged sent messages, and escalate alerts that nobody acknowledged."""

    name = "acknowledge"
    failing = "reactions are not read, and nothing is escalated"

    def __init__(self, config: Config, acknowledgements: Acknowledgements) -> None:
        super().__init__(config)
        self._acknowledgements = acknowledgements

    async def run(self, turn: Turn) -> None:
        if turn.waits:
            await self._acknowledgements.look(turn.clock)
            await self._acknowledgements.escalate(turn.now)
        else:
            await self._acknowledgements.start_due(turn.clock)

    def use(self, config: Config) -> None:
        super().use(config)
        self._acknowledgements.use(config)


class EndSilences(Stage):
    """Queue notices of silences that have ended, for the targets they withheld messages from."""

    name = "end silences"
    failing = "silences that end are not told"

    def __init__(self, config: Config, lane: WriterLane) -> None:
        super().__init__(config)
        self._lane = lane

    async def run(self, turn: Turn) -> None:
        if (now := turn.now) < self._next:
            return
        self._next = now + ENDED_EVERY
        await self._lane.write(partial(tell_ended, config=self.config, now=now))


class Send(Stage):
    """Deliver what is due."""

    name = "send"
    failing = "messages are not sent"
    on_news = True

    def __init__(self, config: Config, deliver: Deliver) -> None:
        super().__init__(config)
        self._deliver = deliver

    async def run(self, turn: Turn) -> None:
        if turn.waits:
            turn.did.deliveries += (await self._deliver.drain(turn.clock))["sent"]
        else:
            await self._deliver.start_due(turn.clock)
            self._deliver.need_lanes()

    def use(self, config: Config) -> None:
        super().use(config)
        self._deliver.use(config)

    async def adopt(self, now: datetime) -> None:
        await self._deliver.adopt(now)  # what waits for targets that the new rules do not name


class FetchPages(Stage):
    """Fetch the pages of articles that came with a summary only; in a round, `news` is called if one brought a text.

    In a tick, the text is judged by the next tick.
    """

    name = "fetch pages"
    failing = "article pages are not fetched"

    def __init__(self, config: Config, pages: FullText, collecting: Collecting, news: News) -> None:
        super().__init__(config)
        self._pages, self._collecting, self._news = pages, collecting, news

    async def run(self, turn: Turn) -> None:
        if not turn.waits:
            await self._pages.start_due(turn.clock)
        elif await self._pages.work_off(turn.now, budget=PAGES_OF_A_ROUND):
            await self._news(turn)

    async def adopt(self, now: datetime) -> None:  # noqa: ARG002 - pages wait for no time of day
        # After the stage that polls, which by now has opened another crawler if the rules ask for one.
        self._pages.use(self._collecting.fetching, self.config.sources)

    def shift(self, step: timedelta) -> None:
        self._pages.shift(step)


class Expire(Stage):
    """Delete one slice of what is kept for a time, index one of an older store, give space back, measure the store.

    Nothing is deleted before the clock has run for a day without a leap.

    In a tick only while nothing is polled, as it occupies the writer lane, but once a minute in any case.
    """

    name = "expire"
    failing = "what is kept for a while is not dropped: the store grows"

    def __init__(self, config: Config, lane: WriterLane, collecting: Collecting) -> None:
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
        self._dropped["evidence"] += await self._lane.write(partial(expire, now=now, kept=kept.evidence))
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


class TellFailing(Stage):
    """Tell the admin of articles that could not be matched, and of stages that fail again and again.

    The last stage, so that `turn.failed` names all that failed before it. Its notice is stored and sent like any other,
    but past the store where sending itself is what fails; where the store takes nothing or is gone, the watch tells.
    """

    name = "tell failing"
    failing = "nothing is told of what fails"

    def __init__(
        self, config: Config, triage: Triage, lane: WriterLane, state_dir: Path, store_there: Callable[[], bool]
    ) -> None:
        super().__init__(config)
        self._store_there = store_there
        self._triage, self._lane, self._state_dir = triage, lane, state_dir
        self._failed: dict[str, list[datetime]] = {}  # by stage: its failures of the last FAILING_WITHIN
        self._told: set[str] = set()

    async def run(self, turn: Turn) -> None:
        if self._triage.failed:
            await self._tell_unmatched(turn.now)
        self._note(turn)
        if not self._store_there():  # the watch tells it, as the one reason for all that fails
            return
        for name, error in turn.failed.items():
            if len(self._failed[name]) >= FAILING_OFTEN and name not in self._told:
                words = f"It is tried again all the time, and what waits is kept; the log says more: {in_words(error)}"
                cause = f"failing:{name}:{turn.now.isoformat()}"
                if name == Send.name:
                    told = (self._state_dir, self.config, turn.stopped[name], words, turn.now)
                    await asyncio.to_thread(tell_once, *told)
                else:
                    await give_notice(self._lane, self.config, cause, turn.stopped[name], words, turn.now)
                self._told.add(name)

    def shift(self, step: timedelta) -> None:
        self._failed = {name: [at + step for at in times] for name, times in self._failed.items()}

    def _note(self, turn: Turn) -> None:
        """Add what failed in this turn, and forget what has not failed for FAILING_WITHIN: the next time it is told."""
        for name in turn.failed:
            self._failed.setdefault(name, []).append(turn.now)
        since = turn.now - FAILING_WITHIN
        # A stage that works once a minute fails in few of the turns: a turn without a failure is no recovery.
        recent = {name: [at for at in times if at > since][-FAILING_OFTEN:] for name, times in self._failed.items()}
        self._failed = {name: times for name, times in recent.items() if times}
        self._told &= self._failed.keys()

    async def _tell_unmatched(self, now: datetime) -> None:
        failed, self._triage.failed = self._triage.failed, []
        ids = ", ".join(revision.article.id for revision in failed[:ARTICLES_NAMED])
        words = f"The log says why. They are stored and were not judged: {ids}"
        title = f"{len(failed)} articles could not be matched"
        await give_notice(self._lane, self.config, f"unmatched:{failed[0].seq}", title, words, now)
