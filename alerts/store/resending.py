"""SQL for `watchfloor deliveries resend`: queue a message once more, on the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from alerts.alert import Reason
from alerts.delivery import Delivery, DeliveryState
from alerts.render.words import time
from alerts.store import moved_targets, outbox
from alerts.store.outbox import deliveries
from alerts.store.sendlog import RESENDABLE
from crawler.article import mint


class CannotResend(ValueError):
    """A delivery cannot be sent again; the message says why, for the user."""


def resend(
    connection: Connection, identity: str, now: datetime, timezone: str, homes: Mapping[str, Sequence[str]]
) -> str:
    """Queue a delivery once more, marked as a repeat, and return its id; raise CannotResend where that cannot be done.

    `homes` lists the targets of each receiver; a delivery whose target is gone goes to the first of its receiver.
    One that was sent gets a new id: a service that is asked for the old id would find the message there already.
    """
    delivery = outbox.find(connection, identity)
    if delivery is None:
        raise CannotResend(f"there is no delivery {identity}; watchfloor deliveries lists them")
    if delivery.state is DeliveryState.FOLDED:
        raise CannotResend(f"{identity} was {delivery.outcome or 'folded into another message'}; send that one again")
    if delivery.state not in RESENDABLE:
        raise CannotResend(f"{identity} is {delivery.state.value} and goes by itself")
    _bring_home(connection, delivery, homes)
    values = {
        "state": DeliveryState.QUEUED.value,
        "reason": Reason.RESENT.value,
        "queued": now,
        "due": now,
        "changed": now,
        "attempts": max(delivery.attempts, 1),  # so that pacing takes it for a retry: it waited its time already
        "tried": None,
        "repeat": True,
        "detail": "",
        "held": "",
        "lease": None,
        "notes": json.dumps([*delivery.notes, _note(delivery, timezone)], ensure_ascii=False),
    }
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))
    if delivery.state is not DeliveryState.SENT:
        return delivery.id
    # a service that is asked for the old id finds the message there, and sends nothing (decision 104)
    identity = mint("d", now, delivery.id)
    outbox.rename(connection, delivery.id, identity)
    return identity


def _bring_home(connection: Connection, delivery: Delivery, homes: Mapping[str, Sequence[str]]) -> None:
    home = homes.get(delivery.receiver)
    if not home:
        raise CannotResend(
            f"{delivery.id} was for {delivery.receiver}, which rules.yaml does not have; add it there again"
        )
    if delivery.target not in home and not moved_targets.move_message(connection, delivery, home[0]):
        raise CannotResend(
            f"{delivery.id} was for {delivery.target}, which rules.yaml does not have, and {home[0]} has the same "
            "message; watchfloor deliveries lists it"
        )


def _note(delivery: Delivery, timezone: str) -> str:
    if delivery.state is DeliveryState.SENT and delivery.sent:
        return f"Sent again on request; sent before at {time(delivery.sent, timezone)} as delivery {delivery.id}."
    return f"Sent again on request; it was {delivery.state.value}{f': {delivery.detail}' if delivery.detail else ''}."
