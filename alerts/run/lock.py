"""A state directory goes in; a lock on it comes out, or the pid of the daemon that has it.

The kernel releases the lock when its process ends, however it ends: what a crash left locks nobody out. The directory
itself is locked (flock(2)), so that nobody opens it by deleting a file; the file beside it says who has the lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Self

from alerts.run.owner import login_of
from crawler.store.errors import StoreError

LOCK = "watchfloor.lock"
LOCK_TRIES, LOCK_PAUSE = 5, 0.1  # the pause in seconds


class AlreadyRunning(Exception):
    """The state directory is locked by another process; the message has its pid."""


class Lock:
    """The lock on a state directory; it lasts until `close` or the end of the process."""

    def __init__(self, directory: int, file: int) -> None:
        self._directory, self._file = directory, file

    def close(self) -> None:
        """Release the lock."""
        os.close(self._file)
        os.close(self._directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def lock(state_dir: Path) -> Lock:
    """Return the lock on the state directory, and write our pid beside it. The directory is made where it is absent.

    Raises AlreadyRunning after LOCK_TRIES, and StoreError where we may not write there.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreError(f"{state_dir} cannot be used as state directory: {error.strerror}") from error
    for left in reversed(range(LOCK_TRIES)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        if left:
            time.sleep(LOCK_PAUSE)  # it may only be `holder` below, which takes the lock for an instant
    else:
        os.close(directory)
        raise _in_use(state_dir)
    try:
        file = os.open(state_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # daemons of before this lock have the file alone
        os.truncate(file, 0)
        os.write(file, str(os.getpid()).encode())
    except BlockingIOError:
        os.close(file)
        os.close(directory)
        raise _in_use(state_dir) from None
    except OSError as error:
        os.close(directory)
        raise StoreError(
            f"{state_dir} cannot be written: {error.strerror}; it belongs to {login_of(state_dir.stat().st_uid)}, "
            f"we are {login_of(os.getuid())}"
        ) from error
    return Lock(directory, file)


def _in_use(state_dir: Path) -> AlreadyRunning:
    return AlreadyRunning(f"{state_dir} is in use by the daemon with pid {_pid(state_dir) or 'unknown'}")


def holder(state_dir: Path) -> int | None:
    """Return the pid of the daemon that has the state directory, None if none has; 0 if nothing says its pid."""
    try:
        directory = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    return _pid(state_dir) if _is_locked(directory) else _old_holder(state_dir)


def _old_holder(state_dir: Path) -> int | None:
    """Return the pid of a daemon of before the lock on the directory, which has locked the file in it."""
    try:
        file = os.open(state_dir / LOCK, os.O_RDONLY)
    except OSError:  # no file, or one that is closed to us: then the socket shows whether a daemon runs
        return None
    return _pid(state_dir) if _is_locked(file) else None


def _is_locked(handle: int) -> bool:
    """Return whether another process has the lock of an open file, and close it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _pid(state_dir: Path) -> int:
    try:
        return int((state_dir / LOCK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
