"""An id or a time goes in; stored articles, threads and decisions come out, for commands that look back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from alerts.store import decisions as told
from alerts.store.decisions import StoredDecision
from alerts.store.opening import reading
from crawler.article import Article, Member
from crawler.store import articles as archive
from crawler.store.members import members_in, members_of, placement_of, thread_names_since

ARTICLES_AT_MOST = 1_000_000  # returned by one call: far more than any `--since` asks for
READ_AT_ONCE = 500  # threads
T = TypeVar("T")


def articles_of(state_dir: Path, identity: str) -> list[Article]:
    """Return the newest revision of the article with this id, or of each article of that story or thread."""
    with reading(state_dir) as connection:
        stories = dict.fromkeys(each.story for each in members_of(connection, identity)) or (identity,)
        return [article for story in stories for article in archive.articles_of(connection, story)]


def articles_since(state_dir: Path, since: datetime) -> list[Article]:
    """Return the newest revision of each article first seen since then, oldest first."""
    with reading(state_dir) as connection:
        return archive.articles_since(connection, since, ARTICLES_AT_MOST)


def thread_of(connection: Connection, identity: str) -> tuple[Member, ...]:
    """Return all members of the thread that this id of an article, story or thread belongs to; () for an unknown id."""
    members = members_of(connection, identity)
    if not members:
        articles = archive.articles_of(connection, identity)
        members = members_of(connection, placement_of(connection, identity).story) if articles else ()
    return members_of(connection, members[0].thread) if members else ()


def threads_since(connection: Connection, since: datetime) -> list[tuple[Member, ...]]:
    """Return the threads in which an article was first seen since then, ordered by their latest article."""
    # a query for many: a day has thousands of threads, most of one article
    names = thread_names_since(connection, since)
    return [
        members
        for start in range(0, len(names), READ_AT_ONCE)
        for members in members_in(connection, names[start : start + READ_AT_ONCE]).values()
    ]


def by_story_of(
    connection: Connection, threads: Sequence[str], read: Callable[[Connection, Sequence[str]], dict[str, T]]
) -> dict[str, T]:
    """Return what is stored by story for all stories of these threads."""
    chunks = (threads[start : start + READ_AT_ONCE] for start in range(0, len(threads), READ_AT_ONCE))
    return {story: each for chunk in chunks for story, each in read(connection, chunk).items()}


def decisions_on(state_dir: Path, story: str) -> list[tuple[int, StoredDecision]]:
    """Return the decisions on a story, each after the `seq` of the revision that it was made on, in that order."""
    with reading(state_dir) as connection:
        return told.decisions_on(connection, story)
