"""A state directory -> it is ours, or whose it is: one daemon at a time, by a file lock that dies with its holder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import IO

LOCK = "watchfloor.lock"
LOCK_TRIES, LOCK_PAUSE = 5, 0.1  # seconds


class AlreadyRunning(Exception):
    """Another daemon holds the state directory."""


def lock(state_dir: Path) -> IO[str]:
    """Take the state directory for this process; the file says whose it is."""
    state_dir.mkdir(parents=True, exist_ok=True)
    handle = (state_dir / LOCK).open("a+", encoding="ascii")
    for left in reversed(range(LOCK_TRIES)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        if left:
            time.sleep(LOCK_PAUSE)  # a `status` looks at the lock for an instant
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
    """Give the pid of the daemon that holds the state directory, None where none does."""
    try:
        with (state_dir / LOCK).open("r", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int((state_dir / LOCK).read_text(encoding="ascii") or 0)
    return None
