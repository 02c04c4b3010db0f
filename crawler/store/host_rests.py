"""SQL on hosts that asked not to be requested for a while: what the next daemon that has the host must know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, MetaData, Table, Text, delete, select

from crawler.store.db import UtcTime
from crawler.store.saving import save

metadata = MetaData()
host_rests = Table(
    "host_rests",
    metadata,
    Column("host", Text, primary_key=True),
    Column("until", UtcTime, nullable=False),
    Column("why", Text, nullable=False),
    Column("pages", Boolean, nullable=False),  # whether pages alone are not to be requested
)


def rest(connection: Connection, host: str, until: datetime, why: str, *, pages: bool) -> None:
    """Note until when a host rests, unless it rests longer: who knows an earlier answer alone shortens no rest.

    A rest of its pages is noted over a shorter one of all, and hides it: that stands in the states of its sources too.
    """
    if host in resting(connection, until):
        return
    save(connection, host_rests, {"host": host, "until": until, "why": why, "pages": pages}, "host")


def resting(connection: Connection, now: datetime) -> dict[str, tuple[datetime, str, bool]]:
    """Return the hosts that rest: until when, why, and whether only of pages."""
    found = connection.execute(select(host_rests).where(host_rests.c.until > now))
    return {row.host: (row.until, row.why, row.pages) for row in found}


def expire(connection: Connection, now: datetime) -> None:
    """Forget the rests that are over."""
    connection.execute(delete(host_rests).where(host_rests.c.until <= now))
