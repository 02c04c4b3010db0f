"""The cases on disk: seeds to change, and what once broke a reader. A case that takes too long is a fault as well."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

CORPUS = Path(__file__).parent / "corpus"
SLOW = 5.0  # seconds: half of what a parsing child has


class TooSlow(Exception):
    """A case took longer than SLOW."""


def cases(name: str) -> list[tuple[str, bytes]]:
    """Return the cases of a target, by name of their file."""
    return [(path.name, path.read_bytes()) for path in sorted((CORPUS / name).iterdir())]


@contextmanager
def alarm() -> Iterator[None]:
    """Raise TooSlow after SLOW seconds."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {SLOW:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SLOW)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
