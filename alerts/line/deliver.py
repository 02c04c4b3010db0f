"""Due deliveries -> claimed, composed, sent, recorded: one lane (task) for each target, one thread for each send."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from alerts import receivers
from alerts.alert import Message, SendResult, Target
from alerts.decide.attempt import LEASE, AttemptOutcome, judge_attempt
from alerts.decide.life import Sending
from alerts.delivery import Delivery, DeliveryState
from alerts.line.compose import compose
from alerts.line.next_delivery import next_delivery
from alerts.line.notices import kept_waiting, tell_back, tell_dead, tell_down, tell_removed, tell_waits
from alerts.line.standby import overdue, stand_in
from alerts.line.untold import carried_by, untell
from alerts.rule import Config
from alerts.store import claims, moved_targets, outbox, targets
from crawler.store.db import Database, WriterLane
from crawler.store.faults import in_words

log = logging.getLogger(__name__)
HUNG_AT_MOST = 8  # threads of one target; the watch tells the admin of the first
RECORD_RETRY = 1.0  # seconds after which a commit that failed is tried again
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Ended:
    """A send with its result; one that outlived its lease has a result that says so."""

    delivery: Delivery
    result: SendResult


class LaneStopped(Exception):
    """Lanes that ended by an error; the message names each with it."""


class Deliver:
    """Sends what is due, at least once: a send whose end was not seen is repeated, marked "possible repeat"."""

    def __init__(self, database: Database, lane: WriterLane, config: Config) -> None:
        self._database, self._lane = database, lane
        self._running: dict[str, asyncio.Task[Counter[str]]] = {}
        self._asked: set[str] = set()  # targets for which more came due while their lane ran
        self._sends: dict[asyncio.Future[SendResult], Sending] = {}  # those whose threads have not ended
        self._moved: dict[str, float] = {}  # by target, when a send of it last ended
        self._failed: dict[str, BaseException] = {}  # by target, what stopped its lane since `need_lanes` asked
        self._stopping = False
        self.use(config)

    def use(self, config: Config) -> None:
        """Use the receivers of another config from now on, also in lanes that run."""
        self._config = config
        self._targets: Mapping[str, Target] = {
            target.id: target for receiver in config.receivers.values() for target in receiver.targets
        }

    async def recover(self, now: datetime) -> None:
        """At start, queue again what was being sent when the last process ended, as a possible repeat; then `adopt`."""
        in_flight = await self._lane.write(lambda connection: claims.recover(connection, now))
        if in_flight:
            log.warning("recovered deliveries in_flight=%d: they are sent again, marked possible repeat", in_flight)
        await self.adopt(now)

    async def adopt(self, now: datetime) -> None:
        """Move deliveries of targets that left rules.yaml to others of the receiver; cancel those without any."""
        await self._lane.write(lambda connection: self._adopt(connection, now))

    def _adopt(self, connection: Connection, now: datetime) -> None:
        for old, new in moved_targets.replacements(connection, self._config.homes):
            waited = moved_targets.move(connection, old, new, now)
            log.warning("target moved from=%s to=%s waiting=%d", old, new, waited)
        # after the moves: what still has no target here lost its whole receiver
        orphans = outbox.orphans(connection, tuple(self._targets))
        for orphan in orphans:
            detail = "receiver_removed"
            outbox.record(connection, orphan.id, DeliveryState.CANCELLED, now, detail)
            log.warning("cancelled delivery=%s receiver=%s reason=%s", orphan.id, orphan.receiver, detail)
        tell_removed(connection, self._config, orphans, now)

    # -- lanes ---------------------------------------------------------------------------------------------

    async def drain(self, clock: Callable[[], datetime]) -> Counter[str]:
        """Send all that is due, and what becomes due by that (a notice of a dead message); return counts by state."""
        results: Counter[str] = Counter()
        while await self.start_due(clock):
            ended = sum(await asyncio.gather(*self._running.values()), Counter[str]())
            if not ended:
                break  # what is due waits for another reason, such as a target that rests
            results += ended
        return results

    async def start_due(self, clock: Callable[[], datetime]) -> int:
        """Start a lane for each target that has something due and no lane running; return how many were started."""
        if self._stopping:
            return 0
        now, started = clock(), 0
        # Upkeep takes the writer lane, so a read-only look decides first whether there is any: mostly there is none.
        if await _in_thread("look", partial(self._needs_upkeep, now)):
            await self._lane.write(lambda connection: self._upkeep(connection, now))
        for target in await _in_thread("look", partial(self._due, now)):
            if target in self._running:
                self._asked.add(target)  # the lane may have claimed its last already: it looks once more before it ends
            elif target in self._targets and self._hung(target) < HUNG_AT_MOST:
                task = asyncio.create_task(self._send_all(self._targets[target], clock), name=f"lane {target}")
                self._running[target] = task
                task.add_done_callback(partial(self._ended, target))
                started += 1
        return started

    def _due(self, now: datetime) -> list[str]:
        with self._database.read() as connection:
            return claims.targets_due(connection, now)

    def _needs_upkeep(self, now: datetime) -> bool:
        with self._database.read() as connection:
            return (
                claims.has_expired(connection, now)
                or moved_targets.has_orphans(connection, tuple(self._targets))
                or any(overdue(connection, self._config, now))
                or any(kept_waiting(connection, now))
                or any(claims.spent(connection, target, now) for target in targets.down(connection))
            )

    def _upkeep(self, connection: Connection, now: datetime) -> None:
        """Do the periodic upkeep: expired leases, stand-by for overdue flash, messages past their age limit.

        And deliveries for removed targets, which were being decided or sent during a reload.
        """
        if cut_off := claims.expire(connection, now):
            log.warning("leases ended deliveries=%d: they are sent again, marked possible repeat", cut_off)
        if moved_targets.has_orphans(connection, tuple(self._targets)):
            self._adopt(connection, now)
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
                self._give_up(connection, delivery, detail, now)

    def _give_up(self, connection: Connection, delivery: Delivery, detail: str, now: datetime) -> None:
        """Notify the admin of a dead message and the stories it carried, and forget that the target was told them.

        The next report of each such story then alerts this target again.
        """
        tell_dead(connection, self._config, delivery, detail, now, carried_by(connection, delivery))
        if untold := untell(connection, delivery):
            log.warning("untold target=%s stories=%s", delivery.target, ",".join(untold))

    def _ended(self, target: str, task: asyncio.Task[Counter[str]]) -> None:
        self._running.pop(target, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("lane stopped target=%s error=%r", target, error)
            self._failed[target] = error

    def need_lanes(self) -> None:
        """Raise LaneStopped if a lane has ended by an error since this was last called; its messages go again."""
        failed, self._failed = self._failed, {}
        if failed:
            raise LaneStopped("; ".join(f"lane {target}: {in_words(error)}" for target, error in failed.items()))

    async def close(self, patience: float) -> None:
        """Claim nothing more, and wait at most `patience` seconds for the sends in progress."""
        self._stopping = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience)

    async def _send_all(self, target: Target, clock: Callable[[], datetime]) -> Counter[str]:
        states: Counter[str] = Counter()
        ended: _Ended | None = None
        while True:
            target = self._targets.get(target.id, target)  # a reload may have brought it another token
            state, claimed = await self._write_surely(
                partial(self._record_next, target=target, ended=ended, now=clock())
            )
            if state:
                states[state.value] += 1
            if claimed is not None:
                ended = _Ended(claimed, await self._send(target, claimed, clock))
            elif self._stopping or target.id not in self._asked:
                return states
            else:
                self._asked.discard(target.id)
                ended = None

    async def _write_surely(self, work: Callable[[Connection], T]) -> T:
        """Return the result of a write; while its commit fails (a full disk), try again each RECORD_RETRY seconds.

        Without its record a message that was sent would be sent again. Raises OperationalError while stopping.
        """
        while True:
            try:
                return await self._lane.write(work)
            except OperationalError as error:
                if self._stopping:
                    raise
                log.error("delivery not recorded, trying again error=%r", error)
                await asyncio.sleep(RECORD_RETRY)

    def _record_next(
        self, connection: Connection, target: Target, ended: _Ended | None, now: datetime
    ) -> tuple[DeliveryState | None, Delivery | None]:
        """Record how a send ended (commit 4) and claim the next (commit 3); return its state and the one claimed.

        Both are one transaction, so that a message in a busy lane costs one fsync (decision 100).
        """
        state = self._record(connection, ended.delivery, ended.result, now) if ended else None
        if self._stopping or self._hung(target.id) >= HUNG_AT_MOST:
            return state, None
        receiver = self._config.receivers.get(target.receiver)
        return state, next_delivery(connection, target.id, receiver, now) if receiver else None

    def sends(self) -> list[Sending]:
        """Return the sends under way, without what a lane has left behind and sent past; any thread may ask."""
        under_way = list(self._sends.values())
        return [each for each in under_way if each.began >= self._moved.get(each.target, each.began)]

    def _hung(self, target: str) -> int:
        return sum(each.target == target for each in self._sends.values())

    def hung(self) -> Counter[str]:
        """Return the number of threads of sends that have not ended, by the service they send to."""
        schemas = {name: each.schema for name, each in self._targets.items()}
        return Counter(schemas.get(each.target, "gone") for each in list(self._sends.values()))

    def send_ages(self, now: float) -> dict[tuple[str, ...], float]:
        """Return how long the oldest send of each service is under way, by the monotonic clock; 0 where none is."""
        services = {name: each.schema for name, each in self._targets.items()}
        ages: dict[tuple[str, ...], float] = {(schema,): 0.0 for schema in services.values()}
        for each in self.sends():
            name = (services.get(each.target, "gone"),)
            ages[name] = max(ages.get(name, 0.0), now - each.began)
        return ages

    async def try_out(self, target: Target, message: Message) -> SendResult:
        """Send a message that is stored nowhere, in a thread as any other, and return the result."""
        return await _start(f"send-{target.receiver}", partial(receivers.send, target, message))

    # -- one send ------------------------------------------------------------------------------------------

    async def _send(self, target: Target, delivery: Delivery, clock: Callable[[], datetime]) -> SendResult:
        """Return the result of sending in a new thread; if that outlives the lease, it is left behind as uncertain.

        Python cannot end a thread, and only one that is a daemon lets the process end (decision 100).
        """
        sending = _start(f"send-{target.receiver}", partial(self._compose_and_send, target, delivery, clock()))
        self._sends[sending] = Sending(target.receiver, target.id, time.monotonic())
        sending.add_done_callback(self._note_end)
        try:
            # shield: on timeout only the waiting is cancelled; the answer may still come, to `_late_end`
            return await asyncio.wait_for(asyncio.shield(sending), LEASE.total_seconds())
        except TimeoutError:
            sending.add_done_callback(lambda done: self._late_end(target, delivery, done, clock))
            detail = f"no answer within {LEASE.total_seconds():.0f} s"
            return SendResult(ok=False, retry=True, uncertain=True, detail=detail)

    def _note_end(self, sending: asyncio.Future[SendResult]) -> None:
        self._moved[self._sends.pop(sending).target] = time.monotonic()

    def _compose_and_send(self, target: Target, delivery: Delivery, now: datetime) -> SendResult:
        try:
            with self._database.read() as connection:
                message = compose(connection, self._config, target, delivery, now)
        except DatabaseError as error:  # the store's fault and not the message's, which must not die of it
            return SendResult(ok=False, retry=True, detail=f"the store could not be read: {error.orig}")
        except Exception as error:  # one message that cannot be rendered must not stop its target's lane
            log.exception("message not written delivery=%s", delivery.id)
            return SendResult(ok=False, detail=f"cannot be written: {error!r}")
        return receivers.send(target, message)

    def _late_end(
        self,
        target: Target,
        delivery: Delivery,
        done: asyncio.Future[SendResult],
        clock: Callable[[], datetime],
    ) -> None:
        """Record a success that arrived after its lease ended; `settle` ignores it if the message was claimed again."""
        if done.cancelled() or done.exception() or not done.result().ok or self._stopping:
            return
        log.warning("answer after the lease delivery=%s target=%s", delivery.id, target.id)
        work = partial(self._record, delivery=delivery, result=done.result(), now=clock())
        self._recording = asyncio.create_task(self._write_surely(work))

    # -- what became of it ---------------------------------------------------------------------------------

    def _record(
        self, connection: Connection, delivery: Delivery, result: SendResult, now: datetime
    ) -> DeliveryState | None:
        """Record how a send ended, with what follows from it: the target's state, stand-by, notices. Return its state.

        None if the answer belongs to an earlier attempt. All is one transaction: a kill cannot lose the notice of a
        dead message.
        """
        before = targets.state_of_target(connection, delivery.target)
        others_went = not result.ok and claims.others_got_through(connection, delivery, now)
        made = judge_attempt(delivery, result, before, now, others_went=others_went)
        if not claims.settle(connection, delivery, made, result, now):
            log.warning("late answer ignored delivery=%s attempt=%d", delivery.id, delivery.attempts)
            return None
        known = delivery.target in self._targets  # the state of a target that left rules.yaml is not kept
        if known and made.target_state != before:
            targets.save_target_state(connection, made.target_state)
        _log(delivery, made, result)
        if made.state is DeliveryState.DEAD:
            stand_in(connection, self._config, delivery, now)
            self._give_up(connection, delivery, _set_aside(result) if others_went else result.detail, now)
        if known and result.wait is not None and made.target_state.waits_too_long(delivery.severity, now):
            tell_waits(connection, self._config, delivery, made.target_state, now)
        if known and made.opened(before):
            tell_down(connection, self._config, delivery.receiver, made.target_state, now)
        if known and made.closed(before):
            # it answers again: what was postponed because of the outage goes now, not after its back-off
            claims.hasten(connection, delivery.target, now)
            tell_back(connection, self._config, delivery.receiver, made.target_state, now)
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


def _start(name: str, work: Callable[[], T]) -> asyncio.Future[T]:
    """Start `work` in a new daemon thread and return its future: a hung one delays neither others nor our exit."""
    loop = asyncio.get_running_loop()
    future: Future[T] = Future()
    # from here on it cannot be cancelled: its result comes, also where nobody waits for it any more
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed to who waits for it
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return asyncio.wrap_future(future, loop=loop)


async def _in_thread(name: str, work: Callable[[], T]) -> T:
    """Return the result of `work`, run in a thread of its own.

    Not `asyncio.to_thread`: its pool is shared with everything else that reads the store, and alerts wait for nothing.
    """
    return await _start(name, work)
