"""Deliveries that no lane would end by itself go in; they are queued again, moved to another target, told or ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from alerts.decide.roles import TARGET
from alerts.delivery import DeliveryState
from alerts.line.notices import kept_waiting, tell_removed, tell_waits
from alerts.line.standby import overdue, stand_in
from alerts.line.untold import give_up
from alerts.rule import Config
from alerts.store import claims, moved_targets, outbox, targets
from crawler.store.holdings import ALONE, Shares
from crawler.store.leases import known_elsewhere

log = logging.getLogger(__name__)
COMES_BACK = 600.0  # seconds in which a daemon that left may be back, with rules that we do not have yet


class DeliveryUpkeep:
    """The periodic upkeep of what waits, by the rules in force; every method takes the connection of its commit."""

    def __init__(self, config: Config, shares: Shares = ALONE) -> None:
        self._config, self._shares = config, shares
        self._elsewhere_named: Mapping[str, frozenset[str]] = {}  # by daemon, the targets that its rules name
        self._left: dict[str, float] = {}  # those named by a daemon that left, and when by the monotonic clock

    def use(self, config: Config) -> None:
        """Go by another config from now on."""
        self._config = config

    def elsewhere(self, connection: Connection) -> frozenset[str]:
        """Return the targets that the rules of other daemons name, or of one that left and may be started anew."""
        now, live = time.monotonic(), known_elsewhere(connection, TARGET, self._shares.daemon)
        left = {
            name: now for each in self._elsewhere_named.keys() - live.keys() for name in self._elsewhere_named[each]
        }
        self._elsewhere_named, self._left = live, {**self._left, **left}
        lately = (name for name, at in self._left.items() if now - at < COMES_BACK)
        return frozenset().union(*live.values(), lately)

    def _known(self, connection: Connection) -> tuple[str, ...]:
        return (*self._config.targets, *self.elsewhere(connection))

    def adopt(self, connection: Connection, now: datetime) -> None:
        """Move deliveries of targets that left rules.yaml to others of the receiver; cancel those without any."""
        others = self.elsewhere(connection)
        for old, new in moved_targets.replacements(connection, self._config.homes):
            if old in others:  # by the rules of another daemon it is still told
                continue
            waited = moved_targets.move(connection, old, new, now)
            log.warning("target moved from=%s to=%s waiting=%d", old, new, waited)
        # after the moves: what still has no target here lost its whole receiver
        orphans = outbox.orphans(connection, self._known(connection))
        for orphan in orphans:
            detail = "receiver_removed"
            outbox.record(connection, orphan.id, DeliveryState.CANCELLED, now, detail)
            log.warning("cancelled delivery=%s receiver=%s reason=%s", orphan.id, orphan.receiver, detail)
        tell_removed(connection, self._config, orphans, now)

    def is_due(self, connection: Connection, now: datetime) -> bool:
        """Return whether `run` has anything to do; it only reads."""
        return (
            claims.has_expired(connection, now)
            or moved_targets.has_orphans(connection, self._known(connection))
            or any(overdue(connection, self._config, now))
            or any(kept_waiting(connection, now))
            or any(claims.spent(connection, target, now) for target in targets.down(connection))
        )

    def run(self, connection: Connection, now: datetime) -> None:
        """Look after expired leases, stand-by for overdue flash, and messages past their age limit.

        And deliveries for removed targets, which were being decided or sent during a reload.
        """
        if cut_off := claims.expire(connection, now):
            log.warning("leases ended deliveries=%d: they are sent again, marked possible repeat", cut_off)
        if moved_targets.has_orphans(connection, self._known(connection)):
            self.adopt(connection, now)
        for delivery in overdue(connection, self._config, now):
            stand_in(connection, self._config, delivery, now)
        for delivery, state in kept_waiting(connection, now):
            tell_waits(connection, self._config, delivery, state, now)
        # Only where the target is down: elsewhere it is tried once more, and `judge_attempt` gives it up if that fails.
        for target in targets.down(connection):
            for delivery in claims.spent(connection, target, now):
                detail = (
                    f"too old to be sent; the receiver is down: {targets.state_of_target(connection, target).detail}"
                )
                outbox.record(connection, delivery.id, DeliveryState.DEAD, now, detail)
                give_up(connection, self._config, delivery, detail, now)
