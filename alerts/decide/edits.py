"""Decide what to do with an edit, given what its target was sent of the story: send, postpone or drop it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.alert import PINGS, Kind
from alerts.decide.retries import is_spent
from alerts.delivery import UNFINISHED, Carried, Carrier, Delivery, DeliveryState

GIVEN_UP = frozenset({DeliveryState.CANCELLED, DeliveryState.DEAD})
LOOKED_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class EditAction:
    """What to do with an edit: send it (both None), postpone it until `later`, or drop it because of `folded`."""

    later: datetime | None = None
    folded: Carrier | None = None


def edit_action(edit: Delivery, story: Sequence[Delivery], now: datetime) -> EditAction:
    """Return what to do with an edit, given the other deliveries of its story to its target.

    It is dropped where a newer edit, sent or waiting, says all it says. It waits while the message it changes is
    unsent. If that message was given up, the target knows nothing of the story, so the edit is sent as a message. If
    the service gave the message no handle, or a digest told the story, nothing can be changed: it is dropped.
    """
    later = [each for each in story if each.kind is Kind.EDIT and each.revision > edit.revision]
    # the newest one is named: each edit carries the whole message, not a difference
    if newer := [each for each in later if each.state in UNFINISHED or each.state is DeliveryState.SENT]:
        return EditAction(folded=Carrier(Carried.ALERT, str(newer[-1].revision)))
    messages = [each for each in story if each.kind in PINGS]
    if first_handle(messages):
        return EditAction()
    waiting = [each for each in messages if each.state in UNFINISHED]
    # an edit that waited longer than its severity allows must not wait for ever behind a message that is stuck
    if waiting and not is_spent(edit.tried or edit.due, edit.severity, now):
        return EditAction(later=max(min(each.due for each in waiting), now + LOOKED_AGAIN))
    sent = [each for each in messages if each.state is DeliveryState.SENT]
    if sent:
        return EditAction(folded=Carrier(Carried.UNCHANGED, sent[-1].id))
    if any(each.state in GIVEN_UP for each in messages):
        return EditAction()
    return EditAction(folded=Carrier(Carried.DIGEST))


def first_handle(story: Sequence[Delivery]) -> str:
    """Return the handle (the service's name) of the first message sent on a story; "" if none has one."""
    named = [each for each in story if each.kind in PINGS and each.handle and each.sent]
    return min(named, key=lambda each: each.sent or each.queued).handle if named else ""
