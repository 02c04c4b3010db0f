"""How the watch itself is: life signs, the books, what waits, targets, the canary, how the store grows, the rules."""

from __future__ import annotations

from pathlib import Path

from alerts.board.page import Asked, Page, Record
from alerts.run.status_report import lines_of, report_of


def read(asked: Asked) -> Record:
    """Return what `watchfloor status --json` prints, and its sentences."""
    zone = asked.config.timezone
    report = report_of(asked.state_dir, Path(asked.config.path), asked.now, zone)
    # each source in words is a page of its own
    sentences = [line for line in lines_of(report, asked.now, zone) if not line.startswith("  ")]
    return report | {"sentences": sentences}


PAGE = Page("health", "/health", "Health", read, menu="Health", key="i")
