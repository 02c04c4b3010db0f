"""A state directory goes in, a read-only connection to its store comes out; a store of another version is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from alerts.store.stamp import need_file
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError

PACKAGES = ("crawler", "alerts")  # whose tables a store holds
LOST = (
    "Put it back: watchfloor doctor names the newest backup, watchfloor restore FILE takes it, with the daemon stopped"
)


def exists(state_dir: Path) -> bool:
    """Return whether a state directory has a store.

    Raises StoreError where this user may not look, and where a store was there and is gone: that is no "not yet".
    """
    try:
        found = (state_dir / DATABASE).stat().st_size > 0
    except PermissionError as error:
        raise StoreError(
            f"{state_dir} may not be read by this user, and no daemon listens to answer instead"
        ) from error
    except OSError:
        found = False
    if not found:
        need_file(state_dir, LOST)
    return found


def need_store(state_dir: Path) -> None:
    """Raise StoreError if a state directory has no store."""
    if not exists(state_dir):
        raise StoreError(f"no store in {state_dir}; has `watchfloor run` been started with this --state-dir?")


@contextmanager
def reading(state_dir: Path) -> Iterator[Connection]:
    """Open a connection that cannot write and sees one consistent state, for the length of the `with` block.

    Raises StoreError if there is no store, or if its schema is not that of this program.
    """
    need_store(state_dir)
    database = Database.at(state_dir / DATABASE)
    try:
        database.check(*PACKAGES)
        with database.read() as connection:
            yield connection
    finally:
        database.close()
