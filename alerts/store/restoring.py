"""SQL: what is written into a store that was restored from a backup, and what is asked of it afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.decide.repeats import Restore
from alerts.store import audit, claims, decisions
from crawler.store import chain

RESTORED, STARTED = "restored", "restored, started"  # names of marks


def note_restored(connection: Connection, now: datetime, file: str = "", by: str = "", sha256: str = "") -> int:
    """Store that the store was restored, and mark what waits as a possible repeat; return how many messages wait."""
    decisions.set_mark(connection, RESTORED, now.isoformat())
    decisions.drop_mark(connection, STARTED)
    chain.seal_restore(connection, file, sha256, now)
    title = f"the store was restored from {file or 'a backup'}"
    lines = ("what was done between the backup and now is not in this log",)
    audit.record(connection, audit.Entry(now, audit.What.RESTORE, by, title, lines))
    return claims.mark_repeats(connection)


def note_start(connection: Connection, now: datetime) -> int:
    """At the first start since a restore, store its time and give what is over its age its full time anew.

    Return how many messages that are: what waited in a backup of last week would else be given up untried.
    """
    restored = last_restore(connection)
    if restored is None or restored.started is not None:
        return 0
    decisions.set_mark(connection, STARTED, now.isoformat())
    return claims.renew_spent(connection, now)


def last_restore(connection: Connection) -> Restore | None:
    """Return the last restore of the store, None if it never was restored."""
    at, started = decisions.get_mark(connection, RESTORED), decisions.get_mark(connection, STARTED)
    return Restore(datetime.fromisoformat(at), datetime.fromisoformat(started) if started else None) if at else None
