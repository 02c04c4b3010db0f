"""A state directory goes in; a lock on it comes out, or the pid of the daemon that has it.

The kernel releases the lock when its process ends, however it ends: a lock file that a crash left locks nobody out.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import IO

LOCK = "watchfloor.lock"
LOCK_TRIES, LOCK_PAUSE = 5, 0.1  # the pause in seconds


class AlreadyRunning(Exception):
    """The state directory is locked by another process; the message has its pid."""


def lock(state_dir: Path) -> IO[str]:
    """Return the lock on the state directory, which lasts until it is closed; our pid is written into it.

    Raises AlreadyRunning after LOCK_TRIES. The directory is made where it is absent.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    # "a+" and not "w": to open it must not erase the pid of whoever has the lock
    handle = (state_dir / LOCK).open("a+", encoding="ascii")
    for left in reversed(range(LOCK_TRIES)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        if left:
            time.sleep(LOCK_PAUSE)  # it may only be `holder` below, which takes the lock for an instant
    else:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise AlreadyRunning(f"{state_dir} is in use by the daemon with pid {holder}")
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def holder(state_dir: Path) -> int | None:
    """Return the pid of the daemon that has the state directory, None if none has."""
    try:
        with (state_dir / LOCK).open("r", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int((state_dir / LOCK).read_text(encoding="ascii") or 0)
    return None
