"""An id as it was typed goes in; the stored one that is meant comes out, or the command ends with 1."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from alerts.cli.common import fail
from alerts.store.ids import IdKind, UnknownId, resolve, story_of
from alerts.store.opening import reading


def named(connection: Connection, text: str, *kinds: IdKind) -> str:
    """Return the id that is meant; print what ids look like, or the candidates, and exit with 1 if it is not clear."""
    try:
        return resolve(connection, text, *kinds)
    except UnknownId as error:
        fail(str(error))


def place_in(state: Path, text: str, *kinds: IdKind) -> str:
    """Return the id that is meant, of a message that of its story; exit with 1 if it is not clear."""
    with reading(state) as connection:
        try:
            return story_of(connection, resolve(connection, text, *kinds))
        except UnknownId as error:
            fail(str(error))
