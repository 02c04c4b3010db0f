"""SQL on the daemons that share a store in PostgreSQL, and the leases by which each thing is done by one of them.

A daemon lives until `until`, which it puts off again and again; all that it holds is its own for as long. Who finds it
dead removes it, and takes what it held with the next fence. All times here are seconds of the server's clock, so the
clocks of machines do not matter. Rows are only written in the turn of a write transaction, but for `until`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    delete,
    insert,
    literal_column,
    select,
    text,
    update,
)

from crawler.store.errors import StoreHeld

LEASE = 15.0  # seconds that a daemon is taken to live after its last sign
FARTHEST = 2 * LEASE  # who lives longer has not signed since the server's clock was set back
CHANNEL = "watchfloor"  # of NOTIFY
SHARES = "shares"  # what is said there: somebody came, left, or gave something up
NEWS, QUEUED, POLLS = "news", "queued", "polls"  # articles were stored; messages were queued; polls were asked for

metadata = MetaData()
daemons = Table(
    "daemons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("home", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("roles", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("takes", Text, nullable=False),
    Column("began", Float, nullable=False),
    Column("until", Float, nullable=False),
)
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),  # "" for nobody
    Column("fence", Integer, nullable=False),
    Column("since", Float, nullable=False),
)
NOW = literal_column("CAST(extract(epoch FROM clock_timestamp()) AS double precision)", Float)  # not of the BEGIN


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon that shares a store.

    `home` is its state directory, of which there is one daemon at a time; `rules` the version of its rules. `takes` is
    what it can hold, as crawler/sources/shares.py has it. `began` and `until` are seconds of the server's clock.
    """

    id: str
    home: str
    host: str
    pid: int
    roles: str
    program: str
    rules: str = ""
    takes: Mapping[str, int] = field(default_factory=dict)
    began: float = 0.0
    until: float = 0.0

    @property
    def name(self) -> str:
        """What people call it."""
        return f"pid {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True)
class Held:
    """A lease: who holds it ("" for nobody), under which fence, and since when."""

    holder: str
    fence: int
    since: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Who lives and what is held, as of a moment of the server's clock; `dead` are daemons that are to be removed."""

    now: float
    live: Mapping[str, Daemon]
    dead: frozenset[str]
    leases: Mapping[str, Held]

    @property
    def held(self) -> dict[str, str]:
        """Return by name who holds what, of those that live."""
        return {name: each.holder for name, each in self.leases.items() if each.holder in self.live}

    def of(self, daemon: str) -> dict[str, int]:
        """Return the fences of what a daemon holds, by name."""
        return {name: each.fence for name, each in self.leases.items() if each.holder == daemon}


def standing(connection: Connection) -> Standing:
    """Return who lives and what is held."""
    now = float(connection.scalar(select(NOW)) or 0.0)
    found = [_daemon(row) for row in connection.execute(select(daemons)).mappings()]
    held = {row.name: Held(row.holder, row.fence, row.since) for row in connection.execute(select(leases))}
    live = {each.id: each for each in found if now < each.until <= now + FARTHEST}
    return Standing(now, live, frozenset(each.id for each in found) - live.keys(), held)


def _daemon(row: RowMapping) -> Daemon:
    return Daemon(**{**row, "takes": json.loads(row["takes"])})


def known_elsewhere(connection: Connection, kind: str, daemon: str) -> dict[str, frozenset[str]]:
    """Return what of a kind each other daemon of the store can hold, without its kind: their rules may differ."""
    if connection.dialect.name != "postgresql":
        return {}
    others = (each for each in standing(connection).live.values() if each.id != daemon)
    begins = f"{kind}/"
    return {
        each.id: frozenset(name.removeprefix(begins) for name in each.takes if name.startswith(begins))
        for each in others
    }


def number_live(connection: Connection) -> int:
    """Return how many daemons share the store now; 0 where it is of one alone."""
    if connection.dialect.name != "postgresql":
        return 0
    return len(standing(connection).live)


def enter(connection: Connection, daemon: Daemon) -> None:
    """Add a daemon, in place of an earlier one of its state directory, which has ended.

    Raises StoreHeld where one lives that is of another program: each would keep to other agreements.
    """
    connection.execute(delete(daemons).where(daemons.c.home == daemon.home))
    bury(connection)
    for other in standing(connection).live.values():
        if other.program != daemon.program:
            raise StoreHeld(
                f"the store is shared by {other.name}, which is Watchfloor {other.program}; this one is "
                f"{daemon.program}: stop all daemons of the store, then start those of one version"
            )
    values = asdict(daemon) | {"takes": json.dumps(dict(daemon.takes)), "began": NOW, "until": NOW + LEASE}
    connection.execute(insert(daemons).values(values))
    say(connection, SHARES)


def renew(connection: Connection, daemon: str) -> bool:
    """Let a daemon live on whose life was over, with all that it held; return False where another has removed it."""
    found = update(daemons).where(daemons.c.id == daemon).values(until=NOW + LEASE)
    return connection.execute(found).rowcount == 1


def change(connection: Connection, daemon: str, rules: str, takes: Mapping[str, int]) -> None:
    """Note the rules of a daemon and what it can hold by them."""
    values = {"rules": rules, "takes": json.dumps(dict(takes))}
    connection.execute(update(daemons).where(daemons.c.id == daemon).values(values))
    say(connection, SHARES)


def bury(connection: Connection) -> list[Daemon]:
    """Remove the daemons that are dead, and free what they held; return them."""
    found = delete(daemons).where((daemons.c.until <= NOW) | (daemons.c.until > NOW + FARTHEST)).returning(daemons)
    dead = [_daemon(row) for row in connection.execute(found).mappings()]
    gone = (leases.c.holder != "", leases.c.holder.not_in(select(daemons.c.id)))
    connection.execute(update(leases).where(*gone).values(holder=""))
    return dead


def leave(connection: Connection, daemon: str) -> None:
    """Remove a daemon that ends, and free what it held."""
    connection.execute(delete(daemons).where(daemons.c.id == daemon))
    bury(connection)
    say(connection, SHARES)


def clear(connection: Connection) -> None:
    """Remove all daemons and free all: for who has the store alone, as one that is gone may wake up later."""
    connection.execute(delete(daemons))
    connection.execute(update(leases).where(leases.c.holder != "").values(holder=""))


def take(connection: Connection, daemon: str, names: Iterable[str]) -> None:
    """Give what is free to a daemon, each with the next fence: whoever held it before writes no more."""
    if rows := [{"name": name, "holder": daemon} for name in names]:
        connection.execute(_TAKE, rows)


_TAKE = text(
    "INSERT INTO leases (name, holder, fence, since) VALUES (:name, :holder, 1, extract(epoch FROM clock_timestamp())) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = leases.fence + 1, since = excluded.since"
)


def give(connection: Connection, daemon: str, names: Collection[str]) -> None:
    """Free what a daemon gives up."""
    if names:
        ours = (leases.c.holder == daemon, leases.c.name.in_(names))
        connection.execute(update(leases).where(*ours).values(holder=""))
        say(connection, SHARES)


def say(connection: Connection, word: str) -> None:
    """Tell the daemons of the store a word once this transaction is committed; where there is one alone, nobody."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, :word)"), {"channel": CHANNEL, "word": word}).close()
