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
    sources = {f"  {name}: {words}" for name, words in report["sources_in_words"].items()}
    sentences = [line.strip() for line in lines_of(report, asked.now, zone) if line not in sources]
    return report | {"sentences": sentences}


PAGE = Page("health", "/health", "Health", read, menu="Health", key="i")
