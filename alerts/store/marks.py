"""Marks that several rooms read: what they are called, and what is in them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from alerts.decide.encoding import ExampleCounts
from alerts.store.decisions import get_mark, set_mark

CANARY = "canary"  # when a story of our own last went through the whole line
EXAMPLES = "examples counted"  # how many examples `reads_like` has, and how many of them are unread


def note_canary(connection: Connection, at: datetime, took: float) -> None:
    """Store that a canary arrived, and in how many seconds."""
    set_mark(connection, CANARY, json.dumps({"at": at.isoformat(timespec="seconds"), "took": round(took, 1)}))


def canary_arrived(connection: Connection) -> datetime | None:
    """Return when a canary last arrived, None if none ever did."""
    note = get_mark(connection, CANARY)
    return datetime.fromisoformat(json.loads(note)["at"]) if note else None


def note_examples(connection: Connection, counts: ExampleCounts) -> None:
    """Store how many examples there are and how many are unread."""
    set_mark(connection, EXAMPLES, json.dumps(asdict(counts)))


def examples_noted(connection: Connection) -> ExampleCounts | None:
    """Return how many examples a daemon last counted, None where none did."""
    note = get_mark(connection, EXAMPLES)
    return ExampleCounts(**json.loads(note)) if note else None
