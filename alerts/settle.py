"""Matched revisions -> decisions, alerts and deliveries, in one commit: what commit 2 writes.

A match whose rule waits for its thread (`when`) is kept in `waits` and tested again with every article that joins
the thread; it is decided on then, once, for the story that matched.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import store
from alerts.alert import Alert, Cause, Decision, Kind, Match, Reason, Severity, Told
from alerts.decide import decide
from alerts.pacing import digest_window
from alerts.rule import Config, Rule
from alerts.standing import Standing, holds, standing_of
from crawler import store as archive
from crawler.article import Article, Member, Revision

log = logging.getLogger(__name__)
TRIAGED = "triaged"  # the mark: the last revision that has its verdict
LONGEST_WAIT = timedelta(days=7)  # a thread takes no story after four days
RELATED_SHOWN = 3  # other stories of a thread named in an alert
Matching = Callable[[Article], tuple[Match, ...]]


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


def settle(
    connection: Connection,
    config: Config,
    matched: list[tuple[Revision, tuple[Match, ...]]],
    now: datetime,
    matching: Matching,
) -> Verdicts:
    """Commit 2: decide on matched revisions, queue what is owed, and remember how far we are.

    `matching` matches an article again: one that waited is judged by the rules in force when its wait ends.
    """
    done = _Settling(connection, config, now, matching)
    for revision, matches in matched:
        done.settle(revision, matches)
    if matched:
        store.set_mark(connection, TRIAGED, str(matched[-1][0].seq))
        store.drop_old_waits(connection, now - LONGEST_WAIT)
    archive.count(connection, store.counts, done.verdicts.counts)
    done.verdicts.revisions = len(matched)
    return done.verdicts


class _Settling:
    """One commit's decisions on their way into the store."""

    def __init__(self, connection: Connection, config: Config, now: datetime, matching: Matching) -> None:
        self._connection, self._config, self._now, self._matching = connection, config, now, matching
        self._rules = {rule.id: rule for rule in config.rules}
        self._letters = {source.id: source.reliability for source in config.sources}
        self.verdicts = Verdicts()

    def settle(self, revision: Revision, matches: tuple[Match, ...]) -> None:
        """Decide on one revision, and on what waited for an article like it."""
        waited = store.waits_of(self._connection, revision.placement.thread)
        if not matches and not waited:
            return
        members = archive.members_of(self._connection, revision.placement.thread)
        standing = standing_of(members, self._letters)
        if matches:
            self._decide(revision, matches, members, standing)
        if waited:
            self._retest(waited, members, standing)

    def _decide(
        self, revision: Revision, matches: tuple[Match, ...], members: tuple[Member, ...], standing: Standing
    ) -> None:
        holding = tuple(match for match in matches if holds(self._rules[match.rule].when, standing))
        told = store.told_of(self._connection, revision.placement.story)
        made = decide(self._config, revision, holding, told, self._now)
        made += self._waiting(revision, [match for match in matches if match not in holding], made)
        store.add_decisions(self._connection, revision.seq, revision.placement.story, self._now, made)
        self._queue(revision, holding or matches, made, told, members, standing)
        self.verdicts.counts.update(_amounts(made))

    def _waiting(self, revision: Revision, matches: list[Match], made: tuple[Decision, ...]) -> tuple[Decision, ...]:
        """Keep the matches whose rules wait for the thread; what nobody may be told anyway does not wait."""
        owed = decide(self._config, revision, matches, {}, self._now)
        if not any(each.queue for each in owed):
            return tuple(each for each in owed if each.target not in {other.target for other in made})
        for match in matches:
            store.add_wait(self._connection, revision, match.rule, self._now)
        decided = {each.target for each in made}
        reasons = [replace(each, queue=False, reason=Reason.WAITING) if each.queue else each for each in owed]
        return tuple(each for each in reasons if each.target not in decided)

    def _retest(self, waited: list[store.Wait], members: tuple[Member, ...], standing: Standing) -> None:
        """Decide on the matches that waited and whose rules now hold, revision by revision."""
        for seq in dict.fromkeys(each.seq for each in waited):
            due = {each.rule for each in waited if each.seq == seq and self._holds(each.rule, standing)}
            if due:
                self._end_wait(seq, due, members, standing)

    def _holds(self, rule: str, standing: Standing) -> bool:
        """Say whether a wait is over; one for a rule that is gone is over too, and comes to nothing."""
        return rule not in self._rules or holds(self._rules[rule].when, standing)

    def _end_wait(self, seq: int, rules: set[str], members: tuple[Member, ...], standing: Standing) -> None:
        revision = archive.revisions_after(self._connection, seq - 1, 1)[0]
        store.drop_waits(self._connection, seq, rules)
        matches = tuple(match for match in self._matching(revision.article) if match.rule in rules)
        told = store.told_of(self._connection, revision.placement.story)
        found = decide(self._config, revision, matches, told, self._now) if matches else ()
        made = tuple(replace(each, reason=Reason.WHEN_HELD) if each.queue else each for each in found)
        moved = store.redecide(self._connection, seq, revision.placement.story, self._now, made)
        self._queue(revision, matches, made, told, members, standing)
        self.verdicts.counts.update(_amounts(made))
        self.verdicts.counts.update({"matched": -moved, f"suppressed:{Reason.WAITING.value}": -moved})

    def _queue(
        self,
        revision: Revision,
        matches: tuple[Match, ...],
        made: tuple[Decision, ...],
        told: dict[str, Told],
        members: tuple[Member, ...],
        standing: Standing,
    ) -> None:
        """Queue what is owed, and remember what each target then knows."""
        if not made:
            return
        story = revision.placement.story
        alert = make_alert(self._connection, self._config, revision, matches, self._now, members, standing)
        queued = [each for each in made if each.queue]
        for number, changes in enumerate(dict.fromkeys(each.changes for each in queued)):
            told_now = replace(alert, revision=alert.revision + number, changes=changes)
            store.add_alert(self._connection, told_now)
            self.verdicts.alerts += 1
            for each in queued:
                if each.changes == changes:
                    self._queue_one(each, told_now, told.get(each.target))
        for each in made:
            if not each.queue and each.reason in {Reason.BASELINE, Reason.STALE}:
                known = _after(told.get(each.target), each, alert.revision, self._now)
                store.save_told(self._connection, story, each.target, self._now, known)
        _fold_stale(self._connection, alert, revision, made, self._now)
        self.verdicts.matches += len(matches)
        self.verdicts.decided.append((revision, matches, made))
        _log(revision, made)

    def _queue_one(self, decision: Decision, alert: Alert, before: Told | None) -> None:
        """Queue one message; one on the same story that has not gone out yet is folded into it."""
        if before is not None and before.pinged is not None and before.pinged > self._now:
            store.fold_pending(self._connection, alert.story, decision.target, self._now)
        store.queue(self._connection, decision, alert.story, alert.revision, self._now, decision.due or self._now)
        known = _after(before, decision, alert.revision, self._now)
        store.save_told(self._connection, alert.story, decision.target, self._now, known)


