"""What a start says of the store that it began on, where that is not the one it held before."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.line.notices import queue_all
from alerts.render.words import time
from alerts.rule import Config
from alerts.store.decisions import get_mark, set_mark
from alerts.store.stamp import note_told, untold_since
from crawler.store.articles import last_seq

log = logging.getLogger(__name__)
_LOGGED = "made-logged"  # the mark of that a single round has said so in its log
_KNOWN = "what its feed holds now is taken for known and told to nobody, but for what is younger than settings.backfill"


@dataclass(frozen=True, slots=True)
class Start:
    """A start on a store, by its name. `accepted`: taken as it is, by an explicit word. `watches`: of a daemon."""

    store: str
    accepted: bool
    watches: bool


@dataclass(frozen=True, slots=True)
class Beginning:
    """A notice of a start: `cause` is told once."""

    cause: str
    title: str
    body: str


def tell_beginning(connection: Connection, config: Config, start: Start, now: datetime) -> None:
    """Queue the notice of a start on a store that was accepted, or that is new, empty and that nobody was told of.

    A single round or a command without a daemon may make the store; `run --once` says so once in its log, and a daemon
    that finds it still empty tells it. One that holds articles is new no more: rounds may have filled it for months.
    What is queued here is noted in the same commit: it is told once.
    """
    made = untold_since(connection)
    if made and last_seq(connection):
        note_told(connection)
        made = None
    if made and not start.watches and get_mark(connection, _LOGGED) is None:
        log.info("new store store=%s it is empty; a daemon on it tells the admin", start.store)
        set_mark(connection, _LOGGED, made.isoformat())
    told = beginning(start, made if start.watches else None, config.timezone, now)
    if told is None:
        return
    log.warning("notice cause=%s %s", told.cause, told.title)
    queue_all(connection, config, f"notice:{told.cause}", told.title, told.body, now)
    note_told(connection)


def beginning(start: Start, made: datetime | None, zone: str, now: datetime) -> Beginning | None:
    """Return the notice of a start on a store that was accepted as it is, or that was `made` new; None for any other.

    A folder of state that was removed takes with it all that would tell so. So that a store is new is always told: who
    reads it knows whether it may be.
    """
    if start.accepted:
        return Beginning(
            f"accepted:{now.isoformat()}",
            "started on the store as it is, by an explicit word (--accept-store)",
            f"What it lost is lost. Where the state of a source is gone, {_KNOWN}.",
        )
    if made:
        return Beginning(
            "new store",
            "begins with a new, empty store, as at a first start",
            f"If this is the first start here, all is well: nothing is to be done. Of each source {_KNOWN}; watchfloor "
            f"stories lists it.\n{start.store} was made {time(made, zone)}. If Watchfloor has watched here before, the "
            "store was removed with its folder: stop the daemon, put it back (watchfloor restore), and look for what "
            "was told before in your messages.",
        )
    return None
