"""A backup goes in; a proven copy of it takes the store's place, and the store it replaces stays beside it.

Nothing of the store is touched before the copy is whole, and each step leaves a state that the next start accepts or
refuses with a reason: never a directory that looks as if nothing had been there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from alerts.decide.ledger import Ledger
from alerts.run.backups import CHUNK, SPARE, Manifest, contents, give_to_owner, read_manifest, sync
from alerts.run.integrity import LOOKED
from alerts.run.owner import login_of
from alerts.store.opening import PACKAGES, need_own_file
from alerts.store.restoring import note_restored
from alerts.store.stamp import STAMP, Stamp, read_stamp, sign_life, write_stamp
from crawler.store.chain import head
from crawler.store.copies import faults_of, make_compactable
from crawler.store.db import DATABASE, Database
from crawler.store.errors import StoreError

PART = f"{DATABASE}.part"  # in the state directory: the copy until it is proven
REPLACED = "replaced-"  # the beginning of the folder that the old store is kept in
UNDUMP = "restore its dump with pg_restore, or bring a SQLite file in with watchfloor store copy"
NEVER_MET = 2**62  # a life sign that no store has
BESIDES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Proven:
    """A copy that may take the store's place. `manifest` is None for a file that has none beside it."""

    part: Path
    manifest: Manifest | None
    schema: str  # as in the backup, in words
    counts: Mapping[str, int]
    ledger: Ledger
    waiting: int  # messages that are marked as possible repeats
    stamp: Stamp
    as_it_was: str = ""  # why it was not written anew, where its free pages cannot be given back; "" if they can


def prove(file: Path, state_dir: Path, now: datetime, *, unvouched: bool = False, aside: Path | None = None) -> Proven:
    """Copy a backup into the state directory, prove the copy, and make it ready. Raise StoreError where a proof fails.

    `file` is the copy of the store or its manifest. `unvouched` takes a store file without one, of which nothing says
    what it must hold. `aside` is the folder for the copy where it is only to be proven, else it is the state directory.
    """
    need_own_file(state_dir, UNDUMP)
    file, manifest = _manifest_of(file, unvouched=unvouched)
    folder = aside or state_dir
    part = folder / PART
    try:
        _copy(file, part, manifest)
        _need_whole(file, part)
        return _ready(file, part, manifest, now)
    except BaseException:
        discard(folder)
        raise


def discard(state_dir: Path) -> None:
    """Remove a copy that is not wanted."""
    for end in ("", *BESIDES):
        (state_dir / f"{PART}{end}").unlink(missing_ok=True)


def put_in_place(proven: Proven, state_dir: Path, now: datetime) -> Path:
    """Let a proven copy take the store's place; return the folder that has the old one. Raises StoreError.

    The caller has the lock of the state directory. Until the end the stamp is the old one, or, from before an old -wal
    is moved, one that no store meets: of a restore that is cut off, the next start says that the store holds less than
    it did, and a second restore mends it.
    """
    kept = state_dir / f"{REPLACED}{now:%Y%m%dT%H%M%SZ}"
    store = state_dir / DATABASE
    try:
        kept.mkdir(mode=0o700)
        give_to_owner(kept, state_dir)
        if (state_dir / STAMP).exists():
            shutil.copy2(state_dir / STAMP, kept / STAMP)
            give_to_owner(kept / STAMP, state_dir)
        if store.exists():
            (kept / DATABASE).hardlink_to(store)
        if (state_dir / f"{DATABASE}-wal").exists():
            # the old store without its -wal may still bear the last life sign: no store may be accepted until the end
            write_stamp(state_dir, replace(proven.stamp, sign=NEVER_MET))
            give_to_owner(state_dir / STAMP, state_dir)
            sync(state_dir)
        # the -wal before the new store is there, into which SQLite would play it; what was found in the old store is no
        # news of the new one
        for name in (*(f"{DATABASE}{end}" for end in BESIDES), LOOKED):
            with contextlib.suppress(FileNotFoundError):
                (state_dir / name).rename(kept / name)
        sync(kept)
        proven.part.replace(store)
        sync(state_dir)
        write_stamp(state_dir, proven.stamp)
        give_to_owner(state_dir / STAMP, state_dir)
    except OSError as error:
        raise StoreError(
            f"the backup was not put in place: {error.strerror}: {error.filename}. What was moved is in {kept}; "
            "restore once more when the cause is gone"
        ) from error
    return kept


