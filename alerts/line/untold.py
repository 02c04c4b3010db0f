"""A message that was given up -> what it held, and which stories its target is therefore still to be told."""

from __future__ import annotations

from sqlalchemy import Connection

from alerts.alert import PINGS, Alert, Delivery, DeliveryState, Kind
from alerts.decide.edits import OPEN
from alerts.store import decisions, digests, outbox

WITH, IN_DIGEST = "told with delivery ", "told in digest "


def held_in(connection: Connection, delivery: Delivery) -> list[Alert]:
    """Give what other messages handed over to this one: the stories a digest lists, those that a message names."""
    if delivery.kind is Kind.DIGEST:
        return digests.digest_of(connection, delivery.subject, delivery.target)
    joined = outbox.folded_into(connection, delivery.target, f"{WITH}{delivery.id}")
    return [decisions.load_alert(connection, each.subject, each.revision) for each in joined]


def untell(connection: Connection, delivery: Delivery) -> list[str]:
    """Forget that a target was told the stories of a dead message, so that the next report of each alerts.

    Not where another message told it the story, or is still to tell it. Gives the stories.
    """
    stories = [each.story for each in held_in(connection, delivery)]
    if delivery.kind in PINGS:
        stories.append(delivery.subject)
    lost = [each for each in dict.fromkeys(stories) if not _is_told(connection, each, delivery.target)]
    for story in lost:
        decisions.forget_told(connection, story, delivery.target)
    return lost


def _is_told(connection: Connection, story: str, target: str) -> bool:
    return any(_tells(connection, each) for each in outbox.on_subject(connection, story, target))


def _tells(connection: Connection, delivery: Delivery) -> bool:
    """Say whether a message told its story, or is still to do so: itself, or what it was folded into."""
    if delivery.state is DeliveryState.FOLDED:
        return any(_reaches(each) for each in _carriers(connection, delivery))
    return _reaches(delivery)


def _reaches(delivery: Delivery) -> bool:
    return delivery.sent is not None or (delivery.state in OPEN and delivery.kind is not Kind.EDIT)


def _carriers(connection: Connection, folded: Delivery) -> list[Delivery]:
    if folded.detail.startswith(WITH):
        carrier = outbox.find(connection, folded.detail.removeprefix(WITH))
        return [carrier] if carrier else []
    if folded.detail.startswith(IN_DIGEST):
        return outbox.on_subject(connection, folded.detail.removeprefix(IN_DIGEST), folded.target)
    return []  # into a later message of its own story, which is judged by itself
