"""What a check of the installation found, and the exit code that monitoring reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How grave a finding is; the number is the exit code, as Nagios plugins have it."""

    OK = 0
    WARNING = 1
    FAULT = 2

    @property
    def word(self) -> str:
        """Return its name as it is printed."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `watchfloor doctor`: what was looked at, how it is, and what to do where it is not well."""

    level: Level
    name: str
    words: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the finding as JSON."""
        return {"level": self.level.word, "name": self.name, "words": self.words, "remedy": self.remedy}


def ok(name: str, words: str) -> Finding:
    """Return that something is well."""
    return Finding(Level.OK, name, words)


def warning(name: str, words: str, remedy: str) -> Finding:
    """Return that something will need somebody."""
    return Finding(Level.WARNING, name, words, remedy)


def fault(name: str, words: str, remedy: str) -> Finding:
    """Return that something is broken now."""
    return Finding(Level.FAULT, name, words, remedy)


def gravest(found: Iterable[Finding]) -> Level:
    """Return the level of the gravest finding."""
    return max((each.level for each in found), default=Level.OK)
