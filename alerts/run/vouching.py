"""A store, its stamp and its backups go in; what they say of the chain of evidence beyond its own hashes comes out.

The chain alone proves that nothing within it was changed. That it still ends where it did, only those know who have
seen its end: the stamp beside the store, each backup, and the stored alerts themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from alerts.run.backups import Manifest, backups_in
from alerts.store.decisions import get_mark, unsealed_alerts
from alerts.store.stamp import IDENTITY, SIGN, STAMP, cut_of, read_stamp
from crawler.store import chain
from crawler.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Vouched:
    """Up to which record backups say the same, what contradicts the chain, and the backups it was restored from."""

    up_to: int
    doubts: tuple[str, ...]
    restored: tuple[str, ...]


def vouched_by(connection: Connection, state_dir: Path, folder: Path) -> Vouched:
    """Return what the stamp, the alerts and the backups of a folder say of the chain. Raises OSError."""
    backups = backups_in(folder, get_mark(connection, IDENTITY))
    restored = chain.restores(connection)
    agree = {each.path: chain.hash_at(connection, int(each.head["n"])) == each.head["hash"] for each in backups}
    up_to = max((int(each.head["n"]) for each in backups if agree[each.path]), default=0)
    others = [each for each in backups if each.head["n"] and not agree[each.path]]
    made = {(each.sha256, each.head["n"], each.head["hash"]) for each in backups}
    here = _made_here(state_dir)
    proven = {each.n for each in restored if each.hash in here or (each.sha256, each.head.n, each.head.hash) in made}
    doubts = (*_by_stamp(connection, state_dir), *_by_alerts(connection), *_by_backups(others, restored, proven))
    names = (f"{each.file}, at record {each.n}, {each.at:%Y-%m-%dT%H:%M:%SZ}" for each in restored)
    return Vouched(up_to, doubts, tuple(names))


def _made_here(state_dir: Path) -> tuple[str, ...]:
    """Return the hashes of the records of restores that the stamp knows of."""
    with suppress(StoreError):
        stamp = read_stamp(state_dir)
        return stamp.restored if stamp else ()
    return ()


def _by_stamp(connection: Connection, state_dir: Path) -> Iterator[str]:
    try:
        stamp = read_stamp(state_dir)
    except StoreError as error:
        yield f"the stamp: {error}"
        return
    if stamp is None and (signs := get_mark(connection, SIGN)):
        yield f"the missing stamp: the store has {signs} life signs, and {state_dir} no {STAMP} to compare it with"
    if stamp and (why := stamp.cut or cut_of(connection, stamp)):
        yield f"the stamp beside the store: {why}"


def _by_alerts(connection: Connection) -> Iterator[str]:
    if n := unsealed_alerts(connection):
        yield f"the alerts in the store: {n:,} of them have no record, and each was given one in its commit"


def _by_backups(
    others: Iterable[Manifest], restored: Iterable[chain.Restored], proven: Collection[int]
) -> Iterator[str]:
    """Yield the backups that have seen other records than the chain has, but those that a proven restore explains.

    A backup made before a restore may know records that the restored store never had. `proven` are the numbers of
    restores that the stamp, or the manifest of what was restored, vouches for.
    """
    for each in others:
        explained = [back for back in restored if each.at < back.at and back.n <= each.head["n"]]
        if any(back.n in proven for back in explained):
            continue
        what = f"the backup {each.path}: records that it has seen are not there, or were replaced since"
        if explained:
            files = ", ".join(back.file or "a file without a manifest" for back in explained)
            what += f". A restore from {files} would explain it; put the manifest of that beside the backups"
        yield what
