"""Silences that have ended -> a word to those they kept messages from, where no later message has told it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.alert import Kind, NewDelivery, Reason, Severity
from alerts.rule import Config
from alerts.store import outbox, silences

GRACE = timedelta(minutes=10)  # in which the next message may tell it


def tell_ended(connection: Connection, config: Config, now: datetime) -> int:
    """Queue one message for each target that a silence which is over kept something from; gives their number.

    Nobody must have to ask what a silence hid: the count is told even where no other message comes.
    """
    owners = {each.id: receiver.name for receiver in config.receivers.values() for each in receiver.targets}
    owed = [target for target in silences.targets_untold(connection, now - GRACE) if target in owners]
    for target in owed:
        lines = silences.take_withheld(connection, target, now)
        body = "\n".join((*lines, "What they were: watchfloor handover, watchfloor stories"))
        subject = f"notice:silence:{now.isoformat()}"
        payload = {"title": "a silence has ended; it held messages back", "body": body}
        notice = NewDelivery(
            target, owners[target], Kind.NOTICE, Severity.ROUTINE, Reason.SYSTEM, subject, payload=payload
        )
        outbox.queue(connection, notice, now)
    return len(owed)
