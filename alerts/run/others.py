"""A store and a state directory go in; which daemons of other state directories share the store comes out, in words."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.render.counting import counted
from alerts.run.life_sign import is_watched
from crawler.sources.shares import HOSTS
from crawler.store.leases import Daemon, Standing, standing

BOOT = Path("/proc/sys/kernel/random/boot_id")


def home_of(state_dir: Path) -> str:
    """Return what names a state directory among those of all machines until the next boot: one daemon locks it."""
    found = state_dir.stat()
    boot = BOOT.read_text(encoding="ascii").strip() if BOOT.exists() else platform.node()
    return f"{boot}:{found.st_dev}:{found.st_ino}"


def others_of(found: Standing, state_dir: Path) -> list[Daemon]:
    """Return the living daemons of other state directories, the oldest first."""
    home = home_of(state_dir) if state_dir.exists() else ""
    return sorted((each for each in found.live.values() if each.home != home), key=lambda each: each.began)


def others(connection: Connection, state_dir: Path) -> list[Daemon]:
    """Return the living daemons of other state directories that share a store; none for a file."""
    return others_of(standing(connection), state_dir) if connection.dialect.name == "postgresql" else []


def collects(daemons: Iterable[Daemon]) -> bool:
    """Return whether one of the daemons polls sources."""
    return any(name.startswith(f"{HOSTS}/") for each in daemons for name in each.takes)


def is_polled(connection: Connection, state_dir: Path, now: datetime) -> bool:
    """Return whether the sources are polled: by the daemon of a state directory, or by others that share its store."""
    return is_watched(state_dir, now) or collects(others(connection, state_dir))


def watched_by(names: Sequence[str]) -> str:
    """Return in words that others watch, "" where there are none."""
    return f"the store is watched by {counted(len(names), 'other daemon')} ({', '.join(names)})" if names else ""
