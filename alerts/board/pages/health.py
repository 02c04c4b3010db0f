"""How the watch itself is: life signs, the books, what waits, targets, the canary, how the store grows, the rules."""

from __future__ import annotations

from pathlib import Path

from alerts.board.page import Asked, Page, Record
from alerts.board.shapes import FLAG, NUMBER, TEXT, TEXTS, TIME, WHOLE, by_name, each, keys, none_or
from alerts.run.status_report import lines_of, report_of


def read(asked: Asked) -> Record:
    """Return what `watchfloor status --json` prints, and its sentences."""
    zone = asked.config.timezone
    report = report_of(asked.state_dir, Path(asked.config.path), asked.now, zone)
    # each source in words is a page of its own
    sources = {f"  {name}: {words}" for name, words in report["sources_in_words"].items()}
    sentences = [line.strip() for line in lines_of(report, asked.now, zone) if line not in sources]
    return report | {"sentences": sentences}


DAEMON = keys("Daemon that shares the store", name=TEXT, role=TEXT, rules=TEXT, age=WHOLE, holds=TEXTS)
ENDED = keys(
    at=none_or(TIME), last=none_or(TEXT), failed_start=none_or(keys("Failed start", at=TIME, why=TEXT)), waiting=WHOLE
)
BOOKS = keys(
    "The books",
    **dict.fromkeys(("entries", "new", "known", "revised", "passed", "matched", "queued"), WHOLE),
    rejected=by_name(WHOLE), suppressed=by_name(WHOLE),
    **dict.fromkeys(("sent", "pending", "held", "folded", "cancelled", "dead"), WHOLE),
    messages=by_name(by_name(WHOLE)), remainders=by_name(WHOLE),
)  # fmt: skip
GROWTH = keys(
    "Growth", bytes=WHOLE, used=WHOLE, a_day=none_or(NUMBER), full_in_days=none_or(NUMBER), words=TEXT
)  # fmt: skip
SERVICE = {"works": FLAG, "since": none_or(TIME), "detail": TEXT, "words": TEXT}
ANSWER = keys(
    daemon=none_or(WHOLE), life=none_or(keys("Sign of life", age=WHOLE, why=TEXT)),
    shared=none_or(
        keys("Shared store", daemons=each(DAEMON), others=TEXTS, others_collect=FLAG, lacking=TEXTS)
    ),
    board_fault=none_or(TEXT), ended=ENDED, network_down_since=none_or(TIME), ledger=BOOKS, stored=by_name(WHOLE),
    growth=none_or(GROWTH), sources=by_name(WHOLE), sources_by_state=by_name(WHOLE), sources_watched=FLAG,
    sources_in_words=by_name(TEXT), outbox=by_name(WHOLE), targets=by_name(TEXT), oldest_due=none_or(TIME),
    canary=none_or(TIME), translation=none_or(keys("Translation service", **SERVICE, kept=WHOLE)),
    language_model=none_or(keys("Language model", **SERVICE)), untold_notices=WHOLE,
    reload=none_or(keys("Last reload", at=TIME, result=TEXT, version=TEXT, problems=TEXTS)), sentences=TEXTS,
)  # fmt: skip
PAGE = Page("health", "/health", "Health", read, ANSWER, menu="Health", key="i")
