"""A store goes in; what is to be said after reading all of it comes out: each table, the chain, the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from alerts.decide.finding import Finding, fault, ok
from alerts.run.checks_store import RESTORE
from alerts.run.vouching import vouched_by
from alerts.store.decisions import alert_text
from crawler.store import chain
from crawler.store.db import Database
from crawler.store.evidence import altered, size

NAMED = 5  # faults of one kind that are named
KEEP = "keep the store and the backups as they are: watchfloor verify says more"
UNREAD = "end what has it locked, and look again"
INDEX = (
    "with the daemon stopped: sqlite3 watchfloor.db 'REINDEX {table}', then look again; or " + RESTORE
)  # what is in an index alone can be made anew from its table


def check_tables(database: Database) -> Iterator[Finding]:
    """Yield the faults of the file and of each table, with its indexes and what its rows refer to."""
    found = 0
    tables = database.tables()
    for table in (*tables, ""):  # what is damaged in no table may still be in the file: its list of free pages
        if not table and found:
            break
        try:
            faults = database.faults(table)
        except DatabaseError as error:
            yield fault("integrity", f"{_named(table)} cannot be read now: {error.orig}", UNREAD)
            return
        if faults:
            found += 1
            yield fault("integrity", f"{_named(table)}: {'; '.join(faults[:2])}", _remedy(table, faults))
    for table, parent, n in database.orphans():
        found += 1
        words = f"table {table}: {n:,} of its rows refer to a row of {parent} that is not there"
        yield fault("integrity", words, RESTORE)
    if not found:
        yield ok("integrity", f"read through, {len(tables)} tables, whole")


def _named(table: str) -> str:
    return f"table {table}" if table else "the file"


def _remedy(table: str, faults: list[str]) -> str:
    indexes = table and all("index" in each for each in faults)
    return INDEX.format(table=table) if indexes else RESTORE


def check_chain(connection: Connection, state_dir: Path, folder: Path) -> Iterator[Finding]:
    """Yield whether the chain of evidence is as it was written."""
    done = chain.verify(connection, lambda story, revision: alert_text(connection, story, revision))
    doubts = vouched_by(connection, state_dir, folder).doubts
    if done.broken:
        yield fault("chain", f"table seals, record {done.broken.n}: {done.broken.why}", KEEP)
    yield from (fault("chain", f"contradicted by {each}", KEEP) for each in doubts)
    if not done.broken and not doubts:
        yield ok("chain", f"{done.records:,} records follow one another")


def check_evidence(connection: Connection) -> Iterator[Finding]:
    """Yield which raw evidence is not what was fetched."""
    wrong = list(islice(altered(connection), NAMED))
    for article, why in wrong:
        yield fault("evidence", f"table evidence, of article {article}: {why}", KEEP)
    if not wrong:
        yield ok("evidence", f"{size(connection)[0]:,} pieces are as they were fetched")
