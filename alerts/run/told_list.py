"""Alert revisions go in; each comes out with who reports its story, who acknowledged it and what silences it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Ack, Alert, Cause, Silence
from alerts.decide.silences import holding
from alerts.render.records import describe_ack, describe_silence, describe_translation
from alerts.render.sheet import translated
from alerts.render.title import headline_of, lead, toll_of
from alerts.render.words import link, rated, status_words
from alerts.rule import Config
from alerts.run.as_of_now import as_of_now
from alerts.status import UNSENT, Status
from alerts.store import acks, silences, translations
from alerts.store.latest import load_alerts
from alerts.store.statuses import statuses_of
from crawler.store.latest import Reported, reports_of


@dataclass(frozen=True, slots=True)
class Told:
    """A story by its newest alert, and how it stands: its reports, its ack, silences, what became of its messages."""

    alert: Alert
    reports: tuple[Reported, ...] = ()
    ack: Ack | None = None
    earlier: Ack | None = None  # given before what was told last became graver
    silences: tuple[Silence, ...] = ()
    status: Status = UNSENT
    words: str = ""  # the status, as people read it

    @property
    def sources(self) -> frozenset[str]:
        return frozenset({self.alert.article.source, *(each.source for each in self.reports)})

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(each.lang for each in self.reports if each.lang) or frozenset({self.alert.article.lang or ""})


def read_told(
    connection: Connection, config: Config, now: datetime, revisions: Collection[tuple[str, int]]
) -> list[Told]:
    """Return these alert revisions, given as story and number, in their order."""
    loaded = load_alerts(connection, revisions)
    found = translations.with_translations(connection, config.language, list(as_of_now(connection, config, loaded)))
    stories = [each.story for each in found]
    reports = reports_of(connection, stories)
    given, earlier = acks.acks_and_earlier(connection, stories)
    quiet = silences.silences_in_force(connection, now)
    statuses = statuses_of(connection, stories)
    return [
        Told(
            each,
            tuple(reports.get(each.story, ())),
            given.get(each.story),
            earlier.get(each.story),
            holding(quiet, each, now, config) if quiet else (),
            status := statuses.get(each.story, UNSENT),
            status_words(status, config.timezone),
        )
        for each in found
    ]


def describe_told(told: Told, now: datetime) -> dict[str, Any]:
    """Return a story as lists show it and as JSON has it. Times are aware; keys are added, never removed."""
    alert, reports = told.alert, told.reports
    seen = [each.first_seen for each in reports] or [alert.article.first_seen]
    return {
        "story": alert.story,
        "thread": alert.thread,
        "revision": alert.revision,
        "severity": alert.severity.word,
        "headline": headline_of(alert.article),
        "language": alert.article.lang,
        "gist": lead(alert).removesuffix(": "),
        "translation": describe_translation(alert.translation),
        "translated": translated(alert.translation),
        "event": alert.event_line,
        "deeds": _deeds(alert),
        "changes": list(alert.changes),
        "outlet": alert.article.outlet,
        "url": link(alert.article.url),
        "outlets": list(dict.fromkeys([*alert.outlets, *(each.outlet for each in reports)])),
        "owners": list(dict.fromkeys(each.owner for each in reports if each.owner)),
        "reports": len(reports),
        "languages": sorted(told.languages),
        "first": min(seen),
        "last": max([alert.created, *seen]),
        "told": told.status.told,
        "changed": alert.created,
        "status": told.status.name,
        "status_words": told.words,
        "reliability": alert.standing.rating,
        "rated": rated(alert.standing),
        "rules": [_cause(each) for each in alert.causes],
        "toll": toll_of(alert),
        "place": alert.where.record if alert.where else None,
        "ack": describe_ack(told.ack) if told.ack else None,
        "earlier_ack": describe_ack(told.earlier) if told.earlier else None,
        "silences": [describe_silence(each, now) for each in told.silences],
        "siblings": len(alert.siblings) + alert.more_siblings,
    }


def _deeds(alert: Alert) -> Sequence[str]:
    return list(dict.fromkeys(act.deed for act in alert.event.acts)) if alert.event else []


def _cause(cause: Cause) -> Mapping[str, str]:
    return {"rule": cause.rule, "title": cause.title, "severity": cause.severity.word, "why": cause.why}
