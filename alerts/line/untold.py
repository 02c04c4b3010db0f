"""A delivery that is given up -> the admin is told what it carried, and that its target knows those is forgotten."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import PINGS, Alert, Kind
from alerts.delivery import UNFINISHED, Carried, Delivery, DeliveryState
from alerts.line.notices import tell_dead
from alerts.rule import Config
from alerts.store import decisions, digests, outbox

log = logging.getLogger(__name__)


def give_up(connection: Connection, config: Config, delivery: Delivery, detail: str, now: datetime) -> None:
    """Notify the admin of a dead message and the stories it carried, and forget that the target was told them.

    The next report of each such story then alerts this target again.
    """
    tell_dead(connection, config, delivery, detail, now, _carried_by(connection, delivery))
    if untold := _untell(connection, delivery):
        log.warning("untold target=%s stories=%s", delivery.target, ",".join(untold))


def _carried_by(connection: Connection, delivery: Delivery) -> list[Alert]:
    """Return the alerts of other deliveries that this one carries: listed in a digest, or folded into a message."""
    if delivery.kind is Kind.DIGEST:
        return digests.digest_of(connection, delivery.subject, delivery.target)
    joined = outbox.told_with(connection, delivery.id)
    return [decisions.load_alert(connection, each.subject, each.revision) for each in joined]


def _untell(connection: Connection, delivery: Delivery) -> list[str]:
    """Forget that a target was told the stories of a dead message, so that the next report of each alerts.

    Stories that another message told, or is still to tell, are left as they are. Return the stories forgotten.
    """
    stories = [each.story for each in _carried_by(connection, delivery)]
    if delivery.kind in PINGS:
        stories.append(delivery.subject)
    lost = [each for each in dict.fromkeys(stories) if not _is_told(connection, each, delivery.target)]
    for story in lost:
        decisions.forget_told(connection, story, delivery.target)
    return lost


def _is_told(connection: Connection, story: str, target: str) -> bool:
    return any(_tells(connection, each) for each in outbox.on_subject(connection, story, target))


def _tells(connection: Connection, delivery: Delivery) -> bool:
    """Return whether a delivery told its story or is still to do so: itself, or what it was folded into."""
    if delivery.state is DeliveryState.FOLDED:
        return any(_reaches(each) for each in _carriers(connection, delivery))
    return _reaches(delivery)


def _reaches(delivery: Delivery) -> bool:
    # an edit that still waits does not count: without the message it changes it reaches nobody
    return delivery.sent is not None or (delivery.state in UNFINISHED and delivery.kind is not Kind.EDIT)


def _carriers(connection: Connection, folded: Delivery) -> list[Delivery]:
    """Return the messages that tell a folded delivery; none where it is told on its own story, judged by itself."""
    carrier = folded.carrier
    if carrier and carrier.how is Carried.MESSAGE:
        found = outbox.find(connection, carrier.by)
        return [found] if found else []
    if carrier and carrier.how is Carried.DIGEST:
        return outbox.on_subject(connection, carrier.by, folded.target)
    return []
