"""A state directory goes in; the articles of its archive come out, or the command ends with 1.

Not in common.py, as it imports SQLAlchemy, which `check` and `match` do without.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alerts.cli.common import fail
from alerts.run import archive
from alerts.store.opening import exists
from crawler.article import Article


def archived(state: Path, since: datetime) -> list[Article]:
    """Return the articles first seen since then; print what to do and exit with 1 if there is no store."""
    if not exists(state):
        fail(f"no archive in {state} yet; use --from FILE, or run the daemon first")
    return archive.articles_since(state, since)
