"""SQL on the size of the store: what is measured once an hour, and space that is given back to the disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, delete, func, select

from crawler.store.db import UtcTime
from crawler.store.saving import save

EVERY = timedelta(hours=1)
KEPT = timedelta(days=400)
GIVEN_BACK = 1_000  # pages in one commit: 4 MB, some 20 ms
UNKNOWN = -1  # bytes free on a disk that we do not see
FREE_SHARE = 10  # of the pages one in so many may stay free: they are filled again by the news of the next days

metadata = MetaData()
store_sizes = Table(
    "store_sizes",
    metadata,
    Column("at", UtcTime, primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("file", BigInteger, nullable=False),
    Column("free", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A size of the store, in bytes: what rows take, its file with the -wal, what is free on its disk.

    Of a database of PostgreSQL the first two are its whole size, and the last is UNKNOWN.
    """

    at: datetime
    used: int
    file: int
    free: int


def measure(connection: Connection, now: datetime) -> Sample | None:
    """Return the present size of a store; None of one in memory or removed."""
    if connection.dialect.name == "postgresql":
        size = int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)
        return Sample(now, size, size, UNKNOWN)
    path = connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar()
    if not path:
        return None
    pages, free, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
        for name in ("page_count", "freelist_count", "page_size")
    )
    wal = Path(f"{path}-wal")
    try:
        file = Path(path).stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    except FileNotFoundError:  # removed under us: the watch tells it, and ends the process
        return None
    return Sample(now, (pages - free) * size, file, shutil.disk_usage(path).free)


def sample(connection: Connection, now: datetime) -> bool:
    """Store the present size if the last one is an hour old, and delete those older than KEPT; return whether so."""
    # what a clock that was ahead has stored says nothing of now
    connection.execute(delete(store_sizes).where(store_sizes.c.at > now + EVERY))
    last: datetime | None = connection.scalar(select(func.max(store_sizes.c.at, type_=UtcTime)))
    if last is not None and abs(now - last) < EVERY:  # abs: the clock may have been set back a little
        return False
    found = measure(connection, now)
    if found is None:
        return False
    save(connection, store_sizes, {name: getattr(found, name) for name in Sample.__slots__}, "at")
    connection.execute(delete(store_sizes).where(store_sizes.c.at < now - KEPT))
    return True


def samples(connection: Connection, now: datetime, back: timedelta = timedelta(days=30)) -> list[Sample]:
    """Return what was measured in the time before now, oldest first, and the present size at the end."""
    found = select(store_sizes).where(store_sizes.c.at >= now - back, store_sizes.c.at < now)
    rows = [Sample(**row) for row in connection.execute(found.order_by(store_sizes.c.at)).mappings()]
    present = measure(connection, now)
    return [*rows, *([present] if present else [])]


def give_back(connection: Connection) -> int:
    """Give up to GIVEN_BACK free pages back to the disk, where more than a tenth are free; return how many.

    Does nothing in a store that was begun before this was possible: restoring a backup of it writes it anew.
    """
    if connection.dialect.name != "sqlite" or connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() != 2:
        return 0
    pages, free = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0) for name in ("page_count", "freelist_count")
    )
    over = min(free - pages // FREE_SHARE, GIVEN_BACK)
    if over <= 0:
        return 0
    # each step of this statement frees a page, and Python's sqlite3 makes one step of a statement without columns
    driver: Any = connection.connection.driver_connection
    for _ in range(over):
        driver.execute("PRAGMA incremental_vacuum(1)")
    return over
