"""A state directory and a time go in; what happened since then and what waits comes out, for the next shift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, or_

from alerts.alert import PINGS, Ack, Alert, Reason
from alerts.decision import HeldBack
from alerts.delivery import UNFINISHED, Delivery, DeliveryState
from alerts.render.handover import Failing, Handover, ToldStory
from alerts.render.words import status_words
from alerts.rule import Config, Wordless
from alerts.run.as_of_now import as_of_now
from alerts.run.log_entries import watch_since
from alerts.run.stored import last_reload
from alerts.status import Status
from alerts.store import acks, decisions, outbox, silences, translations, withheld
from alerts.store.latest import load_alerts
from alerts.store.opening import reading
from alerts.store.outbox import deliveries
from alerts.store.statuses import statuses_of, stories_sent_since, tellings_of, told_since
from crawler.sources.health import SourceHealth, health_of, in_words
from crawler.store.asked import parts
from crawler.store.members import members_in
from crawler.store.source_states import load_states

ILL = frozenset({SourceHealth.FAILING, SourceHealth.DOWN, SourceHealth.GONE, SourceHealth.SILENT})


def read_shift(state_dir: Path, since: datetime, now: datetime, config: Config | Wordless) -> Handover:
    """Return the report of a shift that began at `since`, for readers of the language of `config`.

    All is read in one transaction, as of one moment.
    """
    with reading(state_dir) as connection:
        stories, untold = _stories(connection, config, since)
        known = _told_of_event(connection, untold)
        quiet = silences.silences_since(connection, since)
        silenced = withheld.held_back(connection, [each.id for each in quiet], since)
        return Handover(
            since,
            now,
            stories=stories,
            untold=tuple(each for each in untold if each.alert.story not in known),
            further=tuple((each, known[each.alert.story]) for each in untold if each.alert.story in known),
            done=tuple(watch_since(connection, since)),
            silences=tuple(quiet),
            silenced=_still_silenced(connection, silenced, since),
            silenced_by=Counter(each.silence for each in silenced),
            failing=_failing(connection, now),
            dead=_dead(connection, since),
            held=tuple(outbox.deliveries_that(connection, deliveries.c.state.in_(UNFINISHED))),
            reload=_reload(connection, since),
        )


def _stories(
    connection: Connection, config: Config | Wordless, since: datetime
) -> tuple[tuple[ToldStory, ...], tuple[ToldStory, ...]]:
    """Return the stories of which a message was sent since then, and those that changed but wait or were not told."""
    sent = stories_sent_since(connection, since)
    names = dict.fromkeys((*acks.stories_told_since(connection, since), *sent))
    revisions = [(story, decisions.last_alert_revision(connection, story)) for story in names]
    made = list(as_of_now(connection, config, load_alerts(connection, revisions)))
    given, earlier = acks.acks_and_earlier(connection, [each.story for each in made])
    acked = _acked(connection, (*given.values(), *earlier.values()))
    statuses = statuses_of(connection, [each.story for each in made])
    every = [
        ToldStory(
            each,
            given.get(each.story),
            status_words(statuses.get(each.story, Status()), config.timezone),
            earlier.get(each.story),
            acked,
        )
        for each in translations.with_translations(connection, config.language, made)
    ]
    told = frozenset(sent)
    return (
        tuple(each for each in every if each.alert.story in told),
        tuple(each for each in every if each.alert.story not in told),
    )


def _acked(connection: Connection, given: Iterable[Ack]) -> dict[Ack, Alert]:
    """Return the alert revision that each ack was given of."""
    given = list(dict.fromkeys(given))
    known = {
        (each.story, each.revision): each
        for each in load_alerts(connection, [(each.story, each.revision) for each in given])
    }
    return {each: known[each.story, each.revision] for each in given if (each.story, each.revision) in known}


def _told_of_event(connection: Connection, untold: Iterable[ToldStory]) -> dict[str, datetime]:
    """Return of those of the stories whose event was told, as grave as they are, when that was last.

    What a receiver was to be rung for as another attack, or was given up, is none of them: nobody knows of it.
    """
    threads: dict[str, set[str]] = {}
    names = list(dict.fromkeys(each.alert.thread for each in untold))
    for part in parts(names):
        for name, members in members_in(connection, part).items():
            threads[name] = {each.story for each in members}
    tellings = tellings_of(connection, [story for stories in threads.values() for story in stories])
    found = {}
    missed = _missed(connection, [each.alert.story for each in untold])
    for alert in (each.alert for each in untold if each.alert.story not in missed):
        told = [each for story in threads.get(alert.thread, ()) for each in tellings.get(story, ())]
        if times := [at for severity, at in told if severity >= alert.severity]:
            found[alert.story] = max(times)
    return found


def _missed(connection: Connection, stories: Sequence[str]) -> set[str]:
    """Return those of the stories of which a message was to ring as another attack, or was given up."""
    rang = (deliveries.c.kind.in_([each.value for each in PINGS]), deliveries.c.subject.in_(stories))
    lost = or_(deliveries.c.state == DeliveryState.DEAD.value, deliveries.c.reason == Reason.ANOTHER.value)
    return {each.subject for each in outbox.deliveries_that(connection, *rang, lost)}


def _still_silenced(connection: Connection, silenced: Sequence[HeldBack], since: datetime) -> tuple[HeldBack, ...]:
    """Return the stories that silences held back, each once, but for those that a message told since."""
    told = {story: row.sent for story, row in told_since(connection, since)}
    left: dict[str, HeldBack] = {}
    for each in silenced:
        if each.story not in told or told[each.story] < each.at:
            left.setdefault(each.story, each)
    return tuple(left.values())


def _failing(connection: Connection, now: datetime) -> tuple[Failing, ...]:
    states = sorted(load_states(connection).items())
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
