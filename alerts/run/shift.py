"""A state directory and a time go in; what happened since then and what waits comes out, for the next shift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.delivery import UNFINISHED, Delivery, DeliveryState
from alerts.render.handover import Failing, Handover, ToldStory
from alerts.run.stored import last_reload
from alerts.store import acks, decisions, outbox, silences, translations
from alerts.store.opening import reading
from alerts.store.outbox import deliveries
from crawler.sources.health import SourceHealth, health_of, in_words
from crawler.store import articles as archive

ILL = frozenset({SourceHealth.FAILING, SourceHealth.DOWN, SourceHealth.GONE, SourceHealth.SILENT})


def read_shift(state_dir: Path, since: datetime, now: datetime, language: str) -> Handover:
    """Return the report of a shift that began at `since`, for readers of a language.

    All is read in one transaction, as of one moment.
    """
    with reading(state_dir) as connection:
        return Handover(
            since,
            now,
            stories=tuple(_told_stories(connection, since, language)),
            silences=tuple(silences.silences_since(connection, since)),
            failing=_failing(connection, now),
            dead=_dead(connection, since),
            held=tuple(outbox.deliveries_that(connection, deliveries.c.state.in_(UNFINISHED))),
            reload=_reload(connection, since),
        )


def _told_stories(connection: Connection, since: datetime, language: str) -> Iterator[ToldStory]:
    told = [
        decisions.load_alert(connection, story, decisions.last_alert_revision(connection, story))
        for story in acks.stories_told_since(connection, since)
    ]
    given = acks.acks_of(connection, [each.story for each in told])
    for alert in translations.with_translations(connection, language, told):
        yield ToldStory(alert, given.get(alert.story))


def _failing(connection: Connection, now: datetime) -> tuple[Failing, ...]:
    states = sorted(archive.load_states(connection).items())
    return tuple(Failing(name, in_words(state, now)) for name, state in states if health_of(state, now) in ILL)


def _dead(connection: Connection, since: datetime) -> tuple[tuple[Delivery, str], ...]:
    wanted = (deliveries.c.state == DeliveryState.DEAD.value, deliveries.c.changed >= since)
    return tuple((each, each.detail) for each in outbox.deliveries_that(connection, *wanted))


def _reload(connection: Connection, since: datetime) -> tuple[datetime, str] | None:
    note = last_reload(connection)
    if note is None or datetime.fromisoformat(note["at"]) < since:
        return None
    problems = f", {len(note['problems'])} errors" if note["problems"] else ""
    return datetime.fromisoformat(note["at"]), f"{note['result']}, version {note['version']}{problems}"
