"""A state directory goes in; whether its store is still in the files that were opened, and what a lost one held."""

from __future__ import annotations

import logging
from pathlib import Path

from crawler.store.db import DATABASE
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
SAVED_WITHIN = 30.0  # seconds that saving may take before the process ends


class StoreFiles:
    """The files of a store, as they were when this was made."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir, self._opened = state_dir, _identities(state_dir)

    @property
    def there(self) -> bool:
        """Whether the files of the store are those that were opened."""
        return _identities(self._state_dir) == self._opened

    def save(self, lane: WriterLane) -> None:
        """Where only the -wal file was removed, bring what it holds into the store: we are the last who have it."""
        file, _ = _identities(self._state_dir)
        if file is None or file != self._opened[0]:  # the store is elsewhere, or is another one
            return
        if not _size(self._state_dir / f"{DATABASE}-wal") and lane.runs:
            try:
                lane.checkpoint().result(SAVED_WITHIN)
                log.warning("the -wal file was removed: what it held is now in the store")
            except Exception as error:  # noqa: BLE001 - whatever it is, the process ends all the same
                log.error("the -wal file was removed, and what it held is lost: %s", error)


def _identities(state_dir: Path) -> tuple[tuple[int, int] | None, ...]:
    """Return what identifies the files of the store, None for one that is not there."""
    return tuple(_identity(state_dir / f"{DATABASE}{end}") for end in ("", "-wal"))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _size(path: Path) -> int:
    """Return the size of a file; 0 also where it is gone: a reader leaves an empty -wal file in its place."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
