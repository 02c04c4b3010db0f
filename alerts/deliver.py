"""The delivering line: claim -> render -> send -> record; one lane and one thread per target."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from alerts import outbox, receivers, store
from alerts.alert import Dead, Delivery, DeliveryState, Kind, Message, SendResult, Target
from alerts.claiming import next_delivery
from alerts.render import form_of
from alerts.retrying import is_spent, retry_at
from alerts.rule import Config
from crawler.db import Database, WriterLane

log = logging.getLogger(__name__)


class Deliver:
    """Sends what is due. At least once: a send whose end we did not see is repeated, marked."""

    def __init__(self, database: Database, lane: WriterLane, config: Config) -> None:
        self._database, self._lane = database, lane
        self._running: dict[str, asyncio.Task[Counter[str]]] = {}
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._stopping = False
        self.dead: list[Dead] = []
        self.use(config)

    def use(self, config: Config) -> None:
        """Take over the receivers of another config."""
        self._config = config
        self._targets: Mapping[str, Target] = {
            target.id: target for receiver in config.receivers.values() for target in receiver.targets
        }

    async def recover(self, now: datetime) -> None:
        """At start: what was in flight goes again, marked; what lost its target gets another or is cancelled."""
        in_flight = await self._lane.write(lambda connection: outbox.recover(connection, now))
        if in_flight:
            log.warning("recovered deliveries in_flight=%d: they are sent again, marked possible repeat", in_flight)
        await self.adopt(now)

    async def adopt(self, now: datetime) -> None:
        """Give what waits for a target that left rules.yaml to its receiver's other one, or cancel it by name."""
        await self._lane.write(lambda connection: self._adopt(connection, now))

    def _adopt(self, connection: Connection, now: datetime) -> None:
        for orphan in outbox.orphans(connection, tuple(self._targets)):
            receiver = self._config.receivers.get(orphan.receiver)
            if receiver and outbox.retarget(connection, orphan.id, receiver.targets[0].id, now):
                continue
            detail = "receiver_removed"
            outbox.record(connection, orphan.id, DeliveryState.CANCELLED, now, detail=detail)
            log.warning("cancelled delivery=%s receiver=%s reason=%s", orphan.id, orphan.receiver, detail)

    async def drain(self, clock: Callable[[], datetime]) -> Counter[str]:
        """Send everything that is due and wait for it."""
        await self.start_due(clock)
        results = await asyncio.gather(*self._running.values())
        return sum(results, Counter())

    async def start_due(self, clock: Callable[[], datetime]) -> None:
        """Start a lane for each target with something due that has none running."""
        if self._stopping:
            return
        for target in await asyncio.to_thread(self._due, clock()):
            if target not in self._running and target in self._targets:
                task = asyncio.create_task(self._send_all(self._targets[target], clock), name=f"lane {target}")
                self._running[target] = task
                task.add_done_callback(partial(self._ended, target))

    def _due(self, now: datetime) -> list[str]:
        with self._database.read() as connection:
            return outbox.targets_due(connection, now)

    def _ended(self, target: str, task: asyncio.Task[Counter[str]]) -> None:
        self._running.pop(target, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("lane stopped target=%s error=%s", target, error)

    async def close(self, patience: float) -> None:
        """Let the sends in progress end (at most `patience` seconds); nothing new is claimed."""
        self._stopping = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience)
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)

    async def _send_all(self, target: Target, clock: Callable[[], datetime]) -> Counter[str]:
        ended: Counter[str] = Counter()
        while not self._stopping:
            delivery = await self._lane.write(lambda c: self._next(c, target, clock()))
            if delivery is None:
                break
            ended[(await self._send(target, delivery, clock)).value] += 1
        return ended

    def _next(self, connection: Connection, target: Target, now: datetime) -> Delivery | None:
        receiver = self._config.receivers.get(target.receiver)
        return next_delivery(connection, target.id, receiver, now) if receiver else None

    async def _send(self, target: Target, delivery: Delivery, clock: Callable[[], datetime]) -> DeliveryState:
        try:
            message = await asyncio.to_thread(self._render, target, delivery)
        except Exception as error:  # noqa: BLE001 - a message that cannot be written must not stop its lane for ever
            result = SendResult(ok=False, detail=f"cannot be written: {error!r}")
            return await self._record(delivery, result, clock())
        threads = self._threads.setdefault(target.id, ThreadPoolExecutor(1, f"send-{target.receiver}"))
        result = await asyncio.get_running_loop().run_in_executor(threads, receivers.send, target, message)
        return await self._record(delivery, result, clock())

    def _render(self, target: Target, delivery: Delivery) -> Message:
        form = form_of(target.schema)
        if delivery.kind is Kind.NOTICE:
            return form.notice(delivery)
        with self._database.read() as connection:
            if delivery.kind is Kind.DIGEST:
                listed = outbox.digest_of(connection, delivery.subject, delivery.target)
                return form.digest(delivery, listed, self._config.timezone)
            alert = store.load_alert(connection, delivery.subject, delivery.revision)
        return form.alert(delivery, alert, self._config.timezone)

    async def _record(self, delivery: Delivery, result: SendResult, now: datetime) -> DeliveryState:
        state, due = DeliveryState.SENT, None
        if not result.ok:
            again = result.retry and not is_spent(delivery.queued, delivery.severity, now)
            state = DeliveryState.QUEUED if again else DeliveryState.DEAD
            due = retry_at(delivery.id, delivery.attempts, now) if again else None
        await self._lane.write(
            lambda connection: outbox.record(
                connection,
                delivery.id,
                state,
                now,
                detail=result.detail,
                due=due,
                repeat=result.uncertain,
                handle=result.handle,
            )
        )
        log.log(
            logging.INFO if result.ok else logging.WARNING,
            "delivery=%s subject=%s kind=%s target=%s state=%s attempt=%d detail=%s",
            *(
                delivery.id,
                delivery.subject,
                delivery.kind.value,
                delivery.target,
                state.value,
                delivery.attempts,
            ),
            result.detail or "-",
        )
        if state is DeliveryState.DEAD:
            self.dead.append(Dead(delivery, result.detail))
        return state
