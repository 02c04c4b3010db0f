"""Marks that several rooms read: what they are called, and what is in them."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection

from alerts.store.decisions import get_mark, set_mark

CANARY = "canary"  # when a story of our own last went through the whole line


def note_canary(connection: Connection, at: datetime, took: float) -> None:
    """Store that a canary arrived, and in how many seconds."""
    set_mark(connection, CANARY, json.dumps({"at": at.isoformat(timespec="seconds"), "took": round(took, 1)}))


def canary_arrived(connection: Connection) -> datetime | None:
    """Return when a canary last arrived, None if none ever did."""
    note = get_mark(connection, CANARY)
    return datetime.fromisoformat(json.loads(note)["at"]) if note else None
