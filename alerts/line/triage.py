"""The alerting line: revisions without a verdict -> matches -> decisions -> alert and deliveries, in one commit."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from alerts.alert import PINGS, Alert, Cause, Decision, Delivery, Kind, Match, Reason, Severity, Standing, Wait
from alerts.decide.glossing import glosses, place_of
from alerts.decide.pacing import grown, slot_after, takes_in, window_name
from alerts.decide.silences import silenced
from alerts.decide.standing import holds, letters_of, siblings_of, standing_of
from alerts.decide.what_to_tell import after, changes, decide
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store import decisions, digests, outbox
from alerts.store import silences as silence_store
from crawler.article import Article, Member, Relation, Revision
from crawler.store import articles as archive
from crawler.store.db import Database, WriterLane

log = logging.getLogger(__name__)
BATCH = 200  # revisions matched and committed at once
SIBLINGS_KEPT = 3  # other stories of a thread kept with an alert: as many as it names
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
        rule.id == wait.match.rule and rule.mode == "live" and holds(rule.when, standing) for rule in config.rules
    )


def _speaking(connection: Connection, cause: Revision, seq: int) -> Revision:
    """Give the revision that matched and waited, as `cause` brings it to be told."""
    (waited,) = archive.revisions_after(connection, seq - 1, 1)
    placement = replace(
        waited.placement, change=cause.placement.change * (cause.placement.story == waited.placement.story)
    )
    return replace(waited, seq=cause.seq, baseline=False, placement=placement)


def _carried(connection: Connection, config: Config, revision: Revision, matched: set[str]) -> tuple[Match, ...]:
    """Give the rules that told a story, for a change to it whose own words they do not ask for."""
    story = revision.placement.story
    last = decisions.last_alert_revision(connection, story) if revision.placement.change else 0
    wanted = {rule.id for rule in config.rules if rule.mode != "off"} - matched
    causes = decisions.load_alert(connection, story, last).causes if last else ()
    return tuple(Match(each.rule, each.severity, each.score, ()) for each in causes if each.rule in wanted)


def _settle_one(connection: Connection, config: Config, case: Case, now: datetime, verdicts: Verdicts) -> None:
    revision, story, change = case.revision, case.revision.placement.story, case.revision.placement.change
    told = decisions.told_of(connection, story)
    left, silences = silenced(silence_store.silences_in_force(connection, now), revision, case.matches, now, config)
    held = frozenset(match.rule for match in case.matches) - {match.rule for match in left}
    made = decide(config, revision, case.matches, told, now, case.standing, case.waited, held)
    unseen = {each.target: outbox.unseen(connection, story, each.target) for each in made}
    made = tuple(_first_word(each, unseen[each.target]) for each in made)
    decisions.add_decisions(connection, revision.seq, story, now, made)
    queued = [each for each in made if each.queue]
    heard = {rule for each in made if each.queue or each.reason is Reason.STALE for rule in each.rules}
    untold = dict.fromkeys(each for one in queued for each in changes(told.get(one.target), change, now))
    matches = tuple(match for match in case.matches if match.rule in heard) or case.matches
    alert = make_alert(connection, config, revision, matches, case.members, now, tuple(untold))
    if queued:
        decisions.add_alert(connection, alert)
        verdicts.alerts += 1
    for each in made:
        if each.reason is Reason.SILENCED:
            silence_store.withhold(connection, each.target, silences[0].id)
    for each in queued:
        known = told.get(each.target)
        rules = tuple(dict.fromkeys((*each.rules, *sorted(known.rules if known else ()))))
        _queue(connection, replace(each, rules=rules), alert, now, unseen[each.target])
    # an old article that joins a story of others says nothing of what its readers were told
    opens = revision.placement.relation not in {Relation.DUPLICATE, Relation.UPDATED}
    for each in made:
        if each.queue or each.reason is Reason.STALE or (each.reason is Reason.BASELINE and opens):
            known = after(told.get(each.target), each, alert.revision, change, now, len(case.standing.origins))
            decisions.save_told(connection, story, each.target, now, known)
    _keep_waits(connection, case, made, now)
    _fold_stale(connection, config, alert, made, now)
    verdicts.counts.update(_amounts(made))
    verdicts.decided.append((revision, case.matches, made))
    _log(revision, made)


def _first_word(made: Decision, unseen: list[Delivery]) -> Decision:
    """Let what follows on a first word that nobody has seen yet go into it, at its time: nothing was told so far."""
    waits = made.queue and any(each.kind is Kind.ALERT for each in unseen)
    return replace(made, due=None) if waits else made


def _queue(connection: Connection, made: Decision, alert: Alert, now: datetime, unseen: list[Delivery]) -> None:
    """Queue a message, or let one on the same story that waits and that nobody has seen take it in."""
    notes = silence_store.take_withheld(connection, made.target, now) if made.kind in PINGS else ()
    taken = next((each for each in unseen if takes_in(each, made.kind)), None)
    if taken is None or taken.kind is Kind.EDIT:
        if taken:
            outbox.fold(connection, taken.id, f"told in alert {alert.revision}", now)
        outbox.queue(connection, made, alert.story, alert.revision, now, made.due or now, alert.thread, notes)
        return
    told = grown(taken, made, alert.revision, now)
    outbox.regrow(connection, replace(told, notes=(*told.notes, *notes)), now)
    part = replace(made, kind=Kind.EDIT) if made.kind is taken.kind else made  # the key of its kind is the grown one's
    outbox.queue_told(connection, part, alert.story, alert.revision, now, f"told with delivery {taken.id}")


def _keep_waits(connection: Connection, case: Case, made: tuple[Decision, ...], now: datetime) -> None:
    """Remember matches whose rule's `when` does not hold yet; forget those that now had their turn."""
    revision, waiting = case.revision, {rule for each in made for rule in each.waiting}
    for rule in case.waited:
        decisions.end_wait(connection, revision.placement.story, rule)
    for match in case.matches:
        if match.rule in waiting:
            wait = Wait(revision.placement.story, revision.placement.thread, revision.seq, match)
            decisions.save_wait(connection, wait, now)


