"""A state directory and a folder go in; a proven backup of the store comes out, or what backups the folder holds.

A backup is two files: the store as of one moment, and a manifest with its SHA-256, schema and counts. The manifest is
put in place last, so a store file without one is no backup.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.decide.ledger import Ledger
from alerts.run.stored import ledger_of
from alerts.store import decisions, outbox, outbox_counts
from alerts.store.opening import PACKAGES, need_own_file, reading
from alerts.store.stamp import IDENTITY, SIGN
from crawler.store import articles as archive
from crawler.store.chain import Head, head
from crawler.store.copies import copy_store, faults_of
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError

FORMAT = 1
FOLDER = "backups"  # in the state directory, where settings.backup names no other
KEEP = 7
NAME = "watchfloor-"  # the beginning of the names of both files
AHEAD = timedelta(minutes=2)  # of a date that is still taken for now
PART = ".part"  # the end of a name while the file is not whole
SPARE = 32 << 20  # bytes that must stay free beside a backup
CHUNK = 1 << 20
DUMP = "back it up with pg_dump -Fc, or by base backups of its server; watchfloor store copy makes a SQLite file of it"


class FolderBusy(StoreError):
    """Another process makes a backup in the folder just now."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `store` and `sign` are the stamp of the store (alerts/store/stamp.py)."""

    file: str
    made: str
    bytes: int
    sha256: str
    schema: Mapping[str, str]
    store: str
    sign: int
    counts: Mapping[str, int]
    remainders: Mapping[str, int]  # of the ledger: what the books were short of, all 0 where they balanced
    head: Mapping[str, Any]  # of the chain of evidence: the number and hash of its newest record
    version: str = ""  # of the program that made it
    format: int = FORMAT
    where: Path = field(default=Path(), compare=False)  # the folder it was read from; not in the file

    @property
    def path(self) -> Path:
        """Return the path of the store's copy."""
        return self.where / self.file

    @property
    def at(self) -> datetime:
        """Return when it was made."""
        return datetime.fromisoformat(self.made)


def make_backup(state_dir: Path, folder: Path, now: datetime, keep: int | None = None) -> Manifest:
    """Copy the store into the folder and return its manifest; with `keep`, delete all but the newest so many.

    The copy is checked before older ones go: a damaged store replaces no good backup. Raises StoreError, and then the
    folder holds what it held before.
    """
    need_own_file(state_dir, DUMP)
    with reading(state_dir):
        pass  # it raises where the store is missing, broken or of another program
    with _held(folder):
        _tidy(folder)
        _need_room(state_dir / DATABASE, folder)
        name = f"{NAME}{now:%Y%m%dT%H%M%SZ}"
        if (folder / f"{name}.json").exists():
            raise StoreError(f"{folder} has a backup of this second already; wait for the next")
        part = folder / f"{name}.db{PART}"
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            part.unlink()  # it was only to see that we may write here, with an error of the system
            copy_store(state_dir / DATABASE, part)
            made = _proven(part, folder, f"{name}.db", now)
            # the store last: what a crash leaves is then a part or a lone manifest, which the next backup removes,
            # and never a whole store that nobody counts
            _write(folder / f"{name}.json", made)
            _put(part, folder / made.file)
        except OSError as error:
            (folder / f"{name}.json").unlink(missing_ok=True)
            raise StoreError(f"no backup was made in {folder}: {error.strerror}: {error.filename}") from error
        finally:
            part.unlink(missing_ok=True)
        if keep is not None:
            _rotate(folder, made, keep, now)
    return made


def of_future(made: Manifest, now: datetime) -> bool:
    """Return whether a backup is dated later than now: by a clock that was ahead."""
    return made.at > now + AHEAD


def backups_in(folder: Path, store: str | None = None) -> list[Manifest]:
    """Return the backups of a folder, of one store if its id is given, newest first. Raises OSError.

    One whose manifest cannot be read is none; `lost_in` names it.
    """
    found = []
    for path in folder.glob(f"{NAME}*.json"):
        with contextlib.suppress(StoreError):
            found.append(read_manifest(path))
    mine = [each for each in found if store in {None, each.store} and each.path.exists()]
    return sorted(mine, key=lambda each: (each.made, each.file), reverse=True)


def lost_in(folder: Path) -> list[str]:
    """Return why manifests of a folder cannot be read: their backups count for none. Raises OSError."""
    lost = []
    for path in sorted(folder.glob(f"{NAME}*.json")):
        try:
            read_manifest(path)
        except StoreError as error:
            lost.append(str(error))
    return lost


