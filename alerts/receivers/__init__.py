"""A URL goes in, a target comes out; a message goes in, and whether it was sent comes out (Apprise, Slack, mail).

This room has the only importers of Apprise. They are loaded when a URL is first read or a message sent: most commands
only name targets.
"""

from __future__ import annotations

import logging

from alerts.alert import Message, SendResult, Target
from alerts.receivers.naming import BadReceiverUrl, LookUpFailed, Reactions, named

__all__ = ["BadReceiverUrl", "LookUpFailed", "Reactions", "named", "parse", "reactions", "room", "send"]

# here, before anything of Apprise is imported: its own log names tokens, so it goes to no handler, whatever the level
_APPRISE = logging.getLogger("apprise")
_APPRISE.setLevel(logging.DEBUG)  # its words on a lost connection come at DEBUG, and only sending.py reads them
_APPRISE.propagate = False
_APPRISE.addHandler(logging.NullHandler())


def parse(receiver: str, url: str) -> Target:
    """Return the target of a URL of `receiver`. Raise BadReceiverUrl, with the remedy, unless it names one address."""
    from alerts.receivers import targets  # noqa: PLC0415

    return targets.parse(receiver, url)


def send(target: Target, message: Message) -> SendResult:
    """Send a message to a target, in one attempt."""
    from alerts.receivers import sending  # noqa: PLC0415

    return sending.send(target, message)


def room(target: Target) -> str:
    """Return what the service of a target cannot hold, for the admin to read; "" if it takes whatever we write."""
    from alerts.receivers import targets  # noqa: PLC0415

    return targets.room(target)


def reactions(target: Target, handle: str) -> Reactions:
    """Return how readers reacted to a sent message; none where the service cannot say.

    Raise LookUpFailed if the service does not answer.
    """
    from alerts.receivers import sending  # noqa: PLC0415

    return sending.reactions(target, handle)
