"""A store goes in; which daemons share it, and what of the work none of them does, comes out as findings."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from alerts.decide.finding import Finding, fault, ok
from alerts.decide.roles import listed
from alerts.run.shared_work import lacking_in
from crawler.store.leases import standing

NAME = "shared work"
REMEDY = "watchfloor status names the daemons with what each holds; docs/scaling.md says what each role does"


def check_shared(connection: Connection) -> Iterator[Finding]:
    """Yield what each daemon of a store in PostgreSQL holds, and what no daemon does; nothing of a file."""
    if connection.dialect.name != "postgresql":
        return
    found = standing(connection)
    for each in found.live.values():
        yield ok(NAME, f"{each.name}, role {each.roles}, holds {listed(found.of(each.id)) or 'nothing'}")
    if found.live:
        yield from (fault(NAME, words, REMEDY) for words in lacking_in(found).values())
