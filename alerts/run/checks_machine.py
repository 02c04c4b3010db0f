"""A state directory goes in; what is to be said of its machine comes out: files, disk, clock, backups."""

from __future__ import annotations

import ctypes
import os
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from alerts.decide.finding import Finding, fault, ok, warning
from alerts.render.words import time
from alerts.run.backup_thread import folder_of, newest
from alerts.run.backups import backups_in, lost_in, of_future
from alerts.run.owner import login_of
from crawler.config.settings import BackupSettings
from crawler.sources.health import length
from crawler.store.errors import StoreError

NAMED = 3  # files named in one line
LEAST_FREE, LITTLE_FREE = 256 << 20, 1 << 30  # bytes: below the first commits may soon fail
LEAST_TEMP = 64 << 20
LEAST_INODES, FEW_INODES = 1_000, 20_000
LATE = timedelta(hours=26)  # after the time of a backup: a day's try and its repeats
UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


def check_directory(state_dir: Path) -> Iterator[Finding]:
    """Yield whether the state directory is there and closed to others."""
    name = "permissions"
    try:
        owner = state_dir.stat()
        open_to_others, foreign = _looked_through(state_dir, owner.st_uid)
    except FileNotFoundError:
        yield fault(name, f"{state_dir} is not there", "start the watch, or name another with --state-dir")
        return
    except OSError as error:
        yield fault(name, f"{error.filename}: {error.strerror}", f"look as root or as {_user(state_dir)}")
        return
    if foreign:
        user = _user(state_dir)
        yield fault(name, f"not {user}'s own: {_listed(foreign)}", f"chown -R {user} {state_dir}")
    if open_to_others:
        yield warning(name, f"others may use {_listed(open_to_others)}", f"chmod -R go= {state_dir}")
    if not foreign and not open_to_others:
        yield ok(name, f"{state_dir} and all in it are {_user(state_dir)}'s alone")


def _looked_through(state_dir: Path, owner: int) -> tuple[list[Path], list[Path]]:
    """Return what others may use, and what is not its owner's. Raises OSError."""
    open_to_others, foreign = [], []

    def refuse(error: OSError) -> None:
        raise error

    paths = [state_dir]
    for folder, folders, files in os.walk(state_dir, onerror=refuse):
        paths += [Path(folder, each) for each in (*folders, *files)]
    for path in paths:
        try:
            found = path.lstat()
        except FileNotFoundError:  # a running daemon replaces its small files all the time
            continue
        if stat.S_ISLNK(found.st_mode):
            continue
        if found.st_mode & 0o077 and not stat.S_ISSOCK(found.st_mode):
            open_to_others.append(path)
        if found.st_uid != owner:
            foreign.append(path)
    return open_to_others, foreign


def check_disk(state_dir: Path) -> Iterator[Finding]:
    """Yield whether there is room for the store, for temporary files, and inodes."""
    for name, place, least, little in (
        ("disk", state_dir, LEAST_FREE, LITTLE_FREE),
        ("temp", Path(tempfile.gettempdir()), LEAST_TEMP, LEAST_TEMP),
    ):
        try:
            found = os.statvfs(place)
        except OSError as error:
            yield fault(name, f"{place}: {error.strerror}", "make it, or say where another is (TMPDIR, --state-dir)")
            continue
        free = found.f_bavail * found.f_frsize
        words = f"{free / 1e9:.1f} GB free at {place}"
        inodes = found.f_favail if found.f_files else FEW_INODES  # some file systems count none
        if free < least or inodes < LEAST_INODES:
            short = words if free < least else f"{inodes} inodes free at {place}"
            yield fault(name, short, "make room: the store takes nothing on a full disk")
        elif free < little or inodes < FEW_INODES:
            short = words if free < little else f"{inodes} inodes free at {place}"
            yield warning(name, short, "make room soon")
        else:
            yield ok(name, words)


def check_clock(ahead: tuple[str, datetime] | None, now: datetime, zone: str = "UTC") -> Iterator[Finding]:
    """Yield whether the clock is synchronised, and whether stored times lie ahead of it."""
    remedy = "set the clock by NTP: systemctl enable --now systemd-timesyncd, or chrony"
    if ahead:
        what, at = ahead
        yield fault("clock", f"{what} is stored as of {time(at, zone, now)}, {length(at - now)} from now", remedy)
    synchronised = _is_synchronised()
    if synchronised is False:
        yield warning("clock", f"not synchronised; it says {time(now, zone)}", remedy)
    elif not ahead:
        how = "synchronised" if synchronised else "whether it is synchronised cannot be read here"
        yield ok("clock", f"{time(now, zone)}, {how}")


def _is_synchronised() -> bool | None:
    """Return what the kernel says of its clock, None where it does not say."""
    state = ctypes.create_string_buffer(512)  # struct timex, with room to spare; modes 0 only reads
    try:
        answer = ctypes.CDLL(None).adjtimex(state)
    except (AttributeError, OSError):
        return None
    return None if answer < 0 else answer != UNSYNCHRONISED


def check_backups(settings: BackupSettings, state_dir: Path, now: datetime) -> Iterator[Finding]:
    """Yield how old the newest backup of the store is."""
    name, folder = "backup", folder_of(settings, state_dir)
    try:
        last = newest(settings, state_dir, now)
        ahead = [each for each in backups_in(folder) if of_future(each, now)]
        lost = lost_in(folder)
    except (OSError, StoreError) as error:
        yield fault(
            name, f"{folder} cannot be read: {error}", "give the daemon a folder it may use: settings.backup.to"
        )
        return
    if ahead:
        words = f"{len(ahead)} of the future, as {ahead[0].path}"
        yield fault(name, words, "the clock was ahead: look at them, then move them away with their .json")
    if lost:
        words = f"{len(lost)} cannot be read: {lost[0]}"
        yield warning("backup manifests", words, "such a backup counts for none: move it away, or take another")
    if not settings.every:
        yield ok(name, "made by somebody else: settings.backup.every is 0")
        return
    if last is None:
        yield warning(name, f"none in {folder}", "watchfloor backup")
        return
    size, age = last.path.stat().st_size, now - last.at
    words = f"{length(age)} old, {size:,} bytes: {last.path}"
    if size != last.bytes:
        yield fault(name, f"{words}, of which {last.bytes:,} were written", "watchfloor backup, and look at that disk")
    elif age > settings.every + LATE:
        yield warning(name, words, "watchfloor backup says what is in its way")
    else:
        yield ok(name, words)


def _user(path: Path) -> str:
    try:
        return login_of(path.stat().st_uid)
    except OSError:
        return "its owner"


def _listed(paths: list[Path]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(str(each) for each in paths[:NAMED]) + more
