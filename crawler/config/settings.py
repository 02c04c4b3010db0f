"""Values of settings that many use: of the board, of backups, of how long what is kept. They are read elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

BOARD = "127.0.0.1:8420"
EVIDENCE = timedelta(days=7)
ARTICLES = timedelta(days=400)  # a year, and a month to compare it with the one before
ALERTED = timedelta(days=1826)  # five years
KEEP = 7
GAPS = ("{lat}", "{lon}")  # of `settings.map_link`


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """Where the board listens ("" for nowhere), by which address people reach it, and who may write there.

    `token` is a file; whoever knows what is in it may write. A reverse proxy at one of the addresses `proxies` names
    the user in the header `user_header`. `saves`: a rule that was tried there may be saved from there.
    """

    address: str = BOARD
    url: str = ""
    token: Path | None = None
    proxies: tuple[str, ...] = ()
    user_header: str = ""
    saves: bool = False


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """How often the daemon makes a backup (0: never), how many it keeps, and where (None: in the state directory)."""

    every: timedelta = timedelta(days=1)
    keep: int = KEEP
    to: Path | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long is kept what alerted, what did not, and the raw evidence of the latter; `most_gb` bounds the store."""

    articles: timedelta = ARTICLES
    alerted: timedelta = ALERTED
    evidence: timedelta = EVIDENCE
    most_gb: float = 20.0


def filled_in(address: str, lat: float, lon: float) -> str:
    """Return the address of a map with a point in its gaps."""
    return address.replace(GAPS[0], f"{lat:g}").replace(GAPS[1], f"{lon:g}")
