"""A store's file goes in; a copy of it as of one moment comes out, while others write to the store.

A copy is one file of its own, without a -wal beside it. It is read without a lock and without leaving files, so that a
copy on a read-only disk can be looked at.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from crawler.store.errors import StoreError


def copy_store(source: Path, target: Path) -> None:
    """Copy a SQLite store to `target`, which must not exist. Raises StoreError; what was begun is then removed.

    SQLite's backup reads all pages in one transaction: what is written meanwhile is not in the copy, and nobody waits
    for it.
    """
    try:
        reading = closing(sqlite3.connect(_uri(source, "mode=ro"), uri=True))
        with reading as reader, closing(sqlite3.connect(target)) as writer:
            reader.backup(writer)
            # the copy is flagged as the source is, for a -wal of its own; rows are all in the one file then
            writer.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        for end in ("", "-journal", "-wal", "-shm"):
            Path(f"{target}{end}").unlink(missing_ok=True)
        raise StoreError(f"{source} could not be copied to {target.parent}: {error}") from error


def make_compactable(path: Path, spare: int) -> str:
    """Write a copy anew if it was made before free pages could be given back; return "", or why that was left out.

    A copy serves as well without. SQLite writes the rows to its folder for temporary files, then back with a journal
    beside the copy: both need the size of it, and `spare` bytes must stay free. Raises StoreError for other faults.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            if connection.execute("PRAGMA auto_vacuum").fetchone() != (0,):
                return ""
            need = path.stat().st_size
            for folder in (path.parent, Path(tempfile.gettempdir())):
                if (free := shutil.disk_usage(folder).free) < need + spare:
                    return f"{folder} has {free >> 20} MB free, and that takes {(need + spare) >> 20}"
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:  # the copy is as it was
            return str(error)
        raise StoreError(f"{path} could not be written anew: {error}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{path} could not be written anew: {error}") from error
    return ""


def faults_of(path: Path, *, thorough: bool = False) -> list[str]:
    """Return what is damaged in a copy, [] if nothing: `thorough` compares the indexes with their tables too."""
    pragma = "PRAGMA integrity_check(5)" if thorough else "PRAGMA quick_check(5)"
    try:
        with closing(sqlite3.connect(_uri(path, "mode=ro&immutable=1"), uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute(pragma)]
            broken = [] if thorough is False else connection.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.Error as error:
        return [str(error)]
    orphans = [f"a row of {table} refers to a row of {parent} that is not there" for table, _, parent, _ in broken]
    return ([] if found == ["ok"] else found) + orphans


def _uri(path: Path, how: str) -> str:
    return f"{path.absolute().as_uri()}?{how}"
