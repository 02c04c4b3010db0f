"""One message whole, as it was or would be written."""

from __future__ import annotations

from alerts.board.page import Asked, NotFound, Page, Record
from alerts.board.shapes import DELIVERY, FLAG, TEXT, TEXTS, TIME, each, keys
from alerts.run.delivery_record import describe_delivery
from alerts.run.delivery_text import message_of
from alerts.store import ids, outbox, sendlog


def read(asked: Asked) -> Record:
    """Return a message with its text. Raises NotFound."""
    try:
        delivery = outbox.find(asked.connection, ids.resolve(asked.connection, asked.parts["delivery"], ids.MESSAGE))
    except ids.UnknownId as error:
        raise NotFound(str(error)) from error
    if delivery is None:
        raise NotFound(f"There is no message {asked.parts['delivery']}.")
    title, body = message_of(asked.connection, asked.config, delivery)
    return {
        "delivery": describe_delivery(asked.connection, delivery),
        "at": delivery.sent or delivery.queued,
        "notes": list(delivery.notes),
        "tries": [{"at": made.ended, "state": made.state.value, "detail": made.detail} for made in delivery.tries],
        "title": title,
        "body": body.splitlines(),
        "resendable": delivery.state in sendlog.RESENDABLE,
        "is_story": delivery.kind.value not in {"digest", "notice"},
    }


TRY = keys(at=TIME, state=TEXT, detail=TEXT)
ANSWER = keys(
    delivery=DELIVERY, at=TIME, notes=TEXTS, tries=each(TRY), title=TEXT, body=TEXTS, resendable=FLAG, is_story=FLAG
)
PAGE = Page("delivery", "/deliveries/{delivery}", "Message", read, ANSWER)
