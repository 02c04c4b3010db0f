"""An id as it was typed goes in; the stored one that is meant comes out, or the command ends with 1."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from alerts.cli.common import fail
from alerts.cli.orders import show_last
from alerts.store.ids import SILENCE, IdKind, UnknownId, article_told, is_last, last_told, resolve, story_of
from alerts.store.opening import reading
from alerts.store.outbox import find
from alerts.store.sendlog import describe_last


def named(connection: Connection, text: str, zone: str, *kinds: IdKind) -> str:
    """Return the id that is meant; print what ids look like, or the candidates, and exit with 1 if it is not clear.

    Which message "last" is, is said on standard error: several people, and several receivers, are told things.
    """
    try:
        identity = resolve(connection, text, *kinds)
    except UnknownId as error:
        fail(str(error))
    told = last_told(connection) if is_last(text) and identity[0] != SILENCE.letter else None
    if told:
        show_last(describe_last(connection, told), zone)
    return identity


def place_in(state: Path, text: str, zone: str, *kinds: IdKind) -> str:
    """Return the id that is meant, of a message that of its story; exit with 1 if it is not clear.

    "last" is the article that the last message told.
    """
    with reading(state) as connection:
        identity = named(connection, text, zone, *kinds)
        try:
            told = find(connection, identity) if is_last(text) else None
            return article_told(connection, told) if told else story_of(connection, identity)
        except UnknownId as error:
            fail(str(error))
