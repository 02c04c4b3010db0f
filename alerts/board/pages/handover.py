"""The report of a shift for the next one: a page to read and to print, and the Markdown of `watchfloor handover`."""

from __future__ import annotations

from datetime import datetime

from alerts.board.page import Asked, Document, Page, Record
from alerts.board.ranges import FILTERS as RANGE_FILTERS
from alerts.board.ranges import chosen_range, span_of
from alerts.board.shapes import (
    ACK,
    FLAG,
    KNOWN,
    RANGE,
    SEVERITY,
    SILENCE,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    each,
    keys,
    more,
    none_or,
)
from alerts.render.handover import markdown
from alerts.run.shift import read_shift
from alerts.run.shift_record import describe_shift

FILTERS = {name: doc for name, doc in RANGE_FILTERS.items() if name != "until"}


def _since(asked: Asked) -> datetime:
    return span_of(asked.query, asked.now, asked.config.timezone).since


def read(asked: Asked) -> Record:
    """Return the report of the shift that began at the beginning of the range."""
    since = _since(asked)
    shift = read_shift(asked.state_dir, since, asked.now, asked.config)
    record = describe_shift(shift)
    told = {each["story"]: each for each in record["stories"]}
    events = [
        each | {"told": [told[story] for story in each["stories"]], "latest": told[each["newest"]]}
        for each in record["events"]
    ]
    return record | {
        "begins": since,
        "events": events,
        "chosen": chosen_range(asked.query, "shift"),
    }


def as_markdown(asked: Asked) -> str:
    """Return the report as `watchfloor handover` prints it."""
    shift = read_shift(asked.state_dir, _since(asked), asked.now, asked.config)
    return markdown(shift, asked.config.timezone) + "\n"


TOLD = keys(
    "Story of a shift",
    story=TEXT, severity=SEVERITY, title=TEXT, **KNOWN, url=none_or(TEXT),
    outlets=TEXTS, reliability=TEXT, changed=TIME, changes=TEXTS, ack=none_or(ACK),
    earlier_ack=none_or(ACK), status=TEXT,
)  # fmt: skip
EVENT = keys(
    "Event of a shift",
    thread=TEXT, severity=SEVERITY, title=TEXT, **KNOWN, newest=TEXT, outlets=TEXTS,
    stories=TEXTS, acknowledged=FLAG, told=each(TOLD), latest=TOLD,
)  # fmt: skip
HELD_BACK = keys(
    "Story that a silence held back",
    story=TEXT, silence=TEXT, severity=SEVERITY, title=TEXT, outlet=TEXT, at=TIME,
)  # fmt: skip
MESSAGE = keys(id=TEXT, subject=TEXT, kind=TEXT, receiver=TEXT, severity=SEVERITY, state=TEXT, attempts=WHOLE)
ANSWER = keys(
    since=TIME, at=TIME, stories=each(TOLD), events=each(EVENT), untold=each(TOLD),
    further=each(more(TOLD, event_told=TIME)),
    done=each(keys("Entry on the watch", at=TIME, what=TEXT, title=TEXT, who=TEXT)),
    silences=each(more(SILENCE, held_back=WHOLE)), silenced=each(HELD_BACK),
    failing=each(keys("Failing source", source=TEXT, words=TEXT)), dead=each(more(MESSAGE, detail=TEXT)),
    held=each(more(MESSAGE, held=TEXT, due=TIME)), reload=none_or(keys("Reload", at=TIME, result=TEXT)), begins=TIME,
    chosen=RANGE,
)  # fmt: skip
PAGE = Page("handover", "/handover", "Handover", read, ANSWER, menu="Handover", key="h", filters=FILTERS)
DOCUMENTS = (Document("/handover.md", "The report as Markdown", "text/markdown", as_markdown, FILTERS),)
