"""A thread that makes the daemon's own backups: when the newest is older than settings.backup.every.

A backup that fails is told to the admin past the store, as the store may be why, and is tried again each hour.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from alerts.run.backups import FOLDER, FolderBusy, Manifest, backups_in, make_backup, of_future
from alerts.store.stamp import read_stamp
from crawler.config.settings import BackupSettings
from crawler.store.faults import in_words

log = logging.getLogger(__name__)
LOOK = 60.0  # seconds between two looks
FIRST = 600.0  # seconds from the start to the first look: a daemon that starts over and over copies nothing
BUSY_AGAIN = 60.0  # seconds from finding the folder in use to the next try
AGAIN = 3600.0  # seconds from a failure to the next try
REMEDY = "The older backups stay, and it is tried again each hour; watchfloor doctor shows the newest"


def folder_of(settings: BackupSettings, state_dir: Path) -> Path:
    """Return where backups go."""
    return settings.to or state_dir / FOLDER


def newest(settings: BackupSettings, state_dir: Path, now: datetime) -> Manifest | None:
    """Return the newest backup of the store in the folder that the settings name, None if there is none.

    One of the future, made by a clock that was ahead, counts for none. Raises OSError and StoreError.
    """
    stamp = read_stamp(state_dir)
    found = backups_in(folder_of(settings, state_dir), stamp.store if stamp else None)
    return next((each for each in found if not of_future(each, now)), None)


class Backups:
    """Makes backups from `start` to `close`; calls `tell` with a title and a text when one fails, and once mended."""

    def __init__(
        self,
        state_dir: Path,
        settings: Callable[[], BackupSettings],
        tell: Callable[[str, str], object],
        *,
        first: float = FIRST,
        look: float = LOOK,
        again: float = AGAIN,
    ) -> None:
        self._state_dir, self._settings, self._tell = state_dir, settings, tell
        self._look, self._again = look, again
        self._next = time.monotonic() + first
        self._failed = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking; a copy under way is left behind, and what it has written is removed by the next."""
        self._ending.set()

    def _run(self) -> None:
        while not self._ending.wait(self._look):
            if time.monotonic() >= self._next:
                self._make(datetime.now(UTC))

    def _make(self, now: datetime) -> None:
        settings = self._settings()
        if not settings.every:
            return
        try:
            last = newest(settings, self._state_dir, now)
            if last and now - last.at < settings.every:
                return
            made = make_backup(self._state_dir, folder_of(settings, self._state_dir), now, settings.keep)
        except FolderBusy as busy:  # somebody makes one by hand
            self._next = time.monotonic() + BUSY_AGAIN
            log.info("backup put off: %s", busy)
        except Exception as error:  # noqa: BLE001 - whatever it is, a watch without backups must be told
            self._fail(error)
        else:
            self._next = time.monotonic() + min(settings.every.total_seconds(), self._again)
            log.info("backup made file=%s bytes=%d", made.path, made.bytes)
            if self._failed:
                self._failed = ""
                self._tell("backups are made again", f"The newest is {made.path}")

    def _fail(self, error: Exception) -> None:
        self._next = time.monotonic() + self._again
        why = in_words(error)
        log.error("no backup was made: %s", why)
        if not self._failed and not self._ending.is_set():
            self._tell("no backup could be made", f"{why}. {REMEDY}")
        self._failed = why
