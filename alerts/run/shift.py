"""A state directory and a time go in; what happened since then and what waits comes out, for the next shift."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.delivery import UNFINISHED, Delivery, DeliveryState
from alerts.render.handover import Failing, Handover, ToldStory
from alerts.render.words import status_words
from alerts.rule import Config
from alerts.run.as_of_now import as_of_now
from alerts.run.stored import last_reload
from alerts.status import Status
from alerts.store import acks, decisions, outbox, silences, translations
from alerts.store.latest import load_alerts
from alerts.store.opening import reading
from alerts.store.outbox import deliveries
from alerts.store.statuses import statuses_of, stories_sent_since
from crawler.sources.health import SourceHealth, health_of, in_words
from crawler.store import articles as archive

ILL = frozenset({SourceHealth.FAILING, SourceHealth.DOWN, SourceHealth.GONE, SourceHealth.SILENT})


def read_shift(state_dir: Path, since: datetime, now: datetime, config: Config) -> Handover:
    """Return the report of a shift that began at `since`, for readers of the language of `config`.

    All is read in one transaction, as of one moment.
    """
    with reading(state_dir) as connection:
        stories, untold = _stories(connection, config, since)
        return Handover(
            since,
            now,
            stories=stories,
            untold=untold,
            silences=tuple(silences.silences_since(connection, since)),
            failing=_failing(connection, now),
            dead=_dead(connection, since),
            held=tuple(outbox.deliveries_that(connection, deliveries.c.state.in_(UNFINISHED))),
            reload=_reload(connection, since),
        )


def _stories(
    connection: Connection, config: Config, since: datetime
) -> tuple[tuple[ToldStory, ...], tuple[ToldStory, ...]]:
    """Return the stories of which a message was sent since then, and those that changed but wait or were not told."""
    sent = stories_sent_since(connection, since)
    names = dict.fromkeys((*acks.stories_told_since(connection, since), *sent))
    revisions = [(story, decisions.last_alert_revision(connection, story)) for story in names]
    made = list(as_of_now(connection, config, load_alerts(connection, revisions)))
    given = acks.acks_of(connection, [each.story for each in made])
    statuses = statuses_of(connection, [each.story for each in made])
    every = [
        ToldStory(
            each,
            given.get(each.story),
            status_words(statuses.get(each.story, Status()), config.timezone),
        )
        for each in translations.with_translations(connection, config.language, made)
    ]
    told = frozenset(sent)
    return (
        tuple(each for each in every if each.alert.story in told),
        tuple(each for each in every if each.alert.story not in told),
    )


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
