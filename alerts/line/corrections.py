"""A revision -> what was told before that it changes or corrects: the rules that told it, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from alerts.alert import Alert, Match
from alerts.decide.event_news import describe
from alerts.decision import KnownEvent
from alerts.event import EventMention
from alerts.rule import Config
from alerts.store import decisions
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
    events: Mapping[str, KnownEvent], revision: Revision, event: EventMention | None, config: Config
) -> Mapping[str, KnownEvent]:
    """Return what each target was told of an event, with the correction, if this is one, as its first news."""
    if not is_correction(revision.article.title):
        return events
    line = describe(event, config.events) if event else ""
    news = f"{CORRECTED}: {line}" if line else CORRECTED
    return {target: replace(each, news=(news, *each.news)) for target, each in events.items()}
