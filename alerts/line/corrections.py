"""A revision -> what was told before that it changes or corrects: the rules that told it, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from alerts.alert import Alert, Match
from alerts.decide.event_line import describe
from alerts.decide.overtaken import put_right, toll_in
from alerts.decision import Decision, KnownEvent
from alerts.event import EventMention, Report
from alerts.rule import Config
from alerts.store import decisions, event_reports
from crawler.article import Revision
from crawler.store.members import members_of
from crawler.stories.corrections import CORRECTED, is_correction


def told_before(connection: Connection, config: Config, revision: Revision, matched: set[str]) -> tuple[Match, ...]:
    """Return matches, without hits, of the rules that already alerted on this story and are not in `matched`.

    A material change is told under them even if its own text matches no rule (decision 51). Without one: (). A
    correction is told under those that told its event, also where another story did.
    """
    before = decisions.last_alert(connection, revision.placement.story) if revision.placement.change else None
    if before is None and is_correction(revision.article.title):
        before = _alert_of_thread(connection, revision)
    wanted = {rule.id for rule in config.rules if rule.mode != "off"} - matched
    causes = before.causes if before else ()
    return tuple(Match(each.rule, each.severity, each.score, ()) for each in causes if each.rule in wanted)


def _alert_of_thread(connection: Connection, revision: Revision) -> Alert | None:
    """Return the newest alert on a story of the thread, None if there is none."""
    members = members_of(connection, revision.placement.thread)
    stories = dict.fromkeys(each.story for each in reversed(members))
    return next((alert for story in stories if (alert := decisions.last_alert(connection, story))), None)


def corrected(
    connection: Connection,
    events: Mapping[str, KnownEvent],
    revision: Revision,
    event: EventMention | None,
    config: Config,
) -> Mapping[str, KnownEvent]:
    """Return what each target was told of an event, with the correction, if this is one, as its first news.

    Of a toll it says what it was: "CORRECTED: 4 -> 3 killed". What else it adds is said only where no toll is.
    """
    if not events or not is_correction(revision.article.title):
        return events
    reports = event_reports.reports_in(connection, revision.placement.thread)
    others = [each for each in reports if each.story != revision.placement.story]
    tolls = _tolls(revision, others)
    line = "; ".join(f"{each} {kind}" for kind, each in tolls.items()) or (
        describe(event, config.events) if event else ""
    )
    news = f"{CORRECTED}: {line}" if line else CORRECTED
    # a number that the report adds to those told is said by the correction
    said = tuple(f" {kind}" for kind in tolls)
    return {
        target: replace(each, news=(news, *(more for more in each.news if not more.endswith(said))))
        for target, each in events.items()
    }


def _tolls(revision: Revision, others: Sequence[Report]) -> dict[str, str]:
    """Return by kind in words, "4 -> 3", each number that a correction puts in place of another.

    That is the one it names itself ("three, not four"), else that of the newest other report which has one.
    """
    said, found = put_right(revision.article.title), {}
    now = toll_in(revision.article)
    for kind, number in now.items():
        if said and said[1] == number:
            before: int | None = said[0]
        else:
            told = [each.mention.casualties[kind] for each in others if kind in each.mention.casualties]
            before = told[-1] if told else None
        if before is not None and before != number:
            found[kind] = f"{before} -> {number}"
    if said and not found:  # "toll is three, not four": of whom, the other reports say
        told_of = [
            kind for each in others[::-1] for kind, number in each.mention.casualties.items() if number == said[0]
        ]
        found |= dict.fromkeys(told_of[:1], f"{said[0]} -> {said[1]}")
    return found


def change_of(revision: Revision) -> str:
    """Return the change of a revision in words; that of a correction says so, also where it tells a higher toll."""
    change = revision.placement.change
    corrects = bool(change) and is_correction(revision.article.title) and not change.startswith(CORRECTED)
    return f"{CORRECTED}: {change}" if corrects else change


def as_told(revision: Revision, matches: tuple[Match, ...], queued: Sequence[Decision]) -> tuple[Match, ...]:
    """Return the matches of a correction at the severity at which it is told: that of what it corrects."""
    if not (change_of(revision).startswith(CORRECTED) or is_correction(revision.article.title)):
        return matches
    return tuple(
        replace(each, severity=max([each.severity, *(made.severity for made in queued if each.rule in made.rules)]))
        for each in matches
    )
