"""What was done to the watch, when and by whom: reloads with what they changed, orders, acks, silences, notices."""

from __future__ import annotations

from alerts.board.page import Asked, Page, Record
from alerts.board.ranges import FILTERS as RANGE_FILTERS
from alerts.board.ranges import chosen_range, span_of
from alerts.line.orders import describe_silence
from alerts.run.logbook import describe_entry, read_log
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


PAGE = Page("log", "/log", "Log", read, menu="Log", key="l", filters=FILTERS)
