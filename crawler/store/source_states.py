"""SQL for the state of each source: when it was polled, how it ended, when it is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import Column, Connection, Float, Integer, RowMapping, Table, Text, select

from crawler.sources.source import OutcomeName, SourceState
from crawler.store.articles import metadata
from crawler.store.db import UtcTime
from crawler.store.saving import save_all

# one row a source, with the fields of SourceState, which says what each of them means
sources = Table(
    "sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("outcome", Text),
    Column("detail", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_sha256", Text),
    Column("polled", UtcTime),
    Column("succeeded", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("baseline", UtcTime),
    Column("failing", UtcTime),
    Column("whole", UtcTime),
    Column("heard", UtcTime),
    Column("rhythm", Float),
    Column("pace", Float),
    Column("gap", UtcTime),
    Column("moved_to", Text),
    Column("moves", Integer, nullable=False),
    Column("ttl", Float),
    Column("mark", Integer),
)


def save_state(connection: Connection, state: SourceState) -> None:
    """Store the state of a source, in the transaction that stores what its poll returned."""
    save_states(connection, [state])


def save_states(connection: Connection, states: Iterable[SourceState]) -> None:
    """Store the states of several sources in one statement (decision 66)."""
    rows = [{name: getattr(state, name) for name in _STATE_FIELDS} for state in states]
    save_all(connection, sources, rows, "source")


_STATE_FIELDS = tuple(each.name for each in fields(SourceState))


def load_states(connection: Connection) -> dict[str, SourceState]:
    """Return the stored state of every source that was ever polled, by source id."""
    return {row["source"]: _state(row) for row in connection.execute(select(sources)).mappings()}


def _state(row: RowMapping) -> SourceState:
    values = {name: row[name] for name in _STATE_FIELDS}
    values["outcome"] = OutcomeName(values["outcome"]) if values["outcome"] else None
    return SourceState(**values)
