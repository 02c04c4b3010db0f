"""Queue flash that could not be sent in time for the stand-by receiver as well."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.alert import URGENT_KINDS, Reason, Severity, Target
from alerts.delivery import Delivery
from alerts.render.words import time
from alerts.rule import Config
from alerts.store import outbox, relays
from alerts.store import targets as target_store

log = logging.getLogger(__name__)
TRIED_ALONE_FOR = timedelta(seconds=100)  # of a flash; the stand-by then gets it within two minutes


def overdue(connection: Connection, config: Config, now: datetime) -> Iterator[Delivery]:
    """Yield the flash deliveries that could not be sent in time and are not queued for the stand-by yet."""
    for delivery in outbox.overdue(connection, Severity.FLASH, now - TRIED_ALONE_FOR):
        given = {each.target for each in relays.copies(connection, delivery)}
        if any(target.id not in given for target in _standby(config, delivery)):
            yield delivery


def stand_in(connection: Connection, config: Config, delivery: Delivery, now: datetime) -> None:
    """Queue copies of a flash for the stand-by's targets, once each; the original goes on being tried.

    Nothing is done for other severities, for edits, digests and notices, or without a `standby`.
    """
    if delivery.severity is not Severity.FLASH or delivery.kind not in URGENT_KINDS:
        return
    detail = target_store.state_of_target(connection, delivery.target).detail or delivery.detail
    since = time(delivery.tried or delivery.due, config.timezone)
    note = f"For {delivery.receiver}, which could not be told since {since}{f': {detail}' if detail else ''}"
    targets = _standby(config, delivery)
    for target in relays.relay(connection, delivery, targets, Reason.STANDBY, now, note):
        log.warning("stand-by told delivery=%s target=%s by=%s", delivery.id, delivery.target, target)


def _standby(config: Config, delivery: Delivery) -> tuple[Target, ...]:
    receiver = config.receivers.get(delivery.receiver)
    return config.receivers[receiver.standby].targets if receiver and receiver.standby else ()
