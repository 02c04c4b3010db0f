"""A revision, its matches and what was told -> what to tell each target, and why. Pure; freshness lives here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from alerts.alert import Decision, Kind, Match, Reason, Receiver, Severity, Target, Told
from alerts.rule import Config, Rule
from crawler.article import Revision


def decide(
    config: Config, revision: Revision, matches: Iterable[Match], told: Mapping[str, Told], now: datetime
) -> tuple[Decision, ...]:
    """Decide for every target of every matching rule; one decision a target, each with its reason.

    `told` is by target id: what that target has been told of this story.
    """
    rules = {rule.id: rule for rule in config.rules}
    held = [(rules[match.rule], match.severity) for match in matches]
    general = _unfit(config, revision, now)
    return tuple(
        _decide_target(target, receiver, owed, general, told.get(target.id))
        for receiver in config.receivers.values()
        if (owed := _owed(held, receiver))
        for target in receiver.targets
    )


def is_stale(config: Config, revision: Revision, now: datetime) -> bool:
    """Say whether what a revision tells is older than `settings.freshness`; undated counts from first seen.

    A revision whose own change is fresh is judged by its article's date all the same: an old article that
    is edited is old news.
    """
    return now - (revision.article.published or revision.article.first_seen) > config.freshness


def _unfit(config: Config, revision: Revision, now: datetime) -> Reason | None:
    """Name what keeps a revision from interrupting anyone, whatever the receiver."""
    if revision.baseline and not _backfilled(config, revision, now):
        return Reason.BASELINE
    return Reason.STALE if is_stale(config, revision, now) else None


def _backfilled(config: Config, revision: Revision, now: datetime) -> bool:
    published = revision.article.published
    return bool(config.backfill) and published is not None and now - published <= config.backfill


def _owed(held: list[tuple[Rule, Severity]], receiver: Receiver) -> list[tuple[Rule, Severity]]:
    return [(rule, severity) for rule, severity in held if receiver.name in rule.notify]


def _decide_target(
    target: Target,
    receiver: Receiver,
    owed: list[tuple[Rule, Severity]],
    general: Reason | None,
    told: Told | None,
) -> Decision:
    live = [(rule, severity) for rule, severity in owed if rule.mode == "live"]
    loud = [(rule, severity) for rule, severity in live if severity >= receiver.min_severity]
    named = loud or live or owed
    severity = max(severity for _, severity in named)
    rules = tuple(rule.id for rule, _ in named)
    reason = general or (Reason.SHADOW if not live else Reason.BELOW_SEVERITY if not loud else None)
    if reason is None:
        return _tell(target, severity, rules, told)
    return Decision(target.id, target.receiver, Kind.ALERT, severity, reason, queue=False, rules=rules)


def _tell(target: Target, severity: Severity, rules: tuple[str, ...], told: Told | None) -> Decision:
    """Decide between the first word, a ping and an edit, for what nothing else holds back."""
    kind, reason, queue = Kind.ALERT, Reason.FIRST_ARTICLE, True
    if told is not None:
        kind, reason = Kind.UPDATE if told.revision else Kind.ALERT, Reason.NEW_RULE
        if set(rules) <= told.rules:
            reason = Reason.SEVERITY_RAISED
            if severity <= told.severity:
                kind, reason, queue = Kind.EDIT, Reason.TOLD, target.can_edit
    return Decision(target.id, target.receiver, kind, severity, reason, queue=queue, rules=rules)
