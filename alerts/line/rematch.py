"""Stored revisions and the rules in force -> one digest for each target of the stories it was not told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import Kind, Match, NewDelivery, Reason
from alerts.decide.standing import is_met
from alerts.decision import Told
from alerts.line.new_alert import Confirmed, make_alert, standing_for
from alerts.rule import Config
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
    for revision in archive.revisions_since(connection, since, READ_AT_ONCE):
        matches = matcher.match(revision.article)
        for each in _targets(connection, config, revision, matches) if matches else ():
            if (revision.placement.story, each.target) not in listed:
                listed.add((revision.placement.story, each.target))
                found.append(each)
    return found


def _targets(connection: Connection, config: Config, revision: Revision, matches: tuple[Match, ...]) -> list[Missed]:
    told = decisions.told_of(connection, revision.placement.story)
    members = archive.members_of(connection, revision.placement.thread)
    event = event_reports.mention_of(connection, revision.placement.story)
    standing = standing_for(connection, config, members, revision.article, event)
    rules = {rule.id: rule for rule in config.rules if rule.mode == "live" and is_met(rule.when, standing)}
    missing: list[Missed] = []
    for receiver in config.receivers.values():
        due = tuple(match for match in matches if match.rule in rules and receiver.name in rules[match.rule].notify)
        loud = tuple(match for match in due if match.severity >= receiver.min_severity)
        wanted = {match.rule for match in loud}
        untold = [each for each in receiver.targets if each.id not in told or not wanted <= told[each.id].rules]
        missing += [Missed(revision, loud, each.id, receiver.name) for each in untold if loud]
    return missing


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
