"""SQL that deletes old stories with their articles, and remembers their keys: what a feed still shows is not new again.

A key is kept as a hash of 8 bytes together with the headline, so that an outlet that uses it for another story a year
later is heard.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, bindparam, delete, select, tuple_, update

from crawler.store import search
from crawler.store.articles import articles, revisions, stories, threads
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.evidence import evidence
from crawler.store.identities import identities
from crawler.store.pages_wanted import pages_wanted
from crawler.store.prepared import Prepared
from crawler.store.saving import save_all
from crawler.store.sketches import sketched
from crawler.text.folding import fold

KEYS_KEPT = 400  # days since a feed last showed what a key is of
KEYS_DROPPED = 2_000  # in one commit
HEADLINE = 1_000  # characters, as an article keeps them

metadata = MetaData()
former_keys = Table(
    "former_keys",
    metadata,
    Column("hash", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),  # on which a feed last showed it, as date.toordinal
    Index("former_keys_by_day", "day"),
)


@dataclass(frozen=True, slots=True)
class Old:
    """A story that may be deleted: when its last article joined it, and its thread."""

    id: str
    thread: str
    joined: datetime


def oldest(connection: Connection, after: tuple[datetime, str], before: datetime, most: int) -> list[Old]:
    """Return up to `most` stories that the last article joined before a time, in the order of (joined, id)."""
    place = tuple_(stories.c.joined, stories.c.id)
    found = select(stories.c.id, stories.c.thread, stories.c.joined).where(
        place > tuple_(_bound(after[0]), after[1]), stories.c.joined >= after[0], stories.c.joined < before
    )
    rows = connection.execute(found.order_by(stories.c.joined, stories.c.id).limit(most))
    return [Old(row.id, row.thread, row.joined) for row in rows]


def _bound(at: datetime) -> object:
    return UtcTime().process_bind_param(at, None)


def in_use(connection: Connection, names: Sequence[str], since: datetime, undecided: int) -> set[str]:
    """Return which of the stories still live: one of their articles was edited `since`, is compared, or is undecided.

    `undecided` is the seq up to which everything is decided.
    """
    mine = articles.c.story.in_(names)
    of_revision = select(articles.c.story).join(revisions, revisions.c.article == articles.c.id).where(mine)
    live = of_revision.where((revisions.c.seen >= since) | (revisions.c.seq > undecided))
    compared = select(articles.c.story).join(sketched, sketched.c.article == articles.c.id).where(mine)
    return {*connection.scalars(live.distinct()), *connection.scalars(compared.distinct())}


def delete_stories(connection: Connection, names: Sequence[str], now: datetime) -> int:
    """Delete stories with their articles, revisions, keys and raw evidence; return how many articles.

    Their keys are remembered. A thread goes with the last of its stories.
    """
    gone = list(connection.scalars(select(articles.c.id).where(articles.c.story.in_(names))))
    _remember(connection, gone, now)
    search.remove(connection, gone)
    for table, column in (
        (pages_wanted, pages_wanted.c.article),
        (evidence, evidence.c.article),
        (identities, identities.c.article),
        (revisions, revisions.c.article),
        (articles, articles.c.id),
    ):
        for part in parts(gone):
            connection.execute(delete(table).where(column.in_(part)))
    mine = list(connection.scalars(select(stories.c.thread).where(stories.c.id.in_(names)).distinct()))
    connection.execute(delete(stories).where(stories.c.id.in_(names)))
    empty = threads.c.id.in_(mine), threads.c.id.not_in(select(stories.c.thread).where(stories.c.thread.in_(mine)))
    connection.execute(delete(threads).where(*empty))
    return len(gone)


def _remember(connection: Connection, gone: Sequence[str], now: datetime) -> None:
    """Keep the keys of articles, with every headline they had: a feed may show an earlier one."""
    titles: dict[str, set[str]] = defaultdict(set)
    headlines = select(revisions.c.article, revisions.c.title)
    keys = select(identities.c.key, identities.c.source, identities.c.article)
    hashes = set[int]()
    for part in parts(gone):
        for row in connection.execute(headlines.where(revisions.c.article.in_(part))):
            titles[row.article].add(row.title)
        known = connection.execute(keys.where(identities.c.article.in_(part)))
        hashes |= {former_key(row.key, row.source, title) for row in known for title in titles[row.article]}
    save_all(connection, former_keys, [{"hash": each, "day": _day(now)} for each in sorted(hashes)], "hash")


def former_key(key: str, source: str, title: str) -> int:
    """Return the number that a deleted article is remembered by, for one of its keys and headlines."""
    # by its GUID an article is known in its own source only (crawler/stories/identity.py)
    owner = "" if key.startswith(("u:", "h:")) else source
    words = "\n".join((owner, key, fold(title[:HEADLINE])))
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


_FORMER = Prepared(select(former_keys).where(former_keys.c.hash.in_(bindparam("hashes", expanding=True))))


def former(connection: Connection, hashes: Iterable[int], now: datetime) -> frozenset[int]:
    """Return which of the numbers deleted articles are remembered by, and note that a feed still shows them."""
    found = set[int]()
    for wanted in parts(hashes):
        rows = _FORMER.rows(connection, {"hashes": wanted})
        if old := [row.hash for row in rows if row.day < _day(now)]:
            connection.execute(update(former_keys).where(former_keys.c.hash.in_(old)).values(day=_day(now)))
        found |= {row.hash for row in rows}
    return frozenset(found)


def expire_keys(connection: Connection, now: datetime) -> int:
    """Delete up to KEYS_DROPPED keys that no feed has shown for KEYS_KEPT days; return how many."""
    old = select(former_keys.c.hash).where(former_keys.c.day < _day(now) - KEYS_KEPT).limit(KEYS_DROPPED)
    return connection.execute(delete(former_keys).where(former_keys.c.hash.in_(list(connection.scalars(old))))).rowcount


def _day(now: datetime) -> int:
    return now.toordinal()
