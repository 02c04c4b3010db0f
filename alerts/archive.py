"""The stored archive, read-only, for the commands that look back: articles by id, articles since a time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from crawler import store
from crawler.article import Article
from crawler.db import DATABASE, Database

MOST = 1_000_000  # articles looked at


def exists(state_dir: Path) -> bool:
    """Say whether anything has ever been stored there."""
    return (state_dir / DATABASE).exists()


def articles_of(state_dir: Path, identity: str) -> list[Article]:
    """Give the article of that id, or the articles of the story of that id, as they stand now."""
    database = Database.at(state_dir / DATABASE)
    with database.read() as connection:
        found = store.articles_of(connection, identity)
    database.close()
    return found


def articles_since(state_dir: Path, since: datetime) -> list[Article]:
    """Give the articles first seen since then, as they stand now, oldest first."""
    database = Database.at(state_dir / DATABASE)
    with database.read() as connection:
        found = store.articles_since(connection, since, MOST)
    database.close()
    return found
