"""The store of a state directory, for commands that only read it. Apart from common.py, as it imports SQLAlchemy."""

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
    """End with 1 where nothing was ever stored."""
    if not stored.exists(state):
        fail(f"no store in {state}; has `watchfloor run` been started with this --state-dir?")


@contextmanager
def reading(state: Path) -> Iterator[Connection]:
    """Open the store to read it, beside a daemon that may run; end with 1 where there is none."""
    need_store(state)
    with stored.reading(state) as connection:
        yield connection


def archived(state: Path, since: timedelta) -> list[Article]:
    """Return the articles first seen within `since`; end with 1 where there is no store."""
    if not stored.exists(state):
        fail(f"no archive in {state} yet; use --from FILE, or run the daemon first")
    return archive.articles_since(state, datetime.now(UTC) - since)
