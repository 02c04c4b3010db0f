"""The digest times of receivers -> their digests queued; an empty one too, so that no message means a fault."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Receiver, Severity
from alerts.decide.hours import last_at, next_at
from alerts.decide.pacing import window_name
from alerts.delivery import NewDelivery
from alerts.line.alive import alive
from alerts.line.notices import queue_all
from alerts.render.words import time
from alerts.rule import Config
from alerts.store import decisions, digests, outbox_counts
from crawler.store.writer_lane import Lane

NEVER = datetime.max.replace(tzinfo=UTC)


class ScheduledDigests:
    """Queues the digest of each receiver that has digest times of its own, at each of them."""

    def __init__(self, lane: Lane, config: Config) -> None:
        self._lane = lane
        self.use(config)

    def use(self, config: Config) -> None:
        """Go by the times of another config from now on."""
        self._config = config
        self._timed = [each for each in config.receivers.values() if each.digest]
        self._next = datetime.min.replace(tzinfo=UTC) if self._timed or config.alive else NEVER

    async def tell(self, now: datetime) -> None:
        """Queue the digests due by `now`; until the next time nothing is read or written."""
        if now < self._next:
            return
        await self._lane.write(partial(schedule, config=self._config, now=now))
        times = [next_at(each.digest, each.zone, now) for each in self._timed]
        if self._config.alive:
            times.append(next_at(self._config.alive, self._config.timezone, now))
        self._next = min(times, default=NEVER)


def schedule(connection: Connection, config: Config, now: datetime) -> int:
    """Queue the digests whose time has come since the last call; return the number of receivers that get one.

    After an outage of several digest times there is one digest. The first call for a receiver only stores the time.
    """
    told = 0
    for receiver in config.receivers.values():
        if not receiver.digest:
            continue
        slot = last_at(receiver.digest, receiver.zone, now)
        if before := _passed(connection, f"digest:{receiver.name}", slot):
            _queue(connection, config, receiver, slot, before, now)
            told += 1
    if config.alive and (before := _passed(connection, "alive", last_at(config.alive, config.timezone, now))):
        _tell_alive(connection, config, before, now)
    return told


def _passed(connection: Connection, mark: str, slot: datetime) -> datetime | None:
    """Store the last of some times of the day, and return the one stored before it; None if nothing is due."""
    before = decisions.get_mark(connection, mark)
    if before is not None and datetime.fromisoformat(before) >= slot:
        return None
    decisions.set_mark(connection, mark, slot.isoformat())
    return datetime.fromisoformat(before) if before is not None else None


def _queue(
    connection: Connection, config: Config, receiver: Receiver, slot: datetime, before: datetime, now: datetime
) -> None:
    last, subject = (f"{receiver.name}@{window_name(at)}" for at in (before, slot))
    for target in receiver.targets:
        line, _ = alive(connection, config, target.id, before, now)
        # a digest "nothing since" beside messages of the same hours would be read as if nothing had come
        meanwhile = outbox_counts.told_count(connection, target.id, before, last)
        words = {"since": time(before, receiver.zone), "health": line, "meanwhile": meanwhile}
        digest = NewDelivery(target.id, receiver.name, Kind.DIGEST, Severity.ROUTINE, Reason.SCHEDULED, subject)
        subject_used = digests.open_digest(connection, digest, now)
        digests.describe(connection, subject_used, target.id, Severity.ROUTINE, words)


def _tell_alive(connection: Connection, config: Config, before: datetime, now: datetime) -> None:
    """Queue the daily message to the admin that the watch runs."""
    [target, *_] = config.receivers[config.admin].targets
    line, well = alive(connection, config, target.id, before, now)
    title = "the watch runs" if well else "the watch runs, not all is well"
    queue_all(connection, config, f"notice:alive:{now.isoformat()}", title, line, now, severity=Severity.ROUTINE)
