"""A state directory goes in, a read-only connection to its store comes out; a store of another version is refused.

The store is the file DATABASE in the state directory, or where the daemon noted it to be: settings.store names a
database of PostgreSQL. Commands find it there, as most read no rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from alerts.store.stamp import need_file
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError

PACKAGES = ("crawler", "alerts")  # whose tables a store holds
VARIABLE = "WATCHFLOOR_STORE"  # of the environment: the URL of the store, before settings.store
NOTED = "store.url"  # in the state directory: the URL of a store that lies elsewhere, for who may read the directory
LOST = (
    "Put it back: watchfloor doctor names the newest backup, watchfloor restore FILE takes it, with the daemon stopped"
)


def noted_url(state_dir: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return the URL of a store that is no file of the state directory, "" where it is one.

    Raises StoreError where this user may not look.
    """
    if given := environ.get(VARIABLE, ""):
        return given
    try:
        return (state_dir / NOTED).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise StoreError(
            f"{state_dir} may not be read by this user, and no daemon listens to answer instead"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{state_dir / NOTED} says where the store is, and cannot be read: {error}") from error


def note_url(state_dir: Path, url: str) -> None:
    """Note where the store is, "" for the file in the state directory. Raises StoreError."""
    path = state_dir / NOTED
    try:
        if not url:
            path.unlink(missing_ok=True)
            return
        part = path.with_suffix(".new")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
            handle.write(f"{url}\n")  # it may hold a password, as ~/.pgpass does
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error


def store_of(state_dir: Path, url: str | None = None, *, shared: bool = False) -> Database:
    """Return the store of a state directory: at `url` ("" for its own file), else where it is noted to be.

    `shared`: with other daemons, where it is in PostgreSQL.
    """
    found = noted_url(state_dir) if url is None else url
    return Database(found, shared=shared) if found else Database.at(state_dir / DATABASE)


def need_own_file(state_dir: Path, instead: str) -> None:
    """Raise StoreError, which says what serves instead, where the store is no file of the state directory."""
    if url := noted_url(state_dir):
        database = Database(url)
        database.close()
        if not database.sqlite:
            raise StoreError(f"the store is {database.name}: {instead}")


def exists(state_dir: Path) -> bool:
    """Return whether a state directory has a store.

    Raises StoreError where this user may not look, and where a store was there and is gone: that is no "not yet".
    """
    try:
        if noted_url(state_dir):
            return True  # whether it can be reached is seen when it is opened
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
    database = store_of(state_dir)
    try:
        database.check(*PACKAGES)
        with database.read() as connection:
            yield connection
    finally:
        database.close()
