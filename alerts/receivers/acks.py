"""A target and the handle of a message sent there -> who acknowledged it where it is read."""

from __future__ import annotations

from datetime import timedelta

from alerts.alert import Target
from alerts.receivers.slackapi import SlackFault
from alerts.receivers.targets import BadReceiverUrl, build
from alerts.receivers.watchslack import NotifyWatchSlack


class AckUnknown(Exception):
    """Whether somebody acknowledged could not be learnt. `retry`: asking again can help, after `wait` if given."""

    def __init__(self, why: str, *, retry: bool = False, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.retry, self.wait = retry, wait


def reactions(target: Target, handle: str) -> tuple[str, ...]:
    """Name all who acknowledged a message, the first at the front. Raises AckUnknown."""
    try:
        service = build(target.url)
    except BadReceiverUrl as error:
        raise AckUnknown(str(error)) from None
    if not isinstance(service, NotifyWatchSlack):
        raise AckUnknown(f"{target.id}: {target.schema}:// brings no acknowledgement back")
    try:
        return service.reacted(handle)
    except SlackFault as error:
        raise AckUnknown(f"{target.id}: Slack: {error}", retry=error.retry, wait=error.wait) from None


def acknowledged(target: Target, handle: str) -> str | None:
    """Name the first who acknowledged a message, None for nobody. Raises AckUnknown."""
    return next(iter(reactions(target, handle)), None)
