"""A case goes in; what each target is told of it, and the alert that says so, come out. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.alert import NEWS_OR_CORRECTED, Alert, Reason, Receiver, Severity, Silence
from alerts.decide.carried import after_ours, spoken, takes_over
from alerts.decide.repeats import may_repeat
from alerts.decide.same_event import EventWindow
from alerts.decide.silences import silenced
from alerts.decide.what_to_tell import changes, decide
from alerts.decision import Decision, KnownEvent, Told
from alerts.line.asked_once import AskedOnce
from alerts.line.cases import Case
from alerts.line.corrections import as_told, change_of, corrected
from alerts.line.event_threads import known_events
from alerts.line.new_alert import Confirmed, make_alert
from alerts.line.new_delivery import Waiting, untold_with, waiting_on, without_pause
from alerts.rule import Config
from alerts.store import decisions


@dataclass(frozen=True, slots=True)
class CaseDecisions:
    """What was decided on one case, before any of it is stored.

    `told` is what each target knew of the story before, `silences` are those that applied to one of its matches, and
    `waiting` are the untried deliveries on it. `alert` is its next alert revision. It is `kept` if it is queued, or if
    our own feed speaks in it for the first time: what is told or listed later goes by it. `repeat`: it may have been
    told before the store was restored.
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
    repeat: bool

    @property
    def queued(self) -> tuple[Decision, ...]:
        """Return the decisions that queue a delivery."""
        return tuple(each for each in self.made if each.queue)


def judge(
    connection: Connection,
    config: Config,
    window: EventWindow,
    asked: AskedOnce,
    case: Case,
    now: datetime,
    ours_within: timedelta,
) -> CaseDecisions:
    """Return what each target is told of a case, and the alert revision that says it; nothing is written."""
    revision, story, change = case.revision, case.revision.placement.story, change_of(case.revision)
    told = decisions.told_of(connection, story)
    left, silences = silenced(asked.silences, revision, case.matches, now, config)
    silent = frozenset(match.rule for match in case.matches) - {match.rule for match in left}
    most = max((match.severity for match in case.matches), default=Severity.ROUTINE)
    events = known_events(connection, window, revision, case.event, now, most) if case.event else {}
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
    thread = Confirmed(case.members, case.standing, window.report)
    alert = make_alert(connection, config, revision, matches, thread, now, tuple(untold), case.event)
    kept = bool(queued) or (ours and alert.article is revision.article)
    repeat = bool(queued) and may_repeat(revision.article.published, asked.restore, now)
    return CaseDecisions(
        now, case, made, alert, told, tuple(silences), waiting, config.receivers, config.timezone, kept, repeat
    )
