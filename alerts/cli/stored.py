"""A state directory goes in; a connection that reads its store comes out, or the command ends with 1.

Not in common.py, as it imports SQLAlchemy, which `check` and `match` do without.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerts.cli.common import fail
from alerts.run import archive, stored
from crawler.article import Article


def need_store(state: Path) -> None:
    """Print what to do and exit with 1 if there is no store."""
    if not stored.exists(state):
        fail(f"no store in {state}; has `watchfloor run` been started with this --state-dir?")


@contextmanager
def reading(state: Path) -> Iterator[Connection]:
    """Open the store for reading, also beside a running daemon; print what to do and exit with 1 if there is none."""
    need_store(state)
    with stored.reading(state) as connection:
        yield connection


def archived(state: Path, since: timedelta) -> list[Article]:
    """Return the articles first seen in the last `since`; print what to do and exit with 1 if there is no store."""
    if not stored.exists(state):
        fail(f"no archive in {state} yet; use --from FILE, or run the daemon first")
    return archive.articles_since(state, datetime.now(UTC) - since)
