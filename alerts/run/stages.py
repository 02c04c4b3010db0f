"""The stages of the line, in the order of a tick, of a round and of a reload.

News goes down the line: poll, judge, queue what is due by the clock, send. What nobody waits for comes last. Four that
do more than start something have files of their own: ReadHeadlines, TranslateHeadlines, Expire, TellFailing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from alerts.decide.carried import OURS_WITHIN, owners_to_ask
from alerts.decide.roles import JUDGE, KEEPER
from alerts.line.acks import Acknowledgements
from alerts.line.deliver import Deliver
from alerts.line.scheduled import ScheduledDigests
from alerts.line.silences import tell_ended
from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run.health import Health
from alerts.run.stage import Stage, Turn
from crawler.collect.collecting import Collecting
from crawler.collect.fulltext import FullText
from crawler.fetch.fetching import Fetching
from crawler.fetch.workers import Workers
from crawler.store.asked_polls import SOON
from crawler.store.writer_lane import Lane

PAGES_OF_A_ROUND = 20.0  # seconds a single round gives to pages; what is left waits for the next
ENDED_EVERY = timedelta(minutes=1)  # between two looks for silences that have ended: nobody waits for that notice
News = Callable[[Turn], Awaitable[None]]


class Poll(Stage):
    """Poll the sources that are due. In a tick, `news` is called when a poll that brought something ends."""

    name = "poll"
    failing = "no source is polled"

    def __init__(self, config: Config, collecting: Collecting, timeout: float, news: News) -> None:
        super().__init__(config)
        self._collecting, self._timeout, self._news = collecting, timeout, news
        self._access: dict[str, Any] | None = None  # what the crawler was opened with; None while it is not open
        collecting.storing.backfill = config.backfill

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
        self._collecting.storing.backfill = config.backfill
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
    lease = JUDGE
    on_news = True

    def __init__(
        self,
        config: Config,
        triage: Triage,
        deliver: Deliver,
        collecting: Collecting,
        matcher: Callable[[], Matcher],
    ) -> None:
        """`matcher` returns the rules in force as they were compiled."""
        super().__init__(config)
        self._triage, self._deliver, self._collecting, self._matcher = triage, deliver, collecting, matcher
        # sources that keep only what a rule matches go by the rules in force, as compiled: a desk takes some 20 MB
        collecting.storing.matches = lambda article: bool(triage.matcher.match(article))

    async def run(self, turn: Turn) -> None:
        # a flash among hundreds is sent while the others are still decided on
        queued = None if turn.waits else partial(self._deliver.start_due, turn.clock)
        result = await self._triage.run(turn.now, queued, timedelta(0) if turn.waits else OURS_WITHIN)
        if not turn.waits and (others := self._collecting.ask_soon(owners_to_ask(result.decided), turn.now)):
            await self._collecting.ask_elsewhere(others, SOON, turn.now)
        turn.did.matches += result.matches
        turn.did.alerts += result.alerts

    def use(self, config: Config) -> None:
        super().use(config)
        self._triage.use(config, self._matcher())


class Digest(Stage):
    """Queue the digests whose hour has come."""

    name = "digest"
    failing = "digests are not sent"
    lease = KEEPER
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
    lease = KEEPER

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
    lease = KEEPER

    def __init__(self, config: Config, lane: Lane) -> None:
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
        self._pages.fault.raise_last()

    async def adopt(self, now: datetime) -> None:  # noqa: ARG002 - pages wait for no time of day
        # After the stage that polls, which by now has opened another crawler if the rules ask for one.
        self._pages.use(self._collecting.fetching, self.config.sources)

    def shift(self, step: timedelta) -> None:
        self._pages.shift(step)
