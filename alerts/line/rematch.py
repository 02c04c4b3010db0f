"""Stored revisions and the rules in force -> one digest for each target of the stories it was not told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from alerts.alert import Kind, Match, Reason, Receiver
from alerts.decide.standing import is_met
from alerts.decision import Told
from alerts.delivery import NewDelivery
from alerts.line.new_alert import Confirmed, make_alert, standing_for
from alerts.rule import Config, Rule, When
from alerts.rules.match import Matcher
from alerts.store import decisions, digests, event_reports, outbox
from crawler.article import Revision
from crawler.store import articles as archive

READ_AT_ONCE = 500  # revisions


@dataclass(frozen=True, slots=True)
class Missed:
    """A stored revision that the rules now catch for a target which was not told of its story."""

    revision: Revision
    matches: tuple[Match, ...]
    target: str
    receiver: str


def missed(connection: Connection, config: Config, matcher: Matcher, since: datetime) -> list[Missed]:
    """Return what the rules match of the articles first seen since then, for each target that was not told the story.

    One revision for each story and target: the first that matches.
    """
    found: list[Missed] = []
    listed: set[tuple[str, str]] = set()
    revisions = archive.revisions_since(connection, since, READ_AT_ONCE)
    matched = ((each, matches) for each in revisions if (matches := matcher.match(each.article)))
    # what was told is read for many at once: a reload counts what a day of matches would tell
    while together := list(islice(matched, READ_AT_ONCE)):
        told = decisions.told_of_stories(connection, {each.placement.story for each, _ in together})
        for revision, matches in together:
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
    members = archive.members_of(connection, revision.placement.thread)
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


def queue_digest(connection: Connection, config: Config, found: list[Missed], now: datetime) -> int:
    """Queue one digest for each target, and store its stories as told; return the number of digests."""
    subjects = {each.target: f"{each.receiver}@rematch-{now:%Y-%m-%dT%H:%M:%SZ}" for each in found}
    for each in found:
        story, subject = each.revision.placement.story, subjects[each.target]
        members = archive.members_of(connection, each.revision.placement.thread)
        event = event_reports.mention_of(connection, story)
        thread = Confirmed(members, standing_for(connection, config, members, each.revision.article, event))
        alert = make_alert(connection, config, each.revision, each.matches, thread, now)
        digests.add_digest_item(connection, subject, each.target, each.revision.seq, alert)
        digest = NewDelivery(each.target, each.receiver, Kind.DIGEST, alert.severity, Reason.REMATCH, subject)
        outbox.queue(connection, digest, now)
        before = decisions.told_of(connection, story).get(each.target)
        known = before or Told(frozenset(), alert.severity, alert.revision)
        rules = known.rules | {match.rule for match in each.matches}
        what = replace(known, rules=rules, severity=alert.severity, revision=alert.revision)
        decisions.save_told(connection, story, each.target, now, what)
    return len(subjects)
