"""That a desk was copied to another store, noted in the one it left: a start there would tell again what was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, inspect

from alerts.render.words import time
from alerts.store.decisions import drop_mark, get_mark, marks, set_mark
from crawler.store.errors import StoreError

MOVED = "moved"  # the mark: where to, a space, and when in ISO 8601
MOVING = "moving"  # the same while a copy is made: where that is killed, nobody knows how far it came


def note_begin(connection: Connection, to: str, now: datetime) -> None:
    """Note that a copy to the store of that name begins."""
    set_mark(connection, MOVING, f"{to} {now.isoformat(timespec='seconds')}")


def forget_begin(connection: Connection) -> None:
    """Note that the copy which began came to nothing."""
    drop_mark(connection, MOVING)


def note_move(connection: Connection, to: str, now: datetime) -> None:
    """Note that the desk went to the store of that name."""
    set_mark(connection, MOVED, f"{to} {now.isoformat(timespec='seconds')}")
    forget_begin(connection)


def forget_move(connection: Connection) -> None:
    """Let a store be watched with, wherever else its desk went."""
    drop_mark(connection, MOVED)
    forget_begin(connection)


def need_here(connection: Connection, name: str) -> None:
    """Raise StoreError where the desk of the store `name` went to another, or may have: a copy has not ended."""
    if not inspect(connection).has_table(marks.name):
        return
    if note := get_mark(connection, MOVED):
        to, at = _read(note)
        raise StoreError(
            f"the desk of {name} moved to {to} at {at} (watchfloor store copy): "
            "started here it would tell again what was told since. Name that store in settings.store; to go back, copy "
            "it to a file that is not there yet, or to an empty database; or, if this store is meant as it is, start "
            "once with: watchfloor run --accept-store. Until then nothing is watched"
        )
    if note := get_mark(connection, MOVING):
        to, at = _read(note)
        raise StoreError(
            f"a copy of {name} to {to} began at {at} (watchfloor store copy) and its end is not noted: it was killed, "
            "and the desk may be there. If watchfloor doctor finds that store whole, name it in settings.store; else "
            "remove it and copy again, or start here once with: watchfloor run --accept-store. Until then nothing is "
            "watched"
        )


def _read(note: str) -> tuple[str, str]:
    to, _, at = note.rpartition(" ")
    return to, time(datetime.fromisoformat(at), "UTC")
