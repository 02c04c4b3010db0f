"""SQL: what is written into a store that was restored from a backup, and what is asked of it afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from alerts.decide.repeats import Restore
from alerts.store import audit, claims, decisions
from crawler.store import chain
from crawler.store.articles import articles

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


def restore_without(connection: Connection, made: datetime) -> tuple[datetime, datetime] | None:
    """Return the restore by which what was made at a time was lost: when its backup ends, and when it was restored.

    None where no restore lost that. A backup ends with the newest article in it.
    """
    log = audit.audit.c
    restores = select(log.at).where(log.what == audit.What.RESTORE.value, log.at >= made).order_by(log.at)
    for restored in connection.scalars(restores):
        ends = connection.scalar(select(func.max(articles.c.first_seen)).where(articles.c.first_seen <= restored))
        if ends and made > ends:
            return ends, restored
    return None


def last_restore(connection: Connection) -> Restore | None:
    """Return the last restore of the store, None if it never was restored."""
    at, started = decisions.get_mark(connection, RESTORED), decisions.get_mark(connection, STARTED)
    return Restore(datetime.fromisoformat(at), datetime.fromisoformat(started) if started else None) if at else None
