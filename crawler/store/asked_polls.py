"""SQL on polls that one daemon asks of another, which has the source and its state: at a person's word, or soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, select

from crawler.store.db import UtcTime
from crawler.store.saving import save_all

KEPT = timedelta(minutes=10)
SOON = ""  # nobody asks by name: news of the source's own is carried elsewhere

metadata = MetaData()
asked_polls = Table(
    "asked_polls",
    metadata,
    Column("source", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AskedPoll:
    """A poll of a source that is asked for, by whom (SOON for no person) and since when."""

    source: str
    by: str
    at: datetime


def ask(connection: Connection, sources: Iterable[str], by: str, now: datetime) -> None:
    """Ask for polls of these sources; what a person asked for stays that."""
    kept = {each.source for each in asked(connection) if each.by} if by == SOON else set()
    rows = [{"source": each, "by": by, "at": now} for each in sources if each not in kept]
    save_all(connection, asked_polls, rows, "source")


def asked(connection: Connection) -> list[AskedPoll]:
    """Return what is asked for."""
    return [AskedPoll(**row) for row in connection.execute(select(asked_polls)).mappings()]


def expire(connection: Connection, now: datetime) -> None:
    """Forget what nobody did: its source has left the rules, or is polled by its own pace by now."""
    connection.execute(delete(asked_polls).where(asked_polls.c.at < now - KEPT))


def end(connection: Connection, done: Iterable[AskedPoll]) -> None:
    """Remove what was done, or is of no use any more; what was asked for anew since stays."""
    for each in done:
        is_it = (asked_polls.c.source == each.source, asked_polls.c.at == each.at)
        connection.execute(delete(asked_polls).where(*is_it))
