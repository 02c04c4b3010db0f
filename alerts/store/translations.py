"""SQL on machine translations of headlines, by text. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Index, Table, Text, bindparam, delete, func, select

from alerts.alert import Alert, Translation
from alerts.decide.translating import ServiceState
from alerts.render.sheet import HEADLINE_LIMIT
from alerts.render.title import headline_of
from alerts.render.words import cut
from alerts.store.decisions import alerts, drop_mark, get_mark, metadata, set_mark
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.saving import save

translations = Table(
    "translations",
    metadata,
    Column("language", Text, primary_key=True),  # that it was translated into
    Column("original", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("missing", Text, nullable=False),  # JSON list: names that the original has and the text has not
    Column("at", UtcTime, nullable=False),
    Column("numbers", Text, nullable=False, server_default="[]"),  # JSON list: those that the text changed
    Index("translations_by_time", "at"),
)

MARK = "translation"  # how the service has answered
ENCODER = "language model"  # the same of the process that reads headlines
_TIMES = ("worked", "since", "rests_until")
_FOREIGN = '%"foreign": true%'  # as snapshot.py writes it; what only quotes it is sorted out by whoever loads the alert


def asked_of(headline: str) -> str:
    """Return a headline as it is asked for: as it is shown, without the outlet's name behind it."""
    return cut(headline, HEADLINE_LIMIT)


def save_translation(connection: Connection, language: str, original: str, made: Translation, now: datetime) -> None:
    """Store what a headline was translated to."""
    values = {"language": language, "original": original, "text": made.text, "at": now}
    checked = {"missing": made.missing, "numbers": made.numbers}
    written = {name: json.dumps(each, ensure_ascii=False) for name, each in checked.items()}
    save(connection, translations, values | written, "language", "original")


def translated_at(connection: Connection, language: str, original: str) -> datetime | None:
    """Return when a headline was translated, None if it was not."""
    at: datetime | None = connection.scalar(_AT, {"into": language, "of": original})
    return at


_AT = select(translations.c.at).where(
    translations.c.language == bindparam("into"), translations.c.original == bindparam("of")
)


def translations_of(connection: Connection, language: str, headlines: Iterable[str]) -> dict[str, Translation]:
    """Return by headline, as it was given, the translations that are known."""
    asked: dict[str, list[str]] = {}
    for each in headlines:
        asked.setdefault(asked_of(each), []).append(each)
    found: dict[str, Translation] = {}
    for part in parts(asked):
        wanted = (translations.c.language == language, translations.c.original.in_(part))
        for row in connection.execute(select(translations).where(*wanted)):
            made = Translation(row.text, tuple(json.loads(row.missing)), tuple(json.loads(row.numbers)))
            found |= dict.fromkeys(asked[row.original], made)
    return found


def with_translations(connection: Connection, language: str, listed: Sequence[Alert]) -> list[Alert]:
    """Return alerts with the translations of those headlines that their readers cannot read."""
    headlines = {each.story: headline_of(each.article) for each in listed if each.foreign}
    known = translations_of(connection, language, headlines.values()) if headlines else {}
    return [
        replace(each, translation=known.get(headline_of(each.article))) if each.foreign and known else each
        for each in listed
    ]


def foreign_since(connection: Connection, since: datetime) -> list[tuple[str, int]]:
    """Return story and revision of the alerts made since then that may have a foreign headline, oldest first."""
    found = select(alerts.c.story, alerts.c.revision).where(alerts.c.created >= since, alerts.c.content.like(_FOREIGN))
    return [(row.story, row.revision) for row in connection.execute(found.order_by(alerts.c.created))]


def count(connection: Connection) -> int:
    """Return how many translations are kept."""
    return connection.scalar(select(func.count()).select_from(translations)) or 0


def expire(connection: Connection, now: datetime, kept: timedelta) -> int:
    """Delete translations that are older than the alerts they belong to may be; return how many."""
    return connection.execute(delete(translations).where(translations.c.at < now - kept)).rowcount


def load_state(connection: Connection, mark: str = MARK) -> ServiceState | None:
    """Return how the service has answered; None where none is asked."""
    stored = get_mark(connection, mark)
    if stored is None:
        return None
    raw = json.loads(stored)
    times = {name: datetime.fromisoformat(raw[name]) for name in _TIMES if raw[name]}
    return ServiceState(**{**raw, **times})


def save_state(connection: Connection, state: ServiceState | None, mark: str = MARK) -> None:
    """Store how the service has answered; None: none is asked any more."""
    if state is None:
        drop_mark(connection, mark)
        return
    set_mark(connection, mark, json.dumps(asdict(state), default=datetime.isoformat))
