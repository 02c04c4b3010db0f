"""A send that ended -> its record, and what follows from it: the target's state, stand-by, notices (commit 4)."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import SendResult
from alerts.decide.attempt import AttemptOutcome, judge_attempt
from alerts.delivery import Delivery, DeliveryState
from alerts.line.notices import tell_back, tell_down, tell_waits
from alerts.line.standby import stand_in
from alerts.line.untold import give_up
from alerts.rule import Config
from alerts.store import claims, targets

log = logging.getLogger(__name__)


def record_attempt(
    connection: Connection, config: Config, delivery: Delivery, result: SendResult, now: datetime
) -> DeliveryState | None:
    """Record how a send ended, with what follows from it: the target's state, stand-by, notices. Return its state.

    None if the answer belongs to an earlier attempt. All is one transaction: a kill cannot lose the notice of a dead
    message.
    """
    before = targets.state_of_target(connection, delivery.target)
    others_went = not result.ok and claims.others_got_through(connection, delivery, now)
    made = judge_attempt(delivery, result, before, now, others_went=others_went)
    if not claims.settle(connection, delivery, made, result, now):
        log.warning("late answer ignored delivery=%s attempt=%d", delivery.id, delivery.attempts)
        return None
    known = delivery.target in config.targets  # the state of a target that left rules.yaml is not kept
    if known and made.target_state != before:
        targets.save_target_state(connection, made.target_state)
    _log(delivery, made, result)
    if made.state is DeliveryState.DEAD:
        stand_in(connection, config, delivery, now)
        give_up(connection, config, delivery, _set_aside(result) if others_went else result.detail, now)
    if known and result.wait is not None and made.target_state.waits_too_long(delivery.severity, now):
        tell_waits(connection, config, delivery, made.target_state, now)
    if known and made.opened(before):
        tell_down(connection, config, delivery.receiver, made.target_state, now)
    if known and made.closed(before):
        # it answers again: what was postponed because of the outage goes now, not after its back-off
        claims.hasten(connection, delivery.target, now)
        tell_back(connection, config, delivery.receiver, made.target_state, now)
    return made.state


def _set_aside(result: SendResult) -> str:
    return f"{result.detail}; its receiver took other messages meanwhile" if result.retry else result.detail


def _log(delivery: Delivery, made: AttemptOutcome, result: SendResult) -> None:
    log.log(
        logging.INFO if result.ok else logging.WARNING,
        "delivery=%s subject=%s kind=%s target=%s state=%s attempt=%d detail=%s",
        delivery.id,
        delivery.subject,
        delivery.kind.value,
        delivery.target,
        made.state.value,
        delivery.attempts,
        result.detail or "-",
    )
