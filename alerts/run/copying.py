"""The places of two stores go in; all of the first is in the second, proven, and the first says that its desk moved.

No daemon runs on either meanwhile: what it wrote after the copy would be lost with the old store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from alerts.decide.ledger import Ledger
from alerts.run.lock import lock
from alerts.run.stored import ledger_of
from alerts.store.moved import forget_begin, forget_move, note_begin, note_move
from alerts.store.opening import PACKAGES
from crawler.store import leases, moving
from crawler.store.chain import Head, head
from crawler.store.db import Database
from crawler.store.errors import StoreError
from crawler.store.faults import in_words


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the names of the stores, the rows of each table, the books and the end of the chain of both.

    `unmarked` says why the first could not be marked as left, "" where it was: a daemon can start on it.
    """

    source: str
    target: str
    rows: Mapping[str, int]
    ledger: Ledger
    head: Head
    unmarked: str = ""


def copy(given: str, to: str) -> Copied:
    """Copy the store at a path or URL into an empty one. Raises StoreError and AlreadyRunning; nothing is copied then.

    A file of the target must not exist; it is removed again where the copy fails.
    """
    files = [Path(each) for each in (given, to) if moving.is_sqlite_file(each)]
    if moving.is_sqlite_file(given) and not Path(given).is_file():
        raise StoreError(f"{given} is no file: write the path of a store (var/watchfloor.db), or a postgresql:// URL")
    if moving.is_sqlite_file(to) and Path(to).exists():
        raise StoreError(f"{to} exists: move it away, or copy to another file")
    with ExitStack() as stack:
        for folder in sorted({each.absolute().parent for each in files}):
            stack.enter_context(lock(folder))
        source, target = moving.database_of(given), moving.database_of(to)
        stack.callback(source.close)
        stack.callback(target.close)
        source.check(*PACKAGES)
        held: Connection | None = None  # the one connection that writes to a store in PostgreSQL
        if not source.sqlite:
            with source.write() as connection:
                leases.clear(connection)  # a daemon that stands still and wakes up later writes nothing more
            held = stack.enter_context(source.writing.connect())
            source.hold(held)  # a daemon would go on writing to it
        _mark(source, held, partial(note_begin, to=_place(target), now=datetime.now(UTC)))  # where not, the end says so
        try:
            done = _copy(source, target)
        except BaseException:
            _mark(source, held, forget_begin)
            target.close()
            if target.sqlite:
                for end in ("", "-wal", "-shm", "-journal"):
                    Path(f"{to}{end}").unlink(missing_ok=True)
            raise
        note = partial(note_move, to=_place(target), now=datetime.now(UTC))
        return replace(done, unmarked=_mark(source, held, note))


def _place(target: Database) -> str:
    return str(Path(target.name).absolute()) if target.sqlite else target.name


def _mark(source: Database, held: Connection | None, note: Callable[[Connection], None]) -> str:
    """Note something in the store that is copied; return why that cannot be, "" if it was."""
    try:
        with ExitStack() as stack:
            connection = held or stack.enter_context(source.writing.connect())
            with connection.begin():
                note(connection)
    except (DatabaseError, StoreError) as error:  # the copy is whole: it stands
        return in_words(error)
    return ""


def _copy(source: Database, target: Database) -> Copied:
    target.migrate(*PACKAGES)
    with source.read() as reader, target.write() as writer:
        moving.need_empty(writer, target.name)
        moved = moving.move(reader, writer)
        books, end = ledger_of(reader), head(reader)
        if (ledger_of(writer), head(writer)) != (books, end):
            raise StoreError("the books of the copy are not those of the store: nothing was copied")
        forget_move(writer)  # of a store that was copied before: the desk is here now
    return Copied(source.name, target.name, {name: each.rows for name, each in moved.items()}, books, end)
