"""The alerting line: revisions without a verdict -> matches -> decisions -> alert and deliveries, in one commit."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from alerts import store
from alerts.alert import Alert, Cause, Decision, Kind, Match, Reason, Severity, Told
from alerts.decide import decide
from alerts.match import Matcher
from alerts.pacing import digest_window
from alerts.rule import Config
from crawler import store as archive
from crawler.article import Revision
from crawler.db import Database, WriterLane

log = logging.getLogger(__name__)
BATCH = 200  # revisions matched and committed at once
TRIAGED = "triaged"  # the mark: the last revision that has its verdict


@dataclass(slots=True)
class Verdicts:
    """What one commit of triage decided."""

    revisions: int = 0
    matches: int = 0
    alerts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    decided: list[tuple[Revision, tuple[Match, ...], tuple[Decision, ...]]] = field(default_factory=list)

    def __iadd__(self, other: Verdicts) -> Verdicts:
        self.revisions += other.revisions
        self.matches += other.matches
        self.alerts += other.alerts
        self.counts += other.counts
        self.decided += other.decided
        return self


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
                verdicts += await self._lane.write(partial(settle, config=config, matched=matched, now=now))
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


def settle(
    connection: Connection,
    config: Config,
    matched: list[tuple[Revision, tuple[Match, ...]]],
    now: datetime,
) -> Verdicts:
    """Commit 2: decide on matched revisions, queue what is owed, and remember how far we are."""
    verdicts = Verdicts(revisions=len(matched))
    for revision, matches in matched:
        if matches:
            _settle_one(connection, config, revision, matches, now, verdicts)
    if matched:
        store.set_mark(connection, TRIAGED, str(matched[-1][0].seq))
    archive.count(connection, store.counts, verdicts.counts)
    return verdicts


def _settle_one(
    connection: Connection,
    config: Config,
    revision: Revision,
    matches: tuple[Match, ...],
    now: datetime,
    verdicts: Verdicts,
) -> None:
    story = revision.placement.story
    told = store.told_of(connection, story)
    made = decide(config, revision, matches, told, now)
    store.add_decisions(connection, revision.seq, story, now, made)
    alert = make_alert(connection, config, revision, matches, now)
    queued = [each for each in made if each.queue]
    if queued:
        store.add_alert(connection, alert)
        verdicts.alerts += 1
    for each in queued:
        store.queue(connection, each, story, alert.revision, now, now)
    for each in made:
        if each.queue or each.reason in {Reason.BASELINE, Reason.STALE}:
            store.save_told(connection, story, each.target, now, _after(told.get(each.target), each, alert.revision))
    _fold_stale(connection, alert, revision, made, now)
    verdicts.matches += len(matches)
    verdicts.counts.update(_amounts(made))
    verdicts.decided.append((revision, matches, made))
    _log(revision, made)


def _amounts(made: tuple[Decision, ...]) -> dict[str, int]:
    amounts: Counter[str] = Counter(matched=len(made))
    for each in made:
        amounts["queued" if each.queue else f"suppressed:{each.reason.value}"] += 1
    return amounts


def _after(before: Told | None, decision: Decision, revision: int) -> Told:
    """Give what a target knows after a decision; revision 0 where it was never sent a message of its own.

    What was there before we began, and what only a digest lists, counts as known: an edit of it tells nothing new.
    """
    rules = frozenset(decision.rules) | (before.rules if before else frozenset())
    severity = max(decision.severity, before.severity if before else Severity.ROUTINE)
    return Told(rules, severity, revision if decision.queue else before.revision if before else 0)


def make_alert(
    connection: Connection, config: Config, revision: Revision, matches: tuple[Match, ...], now: datetime
) -> Alert:
    """Make the next alert revision of a story, as it stands now."""
    rules = {rule.id: rule for rule in config.rules}
    story = revision.placement.story
    causes = tuple(
        Cause(
            rule=match.rule,
            title=rules[match.rule].title,
            version=rules[match.rule].version,
            severity=match.severity,
            hits=match.hits,
            score=match.score,
            contact=rules[match.rule].contact,
            pir=rules[match.rule].pir,
        )
        for match in matches
    )
    return Alert(
        story=story,
        thread=revision.placement.thread,
        revision=store.last_alert_revision(connection, story) + 1,
        severity=max(match.severity for match in matches),
        created=now,
        article=revision.article,
        causes=causes,
        outlets=tuple(archive.outlets_of(connection, story)),
    )


def _fold_stale(
    connection: Connection, alert: Alert, revision: Revision, made: tuple[Decision, ...], now: datetime
) -> None:
    """Put what is too old to interrupt into the target's digest, which goes out once when its window ends."""
    window, end = digest_window(now)
    for each in made:
        if each.reason is Reason.STALE:
            subject = f"{each.receiver}@{window}"
            digest = Decision(
                each.target, each.receiver, Kind.DIGEST, Severity.ROUTINE, Reason.STALE, queue=True, rules=()
            )
            store.queue(connection, digest, subject, 1, now, end)
            store.add_digest_item(connection, subject, each.target, revision.seq, alert)


def _log(revision: Revision, made: tuple[Decision, ...]) -> None:
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
