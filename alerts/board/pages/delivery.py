"""One message whole, as it was or would be written."""

from __future__ import annotations

from alerts.board.page import Asked, NotFound, Page, Record
from alerts.run.delivery_record import describe_delivery, message_of
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
        "title": title,
        "body": body.splitlines(),
        "resendable": delivery.state in sendlog.RESENDABLE,
        "is_story": delivery.kind.value not in {"digest", "notice"},
    }


PAGE = Page("delivery", "/deliveries/{delivery}", "Message", read)
