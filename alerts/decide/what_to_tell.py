"""Decide what to tell each target about a revision, and why. Pure; freshness is judged here and nowhere else.

The first message on a story is an alert. Later ones ping only for a rule that has not told the story, a raised
severity, a material change, a second origin, or news after twelve hours without a ping; anything else is an edit. A
ping too soon after another waits, unless the severity was raised, and tells what comes until then as well.

Another story of an event that was told is an update if it adds to it; if not, it waits for the digest or the event's
next message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert import LISTED, NEWS_OR_CORRECTED, PINGS, Kind, Match, Reason, Receiver, Severity, Target
from alerts.decide.first_dead import tells_first_dead
from alerts.decide.standing import is_met
from alerts.decision import Decision, KnownEvent, Told
from alerts.rule import Config, Rule
from alerts.standing import Standing
from crawler.article import Relation, Revision
from crawler.stories.corrections import CORRECTED, is_correction

PING_EVERY = timedelta(minutes=30)  # at most one ping a story and target, but for a raised severity
LISTED_AGAIN = timedelta(hours=3)  # after it a bare headline of another outlet, word for word, may tell another event
FORGOTTEN = timedelta(hours=12)  # after so long without a ping, another report of a story pings again
# a change of a number as crawler.stories words it ("killed 14 -> 17", "14 -> 17 killed"), or one that went back
NUMBER = re.compile(r"(?P<of>\D*?)(?:still )?(?P<was>[\d.,]+)(?: -> (?P<to>[\d.,]+))?(?P<what>\D*)$")
_THOUSANDS, _DECIMAL = re.compile(r"(?<=\d),(?=\d{3})"), re.compile(r"\d+(?:\.\d+)?", re.ASCII)
STILL = "still "  # before a number that is what was told
RulesMatched = list[tuple[Rule, Severity]]


@dataclass(frozen=True, slots=True)
class _Circumstances:
    """What is the same for every target.

    `repeated`: a further article of a known story. `waited`: rules whose `when` is met only now. `silenced`: rules to
    which a silence applies. `corrects`: it corrects what may have been told.
    """

    change: str
    standing: Standing
    repeated: bool
    waited: frozenset[str]
    silenced: frozenset[str]
    baseline: bool
    stale: bool
    now: datetime
    carried_again: bool = False  # the same headline of another outlet, by an aggregator: no report of its own
    corrects: bool = False
    bare: bool = False  # the same headline of another outlet, without a text that tells whether it is the same event


def decide(
    config: Config,
    revision: Revision,
    matches: Iterable[Match],
    told: Mapping[str, Told | KnownEvent],
    now: datetime,
    standing: Standing = Standing(),  # noqa: B008 - frozen
    waited: frozenset[str] = frozenset(),
    silenced: frozenset[str] = frozenset(),
) -> tuple[Decision, ...]:
    """Return one decision, with its reason, for every target of every matching rule.

    `told` is what each target, by id, knows of this story, or else of its event from other stories. `standing` is that
    of its thread. `silenced` are the rules to which a silence applies for this revision.
    """
    rules = {rule.id: rule for rule in config.rules}
    matched = [(rules[match.rule], match.severity) for match in matches]
    baseline = revision.baseline and not _backfilled(config, revision, now)
    stale = is_stale(config, revision, now)
    repeated = revision.placement.relation in {Relation.DUPLICATE, Relation.UPDATED}
    change = revision.placement.change
    case = _Circumstances(
        change,
        standing,
        repeated,
        waited,
        silenced,
        baseline,
        stale,
        now,
        carried_again=revision.placement.relation is Relation.DUPLICATE and bool(revision.article.carrier),
        corrects=change.startswith(CORRECTED) or is_correction(revision.article.title),
        bare=revision.placement.relation is Relation.DUPLICATE and not revision.article.body.strip(),
    )
    return tuple(
        _decide_target(target, receiver, owed, case, told.get(target.id))
        for receiver in config.receivers.values()
        if (owed := _for_receiver(matched, receiver))
        for target in receiver.targets
    )


def is_stale(config: Config, revision: Revision, now: datetime) -> bool:
    """Return whether a revision is older than `settings.freshness`, counted from first seen if it has no date.

    A fresh edit of an old article is judged by the article's date all the same: it is old news.
    """
    return now - (revision.article.published or revision.article.first_seen) > config.freshness


def changes(told: Told | None, change: str, now: datetime, waits: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the changes a message to this target would tell: those of an update that still waits, then this one.

    `waits` are those of an update that is queued for it and takes this one in.
    """
    waiting = waits or (told.untold if told and told.pinged and told.pinged > now else ())
    if not change or change in waiting:
        return waiting
    for at, before in enumerate(waiting):
        # nobody was told a number that was corrected while it waited
        if net := _net(before, change.removeprefix(f"{CORRECTED}: "), corrects=change.startswith(CORRECTED)):
            return (*waiting[:at], net, *waiting[at + 1 :])
    return (change, *waiting) if change.startswith(CORRECTED) else (*waiting, change)


