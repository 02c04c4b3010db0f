"""The alerting line: revisions not triaged yet -> matches -> decisions -> alert and deliveries, in one commit."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from alerts.alert import LISTED, NEWS_OR_CORRECTED, Alert, Match, Reason, Receiver, Severity, Silence
from alerts.decide.carried import Decided, after_ours, spoken, takes_over
from alerts.decide.repeats import may_repeat
from alerts.decide.same_event import EventWindow
from alerts.decide.silences import silenced
from alerts.decide.standing import letters_of, standing_of
from alerts.decide.what_to_tell import after, changes, decide
from alerts.decision import Decision, KnownEvent, Told, Wait
from alerts.event import EventMention, Report
from alerts.line.corrections import as_told, change_of, corrected, told_before
from alerts.line.event_threads import add_wordings, join, known_events, refresh
from alerts.line.hurried_lock import HurriedLock
from alerts.line.judging_order import TRIAGED, Matched, decided_ahead, move_mark, ours_first, slices
from alerts.line.new_alert import Confirmed, make_alert, standing_for
from alerts.line.new_delivery import Waiting, add_stale, queue_decision, untold_with, waiting_on, without_pause
from alerts.line.released import may_be_released, released, strongest
from alerts.rule import Config
from alerts.rules.match import Finding, Matcher
from alerts.standing import Standing
from alerts.store import decisions, event_reports, restoring
from alerts.store import silences as silence_store
from crawler.article import Member, Relation, Revision
from crawler.store import articles as archive
from crawler.store.db import Database, WriterLane

log = logging.getLogger(__name__)
T = TypeVar("T")
AT_ONCE = timedelta(0)
BATCH = 500  # revisions matched at once: of these, what is flash is decided on first
AHEAD_WITHIN = 1.0  # seconds that a commit waits for a language model
AHEAD_IN_A_ROUND = 20.0  # where nobody else waits
Queued = Callable[[], Awaitable[object]]
# headlines by seq, now, seconds, what ends the wait -> their vectors
ReadAhead = Callable[[Mapping[int, str], datetime, float, asyncio.Event], Awaitable[Mapping[int, bytes]]]


@dataclass(slots=True)
class TriageResult:
    """What one or several commits of triage decided.

    `alerts` counts cases for which something was queued; `counts` are the ledger's amounts by name. `rings`: something
    of it is flash.
    """

    revisions: int = 0
    matches: int = 0
    alerts: int = 0
    rings: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    decided: list[Decided] = field(default_factory=list)

    def __iadd__(self, other: TriageResult) -> TriageResult:
        self.revisions += other.revisions
        self.matches += other.matches
        self.alerts += other.alerts
        self.rings |= other.rings
        self.counts += other.counts
        self.decided += other.decided
        return self


class Triage:
    """Matches every stored revision and decides on it, in the order of `seq`, under the rules in force.

    `failed` collects the revisions whose matching raised, until the caller has told the admin of them.
    """

    def __init__(self, database: Database, lane: WriterLane, config: Config, matcher: Matcher) -> None:
        self._database, self._lane = database, lane
        self.config, self._matcher = config, matcher
        self._window = EventWindow(config.events)
        self._turn = HurriedLock()
        self.failed: list[Revision] = []
        self.read_ahead: ReadAhead | None = None  # by a language model, what is not flash

    def use(self, config: Config, matcher: Matcher) -> None:
        """Apply other rules from the next revision on."""
        self.config, self._matcher = config, matcher
        self._window = EventWindow(config.events)

    async def run(self, now: datetime, queued: Queued | None = None, ours_within: timedelta = AT_ONCE) -> TriageResult:
        """Decide on all revisions not triaged yet, a slice a commit, and return what was decided.

        What an aggregator carries waits `ours_within` for our own feeds; 0 where they were polled before this.
        `queued` is called after each commit that queued a flash: it is sent while others are still decided on. What is
        no flash is sent after that, so that stories of one event share a message.
        """
        result = TriageResult()
        while True:
            # A tick and a poll that just ended both call this; two at once would match the same batch. The turn is
            # taken for each batch anew, so that the canary waits for one batch and not for a whole backlog.
            async with self._turn:
                # one of each for a commit; after a reload, what is not decided on yet is matched anew
                config, matcher, window = self.config, self._matcher, self._window
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
                            await self._read_ahead(window, part, now, AHEAD_WITHIN if queued else AHEAD_IN_A_ROUND)
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
                        made = await self._lane.write(work)
                        _log(made)
                        result += made
                        if queued and made.rings:
                            await queued()
                except Exception:
                    self._window = EventWindow(self.config.events)  # it may hold reports of the commit that failed
                    raise

    async def _read_ahead(self, window: EventWindow, part: Matched, now: datetime, within: float) -> None:
        """Add to the window what a language model makes of the headlines in that time, or until somebody else waits."""
        headlines = {revision.seq: revision.article.title for revision, finding in part if finding.event}
        if self.read_ahead and headlines:
            for seq, vector in (await self.read_ahead(headlines, now, within, self._turn.hurry)).items():
                window.wordings.add(seq, vector)

    async def add_wordings(self, found: Mapping[int, bytes], reports: Sequence[Report], now: datetime) -> int:
        """Store what a language model made of reports that were judged before; return how many links that brings."""
        work = partial(add_wordings, window=self._window, wordings=found, reports=reports, now=now)
        return await self._lane.write(work)

    async def try_out(self, work: Callable[[Connection, Matcher], T]) -> T:
        """Run `work` in the writer lane as if it were a batch: in its turn, with the matcher in force."""
        async with self._turn:
            return await self._lane.write(lambda connection: work(connection, self._matcher))

    def _match_next(self, matcher: Matcher) -> tuple[Matched, int]:
        """Return the next revisions with what they match, and the last `seq` of all that were looked at; 0 for none."""
        with self._database.read() as connection:
            after = int(decisions.get_mark(connection, TRIAGED) or 0)
            waiting = archive.revisions_after(connection, after, BATCH)
            ahead = decided_ahead(connection)
        matched = [(each, self._match(matcher, each)) for each in waiting if each.seq not in ahead]
        return matched, waiting[-1].seq if waiting else 0

    def _match(self, matcher: Matcher, revision: Revision) -> Finding:
        try:
            return matcher.find(revision.article)
        except Exception:
            log.exception("article not matched article=%s revision=%d", revision.article.id, revision.article.revision)
            self.failed.append(revision)  # the admin is told; the articles behind it must not wait for ever
            return Finding()


def settle(
    connection: Connection,
    config: Config,
    window: EventWindow,
    matched: Matched,
    now: datetime,
    moved: dict[str, str] | None = None,
    upto: int | None = None,
    ours_within: timedelta = AT_ONCE,
) -> TriageResult:
    """Commit 2: decide on matched revisions, queue their deliveries, and move the mark to `upto`, or to the last one.

    With `upto` 0 the mark stays, and the revisions are noted as decided on ahead of their turn. `moved` has the threads
    that earlier commits moved since the revisions were read. Return what was decided. The reports of events that it
    stores are added to `window`, which must be made anew if the commit fails. All is one transaction: after a crash
    these revisions are decided on again, and nothing of them was queued.
    """
    result = TriageResult(revisions=len(matched))
    moved = {} if moved is None else moved  # the revisions were read before this batch moved their threads
    for read, finding in ours_first(matched):
        thread = read.placement.thread
        revision = replace(read, placement=replace(read.placement, thread=moved.get(thread, thread)))
        result.matches += len(finding.matches)
        if finding.event:
            refresh(connection, window, now)
            revision = join(connection, window, revision, finding.event)
            if revision.placement.thread != thread:
                moved[thread] = revision.placement.thread
        for case in _cases(connection, config, revision, finding):
            decided = _judge(connection, config, window, case, now, ours_within)
            _settle_case(connection, decided, result)
    if upto is None:
        upto = matched[-1][0].seq if matched else 0
    move_mark(connection, [revision.seq for revision, _ in matched], upto)
    archive.count(connection, decisions.counts, result.counts)
    return result


@dataclass(frozen=True, slots=True)
class Case:
    """One story to decide on: the revision that is told, its matches, the members and standing of its thread.

    `event` is what the revision tells. `waited` are the rules that matched before and whose `when` is met only now.
    """

    revision: Revision
    matches: tuple[Match, ...]
    members: tuple[Member, ...]
    standing: Standing
    waited: frozenset[str] = frozenset()
    event: EventMention | None = None


def _cases(connection: Connection, config: Config, revision: Revision, finding: Finding) -> Iterator[Case]:
    """Yield the cases to decide on because of a revision: its own story, then other stories of its thread.

    Another story is a case where one of its matches waited for a `when` that this revision's origin or source meets.
    """
    story, thread = revision.placement.story, revision.placement.thread
    waits = decisions.waits_in(connection, thread)
    # most articles match nothing and nothing waits for them: they cost no read of their thread
    matches = finding.matches
    matches += told_before(connection, config, revision, {match.rule for match in matches})
    if not matches and not waits:
        return
    members = archive.members_of(connection, thread)
    most = standing_of(members, letters_of(config))  # what disagrees only takes from it
    waiting = [each for each in waits if may_be_released(config, each, most)]
    own = [each for each in waiting if each.story == story]
    # A baseline revision tells nothing itself, and one without a match has no hits to quote: the one that matched is
    # told instead.
    told = released(connection, revision, own[-1].seq) if own and (revision.baseline or not matches) else revision
    event = finding.event if told is revision else event_reports.mention_of(connection, story)
    if own or matches:
        standing = standing_for(connection, config, members, told.article, event)
        own = [each for each in own if may_be_released(config, each, standing)]
        if own or matches:
            found = strongest(matches, [each.match for each in own])
            yield Case(told, found, members, standing, frozenset(each.match.rule for each in own), event)
    for other in dict.fromkeys(each.story for each in waiting if each.story != story):
        waited = [each for each in waiting if each.story == other]
        told = released(connection, revision, waited[-1].seq)
        event = event_reports.mention_of(connection, other)
        standing = standing_for(connection, config, members, told.article, event)
        found = tuple(each.match for each in waited if may_be_released(config, each, standing))
        if found:
            yield Case(told, found, members, standing, frozenset(match.rule for match in found), event)


@dataclass(frozen=True, slots=True)
class CaseDecisions:
    """What was decided on one case, before any of it is stored.

    `told` is what each target knew of the story before, `silences` are those that applied to one of its matches, and
    `waiting` are the untried deliveries on it. `alert` is its next alert revision. It is `kept` if it is queued, or if
    our own feed speaks in it for the first time: what is told or listed later goes by it.
    """

    now: datetime
    case: Case
    made: tuple[Decision, ...]
    alert: Alert
    told: Mapping[str, Told]
    silences: tuple[Silence, ...]
    waiting: Waiting
    receivers: Mapping[str, Receiver]
    timezone: str
    kept: bool

    @property
    def queued(self) -> tuple[Decision, ...]:
        """Return the decisions that queue a delivery."""
        return tuple(each for each in self.made if each.queue)


def _settle_case(connection: Connection, decided: CaseDecisions, result: TriageResult) -> None:
    """Run STEPS to store what was decided on one case, and add it to `result`."""
    for step in STEPS:
        step(connection, decided)
    result.alerts += bool(decided.queued)
    result.rings |= any(each.severity is Severity.FLASH for each in decided.queued)
    result.counts.update(_amounts(decided.made))
    result.decided.append((decided.case.revision, decided.case.matches, decided.made))


def _judge(
    connection: Connection, config: Config, window: EventWindow, case: Case, now: datetime, ours_within: timedelta
) -> CaseDecisions:
    """Return what each target is told of a case, and the alert revision that says it; nothing is written."""
    revision, story, change = case.revision, case.revision.placement.story, change_of(case.revision)
    told = decisions.told_of(connection, story)
    left, silences = silenced(silence_store.silences_in_force(connection, now), revision, case.matches, now, config)
    silent = frozenset(match.rule for match in case.matches) - {match.rule for match in left}
    events = known_events(connection, window, revision, case.event, now) if case.event else {}
    events = corrected(connection, events, revision, case.event, config)
    # a second origin that the event's other stories told is no news of this one
    of_story = {
        target: replace(each, origins=max(each.origins, events[target].origins)) if target in events else each
        for target, each in told.items()
    }
    known: dict[str, Told | KnownEvent] = {**events, **of_story}
    made = decide(config, revision, case.matches, known, now, case.standing, case.waited, silent)
    if ours_within:
        made = tuple(after_ours(each, revision, now + ours_within) for each in made)
    waiting = waiting_on(connection, story, [each.target for each in made])
    made = tuple(without_pause(each, waiting) for each in made)
    told_already = any(each.reason is Reason.TOLD for each in made)
    ours = told_already and takes_over(revision.article, decisions.last_alert(connection, story))
    if ours:
        made = tuple(spoken(each, waiting[each.target]) for each in made)
    # The alert names the rules that some target hears of; with none, it is made all the same, for the decisions' sake.
    known_of = {Reason.STALE, Reason.TOLD}
    heard = {rule for each in made if each.queue or each.reason in known_of for rule in each.rules}
    matches = tuple(match for match in case.matches if match.rule in heard) or case.matches
    queued = [each for each in made if each.queue]
    matches = as_told(revision, matches, queued)
    untold = dict.fromkeys(
        each
        for one in queued
        for each in changes(told.get(one.target), change, now, untold_with(connection, one, waiting))
    )
    of_event = [events[one.target] for one in queued if one.reason in NEWS_OR_CORRECTED and one.target in events]
    untold |= dict.fromkeys(each for one in of_event for each in one.news)
    if queued and all(each.reason is Reason.POSSIBLY_SAME for each in queued):
        untold |= {f'possibly the same event as "{events[each.target].elsewhere}"': None for each in queued[:1]}
    alert = make_alert(
        connection, config, revision, matches, Confirmed(case.members, case.standing), now, tuple(untold), case.event
    )
    kept = bool(queued) or (ours and alert.article is revision.article)
    return CaseDecisions(
        now, case, made, alert, told, tuple(silences), waiting, config.receivers, config.timezone, kept
    )


def _store_decisions(connection: Connection, decided: CaseDecisions) -> None:
    """Store every decision with its reason, and the alert if it is kept."""
    decisions.add_decisions(connection, decided.case.revision.seq, decided.alert.story, decided.now, decided.made)
    if decided.kept:
        decisions.add_alert(connection, decided.alert)


def _count_silenced(connection: Connection, decided: CaseDecisions) -> None:
    """Count each message that a silence withheld, under the first silence that applied."""
    for each in decided.made:
        if each.reason is Reason.SILENCED:
            silence_store.withhold(connection, each.target, decided.silences[0].id)


def _queue(connection: Connection, decided: CaseDecisions) -> None:
    """Queue the alert for each target that is told, under the rules decided and those it was told under before."""
    restored = restoring.last_restore(connection) if decided.queued else None
    repeat = may_repeat(decided.case.revision.article.published, restored, decided.now)
    for each in decided.queued:
        known = decided.told.get(each.target)
        rules = tuple(dict.fromkeys((*each.rules, *sorted(known.rules if known else ()))))
        made = replace(each, rules=rules)
        rest = (decided.alert, decided.now, decided.waiting, decided.timezone)
        queue_decision(connection, made, *rest, repeat=repeat)


def _save_told(connection: Connection, decided: CaseDecisions) -> None:
    """Store what each target knows of the story from now on: from messages, stale digests and the baseline."""
    case, alert = decided.case, decided.alert
    placement = case.revision.placement
    # an old article that joins a story of others says nothing of what its readers were told
    opens = placement.relation not in {Relation.DUPLICATE, Relation.UPDATED}
    for each in decided.made:
        if each.queue or each.reason is Reason.STALE or (each.reason is Reason.BASELINE and opens):
            before, origins = decided.told.get(each.target), case.standing.confirming
            known = after(before, each, alert.revision, change_of(case.revision), decided.now, origins)
            decisions.save_told(connection, alert.story, each.target, decided.now, known)


def _save_waits(connection: Connection, decided: CaseDecisions) -> None:
    """Store the matches whose rule's `when` is not met yet, and delete the waits that this case ended."""
    case, waiting = decided.case, {rule for each in decided.made for rule in each.waiting}
    revision = case.revision
    for rule in case.waited:
        decisions.end_wait(connection, revision.placement.story, rule)
    for match in case.matches:
        if match.rule in waiting:
            wait = Wait(revision.placement.story, revision.placement.thread, revision.seq, match)
            decisions.save_wait(connection, wait, decided.now)


def _list_stale(connection: Connection, decided: CaseDecisions) -> None:
    """Add what is older than `settings.freshness` to the digest of its rule."""
    for each in decided.made:
        if each.reason is Reason.STALE:
            add_stale(connection, each, decided.alert, decided.receivers[each.receiver], decided.now)


Step = Callable[[Connection, CaseDecisions], None]
# in this order: a message that is queued tells what silences withheld, so that is counted before
STEPS: tuple[Step, ...] = (_store_decisions, _count_silenced, _queue, _save_told, _save_waits, _list_stale)


def _amounts(made: tuple[Decision, ...]) -> dict[str, int]:
    amounts: Counter[str] = Counter(matched=len(made))
    for each in made:
        amounts["queued" if each.queue else f"suppressed:{each.reason.value}"] += 1
        if each.queue and each.reason in LISTED:
            amounts[each.reason.value] += 1
    return amounts


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
