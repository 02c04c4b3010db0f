"""A thread that reads the store through for damage: at the start (a large one quickly), then one table an hour.

Whether the file has all its pages is looked at at once. A large one is read through only when the first polls are over.

A damaged page is told and the watch goes on: stopping it would be the worse blindness. What it writes from then on may
be lost with the file, so the admin is told at once, past the store.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from crawler.store.db import Database
from crawler.store.sqlite import is_damage

log = logging.getLogger(__name__)
BETWEEN = 3600.0  # seconds between two tables
SMALL = 256 << 20  # bytes of a store that is read through thoroughly at the start: a second or two
AFTER_START = 30.0  # seconds until a larger one is read through: else that costs the first polls their processor
REMEDY = (
    "The watch goes on. Stop it soon and put the last backup in its place: watchfloor restore, which keeps the damaged "
    "file for whoever may save what it holds"
)
LOOKED = "integrity.json"  # in the state directory: when the store was last looked through, and what was found


@dataclass(frozen=True, slots=True)
class Look:
    """The last look for damage."""

    at: datetime
    faults: tuple[str, ...]


def last_check(state_dir: Path) -> Look | None:
    """Return the daemon's last look for damage, None if there was none."""
    try:
        raw = json.loads((state_dir / LOOKED).read_text(encoding="utf-8"))
        return Look(datetime.fromisoformat(raw["at"]), tuple(map(str, raw["faults"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Integrity:
    """Checks a store from `start` to `close`, and calls `tell` with a title and a text when it first finds damage."""

    def __init__(self, database: Database, tell: Callable[[str, str], object], between: float = BETWEEN) -> None:
        self._database, self._tell, self._between = database, tell, between
        self._path = Path(database.url.database or "")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="integrity", daemon=True)

    def start(self) -> None:
        """Begin to check."""
        self._thread.start()

    def close(self) -> None:
        """Stop checking; a check under way is not waited for, as it may read gigabytes."""
        self._ending.set()

    def _run(self) -> None:
        if self._cut_off():
            return
        small = self._database.bytes < SMALL
        if not small and self._ending.wait(AFTER_START):
            return
        if self._found("") or (small and any(map(self._found, self._tables()))):
            return
        while not self._ending.wait(self._between):
            # by the hour of the day and not from the first on: else a daemon that is started often checks no other
            if self._found(self._table(int(time.time() // self._between))):
                return

    def _table(self, number: int) -> str:
        """Return the table whose turn it is, "" for the whole file where that cannot be read now."""
        tables = self._tables()
        return tables[number % len(tables)] if tables else ""

    def _tables(self) -> list[str]:
        try:
            return self._database.tables()
        except DatabaseError as error:
            log.warning("store not checked: %s", error)
            return []

    def _cut_off(self) -> bool:
        """Return whether the file lacks pages at its end, which is told then."""
        try:
            lacking = self._database.missing_pages()
        except DatabaseError as error:
            if is_damage(error):
                return self._told([str(error.orig)], "")
            log.warning("store not checked: %s", error)
            return False
        except OSError as error:
            log.warning("store not checked: %s", error)
            return False
        return bool(lacking) and self._told([f"the file is cut off: {lacking:,} pages are missing"], "")

    def _found(self, table: str) -> bool:
        """Return whether damage was found, and told: once is enough."""
        try:
            faults = self._database.faults(table)
        except DatabaseError as error:  # it cannot be read now: no sign of damage, and the next look may do
            log.warning("store not checked table=%s: %s", table or "-", error)
            return False
        return self._told(faults, table)

    def _told(self, faults: list[str], table: str) -> bool:
        self._note(faults)
        if faults and not self._ending.is_set():
            log.error("store damaged table=%s: %s", table or "-", "; ".join(faults))
            self._tell("the store is damaged", f"{'; '.join(faults[:3])}. {REMEDY}")
        return bool(faults)

    def _note(self, faults: list[str]) -> None:
        """Write what was found for `doctor`. On a full disk it is not written, and the last look gets old."""
        path = self._path.with_name(LOOKED)
        try:
            said = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "faults": faults}
            path.write_text(json.dumps(said), encoding="utf-8")
        except OSError as error:
            log.debug("look not noted: %s", error)
