"""Silences that have ended -> notices of how many messages they withheld, where no later message has said it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.alert import Kind, NewDelivery, Reason, Severity
from alerts.rule import Config
from alerts.store import outbox, silences

TOLD_UNASKED_AFTER = timedelta(minutes=10)  # the next message may tell it sooner (decision 106)


def tell_ended(connection: Connection, config: Config, now: datetime) -> int:
    """Queue one notice for each target from which an ended silence withheld messages; return the number of targets.

    Readers learn how much a silence withheld without asking, even if no other message comes.
    """
    owners = {each.id: receiver.name for receiver in config.receivers.values() for each in receiver.targets}
    owed = [target for target in silences.targets_untold(connection, now - TOLD_UNASKED_AFTER) if target in owners]
    for target in owed:
        lines = silences.take_withheld(connection, target, now, config.timezone)
        body = "\n".join((*lines, "What they were: watchfloor handover, watchfloor stories"))
        subject = f"notice:silence:{now.isoformat()}"
        payload = {"title": "a silence has ended; it held messages back", "body": body}
        notice = NewDelivery(
            target, owners[target], Kind.NOTICE, Severity.ROUTINE, Reason.SYSTEM, subject, payload=payload
        )
        outbox.queue(connection, notice, now)
    return len(owed)
