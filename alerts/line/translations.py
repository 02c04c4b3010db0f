"""Foreign headlines of alerts -> what is to be asked; an answer -> stored, with the edits and the notice it causes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import PINGS, Kind, Reason, Severity, Translation
from alerts.decide.glosses import latin_name
from alerts.decide.translating import ServiceState, Wanted, news_of, to_edit
from alerts.delivery import Delivery, NewDelivery
from alerts.line.notices import queue_all
from alerts.render.title import headline_of
from alerts.rule import Config
from alerts.rules.entities import EntityFinder
from alerts.store import decisions, outbox, translations
from crawler.store.articles import count


@dataclass(frozen=True, slots=True)
class News:
    """What alerts made of late ask for: headlines to translate, and stories whose message lacks what is known now."""

    wanted: tuple[Wanted, ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()  # story, headline


def news(connection: Connection, config: Config, made: Iterable[tuple[str, int]]) -> News:
    """Return what alert revisions, by story and number, ask for."""
    wanted, lacking = [], []
    for story, revision in made:
        alert = decisions.load_alert(connection, story, revision)
        if not alert.foreign:
            continue
        headline = translations.asked_of(headline_of(alert.article))
        at = translations.translated_at(connection, config.language, headline)
        if at is None:
            article, stories = alert.article, frozenset({story})
            wanted.append(Wanted(headline, article.lang, alert.severity, alert.created, stories))
        elif _edits(connection, config, story, headline, at):
            lacking.append((story, headline))
    return News(tuple(wanted), tuple(lacking))


def lacking_names(finder: EntityFinder, config: Config, original: str, translated: str) -> tuple[str, ...]:
    """Return the names, as people read them, of what a headline names and its translation does not."""
    return tuple(latin_name(config.entities[each]) for each in finder.lacking(original, translated))


def store_translation(
    connection: Connection,
    config: Config,
    wanted: Wanted,
    made: Translation,
    before: ServiceState,
    now_is: ServiceState,
    now: datetime,
) -> None:
    """Store a translation, queue the edits that it causes, and store how the service has answered."""
    translations.save_translation(connection, config.language, wanted.text, made, now)
    for story in wanted.stories:
        _queue_edits(connection, config, story, wanted.text, now, now)
    store_state(connection, config, before, now_is, now)


def queue_known(connection: Connection, config: Config, story: str, headline: str, now: datetime) -> None:
    """Queue an edit for each message on a story that lacks a translation which is known by now."""
    at = translations.translated_at(connection, config.language, headline)
    if at is not None:
        _queue_edits(connection, config, story, headline, at, now)


def _queue_edits(
    connection: Connection, config: Config, story: str, headline: str, since: datetime, now: datetime
) -> None:
    """Queue an edit for each message on a story that lacks the translation known `since` then."""
    for each in _edits(connection, config, story, headline, since):
        if outbox.queue(connection, each, now):
            # the ledger has a decision for each edit
            count(connection, decisions.counts, {"matched": 1, "queued": 1})
        else:
            outbox.queue_edit_again(connection, each, now)


def _edits(connection: Connection, config: Config, story: str, headline: str, since: datetime) -> list[NewDelivery]:
    edits = []
    for target in (each for each in config.targets.values() if each.can_edit):
        sent = outbox.on_subject(connection, story, target.id)
        shown = to_edit(sent, since)
        if shown and _headline(connection, shown) == headline:
            edits.append(_edit(shown, sent))
    return edits


def _headline(connection: Connection, shown: Delivery) -> str:
    article = decisions.load_alert(connection, shown.subject, shown.revision).article
    return translations.asked_of(headline_of(article))


def _edit(shown: Delivery, sent: Iterable[Delivery]) -> NewDelivery:
    """Return the edit of what a reader was shown last. It keeps the notes of the message that it replaces."""
    first = min((each for each in sent if each.kind in PINGS), key=lambda each: each.sent or each.queued)
    return NewDelivery(
        shown.target,
        shown.receiver,
        Kind.EDIT,
        Severity.ROUTINE,  # of the delivery: it goes after all that rings, and leaves the rate to it
        Reason.TRANSLATED,
        shown.subject,
        shown.revision,
        shown.rules,
        thread=shown.thread,
        notes=first.notes,
    )


def store_state(
    connection: Connection, config: Config, before: ServiceState, now_is: ServiceState, now: datetime
) -> None:
    """Store how the service has answered, with a notice where it has failed for long or works again."""
    translations.save_state(connection, now_is)
    told = news_of(before, now_is, config.timezone)
    if told:
        queue_all(connection, config, f"notice:translation:{now.isoformat()}", *told, now)
