"""Stored revisions and the rules in force -> one digest for each target of the stories it was not told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, takewhile
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Match, Reason, Receiver
from alerts.decide.standing import is_met
from alerts.decision import Decision, Told
from alerts.delivery import Carried, Carrier, NewDelivery
from alerts.line.judging_order import TRIAGED
from alerts.line.new_alert import Confirmed, make_alert
from alerts.line.thread_standing import standing_for
from alerts.rule import Config, Rule, When
from alerts.rules.match import Matcher
from alerts.store import decisions, digests, event_reports, outbox
from crawler.article import Revision
from crawler.store import articles as archive
from crawler.store.articles import count
from crawler.store.members import members_of

READ_AT_ONCE = 500  # revisions


@dataclass(frozen=True, slots=True)
class Missed:
    """A stored revision that the rules now catch for a target which was not told of its story."""

    revision: Revision
    matches: tuple[Match, ...]
    target: str
    receiver: str


def missed(
    connection: Connection, config: Config, matcher: Matcher, since: datetime, matching: set[str] | None = None
) -> list[Missed]:
    """Return what the rules match of the articles first seen since then, for each target that was not told the story.

    One revision for each story and target: the first that matches. What triage has still to decide on it tells itself.
    The ids of all articles that match, told or not, are added to `matching`.
    """
    decided = int(decisions.get_mark(connection, TRIAGED) or 0)
    found: list[Missed] = []
    listed: set[tuple[str, str]] = set()
    newest = archive.revisions_since(connection, since, READ_AT_ONCE)
    revisions = takewhile(lambda each: each.seq <= decided, newest)
    matched = ((each, matches) for each in revisions if (matches := matcher.match(each.article)))
    # what was told is read for many at once: a reload counts what a day of matches would tell
    while together := list(islice(matched, READ_AT_ONCE)):
        told = decisions.told_of_stories(connection, {each.placement.story for each, _ in together})
        for revision, matches in together:
            if matching is not None:
                matching.add(revision.article.id)
            for each in _targets(connection, config, revision, matches, told):
                if (revision.placement.story, each.target) not in listed:
                    listed.add((revision.placement.story, each.target))
                    found.append(each)
    return found


def _targets(
    connection: Connection,
    config: Config,
    revision: Revision,
    matches: tuple[Match, ...],
    told: Mapping[str, Mapping[str, Told]],
) -> list[Missed]:
    """Return what of a revision's matches each target was not told; `told` is by target and story."""
    rules = {rule.id: rule for rule in config.rules if rule.mode == "live"}
    live = [match for match in matches if match.rule in rules]
    missing = [
        Missed(revision, loud, target.id, receiver.name)
        for receiver in config.receivers.values()
        for target in receiver.targets
        if (loud := _untold(live, rules, receiver, told.get(target.id, {}).get(revision.placement.story)))
    ]
    if not any(rules[match.rule].when != When() for each in missing for match in each.matches):
        return missing
    members = members_of(connection, revision.placement.thread)
    event = event_reports.mention_of(connection, revision.placement.story)
    standing = standing_for(connection, config, members, revision.article, event)
    met = {each.rule for each in live if is_met(rules[each.rule].when, standing)}
    return [
        replace(each, matches=tuple(match for match in each.matches if match.rule in met))
        for each in missing
        if _rules_told(told, each)
        < _rules_told(told, each) | {match.rule for match in each.matches if match.rule in met}
    ]


def _rules_told(told: Mapping[str, Mapping[str, Told]], each: Missed) -> frozenset[str]:
    known = told.get(each.target, {}).get(each.revision.placement.story)
    return known.rules if known else frozenset()


def _untold(
    matches: Iterable[Match], rules: Mapping[str, Rule], receiver: Receiver, told: Told | None
) -> tuple[Match, ...]:
    """Return the matches that a receiver hears of, () if its target was told all of their rules."""
    due = (match for match in matches if receiver.name in rules[match.rule].notify)
    loud = tuple(match for match in due if match.severity >= receiver.min_severity)
    return () if told and {match.rule for match in loud} <= told.rules else loud