def _amounts(made: tuple[Decision, ...]) -> dict[str, int]:
    amounts: Counter[str] = Counter(matched=len(made))
    for each in made:
        amounts["queued" if each.queue else f"suppressed:{each.reason.value}"] += 1
    return amounts


def make_alert(
    connection: Connection,
    config: Config,
    revision: Revision,
    matches: tuple[Match, ...],
    members: tuple[Member, ...],
    now: datetime,
    untold: tuple[str, ...] = (),
) -> Alert:
    """Make the next alert revision of a story, as it and its thread (`members`) stand now."""
    story = revision.placement.story
    last = decisions.last_alert_revision(connection, story)
    before = decisions.load_alert(connection, story, last) if last else None
    article, causes = _speaker(revision, _causes(config, matches), before)
    siblings = siblings_of(members, story)
    return Alert(
        story=story,
        thread=revision.placement.thread,
        revision=last + 1,
        severity=max(cause.severity for cause in causes),
        created=now,
        article=article,
        causes=causes,
        outlets=tuple(dict.fromkeys(each.outlet for each in members if each.story == story)),
        changes=untold,
        standing=standing_of(members, letters_of(config)),
        siblings=siblings[-SIBLINGS_KEPT:],
        more_siblings=max(0, len(siblings) - SIBLINGS_KEPT),
        glosses=glosses(matches, config),
        place=place_of(matches, config),
    )


def _speaker(revision: Revision, causes: tuple[Cause, ...], before: Alert | None) -> tuple[Article, tuple[Cause, ...]]:
    """Give the article that speaks, and why: a reprint that adds nothing leaves the word to the one before it."""
    if before is None:
        return revision.article, causes
    repeats = revision.placement.relation is Relation.DUPLICATE and not revision.placement.change
    if repeats and {each.rule for each in causes} <= {each.rule for each in before.causes}:
        return before.article, _strongest_causes(before.causes, causes)
    return revision.article, _strongest_causes(causes, before.causes)


def _causes(config: Config, matches: tuple[Match, ...]) -> tuple[Cause, ...]:
    rules = {rule.id: rule for rule in config.rules}
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


def _strongest_causes(now: tuple[Cause, ...], before: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Give all that has spoken for a story, each rule once: what speaks now first, no rule weaker than it was.

    The hits of an earlier article say nothing of this one's text.
    """
    earlier = {each.rule: each for each in before}
    kept = [
        replace(each, severity=max(each.severity, earlier[each.rule].severity)) if each.rule in earlier else each
        for each in now
    ]
    names = {each.rule for each in now}
    return (*kept, *(replace(each, hits=()) for each in before if each.rule not in names))


def _fold_stale(
    connection: Connection, config: Config, alert: Alert, made: tuple[Decision, ...], now: datetime
) -> None:
    """Put what is too old to interrupt into the target's digest of its rule, which goes out when its window ends."""
    for each in made:
        if each.reason is Reason.STALE:
            end = slot_after(config.receivers[each.receiver], now)
            subject = f"{each.receiver}@{window_name(end)}/{each.rules[0]}"
            digest = Decision(
                each.target, each.receiver, Kind.DIGEST, Severity.ROUTINE, Reason.STALE, queue=True, rules=(), due=end
            )
            subject = digests.open_digest(connection, digest, subject, now)
            digests.add_to_digest(connection, subject, each.target, [alert.heard_by(each.rules)])


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
