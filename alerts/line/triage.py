"""The alerting line: revisions not triaged yet are read and matched a batch at a time, and decided on by slices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection

from alerts.decide.roles import JUDGE
from alerts.decide.same_event import EventWindow
from alerts.event import Report
from alerts.line.event_threads import add_wordings
from alerts.line.hurried_lock import HurriedLock
from alerts.line.judging_order import TRIAGED, Matched, decided_ahead, slices
from alerts.line.settle import AT_ONCE, TriageResult, settle
from alerts.rule import Config
from alerts.rules.match import Finding, Matcher
from alerts.rules.nearness import Likeness
from alerts.store import decisions
from crawler.article import Article, Revision
from crawler.store import articles as archive
from crawler.store.db import Database
from crawler.store.holdings import ALONE, Follower, Grant, Shares
from crawler.store.leases import QUEUED
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH = 500  # revisions matched at once: of these, what is flash is decided on first
AHEAD_WITHIN = 1.0  # seconds that a commit waits for a language model
AHEAD_IN_A_ROUND = 20.0  # where nobody else waits
NOTHING = Finding()
Queued = Callable[[], Awaitable[object]]
# headlines by seq, now, seconds, what ends the wait -> their vectors
ReadAhead = Callable[[Mapping[int, str], datetime, float, asyncio.Event], Awaitable[Mapping[int, bytes]]]
Compare = Callable[[Article, bytes], Likeness | None]  # an article and the vector of its headline -> what it reads like


class Triage(Follower):
    """Matches every stored revision and decides on it, in the order of `seq`, under the rules in force.

    `matcher` is that of the rules in force. `failed` collects the revisions whose matching raised, until the caller has
    told the admin of them.
    """

    def __init__(
        self, database: Database, lane: WriterLane, config: Config, matcher: Matcher, shares: Shares = ALONE
    ) -> None:
        self._database, self._lane, self._shares = database, lane, shares
        self.config, self.matcher = config, matcher
        self._window = EventWindow(config.events)
        self._turn = HurriedLock()
        self.failed: list[Revision] = []
        self.read_ahead: ReadAhead | None = None  # by a language model, what is not flash
        self.likeness: Compare | None = None

    def use(self, config: Config, matcher: Matcher) -> None:
        """Apply other rules from the next revision on."""
        self.config, self.matcher = config, matcher
        self._window = EventWindow(config.events)

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:  # noqa: ARG002 - reports have times
        """Forget the reports of before: another daemon has judged meanwhile."""
        if JUDGE in grants:
            self._window = EventWindow(self.config.events)

    async def run(self, now: datetime, queued: Queued | None = None, ours_within: timedelta = AT_ONCE) -> TriageResult:
        """Decide on all revisions not triaged yet, a slice a commit, and return what was decided.

        What an aggregator carries waits `ours_within` for our own feeds; 0 where they were polled before this.
        `queued` is called after each commit that queued a flash: it is sent while others are still decided on. What is
        no flash is sent after that, so that stories of one event share a message.
        """
        result = TriageResult()
        while self._shares.holds(JUDGE):
            # A tick and a poll that just ended both call this; two at once would match the same batch. The turn is
            # taken for each batch anew, so that the canary waits for one batch and not for a whole backlog.
            async with self._turn:
                # one of each for a commit; after a reload, what is not decided on yet is matched anew
                config, matcher, window = self.config, self.matcher, self._window
                judge = self._shares.grant(JUDGE)  # before the mark is read that says what is decided on
                # Matching takes longest, so it reads on its own connection; only what follows takes the writer lane.
                matched, upto = await asyncio.to_thread(self._match_next, matcher)
                if not upto:
                    return result
                moved: dict[str, str] = {}
                try:
                    for part, end in slices(matched, upto):
                        if self.config is not config:
                            break
                        if end:  # what is flash comes first, with 0, and waits for no model
                            within = AHEAD_WITHIN if queued else AHEAD_IN_A_ROUND
                            part = await self._read_ahead(window, matcher, part, now, within)  # noqa: PLW2901
                        work = partial(
                            settle,
                            config=config,
                            window=window,
                            matched=part,
                            now=now,
                            moved=moved,
                            upto=end,
                            ours_within=ours_within,
                        )
                        made = await self._lane.write(judge.guard(work, lambda made: QUEUED if made.alerts else ""))
                        _log(made)
                        result += made
                        if queued and made.rings:
                            await queued()
                except Exception:
                    self._window = EventWindow(self.config.events)  # it may hold reports of the commit that failed
                    raise
        return result

    async def _read_ahead(
        self, window: EventWindow, matcher: Matcher, part: Matched, now: datetime, within: float
    ) -> Matched:
        """Return what is decided on, as it matches by what its headlines read like, as far as that is known in time.

        A language model reads the headlines in that time, or until somebody else waits; the window learns of those of
        reports. First come those whose words leave open how grave they are: no later reading makes up for that.
        """
        asking = {each.seq: each.article.title for each, finding in part if finding.asks and self.likeness}
        headlines = asking | {each.seq: each.article.title for each, finding in part if finding.event}
        if not self.read_ahead or not headlines:
            return part
        vectors: dict[int, bytes] = {}
        ends = monotonic() + within
        if asking:  # whoever waits meanwhile waits this long at most; what is not compared now never is
            vectors |= await self.read_ahead(asking, now, within, asyncio.Event())
        rest = {seq: title for seq, title in headlines.items() if seq not in asking}
        if rest and (left := ends - monotonic()) > 0:
            vectors |= await self.read_ahead(rest, now, left, self._turn.hurry)
        part = await asyncio.to_thread(self._compared, matcher, part, vectors)
        if asking and (
            open_yet := sum(finding.asks for _, finding in part)
        ):  # their vectors or the examples are unread
            log.info("headlines not compared with examples, told by their words alone number=%d", open_yet)
        for revision, finding in part:
            if finding.event and revision.seq in vectors:
                window.wordings.add(revision.seq, vectors[revision.seq])
        return part

    def _compared(self, matcher: Matcher, part: Matched, vectors: Mapping[int, bytes]) -> Matched:
        """Return the findings anew of those that ask what their headline reads like and whose vector is there.

        What was found stays where matching anew fails.
        """
        return [
            (revision, self._match(matcher, revision, alike, finding) if alike else finding)
            for revision, finding in part
            for alike in [self._likeness(revision, vectors) if finding.asks else None]
        ]

    def _likeness(self, revision: Revision, vectors: Mapping[int, bytes]) -> Likeness | None:
        vector = vectors.get(revision.seq)
        return self.likeness(revision.article, vector) if self.likeness and vector else None

    async def add_wordings(self, found: Mapping[int, bytes], reports: Sequence[Report], now: datetime) -> int:
        """Store what a language model made of reports that were judged before; return how many links that brings."""
        work = partial(add_wordings, window=self._window, wordings=found, reports=reports, now=now)
        return await self._lane.write(self._shares.grant(JUDGE).guard(work))

    async def try_out(self, work: Callable[[Connection, Matcher], T]) -> T:
        """Run `work` in the writer lane as if it were a batch: in its turn, with the matcher in force."""
        async with self._turn:
            return await self._lane.write(lambda connection: work(connection, self.matcher))

    def _match_next(self, matcher: Matcher) -> tuple[Matched, int]:
        """Return the next revisions with what they match, and the last `seq` of all that were looked at; 0 for none."""
        with self._database.read() as connection:
            after = int(decisions.get_mark(connection, TRIAGED) or 0)
            waiting = archive.revisions_after(connection, after, BATCH)
            ahead = decided_ahead(connection)
        matched = [(each, self._match(matcher, each)) for each in waiting if each.seq not in ahead]
        return matched, waiting[-1].seq if waiting else 0

    def _match(
        self, matcher: Matcher, revision: Revision, likeness: Likeness | None = None, otherwise: Finding = NOTHING
    ) -> Finding:
        try:
            return matcher.find(revision.article, likeness)
        except Exception:
            log.exception("article not matched article=%s revision=%d", revision.article.id, revision.article.revision)
            self.failed.append(revision)  # the admin is told; the articles behind it must not wait for ever
            return otherwise


def _log(result: TriageResult) -> None:
    for revision, _, made in result.decided:
        for each in made:
            log.info(
                "decided story=%s article=%s target=%s %s reason=%s rules=%s",
                revision.placement.story,
                revision.article.id,
                each.target,
                each.kind.value if each.queue else "suppressed",
                each.reason.value,
                ",".join(each.rules),
            )
