"""The captured news beside the project, where it is there: timelines, articles, the seed story."""

from __future__ import annotations

import tarfile
from pathlib import Path

from crawler.store.db import DATABASE
from tests.migrated import empty_store

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


def missing(path: Path) -> bool:
    """Say, and tell, that a file of captured news is not there."""
    if path.exists():
        return False
    print(f"skipped: {path.name} is not beside this checkout (captured news is not part of the project)")
    return True


def unpack_timeline(name: str, into: Path) -> Path | None:
    """Unpack a timeline; None where it is absent."""
    packed = SHARED / "timelines" / f"{name}.tar.xz"
    if missing(packed):
        return None
    with tarfile.open(packed) as archive:
        archive.extractall(into, filter="data")
    return into / name


def given_store(place: Path) -> None:
    """Give a daemon beside whose rules it is kept an empty store: of one that it makes the admin is told."""
    (place / "var").mkdir(mode=0o700)
    empty_store(place / "var" / DATABASE)
