"""SQL for the backlog of article pages to fetch: it survives restarts and is bounded in size, age and tries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    delete,
    func,
    literal,
    select,
    update,
)

from crawler.store import articles as archive
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import save_all

MOST_WAITING = 5_000  # pages; beyond it the oldest are given up (decision 75)
LONGEST_WAIT = timedelta(hours=24)  # for a page; then it is given up
PAGES_A_HOST = 2  # looked at together, so that a slow host hides no other
PAGES_LOOKED_AT = 100  # by one call of `due`

metadata = MetaData()
pages_wanted = Table(
    "pages_wanted",
    metadata,
    Column("article", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("wanted", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("pages_wanted_by_due", "due"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to fetch: its article and address, when it was requested, when it is due, how often it was tried."""

    article: str
    source: str
    url: str
    host: str
    wanted: datetime
    due: datetime
    tries: int = 0


def want(connection: Connection, pages: Iterable[Wanted]) -> None:
    """Add pages to the backlog; one that is already there starts again.

    Where more than MOST_WAITING pages then wait, the oldest are given up.
    """
    rows = {page.article: {name: getattr(page, name) for name in Wanted.__slots__} for page in pages}
    if not rows:
        return
    save_all(connection, pages_wanted, [*rows.values()], "article")
    # the backlog must not grow without bound while a host, or our network, is down
    over = count(connection) - MOST_WAITING
    if over > 0:
        oldest = select(pages_wanted.c.article).order_by(pages_wanted.c.wanted, pages_wanted.c.article).limit(over)
        _give_up(connection, list(connection.scalars(oldest)), "backlog_full")


def count(connection: Connection) -> int:
    """Return how many pages are on the backlog."""
    return int(_COUNT.scalar(connection))


_COUNT = Prepared(select(func.count()).select_from(pages_wanted))  # built once: each poll that brings something asks


def due(connection: Connection, now: datetime, closed: Collection[str] = ()) -> list[Wanted]:
    """Return up to PAGES_LOOKED_AT pages that are due, longest overdue first: at most PAGES_A_HOST of each host.

    Pages of the hosts in `closed` are left out.
    """
    # one slow host with thousands of pages would otherwise fill the whole result
    rank = func.row_number().over(
        partition_by=pages_wanted.c.host, order_by=(pages_wanted.c.due, pages_wanted.c.article)
    )
    wanted_now = select(pages_wanted, rank.label("rank")).where(
        pages_wanted.c.due <= now, pages_wanted.c.host.not_in(closed)
    )
    ranked = wanted_now.subquery()
    found = select(*(ranked.c[name] for name in Wanted.__slots__)).where(ranked.c.rank <= PAGES_A_HOST)
    rows = connection.execute(found.order_by(ranked.c.due, ranked.c.article).limit(PAGES_LOOKED_AT))
    return [Wanted(**row) for row in rows.mappings()]


def next_due(connection: Connection, closed: Collection[str] = ()) -> datetime | None:
    """Return when the next page is due of hosts that are not in `closed`, None if there is none."""
    first = select(func.min(pages_wanted.c.due, type_=UtcTime)).where(pages_wanted.c.host.not_in(closed))
    found: datetime | None = connection.scalar(first)
    return found


def hosts(connection: Connection) -> list[str]:
    """Return the hosts of which pages are on the backlog."""
    return list(connection.scalars(select(pages_wanted.c.host).distinct()))


def put_off(connection: Connection, page: Wanted, until: datetime, tries: int) -> None:
    """Set when a page is due again, and how many times it has been tried by now."""
    changed = update(pages_wanted).where(pages_wanted.c.article == page.article).values(due=until, tries=tries)
    connection.execute(changed)


def move(connection: Connection, page: Wanted, url: str, host: str, now: datetime) -> None:
    """Change the address of a page that was redirected to another host; it is due now, under that host's rules."""
    changed = update(pages_wanted).where(pages_wanted.c.article == page.article).values(url=url, host=host, due=now)
    connection.execute(changed)


def shift(connection: Connection, step: timedelta) -> None:
    """Move all stored times by `step`, after the wall clock was set."""
    _shift(connection, list(connection.execute(select(pages_wanted)).mappings()), lambda _: step)


def believe(connection: Connection, now: datetime) -> None:
    """Move the times of pages that were wanted later than `now` back: they were stored while the clock was ahead."""
    ahead = select(pages_wanted).where(pages_wanted.c.wanted > now)
    _shift(connection, list(connection.execute(ahead).mappings()), lambda row: now - row["wanted"])


def _shift(connection: Connection, rows: list[RowMapping], step: Callable[[RowMapping], timedelta]) -> None:
    # row by row: to the database times are texts, to which nothing can be added
    for row in rows:
        moved = {name: row[name] + step(row) for name in ("wanted", "due")}
        connection.execute(update(pages_wanted).where(pages_wanted.c.article == row["article"]).values(**moved))


def end(connection: Connection, article: str, reason: str) -> None:
    """Remove a page from the backlog, whether it was read or given up, and count it under `reason`."""
    _give_up(connection, [article], reason)


def expire(connection: Connection, now: datetime) -> int:
    """Give up the pages that have waited longer than LONGEST_WAIT, and count them; return how many they were."""
    old = list(connection.scalars(select(pages_wanted.c.article).where(pages_wanted.c.wanted < now - LONGEST_WAIT)))
    _give_up(connection, old, "too_late")
    return len(old)


def _give_up(connection: Connection, articles: list[str], reason: str) -> None:
    if articles:
        for part in parts(articles):
            connection.execute(delete(pages_wanted).where(pages_wanted.c.article.in_(part)))
        archive.count(connection, archive.counts, {f"pages:{reason}": len(articles)})


def content_of(connection: Connection, article: str) -> str | None:
    """Return the content key of an article, None if the article is unknown."""
    found: str | None = connection.scalar(
        select(archive.articles.c.content_key).where(archive.articles.c.id == article)
    )
    return found


def complete(connection: Connection, article: str, number: int, page: Mapping[str, object]) -> None:
    """Complete an article with what its page says, once the page is stored as revision `number`.

    `page` has author, language and date by column. The revision's baseline mark is copied from the one before.
    """
    # what the source said stays: only empty columns take the page's value
    columns = archive.articles.c
    filled = {
        name: func.coalesce(columns[name], literal(value, columns[name].type))
        for name, value in page.items()
        if value is not None
    }
    if filled:
        connection.execute(update(archive.articles).where(columns.id == article).values(**filled))
    # the page of an article that was there at the first poll must not alert either (decision 74)
    before = select(archive.revisions.c.baseline).where(
        archive.revisions.c.article == article, archive.revisions.c.number == number - 1
    )
    changed = update(archive.revisions).where(
        archive.revisions.c.article == article, archive.revisions.c.number == number
    )
    connection.execute(changed.values(baseline=bool(connection.scalar(before))))
