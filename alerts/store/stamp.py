"""What a store held, kept beside it: an empty or older store in its place is refused instead of watched with.

A store that was emptied looks like a first run: all news would be baseline, and nothing would be told. The stamp is a
small file with the store's id and the number of its last life sign; the store has both as well. It also has the head of
the chain of evidence: a chain that was cut, or made anew, does not hold it.
"""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect

from alerts.render.words import time
from alerts.store import decisions
from crawler.store import chain
from crawler.store.articles import last_seq
from crawler.store.db import DATABASE
from crawler.store.errors import StoreError

STAMP = "store.stamp"  # in the state directory
IDENTITY, SIGN = "store", "sign"  # marks in the store
MADE = "made"  # the mark of when the store was made, while nobody was told that it is new; "" once they were
REMEDY = (
    "Put the store back (watchfloor restore, or the file as it was with its -wal), or, if this loss is meant, start "
    "once with: watchfloor run --accept-store. Until then nothing is watched"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A store's id, the number of the last life sign written to it, and when that was, in ISO 8601.

    `seals` and `seal` are the number and hash of the chain's newest record then. `cut` says what was found missing of
    the chain since the stamp was first written, "" if nothing was. `restored` are the hashes of the records of restores
    that were made here.
    """

    store: str
    sign: int
    at: str
    seals: int = 0
    seal: str = ""
    cut: str = ""
    restored: tuple[str, ...] = ()


def read_stamp(state_dir: Path) -> Stamp | None:
    """Return the stamp of a state directory, None where it has none. Raise StoreError for one that cannot be read."""
    try:
        raw = json.loads((state_dir / STAMP).read_text(encoding="utf-8"))
        seals, seal, cut = int(raw.get("seals", 0)), str(raw.get("seal", "")), str(raw.get("cut", ""))
        restored = tuple(map(str, raw.get("restored", ())))
        return Stamp(str(raw["store"]), int(raw["sign"]), str(raw["at"]), seals, seal, cut, restored)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"{state_dir / STAMP} says what the store held, and cannot be read: {error!r}"
        raise StoreError(f"{what}. If the store is the right one: watchfloor run --accept-store") from error


def write_stamp(state_dir: Path, stamp: Stamp) -> None:
    """Write the stamp so that a crash leaves the old one or the new one. Raises OSError."""
    path = state_dir / STAMP
    aside = path.with_suffix(".new")
    with aside.open("w", encoding="utf-8") as handle:
        json.dump(asdict(stamp), handle)
        handle.flush()
        os.fsync(handle.fileno())
    aside.replace(path)


def need_file(state_dir: Path, remedy: str = REMEDY) -> None:
    """Raise StoreError where the file of a stamped store is gone or empty. Call it before the store is opened."""
    stamp, path = read_stamp(state_dir), state_dir / DATABASE
    if stamp and not (path.exists() and path.stat().st_size):
        held = f"It held store {stamp.store[:8]} until {_when(stamp)}, life sign {stamp.sign:,}"
        chain_end = f", {stamp.seals:,} records of evidence" if stamp.seals else ""
        raise StoreError(f"{path} is gone or empty. {held}{chain_end}. {remedy}")


def _when(stamp: Stamp) -> str:
    try:
        return time(datetime.fromisoformat(stamp.at), "UTC")
    except ValueError:  # written by hand; what it says is shown as it stands
        return stamp.at


def need_same(connection: Connection, state_dir: Path, name: str = "") -> None:
    """Raise StoreError where the store is another than the stamp says, or holds less than it did.

    `name` is what the store is called, else the file in the state directory. Call it before the store is brought up to
    date: one that is refused is left as it is.
    """
    stamp = read_stamp(state_dir)
    if stamp is None:
        return
    path = name or state_dir / DATABASE
    identity, sign = None, 0
    if inspect(connection).has_table(decisions.marks.name):
        identity, sign = decisions.get_mark(connection, IDENTITY), int(decisions.get_mark(connection, SIGN) or 0)
    if identity != stamp.store:
        raise StoreError(f"{path} is another store than the one that was here until {_when(stamp)}. {REMEDY}")
    if sign < stamp.sign:
        lost = "its last writes are lost (a -wal file removed or damaged, or an older copy)"
        raise StoreError(f"{path} holds less than it did at {_when(stamp)}: {lost}. {REMEDY}")


def sign_life(connection: Connection, now: datetime, before: Stamp | None = None) -> Stamp:
    """Write the next life sign into the store, and an id if it has none. Return the stamp, to be kept once durable.

    `before` is the stamp of the life sign before: what the chain has lost since is kept in the new one. A store that
    gets its id here is new where it holds no article; it keeps that nobody was told so yet.
    """
    identity = decisions.get_mark(connection, IDENTITY)
    if identity is None:
        identity = uuid.uuid4().hex
        decisions.set_mark(connection, IDENTITY, identity)
        # a store of before there were ids has none either, and is not new
        if decisions.get_mark(connection, MADE) is None and not last_seq(connection):
            decisions.set_mark(connection, MADE, now.isoformat(timespec="seconds"))
    sign = int(decisions.get_mark(connection, SIGN) or 0) + 1
    decisions.set_mark(connection, SIGN, str(sign))
    last, cut = chain.head(connection), (before.cut or cut_of(connection, before)) if before else ""
    restored = before.restored if before else ()
    return Stamp(identity, sign, now.isoformat(timespec="seconds"), last.n, last.hash, cut, restored)


def untold_since(connection: Connection) -> datetime | None:
    """Return when the store was made, while nobody was told that it is new; else None."""
    made = decisions.get_mark(connection, MADE)
    return datetime.fromisoformat(made) if made else None


def note_told(connection: Connection) -> None:
    """Note, in the commit that queues it, that the store's beginning is told."""
    decisions.set_mark(connection, MADE, "")


def cut_of(connection: Connection, stamp: Stamp) -> str:
    """Return in words that the chain of evidence no longer holds the record that was its newest; "" if it does."""
    if not stamp.seals or chain.hash_at(connection, stamp.seals) == stamp.seal:
        return ""
    last = chain.head(connection).n
    gone = f"the chain ends at {last}" if last < stamp.seals else "another record has its number"
    return f"record {stamp.seals} ({stamp.seal[:12]}), its newest of {stamp.at}, is not there: {gone}"
