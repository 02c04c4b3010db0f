"""SQL on what was done to the watch, by whom. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Integer, Row, Table, Text, select

from alerts.store.decisions import metadata
from crawler.store.db import UtcTime

LONGEST_DIFF = 100_000  # characters kept of one
KILLED = "the one before ended without a word: it was killed, or the machine went down"  # a line of a start
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("what", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lines", Text, nullable=False),  # JSON list: what changed, or the problems
    Column("diff", Text, nullable=False),  # of the rules, without secrets
    Index("audit_by_time", "at"),
)


class What(StrEnum):
    """What an entry is about. Acks, feedback, silences and notices have tables of their own, and are shown too."""

    START = "start"
    STOP = "stop"
    RESTORE = "restore"
    RULES = "rules"
    REFUSED = "refused"
    ORDER = "order"
    DIRECT = "direct notice"
    DELETION = "deletion"
    NOTE = "note"
    ACK = "ack"
    FEEDBACK = "feedback"
    SILENCE = "silence"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done: when, what, by whom ("" for the daemon itself), in a line and in more of them."""

    at: datetime
    what: What
    who: str
    title: str
    lines: tuple[str, ...] = ()
    diff: str = ""


def record(connection: Connection, entry: Entry) -> None:
    """Store an entry; of a diff that is longer than LONGEST_DIFF its beginning, and how much is left out."""
    left = len(entry.diff) - LONGEST_DIFF
    diff = entry.diff if left <= 0 else f"{entry.diff[:LONGEST_DIFF]}\n[{left} characters more]"
    values = {"at": entry.at, "what": entry.what.value, "who": entry.who, "title": entry.title}
    lines = json.dumps(entry.lines, ensure_ascii=False)
    connection.execute(audit.insert().values(**values, lines=lines, diff=diff))


def last_run(connection: Connection) -> tuple[What, datetime] | None:
    """Return which was stored last, a start, a stop or a restore, and when; None where there was none of them."""
    either = audit.c.what.in_((What.START.value, What.STOP.value, What.RESTORE.value))
    row = connection.execute(
        select(audit.c.what, audit.c.at).where(either).order_by(audit.c.id.desc()).limit(1)
    ).first()
    return (What(row.what), row.at) if row else None


def notes_on(connection: Connection, story: str) -> list[Entry]:
    """Return what people noted on a story, oldest first."""
    # by what they are first: of all that is kept here notes are few
    return entries_that(connection, audit.c.what == What.NOTE.value, audit.c.lines == json.dumps((story,)))


def entries_that(connection: Connection, *wanted: ColumnElement[bool]) -> list[Entry]:
    """Return the entries that meet all of `wanted`, in the order in which they were stored."""
    return [_entry(row) for row in connection.execute(select(audit).where(*wanted).order_by(audit.c.id))]


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.at, What(row.what), row.who, row.title, tuple(json.loads(row.lines)), row.diff)


def entries_since(connection: Connection, since: datetime) -> Iterable[Entry]:
    """Yield what was stored since then, oldest first."""
    for row in connection.execute(select(audit).where(audit.c.at >= since).order_by(audit.c.at, audit.c.id)):
        yield _entry(row)
