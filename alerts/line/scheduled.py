"""The digest times of receivers -> their digests queued; an empty one too, so that no message means a fault."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from alerts.alert import Kind, NewDelivery, Reason, Receiver, Severity
from alerts.decide.hours import last_at, next_at
from alerts.decide.pacing import window_name
from alerts.render.words import time
from alerts.rule import Config
from alerts.store import decisions, digests, outbox
from crawler.sources.health import TELLING, health_of
from crawler.store import articles as archive
from crawler.store.db import WriterLane

NEVER = datetime.max.replace(tzinfo=UTC)


class ScheduledDigests:
    """Queues the digest of each receiver that has digest times of its own, at each of them."""

    def __init__(self, lane: WriterLane, config: Config) -> None:
        self._lane = lane
        self.use(config)

    def use(self, config: Config) -> None:
        """Go by the times of another config from now on."""
        self._config = config
        self._timed = [each for each in config.receivers.values() if each.digest]
        self._next = datetime.min.replace(tzinfo=UTC) if self._timed else NEVER

    async def tell(self, now: datetime) -> None:
        """Queue the digests due by `now`; until the next time nothing is read or written."""
        if now < self._next:
            return
        await self._lane.write(partial(schedule, config=self._config, now=now))
        self._next = min((next_at(each.digest, each.zone, now) for each in self._timed), default=NEVER)


def schedule(connection: Connection, config: Config, now: datetime) -> int:
    """Queue the digests whose time has come since the last call; return the number of receivers that get one.

    After an outage of several digest times there is one digest. The first call for a receiver only stores the time.
    """
    told = 0
    for receiver in config.receivers.values():
        if not receiver.digest:
            continue
        slot, mark = last_at(receiver.digest, receiver.zone, now), f"digest:{receiver.name}"
        before = decisions.get_mark(connection, mark)
        if before is not None and datetime.fromisoformat(before) >= slot:
            continue
        decisions.set_mark(connection, mark, slot.isoformat())
        if before is not None:
            _queue(connection, receiver, slot, datetime.fromisoformat(before), now)
            told += 1
    return told


def _queue(connection: Connection, receiver: Receiver, slot: datetime, before: datetime, now: datetime) -> None:
    last, subject = (f"{receiver.name}@{window_name(at)}" for at in (before, slot))
    for target in receiver.targets:
        # a digest "nothing since" beside messages of the same hours would be read as if nothing had come
        meanwhile = outbox.told_count(connection, target.id, before, last)
        words = {"since": time(before, receiver.zone), "health": _health(connection, now), "meanwhile": meanwhile}
        digest = NewDelivery(target.id, receiver.name, Kind.DIGEST, Severity.ROUTINE, Reason.SCHEDULED, subject)
        subject_used = digests.open_digest(connection, digest, now)
        digests.describe(connection, subject_used, target.id, Severity.ROUTINE, words)


def _health(connection: Connection, now: datetime) -> str:
    """Return a line on the state of all sources, so that a digest without a story can be believed."""
    states = archive.load_states(connection)
    ill = Counter(named.value for each in states.values() if (named := health_of(each, now)) in TELLING)
    wrong = ", ".join(f"{n} {word}" for word, n in sorted(ill.items())) or "none of them down, silent or gone"
    return f"The watch runs: {len(states)} sources polled, {wrong}."
