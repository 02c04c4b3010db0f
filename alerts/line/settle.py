"""Commit 2: matched revisions go in; what is decided on them is stored, and their deliveries are queued."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.alert import LISTED, Reason, Severity
from alerts.decide.carried import Decided
from alerts.decide.same_event import EventWindow
from alerts.decide.what_to_tell import after
from alerts.decision import Decision, Wait
from alerts.line.asked_once import AskedOnce
from alerts.line.case_decisions import CaseDecisions, judge
from alerts.line.cases import cases_of
from alerts.line.corrections import change_of
from alerts.line.event_threads import join, leave, refresh, with_topics
from alerts.line.judging_order import Matched, move_mark, ours_first
from alerts.line.new_delivery import add_stale, queue_decision
from alerts.rule import Config
from alerts.store import decisions
from alerts.store import withheld as withheld_store
from crawler.article import Relation
from crawler.store import articles as archive

AT_ONCE = timedelta(0)


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
    that earlier commits moved since the revisions were read, and of stories that left theirs. Return what was decided.
    The reports of events that it stores are added to `window`, which must be made anew if the commit fails. All is one
    transaction: after a crash these revisions are decided on again, and nothing of them was queued.
    """
    result = TriageResult(revisions=len(matched))
    moved = {} if moved is None else moved  # the revisions were read before this batch moved their threads
    if any(finding.event for _, finding in matched):
        refresh(connection, window, now)
    threads = (read.placement.thread for read, _ in matched)
    asked = AskedOnce(connection, (moved.get(each, each) for each in threads), now)
    for read, found in ours_first(matched):
        finding = with_topics(found)
        story, thread = read.placement.story, read.placement.thread
        now_in = moved.get(story) or moved.get(thread, thread)
        revision = replace(read, placement=replace(read.placement, thread=now_in))
        result.matches += len(finding.matches)
        if finding.event:
            revision, why = leave(connection, window, revision, finding.event)
            before, revision = revision.placement.thread, join(connection, window, revision, finding.event, why)
            if revision.placement.thread != now_in:
                moved[story if why else thread] = revision.placement.thread
            if revision.placement.thread != before:
                asked.joined(before, revision.placement.thread)
        for case in cases_of(connection, config, window, asked, revision, finding):
            decided = judge(connection, config, window, asked, case, now, ours_within)
            _settle_case(connection, decided, result)
            if any(each.waiting for each in decided.made):
                asked.now_waits(revision.placement.thread)
    if upto is None:
        upto = matched[-1][0].seq if matched else 0
    move_mark(connection, [revision.seq for revision, _ in matched], upto)
    archive.count(connection, decisions.counts, result.counts)
    return result


def _settle_case(connection: Connection, decided: CaseDecisions, result: TriageResult) -> None:
    """Run STEPS to store what was decided on one case, and add it to `result`."""
    for step in STEPS:
        step(connection, decided)
    result.alerts += bool(decided.queued)
    result.rings |= any(each.severity is Severity.FLASH for each in decided.queued)
    result.counts.update(_amounts(decided.made))
    result.decided.append((decided.case.revision, decided.case.matches, decided.made))


def _store_decisions(connection: Connection, decided: CaseDecisions) -> None:
    """Store every decision with its reason, and the alert if it is kept."""
    silence = decided.silences[0].id if decided.silences else None
    decisions.add_decisions(
        connection, decided.case.revision.seq, decided.alert.story, decided.now, decided.made, silence
    )
    if decided.kept:
        decisions.add_alert(connection, decided.alert)


def _count_silenced(connection: Connection, decided: CaseDecisions) -> None:
    """Count each message that a silence withheld, under the first silence that applied."""
    for each in decided.made:
        if each.reason is Reason.SILENCED:
            withheld_store.withhold(connection, each.target, decided.silences[0].id)


def _queue(connection: Connection, decided: CaseDecisions) -> None:
    """Queue the alert for each target that is told, under the rules decided and those it was told under before."""
    for each in decided.queued:
        known = decided.told.get(each.target)
        rules = tuple(dict.fromkeys((*each.rules, *sorted(known.rules if known else ()))))
        made = replace(each, rules=rules)
        rest = (decided.alert, decided.now, decided.waiting, decided.timezone)
        queue_decision(connection, made, *rest, repeat=decided.repeat)


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
