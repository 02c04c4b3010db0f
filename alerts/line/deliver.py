"""Due deliveries -> claimed, composed, sent, recorded: one lane (task) for each target, one thread for each send."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from alerts import receivers
from alerts.alert import Message, SendResult, Target
from alerts.decide.attempt import LEASE
from alerts.decide.life import Sending
from alerts.decide.pacing import BY_SETTINGS
from alerts.decide.roles import KEEPER, TARGET, lease_of
from alerts.delivery import Delivery, DeliveryState
from alerts.line.attempt import record_attempt
from alerts.line.compose import compose
from alerts.line.delivery_upkeep import DeliveryUpkeep
from alerts.line.next_delivery import next_delivery
from alerts.line.own_thread import in_own_thread
from alerts.rule import Config
from alerts.store import claims
from crawler.store.db import Database
from crawler.store.errors import StaleLease
from crawler.store.faults import in_words
from crawler.store.holdings import ALONE, Follower, Grant, Shares
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
HUNG_AT_MOST = 8  # threads of one target; the watch tells the admin of the first
AGAIN = timedelta(seconds=1)  # after a send that was not begun
RECORD_RETRY = 1.0  # seconds after which a commit that failed is tried again
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Ended:
    """A send with its result; one that outlived its lease has a result that says so."""

    delivery: Delivery
    result: SendResult


class LaneStopped(Exception):
    """Lanes that ended by an error; the message names each with it."""


class Deliver(Follower):
    """Sends what is due, at least once: a send whose end was not seen is repeated, marked "possible repeat"."""

    def __init__(self, database: Database, lane: WriterLane, config: Config, shares: Shares = ALONE) -> None:
        self._database, self._lane, self._shares = database, lane, shares
        self._running: dict[str, asyncio.Task[Counter[str]]] = {}
        self._asked: set[str] = set()  # targets for which more came due while their lane ran
        self._sends: dict[asyncio.Future[SendResult], Sending] = {}  # those whose threads have not ended
        self._moved: dict[str, float] = {}  # by target, when a send of it last ended
        self._failed: dict[str, BaseException] = {}  # by target, what stopped its lane since `need_lanes` asked
        self._stopping = False
        self._upkeep = DeliveryUpkeep(config, shares)
        self.use(config)

    def use(self, config: Config) -> None:
        """Use the receivers of another config from now on, also in lanes that run."""
        self._config, self._targets = config, config.targets
        self._upkeep.use(config)

    async def recover(self, now: datetime) -> None:
        """At start, queue again what was being sent when the last process ended, as a possible repeat; then `adopt`."""
        in_flight = await self._lane.write(lambda connection: claims.recover(connection, now))
        if in_flight:
            log.warning("recovered deliveries in_flight=%d: they are sent again, marked possible repeat", in_flight)
        await self.adopt(now)

    async def adopt(self, now: datetime) -> None:
        """Move deliveries of targets that left rules.yaml to others of the receiver; cancel those without any.

        What the settings of a receiver held (quiet hours, digest, pause, rate) is asked anew by those now in force.
        """
        if self._shares.holds(KEEPER):
            work = self._shares.grant(KEEPER).guard(partial(self._upkeep.adopt, now=now))
            await self._lane.write(work)
        for target in self._targets:
            if self._shares.holds(lease_of(target)):
                await self._ask_anew(target, self._shares.grant(lease_of(target)), now)

    async def _ask_anew(self, target: str, grant: Grant, now: datetime) -> None:
        ask = partial(claims.ask_anew, held_by=BY_SETTINGS, now=now, target=target)
        if asked := await self._lane.write(grant.guard(ask)):
            log.info("held deliveries asked anew target=%s deliveries=%d", target, asked)

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
        if self._shares.holds(KEEPER) and await self._look(partial(self._upkeep.is_due, now=now)):
            await self._lane.write(self._shares.grant(KEEPER).guard(partial(self._upkeep.run, now=now)))
        for target in await self._look(partial(claims.targets_due, now=now)):
            if not self._shares.holds(lease_of(target)):
                continue
            if target in self._running:
                self._asked.add(target)  # the lane may have claimed its last already: it looks once more before it ends
            elif target in self._targets and self._hung(target) < HUNG_AT_MOST:
                task = asyncio.create_task(self._send_all(self._targets[target], clock), name=f"lane {target}")
                self._running[target] = task
                task.add_done_callback(partial(self._ended, target))
                started += 1
        return started

    async def _look(self, work: Callable[[Connection], T]) -> T:
        def read() -> T:
            with self._database.read() as connection:
                return work(connection)

        return await in_own_thread("look", read)

    def _ended(self, target: str, task: asyncio.Task[Counter[str]]) -> None:
        self._running.pop(target, None)
        if task.cancelled() or not (error := task.exception()):
            return
        if isinstance(error, StaleLease):
            log.warning("lane ended target=%s: %s", target, error)
        else:
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

    # -- what is ours, where several daemons share the targets (decision 212) ----------------------------------------

    def busy(self, name: str) -> bool:
        """Return whether a message is being sent to a target."""
        return name.partition("/")[2] in self._running

    def lost(self, gone: Collection[str]) -> None:
        """End the lanes of targets that another daemon sends to from now on; it takes what is in flight for unknown."""
        for target, task in self._running.items():
            if lease_of(target) in gone:
                task.cancel()

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:
        """Queue again, as a possible repeat, what was being sent to targets by who had them before."""
        if KEEPER in grants:
            await self._lane.write(grants[KEEPER].guard(partial(self._upkeep.adopt, now=now)))
        for name, grant in grants.items():
            if name.partition("/")[0] != TARGET:
                continue
            recover = partial(claims.recover, now=now, target=name.partition("/")[2])
            if cut_off := await self._lane.write(grant.guard(recover)):
                log.warning("recovered deliveries lease=%s in_flight=%d: possible repeats", name, cut_off)
            await self._ask_anew(name.partition("/")[2], grant, now)

    async def others_changed(self, now: datetime) -> None:
        """Adopt what waits for targets that were left alone, as another daemon still had them in its rules."""
        await self._look(self._upkeep.elsewhere)  # we may keep the store when one of them leaves
        await self.adopt(now)

    async def _send_all(self, target: Target, clock: Callable[[], datetime]) -> Counter[str]:
        states: Counter[str] = Counter()
        ended: _Ended | None = None
        grant = self._shares.grant(lease_of(target.id))
        while True:
            target = self._targets.get(target.id, target)  # a reload may have brought it another token
            record = partial(self._record_next, target=target, ended=ended, now=clock())
            state, claimed = await self._write_surely(grant.guard(record), grant.guard(partial(record, again=True)))
            if state:
                states[state.value] += 1
            if claimed is not None:
                ended = _Ended(claimed, await self._send(target, claimed, clock, grant))
            elif self._stopping or target.id not in self._asked or not self._shares.holds(grant.name):
                return states
            else:
                self._asked.discard(target.id)
                ended = None

    async def _write_surely(self, work: Callable[[Connection], T], again: Callable[[Connection], T] | None = None) -> T:
        """Return the result of a write; while its commit fails (a full disk), try `again` each RECORD_RETRY seconds.

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
                work = again or work

    def _record_next(
        self, connection: Connection, target: Target, ended: _Ended | None, now: datetime, *, again: bool = False
    ) -> tuple[DeliveryState | None, Delivery | None]:
        """Record how a send ended (commit 4) and claim the next (commit 3); return its state and the one claimed.

        Both are one transaction, so that a message in a busy lane costs one fsync (decision 100). `again`: the commit
        before this failed for all we know, but a server may have made it as the connection was lost. What it claimed
        nobody sends, and it would wait for the end of its lease.
        """
        state = record_attempt(connection, self._config, ended.delivery, ended.result, now) if ended else None
        if again and (claimed := claims.recover(connection, now, target.id)):
            log.warning("claimed by a commit that was not heard of target=%s deliveries=%d", target.id, claimed)
        ours = self._shares.holds(lease_of(target.id))  # it may be about to be given up
        if self._stopping or not ours or self._hung(target.id) >= HUNG_AT_MOST:
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
        return await in_own_thread(f"send-{target.receiver}", partial(receivers.send, target, message))

    # -- one send ------------------------------------------------------------------------------------------

    async def _send(
        self, target: Target, delivery: Delivery, clock: Callable[[], datetime], grant: Grant
    ) -> SendResult:
        """Return the result of sending in a new thread; if that outlives the lease, it is left behind as uncertain.

        Python cannot end a thread, and only one that is a daemon lets the process end (decision 100).
        """
        sending = in_own_thread(
            f"send-{target.receiver}", partial(self._compose_and_send, target, delivery, clock(), grant)
        )
        self._sends[sending] = Sending(target.receiver, target.id, time.monotonic())
        sending.add_done_callback(self._note_end)
        try:
            # shield: on timeout only the waiting is cancelled; the answer may still come, to `_late_end`
            return await asyncio.wait_for(asyncio.shield(sending), LEASE.total_seconds())
        except TimeoutError:
            sending.add_done_callback(lambda done: self._late_end(target, delivery, done, clock, grant))
            detail = f"no answer within {LEASE.total_seconds():.0f} s"
            return SendResult(ok=False, retry=True, uncertain=True, detail=detail)

    def _note_end(self, sending: asyncio.Future[SendResult]) -> None:
        self._moved[self._sends.pop(sending).target] = time.monotonic()

    def _compose_and_send(self, target: Target, delivery: Delivery, now: datetime, grant: Grant) -> SendResult:
        try:
            with self._database.read() as connection:
                message = compose(connection, self._config, target, delivery, now)
        except DatabaseError as error:  # the store's fault and not the message's, which must not die of it
            return SendResult(ok=False, retry=True, detail=f"the store could not be read: {error.orig}")
        except Exception as error:  # one message that cannot be rendered must not stop its target's lane
            log.exception("message not written delivery=%s", delivery.id)
            return SendResult(ok=False, detail=f"cannot be written: {error!r}")
        try:
            self._need_still(grant)
        except (StaleLease, DatabaseError) as error:  # nothing that the target is at fault of
            return SendResult(ok=False, retry=True, detail=f"not sent: {getattr(error, 'orig', error)}", wait=AGAIN)
        return receivers.send(target, message)

    def _need_still(self, grant: Grant) -> None:
        """Raise StaleLease where another may send by now: we may have stood still since the claim.

        What it sends is marked or looked for, before ours has arrived; ours would be neither.
        """
        if grant.daemon:
            with self._database.read() as connection:  # a frozen machine's clock may have stood still with it
                grant.check(connection)
            self._shares.grant(grant.name)

    def _late_end(
        self,
        target: Target,
        delivery: Delivery,
        done: asyncio.Future[SendResult],
        clock: Callable[[], datetime],
        grant: Grant,
    ) -> None:
        """Record a success that arrived after its lease ended; `settle` ignores it if the message was claimed again."""
        if done.cancelled() or done.exception() or not done.result().ok or self._stopping:
            return
        log.warning("answer after the lease delivery=%s target=%s", delivery.id, target.id)
        result, now = done.result(), clock()

        def record(connection: Connection) -> DeliveryState | None:
            return record_attempt(connection, self._config, delivery, result, now)

        self._recording = asyncio.create_task(self._write_surely(grant.guard(record)))
