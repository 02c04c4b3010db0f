"""SQL for raw evidence: the entry and page of every article as they were received, compressed, for some days.

Final address, headers, SHA-256 and time of the fetch are kept with them. Evidence is written in the transaction that
stores the article, because it cannot be collected afterwards.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    tuple_,
)

from crawler.article import mint
from crawler.sources.source import FetchOutcome
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared

EVIDENCE_KEPT = timedelta(days=7)  # where settings.retention.evidence says nothing else
FETCHES_DROPPED = 200  # in one commit, so that other writes get their turn (decision 77)
AT_ONCE = 500  # pieces read together
LEVEL = 6  # of zlib: at 9 a page takes three times as long and is 1 % smaller
LARGEST_PIECE = 20_000_000  # bytes, unpacked: about twice the largest body that is fetched

metadata = MetaData()
fetches = Table(
    "fetches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("fetched", UtcTime, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Integer),
    Column("headers", Text, nullable=False),
    Column("body_sha256", Text),
    Index("fetches_by_time", "fetched"),
)
# headers and address once a fetch, however many articles it brought; a feed is kept item by item, 1.4 KB each, and
# not as a whole, 15 KB for each poll that changed something (decision 77)
evidence = Table(
    "evidence",
    metadata,
    Column("article", Text, primary_key=True),
    Column("fetch", Text, ForeignKey("fetches.id"), primary_key=True),
    Column("form", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Index("evidence_by_fetch", "fetch"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One piece of evidence.

    `form` is entry (the item as it was in the feed), entry-text (its text, where the item could not be cut out) or page
    (the bytes of the article page). `sha256` is the hash of `raw`, `body_sha256` that of the whole response.
    """

    article: str
    form: str
    fetched: datetime
    url: str
    status: int | None
    headers: str
    body_sha256: str | None
    sha256: str
    raw: bytes

    @property
    def intact(self) -> bool:
        """Whether the bytes still have the hash they were stored with."""
        return hashlib.sha256(self.raw).hexdigest() == self.sha256


def keep(connection: Connection, answer: FetchOutcome, pieces: Iterable[tuple[str, str, bytes]]) -> None:
    """Store pieces of one response, each (article, form, raw bytes). See Kept for the forms.

    Of several pieces of one article the last is kept.
    """
    # (article, fetch) is the primary key; a feed may hold two items that are one article
    last = {article: (form, raw) for article, form, raw in pieces}
    if not last:
        return
    # the id depends on the content, so that the same answer stored twice is recognised
    name = mint("f", answer.fetched, answer.source, answer.url, answer.body_sha256 or "", *sorted(last))
    if _KEPT.scalar(connection, {"name": name}):
        return  # the same answer, kept a moment ago
    fetch = {"id": name, "source": answer.source, "fetched": answer.fetched, "url": answer.url}
    said = {"status": answer.status, "headers": answer.headers, "body_sha256": answer.body_sha256}
    _ADD_FETCH.change(connection, fetch | said)
    rows = [
        {
            "article": article,
            "fetch": name,
            "form": form,
            "sha256": hashlib.sha256(raw).hexdigest(),
            "packed": zlib.compress(raw, LEVEL),
        }
        for article, (form, raw) in last.items()
    ]
    _ADD.change_all(connection, rows)


# built once: each poll that brings something asks
_KEPT = Prepared(select(fetches.c.id).where(fetches.c.id == bindparam("name")))
_ADD_FETCH, _ADD = Prepared(fetches.insert()), Prepared(evidence.insert())


def kept(connection: Connection, article: str) -> list[Kept]:
    """Return the evidence of an article, oldest first."""
    found = select(evidence, fetches).join(fetches, fetches.c.id == evidence.c.fetch)
    rows = connection.execute(found.where(evidence.c.article == article).order_by(fetches.c.fetched, evidence.c.form))
    return [
        Kept(
            article=row.article,
            form=row.form,
            fetched=row.fetched,
            url=row.url,
            status=row.status,
            headers=row.headers,
            body_sha256=row.body_sha256,
            sha256=row.sha256,
            raw=unpacked(row.packed),
        )
        for row in rows
    ]


def altered(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each article with a piece of evidence that is not what was fetched, and why; it reads all of them."""
    place = ("", "")
    key = tuple_(evidence.c.article, evidence.c.fetch)
    while rows := connection.execute(
        select(evidence).where(key > place).order_by(evidence.c.article, evidence.c.fetch).limit(AT_ONCE)
    ).all():
        for row in rows:
            try:
                if hashlib.sha256(unpacked(row.packed)).hexdigest() != row.sha256:
                    yield row.article, "its bytes do not have the SHA-256 they were stored with"
            except zlib.error as error:
                yield row.article, f"its bytes cannot be unpacked: {error}"
        place = (rows[-1].article, rows[-1].fetch)


def unpacked(packed: bytes) -> bytes:
    """Return raw bytes as they came. Raises zlib.error."""
    # bounded, so that a damaged or hostile row cannot fill the memory
    return zlib.decompressobj().decompress(packed, LARGEST_PIECE)


def expire(connection: Connection, now: datetime, kept: timedelta = EVIDENCE_KEPT) -> int:
    """Delete up to FETCHES_DROPPED fetches older than that, with their evidence; return how many.

    What alerted is in the chain as well (crawler/store/chain.py), and stays there.
    """
    old = select(fetches.c.id).where(fetches.c.fetched < now - kept).order_by(fetches.c.fetched).limit(FETCHES_DROPPED)
    names = list(connection.scalars(old))
    if names:
        # before the fetches, which they refer to
        connection.execute(delete(evidence).where(evidence.c.fetch.in_(names)))
        connection.execute(delete(fetches).where(fetches.c.id.in_(names)))
    return len(names)


def size(connection: Connection) -> tuple[int, int]:
    """Return the number of pieces, and their size in bytes as stored: compressed, with the headers of the fetches."""
    pieces, packed = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(evidence.c.packed)), 0)).select_from(evidence)
    ).one()
    headers = connection.scalar(select(func.coalesce(func.sum(func.length(fetches.c.headers)), 0)))
    return pieces, packed + (headers or 0)