def _net(before: str, change: str, *, corrects: bool = False) -> str:
    """Return "14 -> 20 killed" for "14 -> 17 killed" and "17 -> 20 killed", "still 14 killed" where it went back.

    Return "" where the second does not start at what the first came to; a higher one and a correction may also start
    where that did.
    """
    one, other = NUMBER.match(before), NUMBER.match(change)
    if not one or not other or not other["to"]:
        return ""
    if (one["of"], one["what"]) != (other["of"], other["what"]):
        return ""
    came_to = one["to"] or one["was"]
    # an outlet may compare with what was told first: 14 -> 17, then 14 -> 21
    from_first = corrects or _value(other["to"]) > _value(came_to)
    if other["was"] not in {came_to, *([one["was"]] if from_first else [])}:
        return ""
    if not one["to"] and STILL not in before:
        number = other["to"]  # nobody was told the first number
    else:
        number = f"{STILL}{one['was']}" if one["was"] == other["to"] else f"{one['was']} -> {other['to']}"
    return f"{one['of']}{number}{one['what']}"


def _value(number: str) -> float:
    """Return what a number in the words of a change comes to, 0 for what is none ("12.5.2026")."""
    plain = _THOUSANDS.sub("", number.strip(".,"))
    return float(plain) if _DECIMAL.fullmatch(plain) else 0.0


def after(told: Told | None, decision: Decision, revision: int, change: str, now: datetime, origins: int = 0) -> Told:
    """Return what a target knows after a decision. `revision` stays 0 while it was sent no message of its own.

    What was there before monitoring began, and what only a digest lists, counts as known: an edit of it is no news.
    """
    before = told or Told(frozenset(), Severity.ROUTINE, 0)
    known = replace(
        before,
        rules=before.rules | frozenset(decision.rules),
        severity=max(before.severity, decision.severity),
        revision=revision if decision.queue else before.revision,
        origins=max(before.origins, origins),
    )
    if decision.reason in LISTED:
        return replace(known, revision=before.revision)  # it interrupts nobody, so it makes nothing known
    if not decision.queue or decision.kind not in PINGS:
        return known
    untold = changes(told, change, now) if decision.due else ()
    return replace(known, pinged=decision.due or now, untold=untold)


def _backfilled(config: Config, revision: Revision, now: datetime) -> bool:
    published = revision.article.published
    return bool(config.backfill) and published is not None and now - published <= config.backfill


def _for_receiver(matched: RulesMatched, receiver: Receiver) -> RulesMatched:
    return [(rule, severity) for rule, severity in matched if receiver.name in rule.notify]


def _decide_target(
    target: Target, receiver: Receiver, owed: RulesMatched, case: _Circumstances, told: Told | KnownEvent | None
) -> Decision:
    if case.corrects and told:  # whoever was told a wrong thing is told as gravely that it was wrong
        owed = [(rule, max(severity, told.severity)) for rule, severity in owed]
    live = [(rule, severity) for rule, severity in owed if rule.mode == "live"]
    loud = [(rule, severity) for rule, severity in live if severity >= receiver.min_severity]
    known = told.rules if isinstance(told, Told) else frozenset()
    ready = [
        (rule, severity)
        for rule, severity in loud
        if case.baseline or rule.id in known or is_met(rule.when, case.standing)
    ]
    audible = [(rule, severity) for rule, severity in ready if rule.id not in case.silenced]
    # a suppressed decision names the rules that came furthest, so that `explain` says what stopped them
    named = audible or ready or loud or live or owed
    severity = max(severity for _, severity in named)
    rules = tuple(rule.id for rule, _ in named)
    waiting = tuple(rule.id for rule, severity in loud if (rule, severity) not in ready)
    reason = _withheld(case, live, loud, ready)
    if isinstance(told, KnownEvent) and told.elsewhere and severity > told.severity:
        told = None  # graver than what it may repeat: a story of its own
    if reason is None:
        if isinstance(told, KnownEvent):
            made = _tell_event(target, severity, rules, told, corrects=case.corrects)
        else:
            made = _tell(target, severity, rules, told, case)
        made = replace(made, waiting=waiting)
        if audible or not made.queue:
            return made
        reason = Reason.SILENCED
    return Decision(target.id, target.receiver, Kind.ALERT, severity, reason, queue=False, rules=rules, waiting=waiting)


