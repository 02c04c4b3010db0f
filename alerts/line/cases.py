"""A matched revision goes in; the stories to decide on because of it come out, each with its thread's standing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from alerts.alert import Match
from alerts.decide.same_event import EventWindow
from alerts.decide.standing import letters_of, standing_of
from alerts.event import EventMention
from alerts.line.asked_once import AskedOnce
from alerts.line.corrections import told_before
from alerts.line.released import may_be_released, released, strongest
from alerts.line.thread_standing import standing_for
from alerts.rule import Config
from alerts.rules.match import Finding
from alerts.standing import Standing
from alerts.store import event_reports
from crawler.article import Member, Revision
from crawler.store.members import members_of


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


def cases_of(
    connection: Connection, config: Config, window: EventWindow, asked: AskedOnce, revision: Revision, finding: Finding
) -> Iterator[Case]:
    """Yield the cases to decide on because of a revision: its own story, then other stories of its thread.

    Another story is a case where one of its matches waited for a `when` that this revision's origin or source meets.
    """
    story, thread = revision.placement.story, revision.placement.thread
    waits = asked.waits_in(thread)
    # most articles match nothing and nothing waits for them: they cost no read of their thread
    matches = finding.matches
    matches += told_before(connection, config, revision, {match.rule for match in matches})
    if not matches and not waits:
        return
    members = members_of(connection, thread)
    most = standing_of(members, letters_of(config)) if waits else None  # what disagrees only takes from it
    waiting = [each for each in waits if most and may_be_released(config, each, most)]
    own = [each for each in waiting if each.story == story]
    # A baseline revision tells nothing itself, and one without a match has no hits to quote: the one that matched is
    # told instead.
    told = released(connection, revision, own[-1].seq) if own and (revision.baseline or not matches) else revision
    event = finding.event if told is revision else event_reports.mention_of(connection, story)
    if own or matches:
        standing = standing_for(connection, config, members, told.article, event, window.report)
        own = [each for each in own if may_be_released(config, each, standing)]
        if own or matches:
            found = strongest(matches, [each.match for each in own])
            yield Case(told, found, members, standing, frozenset(each.match.rule for each in own), event)
    for other in dict.fromkeys(each.story for each in waiting if each.story != story):
        waited = [each for each in waiting if each.story == other]
        told = released(connection, revision, waited[-1].seq)
        event = event_reports.mention_of(connection, other)
        standing = standing_for(connection, config, members, told.article, event, window.report)
        found = tuple(each.match for each in waited if may_be_released(config, each, standing))
        if found:
            yield Case(told, found, members, standing, frozenset(match.rule for match in found), event)
