"""The store and its lane go in; what collects, judges and sends is opened, and laid in stages in the order they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.decide.roles import JUDGE, KEEPER
from alerts.line.acks import Acknowledgements
from alerts.line.deliver import Deliver
from alerts.line.scheduled import ScheduledDigests
from alerts.line.triage import Triage
from alerts.run.canary import Line
from alerts.run.commands import Commands
from alerts.run.encoding import Encoding, ReadHeadlines
from alerts.run.expiring import Expire
from alerts.run.failing_stages import TellFailing
from alerts.run.health import Health
from alerts.run.logbook import Logbook
from alerts.run.owned import Owned
from alerts.run.rules_file import RulesFile
from alerts.run.sharing import Sharing
from alerts.run.stage import Stage, Turn
from alerts.run.stages import (
    Acknowledge,
    Digest,
    EndSilences,
    FetchPages,
    Judge,
    MendChildren,
    Poll,
    Send,
    TellHealth,
)
from alerts.run.translating import TranslateHeadlines, Translator
from alerts.run.watch import Watch
from crawler.collect.collecting import Collecting
from crawler.collect.fulltext import FullText
from crawler.fetch.workers import Workers
from crawler.store.db import Database
from crawler.store.holdings import Follower, LeasedLane, Shares
from crawler.store.writer_lane import WriterLane

SENDS_END_WITHIN = 12.0  # seconds given to what is in flight when we are told to end


@dataclass(frozen=True, slots=True)
class Opened:
    """Who collects, judges and sends; `followers` are told what of the work is ours."""

    collecting: Collecting
    pages: FullText
    deliver: Deliver
    commands: Commands
    line: Line
    stages: tuple[Stage, ...]
    followers: tuple[Follower, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What the line is opened with. `heard` is called with what was just stored; `timeout` is a fetch's, in seconds."""

    owned: Owned
    database: Database
    lane: WriterLane
    shares: Shares
    state_dir: Path
    timeout: float
    heard: Callable[[Turn], Awaitable[None]]

    async def open(
        self, in_force: RulesFile, logbook: Logbook, watch: Watch, sharing: Sharing | None, now: datetime
    ) -> Opened:
        """Open all of it, each owned by `owned`, by the rules in force."""
        owned, rules = self.owned, in_force.config
        keeping, judging = (LeasedLane(self.lane, self.shares, each) for each in (KEEPER, JUDGE))
        workers = owned.add(Workers(), Workers.close)
        page_workers = owned.add(Workers(processes=1), Workers.close)  # of their own: a hostile page delays no feed
        deliver = owned.add(
            Deliver(self.database, self.lane, rules, self.shares), lambda each: each.close(SENDS_END_WITHIN)
        )
        commands = Commands(
            self.database, self.lane, deliver, logbook, lambda: in_force.config, lambda: watch.files.there
        )
        acknowledgements = owned.add(Acknowledgements(self.database, keeping, rules), Acknowledgements.close)
        collecting = Collecting(self.database, self.lane, workers, self.shares)
        poll = Poll(rules, collecting, self.timeout, self.heard)
        await poll.open(now)
        owned.add(collecting, Collecting.close)
        pages = owned.add(
            FullText(self.database, self.lane, page_workers, lambda: collecting.network, self.shares), FullText.close
        )
        pages.use(collecting.fetching, rules.sources)
        translator = owned.add(Translator(self.database, keeping, rules), Translator.close)
        health = Health(self.database, self.lane, rules, sharing.me if sharing else None)
        triage = Triage(self.database, self.lane, rules, in_force.matcher, self.shares)
        encoding = owned.add(Encoding(self.database, judging, rules), Encoding.close)
        triage.read_ahead, triage.likeness = encoding.ahead, encoding.examples.likeness
        # The one order of a tick, of a round and of a reload: alerts/run/stages.py says why it is so.
        stages: tuple[Stage, ...] = (
            poll,
            TellHealth(rules, health, collecting),
            MendChildren(rules, health, (workers, page_workers)),
            ReadHeadlines(rules, encoding, triage),
            Judge(rules, triage, deliver, collecting, lambda: in_force.matcher),
            Digest(rules, ScheduledDigests(keeping, rules)),
            Acknowledge(rules, acknowledgements),
            EndSilences(rules, keeping),
            Send(rules, deliver),
            FetchPages(rules, pages, collecting, self.heard),
            TranslateHeadlines(rules, translator),
            Expire(rules, keeping, collecting),
            TellFailing(rules, triage, self.lane, self.state_dir, lambda: watch.files.there),
        )
        line = Line(collecting, (workers, page_workers), triage, deliver, self.lane)
        followers = (collecting, pages, health, triage, encoding, deliver, translator)
        return Opened(collecting, pages, deliver, commands, line, stages, followers)
