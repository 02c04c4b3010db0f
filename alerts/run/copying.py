"""The places of two stores go in; all of the first is in the second, proven, and nothing else has changed.

No daemon runs on either meanwhile: what it wrote after the copy would be lost with the old store.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from alerts.decide.ledger import Ledger
from alerts.run.lock import lock
from alerts.run.stored import ledger_of
from alerts.store.opening import PACKAGES
from crawler.store import moving
from crawler.store.chain import Head, head
from crawler.store.db import Database
from crawler.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the names of the stores, the rows of each table, the books and the end of the chain of both."""

    source: str
    target: str
    rows: Mapping[str, int]
    ledger: Ledger
    head: Head


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
        if not source.sqlite:
            source.hold(stack.enter_context(source.writing.connect()))  # a daemon would go on writing to it
        try:
            return _copy(source, target)
        except BaseException:
            target.close()
            if target.sqlite:
                for end in ("", "-wal", "-shm", "-journal"):
                    Path(f"{to}{end}").unlink(missing_ok=True)
            raise


def _copy(source: Database, target: Database) -> Copied:
    target.migrate(*PACKAGES)
    with source.read() as reader, target.write() as writer:
        moving.need_empty(writer, target.name)
        moved = moving.move(reader, writer)
        books, end = ledger_of(reader), head(reader)
        if (ledger_of(writer), head(writer)) != (books, end):
            raise StoreError("the books of the copy are not those of the store: nothing was copied")
    return Copied(source.name, target.name, {name: each.rows for name, each in moved.items()}, books, end)
