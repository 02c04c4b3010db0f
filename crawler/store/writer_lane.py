"""The thread that owns the only writing connection: works go in, each returns once it is durable.

Writes that wait are committed together: each has its own savepoint, one fsync makes all of them durable, and only then
do their callers continue.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from crawler.store import sqlite
from crawler.store.db import Database
from crawler.store.errors import StoreLost

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], T]
READ_ONLY = "25006"  # SQLSTATE of a PostgreSQL that takes no writes: a standby, after a failover to the wrong side
MOST_TOGETHER = 256  # writes in one commit: under steady load the first one must not wait for ever


class Lane(Protocol):
    """What takes writes: the writer lane, or one that writes only while something is ours."""

    async def write(self, work: Work[T]) -> T:
        """Run `work(connection)` in its turn; return its result once it is durable, or raise its error."""


def _checkpoint(_: Connection) -> None:
    """Stand for a checkpoint among the works of the lane."""


class WriterLane:
    """The writer thread: `await lane.write(work)` returns once the work is durable (decision 2).

    Works that wait are committed together. If one of them raises, only its own changes are rolled back. If the commit
    fails, all of them fail and nothing is stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self.answered = time.monotonic()  # when the last write ended, well or not
        self.refused_since: float | None = None  # the first of the writes that the store refused, while it refuses them
        self.refusal = ""  # its error
        self.lost = ""  # that of a store which another has by now, and we never again
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T]) -> T:
        """Run `work(connection)` in the writer thread, wait for the commit, and return its result or raise its error.

        A caller that is cancelled does not stop a work that has begun.
        """
        return await asyncio.wrap_future(self.put(work))

    def put(self, work: Work[T]) -> Future[T]:
        """Queue a work and return its future: for threads that are not the event loop's."""
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def checkpoint(self) -> Future[None]:
        """Write what is in the WAL into the database file, between two commits; return when it is done as a future."""
        return self.put(_checkpoint)

    @property
    def waiting(self) -> int:
        """The number of writes that wait."""
        return self._queue.qsize()

    @property
    def runs(self) -> bool:
        """Whether the writer thread is alive."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Finish the queued work, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            if first[0] is _checkpoint:
                self._checkpoint(first[1])
                continue
            batch = [first]
            last = self._gather(batch)
            self._commit(batch)
            if last:
                return

    def _gather(self, batch: list[tuple[Work[Any], Future[Any]]]) -> bool:
        """Add queued work to the batch, up to MOST_TOGETHER; return whether the lane is being closed."""
        while len(batch) < MOST_TOGETHER:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return False
            if item is None:
                return True
            if item[0] is _checkpoint:  # not within a transaction
                self._queue.put(item)
                return False
            batch.append(item)
        return False

    def _checkpoint(self, future: Future[Any]) -> None:
        try:
            with self._database.writing.connect() as connection:
                # past SQLAlchemy, which would begin a transaction
                sqlite.checkpoint(connection.connection.dbapi_connection)
        except Exception as error:  # noqa: BLE001 - handed to who waits for it
            future.set_exception(error)
        else:
            future.set_result(None)

    def _commit(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        refused: Exception | None = None
        wrote = False
        try:
            with self._database.write() as connection:
                before = _changes(connection)
                for work, future in batch:
                    if not future.set_running_or_notify_cancel():
                        continue  # its caller was cancelled; from here on the future cannot be
                    try:
                        # a savepoint of its own, so that one failing work does not undo the others of the batch
                        with connection.begin_nested():
                            done.append((future, work(connection)))
                    except Exception as error:
                        if connection.invalidated or not _in_transaction(connection):
                            # a full disk or an I/O error undoes the whole batch (lang_transaction.html, 3.1), and what
                            # came after it would be committed at once, by itself; so does a connection that was cut
                            raise _first_cause(error) from error
                        future.set_exception(error)  # the caller's own failure, handed to the caller
                        refused = error if _is_refusal(error) else refused
                wrote = self._wrote(connection, before)
        except Exception as error:  # noqa: BLE001 - BEGIN or COMMIT failed: every caller must learn it
            log.error("commit failed: %s", getattr(error, "orig", None) or error)
            self._note(error)
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        self._note(refused, wrote=wrote)
        # only after the commit: a caller that goes on must find its work durable
        for future, result in done:
            future.set_result(result)

    def _wrote(self, connection: Connection, before: int | None) -> bool:
        if before is not None:
            return _changes(connection) != before
        # asked only while it matters
        return self.refused_since is None or self._database.has_written(connection)

    def _note(self, refused: Exception | None, *, wrote: bool = False) -> None:
        """Note that the store answered, and whether it refused: the disk is full, the file is locked or broken.

        What changed nothing was no write: it succeeds on a full disk as well, and says nothing of the store.
        """
        self.answered = time.monotonic()
        if refused is None:
            if wrote:
                self.refused_since, self.refusal = None, ""
        else:
            self.refused_since = self.refused_since or self.answered
            self.refusal = str(getattr(refused, "orig", None) or refused)
            if isinstance(refused, StoreLost):
                self.lost = self.refusal


def _changes(connection: Connection) -> int | None:
    """Return how many rows a connection has changed since it was opened; None where its database does not say."""
    changes: int | None = getattr(connection.connection.dbapi_connection, "total_changes", None)
    return changes


def _in_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


def _first_cause(error: Exception) -> Exception:
    """Return what the store said first, and not that the savepoint to go back to is gone with its transaction."""
    first, each = error, error.__context__
    while each is not None:
        first = each if isinstance(each, DatabaseError) else first
        each = each.__context__
    return first


def _is_refusal(error: Exception) -> bool:
    """Return whether an error is the store's and not of what was asked of it."""
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return True
    return getattr(getattr(error, "orig", None), "sqlstate", None) == READ_ONLY
