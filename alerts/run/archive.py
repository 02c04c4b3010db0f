"""The stored archive, read-only, for the commands that look back: articles, stories and
decisions by id, articles and threads since a time.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.store import decisions as told
from alerts.store.decisions import Made
from alerts.store.opening import reading
from crawler.article import Article, Member
from crawler.store import articles as archive

MOST = 1_000_000  # articles looked at
PAGE = 1_000  # revisions read at once


def articles_of(state_dir: Path, identity: str) -> list[Article]:
    """Give the article of that id, or the articles of the story of that id, as they stand now."""
    with reading(state_dir) as connection:
        return archive.articles_of(connection, identity)


def articles_since(state_dir: Path, since: datetime) -> list[Article]:
    """Give the articles first seen since then, as they stand now, oldest first."""
    with reading(state_dir) as connection:
        return archive.articles_since(connection, since, MOST)


def thread_of(state_dir: Path, identity: str) -> tuple[Member, ...]:
    """Give the whole thread of an article, story or thread id; nothing where there is none such."""
    with reading(state_dir) as connection:
        return _thread_of(connection, identity)


def _thread_of(connection: Connection, identity: str) -> tuple[Member, ...]:
    members = archive.members_of(connection, identity)
    if not members:
        articles = archive.articles_of(connection, identity)
        members = archive.members_of(connection, archive.placement_of(connection, identity).story) if articles else ()
    return archive.members_of(connection, members[0].thread) if members else ()


def threads_since(state_dir: Path, since: datetime) -> list[tuple[Member, ...]]:
    """Give the threads that an article joined or opened since then, in the order of their last one."""
    with reading(state_dir) as connection:
        threads: dict[str, None] = {}
        for each in archive.revisions_since(connection, since, PAGE):
            threads.pop(each.placement.thread, None)
            threads[each.placement.thread] = None
        return [archive.members_of(connection, thread) for thread in threads]


def decisions_on(state_dir: Path, story: str) -> list[tuple[int, Made]]:
    """Give the decisions on a story, in order."""
    with reading(state_dir) as connection:
        return told.decisions_on(connection, story)
