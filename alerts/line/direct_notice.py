"""A fault that the store cannot take -> a notice sent straight to the admin's receiver, stored nowhere.

It is the way of telling that is left while the store takes nothing, or while whoever would send stands still.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from alerts import receivers
from alerts.alert import Delivery, DeliveryState, Kind, Message, Reason, SendResult, Severity, Target
from alerts.render import form_of
from alerts.rule import Config
from crawler.article import mint

log = logging.getLogger(__name__)
PAST_THE_STORE = "Sent past the store: no list has this message, and it is not repeated."


def unstored_notice(
    target: Target, subject: str, title: str, body: str, now: datetime, severity: Severity = Severity.ROUTINE
) -> Message:
    """Return a notice in the form of a target's service. `subject` names its topic: one topic is one mail thread."""
    delivery = Delivery(
        id=mint("d", now, subject, target.id),
        subject=subject,
        kind=Kind.NOTICE,
        revision=1,
        target=target.id,
        receiver=target.receiver,
        severity=severity,
        reason=Reason.SYSTEM,
        state=DeliveryState.SENDING,
        queued=now,
        due=now,
        attempts=1,
        payload={"title": title, "body": body},
    )
    return form_of(target.schema).notice(delivery)


def tell_directly(config: Config, title: str, body: str, now: datetime) -> bool:
    """Send a notice to the admin's receiver at once; where none of its targets takes it, to the next receiver.

    Return whether somebody took it. It blocks until the services have answered: call it in a thread.
    """
    log.error("notice past the store: %s: %s", title, body)
    words = f"{body}\n{PAST_THE_STORE}"
    for targets in _in_turn(config):
        sent = [(each, _send(each, title, words, now)) for each in targets]
        for target, result in sent:
            if not result.ok:
                log.error("notice past the store not taken target=%s detail=%s", target.id, result.detail)
        if any(result.ok for _, result in sent):
            return True
    log.error("NOBODY COULD BE TOLD: %s", title)
    return False


def _in_turn(config: Config) -> Iterable[tuple[Target, ...]]:
    """Yield the targets of the admin's receiver, of its stand-by, then of the others."""
    admin = config.receivers[config.admin]
    names = dict.fromkeys([config.admin, admin.standby, *config.receivers])
    return (config.receivers[name].targets for name in names if name in config.receivers)


def _send(target: Target, title: str, body: str, now: datetime) -> SendResult:
    message = unstored_notice(target, f"direct:{now.isoformat()}", title, body, now, Severity.IMMEDIATE)
    return receivers.send(target, message)
