"""SQL for what a source does not keep since no rule matches it: a number for each, while lists still show it.

A number stands for key, source and content: an item whose words change is looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, delete, select

from crawler.store.asked import parts
from crawler.store.saving import save_all

KEPT = 3  # days since an item was last shown: lists of the newest items show one for hours
DROPPED = 20_000  # in one commit

metadata = MetaData()
passed_keys = Table(
    "passed_keys",
    metadata,
    Column("hash", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),  # on which it was last shown, as date.toordinal
    Index("passed_keys_by_day", "day"),
)


def number_of(key: str, source: str, content_key: str) -> int:
    """Return the number that an item is remembered by."""
    words = "\n".join((source, key, content_key))
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


def passed(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Return which of the numbers are remembered, each with the day on which it was last shown."""
    found = dict[int, int]()
    for wanted in parts(numbers):
        rows = connection.execute(select(passed_keys).where(passed_keys.c.hash.in_(wanted)))
        found |= {row.hash: row.day for row in rows}
    return found


def remember(connection: Connection, numbers: Iterable[int], now: datetime) -> None:
    """Remember items by their numbers, in the transaction that counts them."""
    save_all(connection, passed_keys, [{"hash": each, "day": now.toordinal()} for each in sorted(set(numbers))], "hash")


def expire(connection: Connection, now: datetime) -> int:
    """Forget up to DROPPED items that were last shown more than KEPT days ago; return how many."""
    old = select(passed_keys.c.hash).where(passed_keys.c.day < now.toordinal() - KEPT).limit(DROPPED)
    return connection.execute(delete(passed_keys).where(passed_keys.c.hash.in_(old))).rowcount