def read_manifest(path: Path) -> Manifest:
    """Return the manifest in a file. Raise StoreError where it cannot be read or is of a later format."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise StoreError(f"{path} is of format {raw['format']}, known here is {FORMAT}; use the program it names")
        made = Manifest(**{**raw, "where": path.parent})
        return made if made.at and _is_sound(made) else _no_manifest(path, "what it says cannot be")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _no_manifest(path, repr(error))


def _is_sound(made: Manifest) -> bool:
    """Return whether values are of their kinds, and the name of the file leads nowhere else."""
    named = [made.file, made.sha256, made.store, *made.schema.values()]
    amounts = [made.bytes, made.sign, *made.counts.values(), *made.remainders.values()]
    kinds = all(isinstance(each, str) for each in named) and all(isinstance(each, int) for each in amounts)
    return kinds and Path(made.file).name == made.file and set(made.head) == {"n", "hash"}


def _no_manifest(path: Path, why: str) -> Manifest:
    raise StoreError(
        f"{path} is no manifest of a backup ({why}); name the copy of the store (.db) or the .json of the same name"
    )


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy of a store holds."""

    schema: Mapping[str, str]
    store: str
    sign: int
    counts: Mapping[str, int]
    ledger: Ledger
    head: Head


def contents(path: Path) -> Contents:
    """Return what a copy of a store holds. Raises StoreError."""
    database = Database.at(path)
    try:
        schema = database.versions(*PACKAGES)
        database.check(*PACKAGES)
        with database.read() as connection:
            return Contents(
                schema,
                decisions.get_mark(connection, IDENTITY) or "",
                int(decisions.get_mark(connection, SIGN) or 0),
                _counts(connection),
                ledger_of(connection),
                head(connection),
            )
    finally:
        database.close()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _counts(connection: Connection) -> dict[str, int]:
    waiting = sum(n for (_, state), n in outbox_counts.delivered(connection).items() if state in outbox.WAITING)
    return archive.totals(connection) | {"waiting": waiting}


def _proven(part: Path, folder: Path, name: str, now: datetime) -> Manifest:
    """Return the manifest of a copy. Raise StoreError where the copy, and so the store, is damaged."""
    if faults := faults_of(part):
        raise StoreError(
            f"the store is damaged, no backup was made of it and the older ones stay: {'; '.join(faults[:3])}; "
            "restore the newest: watchfloor restore"
        )
    held = contents(part)
    return Manifest(
        file=name,
        made=now.isoformat(timespec="seconds"),
        bytes=part.stat().st_size,
        sha256=sha256_of(part),
        schema=held.schema,
        store=held.store,
        sign=held.sign,
        counts=held.counts,
        remainders=held.ledger.remainders(),
        head=asdict(held.head),
        version=version("watchfloor"),
        where=folder,
    )


def _need_room(source: Path, folder: Path) -> None:
    need, free = source.stat().st_size + SPARE, shutil.disk_usage(folder).free
    if free < need:
        raise StoreError(
            f"{folder} has {free >> 20} MB free, and a backup needs {need >> 20}; make room, or back up to another "
            "disk (settings.backup.to)"
        )


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Make the folder if it is not there, and keep other backups out of it. Raises StoreError."""
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            give_to_owner(folder, folder.parent)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreError(f"{folder} cannot be used for backups: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise FolderBusy(f"another backup is being made in {folder}; wait for its end") from error
    finally:
        os.close(handle)


def give_to_owner(path: Path, folder: Path) -> None:
    """As root, let a file belong to whom its folder belongs: the daemon deletes it when its time has come."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _put(part: Path, target: Path) -> None:
    """Give a whole file its name, so that a crash leaves all of it or none."""
    part.chmod(0o600)
    give_to_owner(part, part.parent)
    sync(part)
    part.replace(target)
    sync(target.parent)


def _write(path: Path, made: Manifest) -> None:
    plain = {name: value for name, value in asdict(made).items() if name != "where"}
    part = path.with_name(f"{path.name}{PART}")
    part.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    _put(part, path)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rotate(folder: Path, made: Manifest, keep: int, now: datetime) -> None:
    """Delete the backups of a store but for the newest `keep`; each manifest last, as a lone one is removed later.

    Those of the future are not counted, and stay for a person to look at: they would push out all others.
    """
    mine = [each for each in backups_in(folder, made.store) if not of_future(each, now)]
    for each in mine[keep:]:
        if each.file != made.file:
            each.path.unlink(missing_ok=True)
            each.path.with_suffix(".json").unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Remove what a backup left that was cut off: parts, and manifests without a store. Nobody else has the folder."""
    left = [*folder.glob(f"{NAME}*{PART}*")]
    left += [each for each in folder.glob(f"{NAME}*.json") if not each.with_suffix(".db").exists()]
    for each in left:
        each.unlink(missing_ok=True)
