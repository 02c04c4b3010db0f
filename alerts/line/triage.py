"""The alerting line: revisions without a verdict -> matches -> decisions -> alert and deliveries, in one commit."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from alerts.alert import Alert, Decision, Match, Reason, Receiver, Silence, Standing, Told, Wait
from alerts.decide.silences import silenced
from alerts.decide.standing import is_met, letters_of, standing_of
from alerts.decide.what_to_tell import after, changes, decide
from alerts.line.new_alert import make_alert
from alerts.line.waiting import Waiting, add_stale, queue_decision, waiting_on, without_pause
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store import decisions
from alerts.store import silences as silence_store
from crawler.article import Member, Relation, Revision
from crawler.store import articles as archive
from crawler.store.db import Database, WriterLane

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
            while True:
                config, matcher = self.config, self._matcher  # one pair: a reload in between waits for the next batch
                matched = await asyncio.to_thread(self._match_next, matcher)
                if not matched:
                    return verdicts
                verdicts += await self._lane.write(partial(settle, config=config, matched=matched, now=now))

    def _match_next(self, matcher: Matcher) -> list[tuple[Revision, tuple[Match, ...]]]:
        with self._database.read() as connection:
            after = int(decisions.get_mark(connection, TRIAGED) or 0)
            waiting = archive.revisions_after(connection, after, BATCH)
        return [(revision, self._match(matcher, revision)) for revision in waiting]

    def _match(self, matcher: Matcher, revision: Revision) -> tuple[Match, ...]:
        try:
            return matcher.match(revision.article)
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
        verdicts.matches += len(matches)
        for case in _cases(connection, config, revision, matches):
            _settle_one(connection, config, case, now, verdicts)
    if matched:
        decisions.set_mark(connection, TRIAGED, str(matched[-1][0].seq))
    archive.count(connection, decisions.counts, verdicts.counts)
    return verdicts


@dataclass(frozen=True, slots=True)
class Case:
    """A revision that speaks for its story, by which matches; `waited` are rules whose `when` now holds for it."""

    revision: Revision
    matches: tuple[Match, ...]
    members: tuple[Member, ...]
    standing: Standing
    waited: frozenset[str] = frozenset()


def _cases(connection: Connection, config: Config, revision: Revision, matches: tuple[Match, ...]) -> Iterator[Case]:
    """Give what is to be decided because of a revision: its own story, then others of its thread that waited."""
    story, thread = revision.placement.story, revision.placement.thread
    waits = decisions.waits_in(connection, thread)
    matches += _carried(connection, config, revision, {match.rule for match in matches})
    if not matches and not waits:
        return
    members = archive.members_of(connection, thread)
    standing = standing_of(members, letters_of(config))
    ripe = [each for each in waits if _is_ripe(config, each, standing)]
    own = [each for each in ripe if each.story == story]
    if own:
        speaks = _speaking(connection, revision, own[-1].seq) if revision.baseline or not matches else revision
        strongest = _strongest(matches, [each.match for each in own])
        yield Case(speaks, strongest, members, standing, frozenset(each.match.rule for each in own))
    elif matches:
        yield Case(revision, matches, members, standing)
    for other in dict.fromkeys(each.story for each in ripe if each.story != story):
        held = [each for each in ripe if each.story == other]
        found = tuple(each.match for each in held)
        speaks = _speaking(connection, revision, held[-1].seq)
        yield Case(speaks, found, members, standing, frozenset(match.rule for match in found))


def _strongest(matches: tuple[Match, ...], waited: list[Match]) -> tuple[Match, ...]:
    """Give one match a rule, of two the more severe: a weak article that ends a wait makes what waited no weaker."""
    best: dict[str, Match] = {}
    for match in (*matches, *waited):
        if match.rule not in best or match.severity > best[match.rule].severity:
            best[match.rule] = match
    return tuple(best.values())


def _is_ripe(config: Config, wait: Wait, standing: Standing) -> bool:
    return any(
        rule.id == wait.match.rule and rule.mode == "live" and is_met(rule.when, standing) for rule in config.rules
    )


def _speaking(connection: Connection, cause: Revision, seq: int) -> Revision:
    """Return the revision that was waiting, with the seq and change of the revision that released it."""
    (waited,) = archive.revisions_after(connection, seq - 1, 1)
    placement = replace(
        waited.placement, change=cause.placement.change * (cause.placement.story == waited.placement.story)
    )
    return replace(waited, seq=cause.seq, baseline=False, placement=placement)


def _carried(connection: Connection, config: Config, revision: Revision, matched: set[str]) -> tuple[Match, ...]:
    """Return matches of the rules that already alerted on this story.

    A material change is told under them even if its own text matches no rule.
    """
    story = revision.placement.story
    last = decisions.last_alert_revision(connection, story) if revision.placement.change else 0
    wanted = {rule.id for rule in config.rules if rule.mode != "off"} - matched
    causes = decisions.load_alert(connection, story, last).causes if last else ()
    return tuple(Match(each.rule, each.severity, each.score, ()) for each in causes if each.rule in wanted)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on one case, before any of it is stored.

    `told` is what each target knew of the story before, `silences` those in force that hold some of its matches, and
    `waiting` what waits on it. `alert` is its next alert revision; it is stored where a decision queues it.
    """

    now: datetime
    case: Case
    made: tuple[Decision, ...]
    alert: Alert
    told: Mapping[str, Told]
    silences: tuple[Silence, ...]
    waiting: Waiting
    receivers: Mapping[str, Receiver]

    @property
    def queued(self) -> tuple[Decision, ...]:
        return tuple(each for each in self.made if each.queue)


