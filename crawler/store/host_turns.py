"""SQL on when a host may be asked next that several daemons ask, as redirects lead to it."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Float, MetaData, Table, Text, delete, select

from crawler.store.leases import NOW
from crawler.store.saving import save

KEPT = 600.0  # seconds after its last turn for which a host counts as asked by several
# Seconds. A turn farther ahead was taken before the server's clock was set back: no more can wait for one host
FARTHEST = 600.0

metadata = MetaData()
host_turns = Table(
    "host_turns",
    metadata,
    Column("host", Text, primary_key=True),
    Column("next", Float, nullable=False),  # seconds of the server's clock
)


def take(connection: Connection, host: str, apart: float) -> float:
    """Take the next turn of a host, `apart` seconds after the one before; return in how many seconds it comes."""
    now = float(connection.scalar(select(NOW)) or 0.0)
    connection.execute(delete(host_turns).where(host_turns.c.next < now - KEPT))
    found = connection.scalar(select(host_turns.c.next).where(host_turns.c.host == host))
    at = found if found is not None and now < found < now + max(FARTHEST, apart) else now
    save(connection, host_turns, {"host": host, "next": at + apart}, "host")
    return at - now


def contested(connection: Connection) -> frozenset[str]:
    """Return the hosts that were lately asked by way of redirects."""
    now = float(connection.scalar(select(NOW)) or 0.0)
    return frozenset(connection.scalars(select(host_turns.c.host).where(host_turns.c.next >= now - KEPT)))
