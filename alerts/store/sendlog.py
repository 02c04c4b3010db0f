"""SQL for `watchfloor deliveries`: list, show, send again. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from alerts.alert import Kind, Reason
from alerts.delivery import Delivery, DeliveryState
from alerts.render.title import headline_of
from alerts.render.words import time
from alerts.store import decisions, digests, moved_targets, outbox
from alerts.store.outbox import deliveries
from crawler.article import mint

RESENDABLE = frozenset({DeliveryState.DEAD, DeliveryState.CANCELLED, DeliveryState.UNKNOWN, DeliveryState.SENT})


class CannotResend(ValueError):
    """A delivery cannot be sent again; the message says why, for the user."""


def listed(
    connection: Connection, since: datetime, state: DeliveryState | None = None, receiver: str | None = None
) -> list[Delivery]:
    """Return the deliveries that changed since a time, oldest first; with `state` or `receiver`, only those."""
    wanted = [deliveries.c.changed >= since]
    if state:
        wanted.append(deliveries.c.state == state.value)
    if receiver:
        wanted.append(deliveries.c.receiver == receiver)
    rows = connection.execute(select(deliveries).where(*wanted).order_by(deliveries.c.queued, deliveries.c.id))
    return [outbox.read(row) for row in rows.mappings()]


def summary_of(connection: Connection, delivery: Delivery) -> str:
    """Return in one line what a delivery tells: a notice's title, how many stories of a digest, else a headline."""
    if delivery.kind is Kind.NOTICE:
        return str((delivery.payload or {}).get("title", ""))
    if delivery.kind is Kind.DIGEST:
        return f"{len(digests.digest_of(connection, delivery.subject, delivery.target))} stories"
    return headline_of(decisions.load_alert(connection, delivery.subject, delivery.revision).article)


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
