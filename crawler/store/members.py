"""SQL for the articles of stories and threads, and for threads that join. Each runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from crawler.article import Member, Placement, Relation
from crawler.store.articles import IS_CURRENT, articles, revisions, stories, threads
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import save_new

_MEMBERS = (
    select(
        articles.c.id.label("article"),
        articles.c.story,
        stories.c.thread,
        *(articles.c[name] for name in ("source", "outlet", "owner", "origin", "relation", "title", "url")),
        *(articles.c[name] for name in ("first_seen", "evidence", "change", "carrier")),
    )
    .join(stories, stories.c.id == articles.c.story)
    # the articles of one poll have one time: those that open a story come before those that repeat it
    .order_by(articles.c.first_seen, articles.c.relation.in_(("duplicate", "updated")), articles.c.id)
)
# ids of stories and threads begin with different letters, so one parameter finds either
_MEMBERS_OF = Prepared(
    _MEMBERS.where(
        articles.c.story.in_(
            select(stories.c.id).where(or_(stories.c.id == bindparam("name"), stories.c.thread == bindparam("name")))
        )
    )
)
_MEMBER = Prepared(_MEMBERS.where(articles.c.id == bindparam("name")))
_MEMBERS_IN = Prepared(_MEMBERS.where(stories.c.thread.in_(bindparam("names", expanding=True))))
_THREADS_SINCE = (
    select(stories.c.thread)
    .select_from(articles)
    .join(stories, stories.c.id == articles.c.story)
    .join(revisions, IS_CURRENT)
    .where(articles.c.first_seen >= bindparam("since", type_=UtcTime))
    .group_by(stories.c.thread)
    .order_by(func.max(revisions.c.seq))
)


def members_of(connection: Connection, name: str) -> tuple[Member, ...]:
    """Return the articles of the story or thread with this id, in the order they were first seen."""
    return tuple(map(_member, _MEMBERS_OF.rows(connection, {"name": name})))


def thread_names_since(connection: Connection, since: datetime) -> list[str]:
    """Return the threads in which an article was first seen at or after `since`, ordered by their latest article."""
    return list(connection.scalars(_THREADS_SINCE, {"since": since}))


def members_in(connection: Connection, names: Sequence[str]) -> dict[str, tuple[Member, ...]]:
    """Return the articles of each of these threads, in the order they were first seen, by thread in the order given."""
    found: dict[str, list[Member]] = {name: [] for name in names}
    for member in map(_member, _MEMBERS_IN.rows(connection, {"names": list(names)})):
        found[member.thread].append(member)
    return {name: tuple(members) for name, members in found.items() if members}


def _member(row: Sequence[Any]) -> Member:
    # by position: the columns are in the order of the fields, and a match asks for all of a thread
    values: list[Any] = [*row]
    values[_RELATION] = Relation(values[_RELATION])
    return Member(*values)


_RELATION = [each.name for each in fields(Member)].index("relation")


def placement_of(connection: Connection, article: str) -> Placement:
    """Return the place of an article. Raise NoResultFound if there is no such article."""
    member = _member(_MEMBER.one(connection, {"name": article}))
    return Placement(member.relation, member.story, member.thread, member.evidence, member.change, member.origin)


def join_threads(connection: Connection, moved: str, into: str) -> None:
    """Move all stories of a thread into another one; the first thread is gone then."""
    _MOVE_STORIES.change(connection, {"moved": moved, "into": into})
    _DROP_THREAD.change(connection, {"moved": moved})


def leave_thread(connection: Connection, story: str, opened: datetime) -> str:
    """Move a story, opened then, out of its thread into one of its own, and return that.

    It has the story's name but for its letter, as that of a story which opens a thread.
    """
    thread = f"t{story[1:]}"
    save_new(connection, threads, [{"id": thread, "opened": opened}])
    connection.execute(update(stories).where(stories.c.id == story).values(thread=thread))
    return thread


# built once: most reports of an event join the thread of another
_MOVE_STORIES = Prepared(update(stories).where(stories.c.thread == bindparam("moved")).values(thread=bindparam("into")))
_DROP_THREAD = Prepared(delete(threads).where(threads.c.id == bindparam("moved")))
