"""The revisions that one commit decides on go in; what the store answers to all of them alike comes out, asked once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from alerts.alert import Scope, Silence
from alerts.decide.repeats import Restore
from alerts.decision import Wait
from alerts.store import decisions, restoring, silences


class AskedOnce:
    """What a commit asks of its store once for all its revisions; it stays right as the commit itself writes.

    `threads` are those of the revisions: whether something waits in them is asked at once, as in most nothing does.
    """

    def __init__(self, connection: Connection, threads: Iterable[str], now: datetime) -> None:
        self._connection, self._now = connection, now
        asked = set(threads)
        self._quiet = asked - decisions.threads_that_wait(connection, asked)

    @cached_property
    def silences(self) -> Sequence[Silence]:
        """The silences in force, oldest first."""
        return silences.silences_in_force(self._connection, self._now)

    @cached_property
    def restore(self) -> Restore | None:
        """The last restore of the store, None if it never was restored."""
        return restoring.last_restore(self._connection)

    def waits_in(self, thread: str) -> list[Wait]:
        """Return the matches that wait in a thread, oldest first."""
        return [] if thread in self._quiet else decisions.waits_in(self._connection, thread)

    def now_waits(self, thread: str) -> None:
        """Note that a match waits in a thread from now on."""
        self._quiet.discard(thread)

    def joined(self, moved: str, into: str) -> None:
        """Note that the stories of a thread were moved into another, with what waits there and its silences."""
        if moved not in self._quiet:
            self._quiet.discard(into)
        if any(each.scope is Scope.THREAD for each in vars(self).get("silences", ())):
            del self.silences
