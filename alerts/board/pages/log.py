"""What was done to the watch, when and by whom: reloads with what they changed, orders, acks, silences, notices."""

from __future__ import annotations

from alerts.board.page import Asked, Page, Record
from alerts.board.ranges import FILTERS as RANGE_FILTERS
from alerts.board.ranges import chosen_range, span_of
from alerts.board.shapes import RANGE, SILENCE, TEXT, TEXTS, TIME, WHOLE, each, keys, more, none_or
from alerts.render.records import describe_silence
from alerts.run.log_entries import describe_entry, read_log
from alerts.store import silences
from alerts.store.audit import What

SHOWN = 300
KINDS = tuple(each.value for each in What)
FILTERS = RANGE_FILTERS | {"what": f"one of {', '.join(KINDS)}"}


def read(asked: Asked) -> Record:
    """Return what was done in a range, the newest first, and the silences in force."""
    span = span_of(asked.query, asked.now, asked.config.timezone, default="7d")
    what = asked.query.choice("what", ("", *KINDS), "")
    entries = [
        each
        for each in read_log(asked.connection, span.since)
        if what in {"", each.what.value} and (span.until is None or each.at < span.until)
    ]
    entries.reverse()
    quiet = silences.silences_in_force(asked.connection, asked.now)
    return {
        "since": span.since,
        "until": span.until,
        "entries": [describe_entry(each) | {"at": each.at, "diff": each.diff.splitlines()} for each in entries[:SHOWN]],
        "left_out": max(0, len(entries) - SHOWN),
        "silences": [describe_silence(each, asked.now) | {"until": each.ends} for each in quiet],
        "chosen": chosen_range(asked.query, "7d") | {"what": what},
        "choices": {"what": list(KINDS)},
    }


ENTRY = keys("Entry of the log", at=TIME, what=TEXT, who=TEXT, title=TEXT, lines=TEXTS, diff=TEXTS)
ANSWER = keys(
    since=TIME, until=none_or(TIME), entries=each(ENTRY), left_out=WHOLE, silences=each(more(SILENCE, until=TIME)),
    chosen=more(RANGE, what=TEXT), choices=keys(what=TEXTS),
)  # fmt: skip
PAGE = Page("log", "/log", "Log", read, ANSWER, menu="Log", key="l", filters=FILTERS)
