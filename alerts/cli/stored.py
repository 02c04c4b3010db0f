"""A state directory goes in; the articles of its archive come out, or the command ends with 1.

Not in common.py, as it imports SQLAlchemy, which `check` and `match` do without.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alerts.cli.common import fail
from alerts.run import archive
from alerts.store.opening import exists, reading
from crawler.article import Article
from crawler.store.articles import counts
from crawler.store.articles import load_counts as counts_of


def archived(state: Path, since: datetime) -> list[Article]:
    """Return the articles first seen since then; print what to do and exit with 1 if there is no store."""
    if not exists(state):
        fail(f"no archive in {state} yet; use --from FILE, or run the daemon first")
    return archive.articles_since(state, since)


def kept_only_matched(state: Path) -> int:
    """Return how many items were looked at and not kept, by sources that keep only what a rule matches."""
    with reading(state) as connection:
        return counts_of(connection, counts).get("passed", 0)