def preview(connection: Connection, config: Config, matcher: Matcher, since: datetime) -> dict[str, Any]:
    """Return how many articles match, how many stories nobody was told of, and the digests that would tell them.

    It only reads: nothing is queued or noted.
    """
    matching: set[str] = set()
    found = missed(connection, config, matcher, since, matching)
    digests: dict[str, dict[str, Any]] = {}
    for each in found:
        gravest = max(each.matches, key=lambda match: match.severity)
        listed = digests.setdefault(each.target, {"receiver": each.receiver, "target": each.target, "stories": []})
        listed["stories"].append(
            {
                "story": each.revision.placement.story,
                "severity": gravest.severity.word,
                "rule": gravest.rule,
                "title": each.revision.article.title,
                "outlet": each.revision.article.outlet,
            }
        )
    stories = len({each.revision.placement.story for each in found})
    return {"articles": len(matching), "stories": stories, "digests": list(digests.values())}


def queue_digest(connection: Connection, config: Config, found: list[Missed], now: datetime) -> int:
    """Queue one digest for each target, and store its stories as alerted and told; return the number of digests.

    Each story gets an alert revision, and for each target a message that is folded into its digest: so a story is
    listed, acknowledged, rated and counted as any other that a digest told.
    """
    subjects = {each.target: f"{each.receiver}@rematch-{now:%Y-%m-%dT%H:%M:%SZ}" for each in found}
    by_revision: dict[int, list[Missed]] = {}  # targets may miss different rules of one revision
    for each in found:
        by_revision.setdefault(each.revision.seq, []).append(each)
    for missing in by_revision.values():
        alert = _add_alert(connection, config, missing, now)
        for each in missing:
            _tell(connection, each, alert, subjects[each.target], now)
    return len(subjects)


def _add_alert(connection: Connection, config: Config, missing: list[Missed], now: datetime) -> Alert:
    """Store and return the alert revision that tells a revision to all targets that missed something of it."""
    revision = missing[0].revision
    matches = {match.rule: match for each in missing for match in each.matches}
    members = members_of(connection, revision.placement.thread)
    event = event_reports.mention_of(connection, revision.placement.story)
    thread = Confirmed(members, standing_for(connection, config, members, revision.article, event))
    alert = make_alert(connection, config, revision, tuple(matches.values()), thread, now, event=event)
    decisions.add_alert(connection, alert)
    return alert


def _tell(connection: Connection, each: Missed, alert: Alert, subject: str, now: datetime) -> None:
    """List an alert in the digest of a target, with the decision, its folded message and what the target knows now."""
    target, receiver = each.target, each.receiver
    before = decisions.told_of(connection, alert.story).get(target)
    missed_rules = tuple(match.rule for match in each.matches)
    rules = tuple(dict.fromkeys((*missed_rules, *sorted(before.rules if before else ()))))
    heard = alert.heard_by(rules)
    digests.add_digest_item(connection, subject, target, each.revision.seq, heard)
    digest = NewDelivery(target, receiver, Kind.DIGEST, heard.severity, Reason.REMATCH, subject)
    outbox.queue(connection, digest, now)
    digests.describe(connection, subject, target, heard.severity, {})
    kind = Kind.UPDATE if before and before.revision else Kind.ALERT
    made = Decision(target, receiver, kind, heard.severity, Reason.REMATCH, queue=True, rules=missed_rules)
    decisions.add_late_decision(connection, each.revision.seq, alert.story, now, made)
    part = NewDelivery(
        target, receiver, kind, heard.severity, made.reason, alert.story, alert.revision, rules, thread=alert.thread
    )
    outbox.add_folded(connection, part, Carrier(Carried.DIGEST, subject), now)
    count(connection, decisions.counts, {"matched": 1, "queued": 1})  # the ledger has a decision for each message
    known = before or Told(frozenset(), heard.severity, alert.revision)
    what = replace(known, rules=frozenset(rules), severity=heard.severity, revision=alert.revision)
    decisions.save_told(connection, alert.story, target, now, what)
