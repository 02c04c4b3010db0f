"""Sent messages -> acks read from their services and stored; escalations of what nobody acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import receivers
from alerts.alert import Target
from alerts.decide.escalation import ANSWERED_FROM, ANSWERED_WITHIN, ASKED_FROM, Escalation, ask_again, escalations
from alerts.decide.silences import still_told
from alerts.delivery import Delivery
from alerts.line.notices import give_notice
from alerts.rule import Config
from alerts.store import acks, decisions, feedback, outbox, silences
from crawler.collect.task_fault import TaskFault
from crawler.store.db import Database
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
LOOKUPS_AT_ONCE = 4  # look-ups side by side
LOOKUPS_OF_A_PASS = 10  # look-ups of one pass: a service that allows 50 a minute is left room
PASS_EVERY = 15.0  # seconds between two passes
UNREAD_TOLD_AFTER = timedelta(minutes=10)  # a service that is restarted answers before
UNREAD_REMEDY = (
    "Whoever reacts there is not heard, and the message escalates all the same: acknowledge on the board or with "
    "watchfloor ack. It is asked on; what the receiver must allow stands in docs/receivers.md"
)


class Acknowledgements:
    """Asks services who reacted to sent messages, and queues escalations of alerts that nobody acknowledged."""

    def __init__(self, database: Database, lane: Lane, config: Config) -> None:
        self._database, self._lane = database, lane
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_ONCE, "acks")
        self._asked: dict[str, datetime] = {}  # by delivery; only a pace, so it need not survive a restart
        self._looked: datetime | None = None
        self._looking: asyncio.Task[None] | None = None
        self._fault = TaskFault()  # what ended a pass since the last tick
        # by receiver: since when no look-up of its messages was answered, and of which messages
        self._unread: dict[str, tuple[datetime, set[str]]] = {}
        self._unread_told: set[str] = set()
        self.use(config)

    def use(self, config: Config) -> None:
        """Use the receivers of another config from now on."""
        self._config = config
        self._targets = config.targets
        self._escalating = tuple(
            each.id for receiver in config.receivers.values() if receiver.escalate for each in receiver.targets
        )

    async def start_due(self, clock: Callable[[], datetime]) -> None:
        """Start a pass of look-ups every PASS_EVERY seconds unless one runs, without waiting for it; then escalate.

        Raises what stops escalating, and what ended the last pass: the stage fails then, which the admin is told of.
        """
        now = clock()
        # 0 <= : after the clock was set back a pass is due at once, not after as long as it was set back
        rested = self._looked is None or not 0 <= (now - self._looked).total_seconds() < PASS_EVERY
        if rested and self._looking is None:
            self._looked = now
            self._looking = asyncio.create_task(self.look(clock), name="acks")
            self._looking.add_done_callback(self._ended)
        await self.escalate(now)
        self._fault.raise_last()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._looking = None
        self._fault.note(task)

    def close(self) -> None:
        """Cancel the pass that runs; look-ups in progress are left to end by themselves."""
        if self._looking:
            self._looking.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- asking ----------------------------------------------------------------------------------------------

    async def look(self, clock: Callable[[], datetime]) -> None:
        """Ask the services about at most LOOKUPS_OF_A_PASS unacknowledged messages, and store the acks found."""
        targets = self._targets
        waiting = await asyncio.to_thread(self._due, targets, clock())
        for each in waiting:
            self._asked[each.id] = clock()
        await asyncio.gather(*(self._ask(targets[each.target], each, clock) for each in waiting))

    def _due(self, targets: Mapping[str, Target], now: datetime) -> list[Delivery]:
        can_ack = tuple(each.id for each in targets.values() if each.can_ack)
        with self._database.read() as connection:
            open_ = acks.unacked(connection, now - ANSWERED_WITHIN, ASKED_FROM, can_ack) if can_ack else []
        # forget what is acknowledged or too old by now, so that the dict does not grow for ever
        self._asked = {each.id: self._asked[each.id] for each in open_ if each.id in self._asked}
        due = [
            each for each in open_ if each.handle and each.sent and ask_again(each.sent, self._asked.get(each.id), now)
        ]
        # the longest not asked about first: with more open messages than a pass takes, each has its turn
        return sorted(due, key=lambda each: self._asked.get(each.id, each.queued))[:LOOKUPS_OF_A_PASS]

    async def _ask(self, target: Target, sent: Delivery, clock: Callable[[], datetime]) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, receivers.reactions, target, sent.handle)
        except receivers.LookUpFailed as error:  # asked again at its pace
            log.warning("acknowledgement not looked up delivery=%s target=%s error=%s", sent.id, sent.target, error)
            await self._tell_unread(sent, str(error), clock())
            return
        self._unread.pop(sent.receiver, None)
        self._unread_told.discard(sent.receiver)
        via = target.schema.removeprefix("watch")
        if found.judged:
            await self._lane.write(lambda connection: _judge(connection, sent.subject, found.judged, via, clock()))
        if by := found.by:
            known, _ = await self._lane.write(
                lambda connection: acks.ack(connection, sent.subject, by, via, clock(), sent.revision)
            )
            log.info("acknowledged story=%s by=%s via=%s delivery=%s", known.story, known.by, known.via, sent.id)

    async def _tell_unread(self, sent: Delivery, why: str, now: datetime) -> None:
        """Tell the admin once where no look-up of a receiver's messages is answered for long: a right may be missing.

        Of one message alone nothing follows: somebody may have deleted it.
        """
        since, messages = self._unread.setdefault(sent.receiver, (now, set()))
        messages.add(sent.id)
        if sent.receiver in self._unread_told or now - since < UNREAD_TOLD_AFTER or len(messages) == 1:
            return
        title = f"acknowledgements given in {sent.receiver} are not read"
        cause = f"unread:{sent.receiver}:{since.isoformat()}"
        await give_notice(self._lane, self._config, cause, title, f"{why}. {UNREAD_REMEDY}", now)
        self._unread_told.add(sent.receiver)

    # -- escalating ------------------------------------------------------------------------------------------

    async def escalate(self, now: datetime) -> int:
        """Queue the escalations due at `now`; return how many were queued."""
        # A look without the writer lane first: at most ticks nothing is due. `_queue` looks again in its own commit.
        if not self._escalating or not await asyncio.to_thread(self._owed, now):
            return 0
        config = self._config
        queued: int = await self._lane.write(lambda connection: self._queue(connection, config, now))
        return queued

    def _owed(self, now: datetime) -> list[Escalation]:
        with self._database.read() as connection:
            return self._to_queue(connection, self._config, now)

    def _queue(self, connection: Connection, config: Config, now: datetime) -> int:
        """Queue the escalations due; return how many.

        Acks and silences are read in the same transaction, so an ack given since `_owed` looked prevents it.
        """
        owed = self._to_queue(connection, config, now)
        for each in owed:
            new = each.message
            if not outbox.queue(connection, new, now):
                acks.requeue(connection, new, now)
            log.warning("escalated story=%s alert=%d to=%s", new.subject, new.revision, new.receiver)
        return len(owed)

    def _to_queue(self, connection: Connection, config: Config, now: datetime) -> list[Escalation]:
        open_ = acks.unacked(connection, now - ANSWERED_WITHIN, ANSWERED_FROM, self._escalating)
        owed = escalations(open_, config.receivers, now, config.timezone)
        if not owed:
            return []
        # Twice the age limit: another message on the same alert revision may be sent up to a day after the one whose
        # escalation is looked for here.
        known = acks.escalated_since(connection, now - 2 * ANSWERED_WITHIN)
        keys = [(each.message.subject, each.message.revision, each.message.target) for each in owed]
        new = [each for each, key in zip(owed, keys, strict=True) if key not in known]
        return [each for each in new if not _is_silenced(connection, config, each, now)]


def _judge(connection: Connection, story: str, judged: Sequence[tuple[str, bool]], via: str, now: datetime) -> None:
    """Store what readers said of a story by a reaction, unless each has said so before."""
    for name, relevant in judged:
        before = feedback.judgement_of(connection, story, name)
        if before is None or before.relevant is not relevant:
            feedback.judge(connection, story, now, relevant=relevant, reason="", by=name, via=via)
            log.info("judged story=%s relevant=%s by=%s via=%s", story, relevant, name, via)


def _is_silenced(connection: Connection, config: Config, owed: Escalation, now: datetime) -> bool:
    """Return whether a silence applied to the story at any time since its message was sent.

    Who silenced it had taken notice, so it is not escalated, even after the silence has ended (decision 109).
    """
    alert = decisions.load_alert(connection, owed.message.subject, owed.message.revision)
    # ended ones are extended to just after now, so that `still_told` judges them like those in force
    since = silences.silences_since(connection, owed.sent)
    as_if_now = [replace(each, ends=max(each.ends, now + timedelta(seconds=1))) for each in since]
    return not still_told(as_if_now, alert, [cause.rule for cause in alert.causes], now, config)
