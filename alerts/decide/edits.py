"""An edit, and what its target was sent of the story -> whether it goes, waits, or is folded; which message it takes
the place of. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.alert import PINGS, UNFINISHED, Carried, Carrier, Delivery, DeliveryState, Kind
from alerts.decide.retrying import is_spent

GIVEN_UP = frozenset({DeliveryState.CANCELLED, DeliveryState.DEAD})
LOOKED_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class EditAction:
    """What to do with an edit: send it (both None), postpone it until `later`, or end it because `folded` tells it."""

    later: datetime | None = None
    folded: Carrier | None = None


def edit_action(edit: Delivery, story: Sequence[Delivery], now: datetime) -> EditAction:
    """Judge an edit by the other deliveries of its story to its target.

    A newer edit, sent or waiting, says all that this one says. Where the message is still to be sent, the edit waits
    behind it. Where it was given up, nobody there knows of the story: the edit goes as a message of its own. Where the
    service gave the message no name, or a digest told the story, what the edit adds is folded into what was sent.
    """
    later = [each for each in story if each.kind is Kind.EDIT and each.revision > edit.revision]
    if newer := [each for each in later if each.state in UNFINISHED or each.state is DeliveryState.SENT]:
        return EditAction(folded=Carrier(Carried.ALERT, str(newer[-1].revision)))
    messages = [each for each in story if each.kind in PINGS]
    if first_handle(messages):
        return EditAction()
    waiting = [each for each in messages if each.state in UNFINISHED]
    if waiting and not is_spent(edit.tried or edit.due, edit.severity, now):
        return EditAction(later=max(min(each.due for each in waiting), now + LOOKED_AGAIN))
    sent = [each for each in messages if each.state is DeliveryState.SENT]
    if sent:
        return EditAction(folded=Carrier(Carried.UNCHANGED, sent[-1].id))
    if any(each.state in GIVEN_UP for each in messages):
        return EditAction()
    return EditAction(folded=Carrier(Carried.DIGEST))


def first_handle(story: Sequence[Delivery]) -> str:
    """Give what the service calls the first message sent on a story; "" where it gave none a name."""
    named = [each for each in story if each.kind in PINGS and each.handle and each.sent]
    return min(named, key=lambda each: each.sent or each.queued).handle if named else ""
