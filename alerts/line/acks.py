"""Acknowledgements: asked for where messages are read, written down; what nobody acknowledges goes on to others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import receivers
from alerts.alert import Delivery, Target
from alerts.decide.escalation import ANSWERED_FROM, ANSWERED_WITHIN, ASKED_FROM, Escalation, ask_again, escalations
from alerts.decide.silences import still_told
from alerts.rule import Config
from alerts.store import acks, decisions, outbox, silences
from crawler.store.db import Database, WriterLane

log = logging.getLogger(__name__)
AT_ONCE = 4  # look-ups side by side
IN_A_LOOK = 10  # look-ups of one pass: a service that allows 50 a minute is left room
LOOK_EVERY = 15.0  # seconds between two passes


class Acking:
    """Asks services who reacted to what they were sent, and escalates what nobody acknowledged."""

    def __init__(self, database: Database, lane: WriterLane, config: Config) -> None:
        self._database, self._lane = database, lane
        self._threads = ThreadPoolExecutor(AT_ONCE, "acks")
        self._asked: dict[str, datetime] = {}  # by delivery; only a pace, so it need not survive a restart
        self._looked: datetime | None = None
        self._looking: asyncio.Task[None] | None = None
        self.use(config)

    def use(self, config: Config) -> None:
        """Take over the receivers of another config."""
        self._config = config
        self._targets = {each.id: each for receiver in config.receivers.values() for each in receiver.targets}
        self._escalating = tuple(
            each.id for receiver in config.receivers.values() if receiver.escalate for each in receiver.targets
        )

    async def start_due(self, clock: Callable[[], datetime]) -> None:
        """Begin a pass over what may have been acknowledged, unless one runs; then escalate what was not."""
        now = clock()
        rested = self._looked is None or not 0 <= (now - self._looked).total_seconds() < LOOK_EVERY
        if rested and self._looking is None:
            self._looked = now
            self._looking = asyncio.create_task(self.look(clock), name="acks")
            self._looking.add_done_callback(self._ended)
        try:
            await self.escalate(now)
        except Exception:
            log.exception("not escalated")  # tried again at the next tick, which has alerts to send besides

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._looking = None
        if not task.cancelled() and (error := task.exception()):
            log.error("acknowledgements not looked up error=%s", error)

    def close(self) -> None:
        """Ask no more."""
        if self._looking:
            self._looking.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- asking ----------------------------------------------------------------------------------------------

    async def look(self, clock: Callable[[], datetime]) -> None:
        """Ask about messages that nobody has acknowledged, those longest not asked about first."""
        targets = self._targets
        waiting = await asyncio.to_thread(self._due, targets, clock())
        for each in waiting:
            self._asked[each.id] = clock()
        await asyncio.gather(*(self._ask(targets[each.target], each, clock) for each in waiting))

    def _due(self, targets: Mapping[str, Target], now: datetime) -> list[Delivery]:
        can_ack = tuple(each.id for each in targets.values() if each.can_ack)
        with self._database.read() as connection:
            open_ = acks.unacked(connection, now - ANSWERED_WITHIN, ASKED_FROM, can_ack) if can_ack else []
        self._asked = {each.id: self._asked[each.id] for each in open_ if each.id in self._asked}
        due = [
            each for each in open_ if each.handle and each.sent and ask_again(each.sent, self._asked.get(each.id), now)
        ]
        return sorted(due, key=lambda each: self._asked.get(each.id, each.queued))[:IN_A_LOOK]

    async def _ask(self, target: Target, sent: Delivery, clock: Callable[[], datetime]) -> None:
        loop = asyncio.get_running_loop()
        try:
            by = await loop.run_in_executor(self._threads, receivers.acknowledged, target, sent.handle)
        except receivers.LookUpFailed as error:  # asked again at its pace
            log.warning("acknowledgement not looked up delivery=%s target=%s error=%s", sent.id, sent.target, error)
            return
        if by:
            via = target.schema.removeprefix("watch")
            known, _ = await self._lane.write(
                lambda connection: acks.ack(connection, sent.subject, by, via, clock(), sent.revision)
            )
            log.info("acknowledged story=%s by=%s via=%s delivery=%s", known.story, known.by, known.via, sent.id)

    # -- escalating ------------------------------------------------------------------------------------------

    async def escalate(self, now: datetime) -> int:
        """Queue what is to go on to other receivers; gives the number of messages."""
        if not self._escalating or not await asyncio.to_thread(self._owed, now):
            return 0
        config = self._config
        queued: int = await self._lane.write(lambda connection: self._queue(connection, config, now))
        return queued

    def _owed(self, now: datetime) -> list[Escalation]:
        with self._database.read() as connection:
            return self._to_queue(connection, self._config, now)

    def _queue(self, connection: Connection, config: Config, now: datetime) -> int:
        """Queue in one commit with the look at acks and silences, so that an ack given meanwhile counts."""
        owed = self._to_queue(connection, config, now)
        for each in owed:
            new = each.message
            outbox.queue(connection, new, now)
            log.warning("escalated story=%s alert=%d to=%s", new.subject, new.revision, new.receiver)
        return len(owed)

    def _to_queue(self, connection: Connection, config: Config, now: datetime) -> list[Escalation]:
        open_ = acks.unacked(connection, now - ANSWERED_WITHIN, ANSWERED_FROM, self._escalating)
        owed = escalations(open_, config.receivers, now, config.timezone)
        if not owed:
            return []
        known = acks.escalated_since(connection, now - 2 * ANSWERED_WITHIN)
        keys = [(each.message.subject, each.message.revision, each.message.target) for each in owed]
        new = [each for each, key in zip(owed, keys, strict=True) if key not in known]
        return [each for each in new if not _is_silenced(connection, config, each, now)]


def _is_silenced(connection: Connection, config: Config, owed: Escalation, now: datetime) -> bool:
    """Say whether a silence has held a story since its message was sent: who silenced it had taken notice."""
    alert = decisions.load_alert(connection, owed.message.subject, owed.message.revision)
    held = silences.silences_since(connection, owed.sent)
    as_if_now = [replace(each, ends=max(each.ends, now + timedelta(seconds=1))) for each in held]
    return not still_told(as_if_now, alert, [cause.rule for cause in alert.causes], now, config)
