"""A store goes in; its ledger and the note of the last reload come out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.decide.ledger import Ledger, balance
from alerts.store import decisions, outbox_counts
from crawler.store import articles as archive

RELOAD = "reload"  # the name of the mark


def ledger_of(connection: Connection, delivered: Mapping[tuple[str, str], int] | None = None) -> Ledger:
    """Return the ledger: what came in, what was decided on it, and what was sent, each with its remainder.

    `delivered` are the deliveries by (kind, state), where the caller has counted them.
    """
    return balance(
        archive.load_counts(connection, archive.counts),
        archive.load_counts(connection, decisions.counts),
        outbox_counts.delivered(connection) if delivered is None else delivered,
    )


def note_reload(connection: Connection, now: datetime, result: str, version: str, problems: tuple[str, ...]) -> bool:
    """Store how the last reload ended, and return whether the one before was refused.

    `result` is start, applied or refused; `version` is of the rules in force.
    """
    before = last_reload(connection)
    note = {"at": now.isoformat(), "result": result, "version": version, "problems": problems}
    decisions.set_mark(connection, RELOAD, json.dumps(note))
    return before is not None and before["result"] == "refused"


def last_reload(connection: Connection) -> dict[str, Any] | None:
    """Return what `note_reload` stored last, with `at` as text, None before the first start."""
    note: dict[str, Any] | None = json.loads(decisions.get_mark(connection, RELOAD) or "null")
    return note
