"""What was sent to whom and what became of it; one message whole."""

from __future__ import annotations

from alerts.board import orders
from alerts.board.page import Asked, Page, Record
from alerts.board.ranges import FILTERS as RANGE_FILTERS
from alerts.board.ranges import chosen_range, span_of
from alerts.board.shapes import DELIVERY, FLAG, KNOWN, RANGE, TEXT, TEXTS, TIME, WHOLE, each, keys, more, none_or
from alerts.delivery import DeliveryState
from alerts.run.delivery_record import describe_delivery
from alerts.run.foreign_headlines import NOTHING, known_headlines
from alerts.store import sendlog

SHOWN = 200
STATES = tuple(each.value for each in DeliveryState)
FILTERS = RANGE_FILTERS | {"state": f"one of {', '.join(STATES)}", "receiver": "the name of a receiver"}


def read(asked: Asked) -> Record:
    """Return the messages that changed in a range, the newest first."""
    span = span_of(asked.query, asked.now, asked.config.timezone)
    state = asked.query.choice("state", ("", *STATES), "")
    receiver = asked.query.one("receiver")
    found = sendlog.listed(asked.connection, span.since, DeliveryState(state) if state else None, receiver or None)
    within = [each for each in reversed(found) if span.until is None or each.queued < span.until]
    listed = [(each, describe_delivery(asked.connection, each)) for each in within[:SHOWN]]
    headlines = [(str(row["subject"]), str(row["what"])) for _, row in listed]
    known = known_headlines(asked.connection, asked.config.language, headlines)
    return {
        "since": span.since,
        "until": span.until,
        "deliveries": [
            row
            | known.get(headline, NOTHING).record
            | {
                "at": each.sent or each.queued,
                "due_at": each.due,
                "waits": each.state.value in {"queued", "held"},
                "resendable": each.state in sendlog.RESENDABLE,
                "is_story": each.kind.value not in {"digest", "notice"},
            }
            for (each, row), headline in zip(listed, headlines, strict=True)
        ],
        "left_out": max(0, len(within) - SHOWN),
        "chosen": chosen_range(asked.query, "shift") | {"state": state, "receiver": receiver},
        "choices": {"state": list(STATES), "receiver": list(asked.config.receivers)},
    }


LISTED = more(DELIVERY, at=TIME, due_at=TIME, waits=FLAG, resendable=FLAG, is_story=FLAG, **KNOWN)
ANSWER = keys(
    since=TIME, until=none_or(TIME), deliveries=each(LISTED), left_out=WHOLE,
    chosen=more(RANGE, state=TEXT, receiver=TEXT), choices=keys(state=TEXTS, receiver=TEXTS),
)  # fmt: skip
PAGE = Page("deliveries", "/deliveries", "Deliveries", read, ANSWER, menu="Deliveries", key="d", filters=FILTERS)
ORDERS = (orders.RESEND,)