def _amounts(made: tuple[Decision, ...]) -> dict[str, int]:
    amounts: Counter[str] = Counter(matched=len(made))
    for each in made:
        amounts["queued" if each.queue else f"suppressed:{each.reason.value}"] += 1
    return amounts


def _after(before: Told | None, decision: Decision, revision: int, now: datetime) -> Told:
    """Give what a target knows after a decision; revision 0 where it was never sent a message of its own.

    What was there before we began, and what only a digest lists, counts as known: an edit of it tells nothing new.
    """
    rules = frozenset(decision.rules) | (before.rules if before else frozenset())
    severity = max(decision.severity, before.severity if before else Severity.ROUTINE)
    if not decision.queue:
        return Told(
            rules, severity, before.revision if before else 0, *((before.pinged, before.changes) if before else ())
        )
    return Told(rules, severity, revision, decision.due or now, decision.changes)


def make_alert(
    connection: Connection,
    config: Config,
    revision: Revision,
    matches: Iterable[Match],
    now: datetime,
    members: tuple[Member, ...] | None = None,
    standing: Standing | None = None,
) -> Alert:
    """Make the next alert revision of a story, as it and its thread stand now."""
    story, thread = revision.placement.story, revision.placement.thread
    listed = archive.members_of(connection, thread) if members is None else members
    letters = {source.id: source.reliability for source in config.sources}
    causes = _causes({rule.id: rule for rule in config.rules}, matches)
    return Alert(
        story=story,
        thread=thread,
        revision=store.last_alert_revision(connection, story) + 1,
        severity=max(cause.severity for cause in causes),
        created=now,
        article=revision.article,
        causes=causes,
        outlets=tuple(dict.fromkeys(each.outlet for each in listed if each.story == story)),
        standing=str(standing or standing_of(listed, letters)),
        related=_related(listed, story),
    )


def _related(members: Iterable[Member], story: str) -> tuple[str, ...]:
    """Give the headlines of the other stories of a thread, each by its first article, newest first."""
    first: dict[str, str] = {}
    for each in members:
        if each.story != story:
            first.setdefault(each.story, each.title)
    return tuple(reversed(first.values()))[:RELATED_SHOWN]


def _causes(rules: dict[str, Rule], matches: Iterable[Match]) -> tuple[Cause, ...]:
    return tuple(
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
