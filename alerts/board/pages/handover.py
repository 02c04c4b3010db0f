"""The report of a shift for the next one: a page to read and to print, and the Markdown of `watchfloor handover`."""

from __future__ import annotations

from datetime import datetime

from alerts.board.page import Asked, Document, Page, Record
from alerts.board.ranges import FILTERS as RANGE_FILTERS
from alerts.board.ranges import chosen_range, span_of
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


PAGE = Page("handover", "/handover", "Handover", read, menu="Handover", key="h", filters=FILTERS)
DOCUMENTS = (Document("/handover.md", "The report as Markdown", "text/markdown", as_markdown, FILTERS),)