def _manifest_of(file: Path, *, unvouched: bool) -> tuple[Path, Manifest | None]:
    if file.suffix == ".json":
        manifest = read_manifest(file)
        return manifest.path, manifest
    beside = file.with_suffix(".json")
    if not file.is_file():
        raise StoreError(f"there is no file {file}; watchfloor doctor names the newest backup")
    if beside.exists():
        manifest = read_manifest(beside)
        if manifest.file != file.name:
            raise StoreError(f"{beside} is the manifest of {manifest.file}, not of {file.name}; rename neither of them")
        return file, manifest
    if not unvouched:
        raise StoreError(
            f"{file} has no manifest ({beside.name}) beside it, so nothing says that it is whole; copy that file there "
            "too, or restore it all the same with --without-manifest"
        )
    return file, None


def _copy(file: Path, part: Path, manifest: Manifest | None) -> None:
    """Copy the file and prove the copy's length and hash."""
    try:
        free, need = shutil.disk_usage(part.parent).free, file.stat().st_size + SPARE
        if free < need:
            raise StoreError(
                f"{part.parent} has {free >> 20} MB free, and the backup needs {need >> 20} beside the store that is "
                "kept; make room"
            )
        digest = hashlib.sha256()
        with (
            file.open("rb") as source,
            os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as to,
        ):
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                to.write(chunk)
            to.flush()
            os.fsync(to.fileno())
        give_to_owner(part, part.parent)
    except OSError as error:
        raise StoreError(f"{file} could not be copied to {part.parent}: {error.strerror}") from error
    if manifest and digest.hexdigest() != manifest.sha256:
        raise StoreError(
            f"{file} is not what was backed up: its SHA-256 is {digest.hexdigest()[:16]}..., that of its manifest "
            f"{manifest.sha256[:16]}...; take another backup"
        )


def _need_whole(file: Path, part: Path) -> None:
    if faults := faults_of(part, thorough=True):
        raise StoreError(f"{file} is damaged: {'; '.join(faults[:3])}; take an older backup")


def _ready(file: Path, part: Path, manifest: Manifest | None, now: datetime) -> Proven:
    """Bring the copy up to date, prove its contents and mark what waits in it."""
    database = Database.at(part)
    try:
        schema = database.versions(*PACKAGES)
        if not all(schema.values()):
            raise StoreError(f"{file} holds no store of ours (schema {schema})")
        database.migrate(*PACKAGES)
        with database.write() as connection:
            who = login_of(int(os.environ.get("SUDO_UID", os.getuid())))
            waiting = note_restored(connection, now, file.name, who, manifest.sha256 if manifest else "")
            # kept outside the store, as the backup that it came from is rotated away before those that know more
            stamp = replace(
                sign_life(connection, now), restored=(*_restored_before(part.parent), head(connection).hash)
            )
    finally:
        database.close()
    held = contents(part)
    _need_balance(file, manifest, held.ledger, held.counts)
    as_it_was = make_compactable(part, SPARE)
    sync(part)
    words = ", ".join(schema.values())
    return Proven(part, manifest, words, held.counts, held.ledger, waiting, stamp, as_it_was)


def _restored_before(state_dir: Path) -> tuple[str, ...]:
    try:
        stamp = read_stamp(state_dir)
    except StoreError:  # a stamp that cannot be read is replaced like the rest
        return ()
    return stamp.restored if stamp else ()


def _need_balance(file: Path, manifest: Manifest | None, ledger: Ledger, counts: Mapping[str, int]) -> None:
    """Raise StoreError where the books do not balance as they did, or the counts are others than the manifest's."""
    found = {name: n for name, n in ledger.remainders().items() if n}
    said = {name: n for name, n in manifest.remainders.items() if n} if manifest else {}
    if found != said:
        raise StoreError(f"{file}: its books do not balance, unaccounted for: {found or said}; take another backup")
    other = [name for name, n in manifest.counts.items() if counts.get(name) != n] if manifest else []
    if other:
        raise StoreError(f"{file} does not hold what its manifest says: {', '.join(other)}; take another backup")