def _settle_one(connection: Connection, config: Config, case: Case, now: datetime, verdicts: Verdicts) -> None:
    """Decide on one case, store the verdict step by step, and count it."""
    verdict = _judge(connection, config, case, now)
    for step in STEPS:
        step(connection, verdict)
    verdicts.alerts += bool(verdict.queued)
    verdicts.counts.update(_amounts(verdict.made))
    verdicts.decided.append((case.revision, case.matches, verdict.made))
    _log(case.revision, verdict.made)


def _judge(connection: Connection, config: Config, case: Case, now: datetime) -> Verdict:
    """Decide for each target what it is told of a case, and make the alert that says it."""
    revision, story, change = case.revision, case.revision.placement.story, case.revision.placement.change
    told = decisions.told_of(connection, story)
    left, silences = silenced(silence_store.silences_in_force(connection, now), revision, case.matches, now, config)
    held = frozenset(match.rule for match in case.matches) - {match.rule for match in left}
    made = decide(config, revision, case.matches, told, now, case.standing, case.waited, held)
    waiting = waiting_on(connection, story, [each.target for each in made])
    made = tuple(without_pause(each, waiting) for each in made)
    heard = {rule for each in made if each.queue or each.reason is Reason.STALE for rule in each.rules}
    matches = tuple(match for match in case.matches if match.rule in heard) or case.matches
    queued = [each for each in made if each.queue]
    untold = dict.fromkeys(each for one in queued for each in changes(told.get(one.target), change, now))
    alert = make_alert(connection, config, revision, matches, case.members, now, tuple(untold))
    return Verdict(now, case, made, alert, told, tuple(silences), waiting, config.receivers)


def _store_decisions(connection: Connection, verdict: Verdict) -> None:
    """Store every decision with its reason, and the alert where at least one queues it."""
    decisions.add_decisions(connection, verdict.case.revision.seq, verdict.alert.story, verdict.now, verdict.made)
    if verdict.queued:
        decisions.add_alert(connection, verdict.alert)


def _count_silenced(connection: Connection, verdict: Verdict) -> None:
    """Count what a silence held back from each target."""
    for each in verdict.made:
        if each.reason is Reason.SILENCED:
            silence_store.withhold(connection, each.target, verdict.silences[0].id)


def _queue(connection: Connection, verdict: Verdict) -> None:
    """Queue the alert for each target that is told; its message speaks for all rules the target was told under."""
    for each in verdict.queued:
        known = verdict.told.get(each.target)
        rules = tuple(dict.fromkeys((*each.rules, *sorted(known.rules if known else ()))))
        queue_decision(connection, replace(each, rules=rules), verdict.alert, verdict.now, verdict.waiting)


def _save_told(connection: Connection, verdict: Verdict) -> None:
    """Store what each target knows of the story from now on."""
    case, alert = verdict.case, verdict.alert
    placement = case.revision.placement
    # an old article that joins a story of others says nothing of what its readers were told
    opens = placement.relation not in {Relation.DUPLICATE, Relation.UPDATED}
    for each in verdict.made:
        if each.queue or each.reason is Reason.STALE or (each.reason is Reason.BASELINE and opens):
            before, origins = verdict.told.get(each.target), len(case.standing.origins)
            known = after(before, each, alert.revision, placement.change, verdict.now, origins)
            decisions.save_told(connection, alert.story, each.target, verdict.now, known)


def _save_waits(connection: Connection, verdict: Verdict) -> None:
    """Store the matches whose rule's `when` does not hold yet; delete those that now had their turn."""
    case, waiting = verdict.case, {rule for each in verdict.made for rule in each.waiting}
    revision = case.revision
    for rule in case.waited:
        decisions.end_wait(connection, revision.placement.story, rule)
    for match in case.matches:
        if match.rule in waiting:
            wait = Wait(revision.placement.story, revision.placement.thread, revision.seq, match)
            decisions.save_wait(connection, wait, verdict.now)


def _list_stale(connection: Connection, verdict: Verdict) -> None:
    """List what is too old to interrupt in the digest of its rule."""
    for each in verdict.made:
        if each.reason is Reason.STALE:
            add_stale(connection, each, verdict.alert, verdict.receivers[each.receiver], verdict.now)


Step = Callable[[Connection, Verdict], None]
# in this order: a message that is queued tells what silences held back, so that is counted before
STEPS: tuple[Step, ...] = (_store_decisions, _count_silenced, _queue, _save_told, _save_waits, _list_stale)


def _amounts(made: tuple[Decision, ...]) -> dict[str, int]:
    amounts: Counter[str] = Counter(matched=len(made))
    for each in made:
        amounts["queued" if each.queue else f"suppressed:{each.reason.value}"] += 1
    return amounts


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
