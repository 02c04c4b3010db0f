"""A SQLite file goes in; how many of its pages are missing by its own header comes out, for the price of two reads."""

from __future__ import annotations

from pathlib import Path

# https://www.sqlite.org/fileformat2.html: 1.3 the header of a database, 4.1 that of a WAL and of each frame in it
_HEADER, _WAL_HEADER, _FRAME_HEADER = 100, 32, 24
_MAGIC = b"SQLite format 3\0"


def missing_pages(path: Path) -> int:
    """Return how many pages a file lacks at its end; 0 where its header does not say how many it has.

    What waits in the WAL may be missing rightly: so many are taken for there. Raises OSError.
    """
    with path.open("rb") as handle:
        header = handle.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        return 0
    written = int.from_bytes(header[16:18], "big")
    page = 65_536 if written == 1 else written
    changed, pages, counted_at = (int.from_bytes(header[at : at + 4], "big") for at in (24, 28, 92))
    if changed != counted_at:  # the number of pages is of before the last change
        return 0
    # after the header: a checkpoint under way writes that first, and the WAL never shrinks while it is in use
    there = path.stat().st_size // page
    wal = path.with_name(f"{path.name}-wal")
    waiting = (wal.stat().st_size - _WAL_HEADER) // (_FRAME_HEADER + page) if wal.exists() else 0
    return max(0, pages - there - max(0, waiting))
