"""SQL: what is written into a store that was restored from a backup, and what is asked of it afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.store import audit, claims, decisions
from crawler.store import chain

RESTORED = "restored"  # the name of the mark


def note_restored(connection: Connection, now: datetime, file: str = "", by: str = "", sha256: str = "") -> int:
    """Store that the store was restored, and mark what waits as a possible repeat; return how many messages wait."""
    decisions.set_mark(connection, RESTORED, now.isoformat())
    chain.seal_restore(connection, file, sha256, now)
    title = f"the store was restored from {file or 'a backup'}"
    lines = ("what was done between the backup and now is not in this log",)
    audit.record(connection, audit.Entry(now, audit.What.RESTORE, by, title, lines))
    return claims.mark_repeats(connection)


def restored_at(connection: Connection) -> datetime | None:
    """Return when the store was last restored, None if it never was."""
    at = decisions.get_mark(connection, RESTORED)
    return datetime.fromisoformat(at) if at else None
