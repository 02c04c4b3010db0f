"""A revision -> what was told before that it changes or corrects: the rules that told it, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from alerts.alert import Alert, Match
from alerts.decide.event_news import describe
from alerts.decide.overtaken import toll_in
from alerts.decide.what_to_tell import NUMBER
from alerts.decision import Decision, KnownEvent
from alerts.event import EventMention, Report
from alerts.rule import Config
from alerts.store import decisions, event_reports
from crawler.article import Revision
from crawler.store import articles as archive
from crawler.stories.corrections import CORRECTED, is_correction


def told_before(connection: Connection, config: Config, revision: Revision, matched: set[str]) -> tuple[Match, ...]:
    """Return matches, without hits, of the rules that already alerted on this story and are not in `matched`.

    A material change is told under them even if its own text matches no rule (decision 51). Without one: (). A
    correction is told under those that told its event, also where another story did.
    """
    before = _alert_of(connection, revision.placement.story) if revision.placement.change else None
    if before is None and is_correction(revision.article.title):
        before = _alert_of_thread(connection, revision)
    wanted = {rule.id for rule in config.rules if rule.mode != "off"} - matched
    causes = before.causes if before else ()
    return tuple(Match(each.rule, each.severity, each.score, ()) for each in causes if each.rule in wanted)


def _alert_of(connection: Connection, story: str) -> Alert | None:
    last = decisions.last_alert_revision(connection, story)
    return decisions.load_alert(connection, story, last) if last else None


def _alert_of_thread(connection: Connection, revision: Revision) -> Alert | None:
    """Return the newest alert on a story of the thread, None if there is none."""
    members = archive.members_of(connection, revision.placement.thread)
    stories = dict.fromkeys(each.story for each in reversed(members))
    return next((alert for story in stories if (alert := _alert_of(connection, story))), None)


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
    line = "; ".join(_tolls(revision, others)) or (describe(event, config.events) if event else "")
    news = f"{CORRECTED}: {line}" if line else CORRECTED
    # a toll that it corrects downwards and one that it raises are one change of it
    return {
        target: replace(each, news=(news, *(more for more in each.news if not NUMBER.match(more))))
        for target, each in events.items()
    }


def _tolls(revision: Revision, others: Sequence[Report]) -> Iterator[str]:
    """Yield in words each number that a correction puts in place of that of the newest other report which has one."""
    for kind, number in toll_in(revision.article).items():
        before = next((each.mention.casualties[kind] for each in others[::-1] if kind in each.mention.casualties), None)
        if before is not None and before != number:
            yield f"{before} -> {number} {kind}"


def as_told(revision: Revision, matches: tuple[Match, ...], queued: Sequence[Decision]) -> tuple[Match, ...]:
    """Return the matches of a correction at the severity at which it is told: that of what it corrects."""
    change, title = revision.placement.change, revision.article.title
    if not (change.startswith(CORRECTED) or is_correction(title)):
        return matches
    return tuple(
        replace(each, severity=max([each.severity, *(made.severity for made in queued if each.rule in made.rules)]))
        for each in matches
    )