def _withheld(case: _Circumstances, live: RulesMatched, loud: RulesMatched, ready: RulesMatched) -> Reason | None:
    """Return the first reason that keeps everything from a target, None if there is something to tell."""
    causes = (
        # the order matters (decision 53): a rule that sends nothing must not fill the digest of old news
        (Reason.BASELINE, case.baseline),
        (Reason.SHADOW, not live),
        (Reason.BELOW_SEVERITY, not loud),
        (Reason.WAITING, not ready),
        (Reason.STALE, case.stale),
    )
    return next((reason for reason, met in causes if met), None)


def _tell(
    target: Target, severity: Severity, rules: tuple[str, ...], told: Told | None, case: _Circumstances
) -> Decision:
    """Return the decision for what nothing suppresses: first alert, ping now or later, or edit."""
    kind, due = Kind.UPDATE if told and told.revision else Kind.ALERT, None
    reason = _pinging(severity, frozenset(rules), told, case)
    if reason is None and severity > Severity.ROUTINE and _may_be_another(told, case):
        kind, reason = Kind.ALERT, Reason.REPEATS
    elif reason is None:
        kind, reason = Kind.EDIT, Reason.TOLD
    elif told is not None and not _rings_at_once(reason, severity, case):
        due = _next_ping(told, case.now)
        reason = Reason.PACED if due and reason is Reason.UPDATED else reason
    queue = kind is not Kind.EDIT or target.can_edit
    return Decision(target.id, target.receiver, kind, severity, reason, queue=queue, rules=rules, due=due)


def _may_be_another(told: Told | None, case: _Circumstances) -> bool:
    """Return whether a bare headline comes again hours after the story was told: it is listed, as nobody can tell."""
    pinged = told.pinged if told and told.revision else None
    return case.bare and not case.carried_again and pinged is not None and case.now - pinged >= LISTED_AGAIN


def _rings_at_once(reason: Reason, severity: Severity, case: _Circumstances) -> bool:
    """Return whether no pause since the last ping holds an update back."""
    return reason in {Reason.SEVERITY_RAISED, Reason.FIRST_DEATHS, Reason.CORRECTED} or (
        case.corrects and severity >= Severity.IMMEDIATE
    )


def _tell_event(
    target: Target, severity: Severity, rules: tuple[str, ...], event: KnownEvent, *, corrects: bool
) -> Decision:
    """Return the decision for the first message on a story of an event that other stories told."""
    causes = (
        (Reason.CORRECTED, corrects and bool(event.news)),  # goes out as soon as what it corrects did
        (Reason.ANOTHER, event.another),
        (Reason.SEVERITY_RAISED, severity > event.severity),
        (Reason.DEVELOPMENT, bool(event.news)),
        # in doubt it interrupts, but for what is not grave and begins with a deed that was told
        (Reason.FURTHER, not event.alike and (severity >= Severity.IMMEDIATE or not event.familiar)),
    )
    repeats = Reason.POSSIBLY_SAME if event.elsewhere else Reason.REPEATS
    reason = next((reason for reason, met in causes if met), repeats)
    kind = Kind.UPDATE if reason in NEWS_OR_CORRECTED else Kind.ALERT
    return Decision(target.id, target.receiver, kind, severity, reason, queue=True, rules=rules)


def _pinging(severity: Severity, rules: frozenset[str], told: Told | None, case: _Circumstances) -> Reason | None:
    """Return the first reason to ping a target, None if nothing asks for it."""
    if told is None:
        return Reason.WHEN_HOLDS if rules & case.waited else Reason.FIRST_ARTICLE
    new, origins = rules - told.rules, case.standing.confirming
    silent = told.pinged is not None and case.now - told.pinged >= FORGOTTEN
    causes = (
        (Reason.SEVERITY_RAISED, severity > told.severity),
        (Reason.FIRST_DEATHS, severity >= Severity.IMMEDIATE and tells_first_dead(case.change)),
        (Reason.CORRECTED, severity >= Severity.IMMEDIATE and case.corrects and bool(case.change)),
        (Reason.WHEN_HOLDS, bool(new & case.waited)),
        (Reason.NEW_RULE, bool(new)),
        (Reason.UPDATED, bool(case.change)),
        (Reason.SECOND_ORIGIN, told.revision > 0 and told.origins == 1 < origins and not case.carried_again),
        (Reason.NEWS_AGAIN, told.revision > 0 and case.repeated and silent),
    )
    return next((reason for reason, met in causes if met), None)


def _next_ping(told: Told, now: datetime) -> datetime | None:
    """Return when the next ping may go, None for at once. One that waits already keeps its time."""
    if told.pinged is None or now - told.pinged >= PING_EVERY:
        return None
    # every ping rings, so the pause runs from the last one, also from one that is still to come
    return told.pinged if told.pinged > now else told.pinged + PING_EVERY
