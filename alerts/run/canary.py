"""A story of our own goes through the whole line each hour; when it last arrived, or where it was last seen, comes out.

It is served on loopback, fetched by the open crawler, parsed in a parsing child, stored, matched and queued in the real
tables, and sent by a receiver that only logs. What it stored is undone before it is committed: so no list, count,
baseline or comparison of stories has to leave it out, and only the mark of its arrival stays (decision 145).
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Message, Target
from alerts.decide.canary import Stage, Trace, again_after, arrived_lately, missing
from alerts.decide.same_event import EventWindow
from alerts.delivery import Delivery
from alerts.line.compose import compose
from alerts.line.deliver import Deliver
from alerts.line.judging_order import TRIAGED, undecided
from alerts.line.next_delivery import next_delivery
from alerts.line.settle import settle
from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.store import decisions, marks, silences
from crawler.article import Revision
from crawler.collect.collecting import Collecting
from crawler.collect.ingest import store_poll
from crawler.fetch.reading import parse
from crawler.fetch.workers import Workers
from crawler.sources.source import FetchOutcome, OutcomeName, SourceState
from crawler.store import articles as archive
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
RULES = Path(__file__).with_name("canary.yaml")
FIRST = 5.0  # seconds after the start, or the interval where that is shorter
LOOKED = 1.0  # seconds between two looks whether it is due
TRY_WITHIN = 60.0  # seconds; a parsing child has 10, a writer that waits for a lock 10
SERVED_WITHIN = 10.0  # seconds
JUDGED_WITHIN = timedelta(minutes=10)  # from storing an article; a batch of 200 takes a second or two
LOOPBACK = "127.0.0.1"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Canary</title><item><guid>{nonce}</guid>
<title>Canary {nonce}, a story of Watchfloor's own</title><link>{url}</link><pubDate>{date}</pubDate>
<description>It shows that what is published is polled, read, matched and sent.</description></item></channel></rss>"""


class CanaryLost(Exception):
    """The canary got no farther; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of the daemon that a story passes."""

    collecting: Collecting
    pools: tuple[Workers, ...]  # the parsing children of feeds first
    triage: Triage
    deliver: Deliver
    lane: WriterLane


class Canary:
    """Sends a canary whenever one is due, from `start` to `close`. `trace` may be read by any thread."""

    def __init__(self, line: Line, config: Callable[[], Config]) -> None:
        self._line, self._config = line, config
        self._own = load(RULES, environ={})
        self._matcher = Matcher(self._own)
        self._next = time.monotonic()
        self.trace = Trace(self._next)
        self._at = Stage.NOWHERE  # of the try under way
        self.arrived: datetime | None = None
        self.began = self._next  # when we began to send them, by the monotonic clock
        self.took = 0.0  # seconds of the last one
        self._running: asyncio.Task[None] | None = None

    @property
    def every(self) -> float:
        """Return the seconds between two canaries, 0 where there are none."""
        return self._config().canary.total_seconds()

    def missing(self, now: float) -> str:
        """Return in words that one is missing, by the monotonic clock; "" while none is."""
        return missing(self.trace, self.every, now)

    def arrived_lately(self, now: float) -> bool:
        """Return whether one arrived and none is missing since, or they are off."""
        return arrived_lately(self.trace, self.every, now)

    def shift(self, pause: float) -> None:
        """Leave out a pause in which the whole process stood still."""
        self._next += pause
        self.trace = replace(self.trace, due=self.trace.due + pause)

    def start(self) -> None:
        """Begin to send canaries."""
        self.began = time.monotonic()
        self._next = self.began + min(FIRST, self.every)
        self.trace = Trace(self._next)
        self._running = asyncio.create_task(self._run(), name="canary")

    async def close(self) -> None:
        """Send no more; one under way ends."""
        if self._running:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOKED)
            now, every = time.monotonic(), self.every
            if not every:  # off: a reload that sets it on begins anew
                self._next, self.trace = now, Trace(now)
                continue
            self._next = min(self._next, now + every)  # a reload may have shortened it
            self.trace = replace(self.trace, due=min(self.trace.due, now + every))
            if now >= self._next:
                await self._try_once(every)

    async def _try_once(self, every: float) -> None:
        """Send one canary, and note when it arrived, or how far it came and when the next try is."""
        began = time.monotonic()
        self._saw(Stage.NOWHERE)
        try:
            async with asyncio.timeout(TRY_WITHIN):
                self.arrived = await self._fly(datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever stops it is what it is for: the watch tells how far it came
            why = "it took too long" if isinstance(error, TimeoutError) else _words(error)
            self.trace = replace(self.trace, seen=self._at, why=why)
            self._next = time.monotonic() + again_after(every)
            log.warning("canary lost seen=%s: %s", self._at.value, why)
            return
        ended = time.monotonic()
        self.took = ended - began
        self._next = ended + every
        self.trace = Trace(self._next, arrived=ended)
        log.info("canary arrived took=%.1f: a test story of our own passed the whole line", self.took)

    async def _fly(self, now: datetime) -> datetime:
        """Bring one canary through all stages; return when it had arrived. Raises what stops it."""
        nonce = uuid.uuid4().hex[:12]
        answer, state = await self._fetch(nonce, now)
        self._saw(Stage.FETCHED)
        outcome, feed = await parse(self._line.pools[0], answer, state)
        if feed is None or not feed.entries:
            raise CanaryLost(f"{outcome.name.value}: {outcome.detail}")
        self._saw(Stage.PARSED)
        entries = feed.entries

        def rehearse(connection: Connection, in_force: Matcher) -> tuple[Target, Message]:
            undone = connection.begin_nested()
            try:
                source = self._own.sources[0]
                silences.lift(connection, now)  # one on a word of its headline would hold it back; undone like the rest
                before = archive.last_seq(connection)
                store_poll(connection, source, state, entries, (), now, answer=outcome)
                self._saw(Stage.STORED)
                return self._decide(connection, in_force, before, now)
            finally:
                undone.rollback()

        target, message = await self._line.triage.try_out(rehearse)
        self._saw(Stage.MATCHED)
        result = await self._line.deliver.try_out(target, message)
        if not result.ok or nonce not in message.title + message.body:
            raise CanaryLost(result.detail or "the message was about something else")
        self._saw(Stage.SENT)
        ended = datetime.now(UTC)
        took = (ended - now).total_seconds()
        await self._line.lane.write(lambda connection: marks.note_canary(connection, ended, took))
        return ended

    def _decide(self, connection: Connection, in_force: Matcher, before: int, now: datetime) -> tuple[Target, Message]:
        """Match and decide on what was just stored, claim the delivery, and write its message."""
        [revision] = archive.revisions_after(connection, before, 1)
        _need_judging(connection, revision, now)
        in_force.find(revision.article)  # what it finds is nobody's concern, but it must not fail
        finding = self._matcher.find(revision.article)
        settle(connection, self._own, EventWindow(self._own.events), [(revision, finding)], now)
        [receiver] = self._own.receivers.values()
        [target] = receiver.targets
        delivery: Delivery | None = next_delivery(connection, target.id, receiver, now)
        if delivery is None:
            raise CanaryLost("it was matched by no rule, or nothing was queued for it")
        return target, compose(connection, self._own, target, delivery, now)

    async def _fetch(self, nonce: str, now: datetime) -> tuple[FetchOutcome, SourceState]:
        """Serve the canary on a port of its own until it was fetched; return the answer and the source's state."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # what others send here is no canary, and must end: TimeoutError is an OSError
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(SERVED_WITHIN):
                    head = await reader.readuntil(b"\r\n\r\n")
                mine = head.startswith(f"GET /{nonce} ".encode())
                body = FEED.format(nonce=nonce, url=url, date=format_datetime(now)).encode() if mine else b""
                writer.write(
                    f"HTTP/1.1 {'200 OK' if mine else '404 Not Found'}\r\nContent-Type: application/rss+xml\r\n"
                    f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
                if mine:
                    self._saw(Stage.SERVED)
            writer.close()

        server = await asyncio.start_server(serve, LOOPBACK, 0, limit=8192)
        try:
            port = server.sockets[0].getsockname()[1]
            url = f"http://{LOOPBACK}:{port}/{nonce}"
            source = replace(self._own.sources[0], url=url)
            state = SourceState(source.id, url, now, baseline=now)
            answer = await self._line.collecting.fetching.poll(source, state, now, own=(LOOPBACK, port))
        finally:
            server.close()
        if answer.name is not OutcomeName.OK:
            raise CanaryLost(f"{answer.name.value}: {answer.detail}")
        return answer, state

    def _saw(self, stage: Stage) -> None:
        """Note how far the try under way has come. Where one before it failed, what is told is where that ended."""
        self._at = stage
        if not self.trace.why:
            self.trace = replace(self.trace, seen=stage)


def _need_judging(connection: Connection, stored: Revision, now: datetime) -> None:
    """Raise CanaryLost where news beside the canary would be passed over, or has waited too long to be judged."""
    mark = int(decisions.get_mark(connection, TRIAGED) or 0)
    if stored.seq <= mark:
        raise CanaryLost(f"the mark of what was judged is {mark}, ahead of all that is stored: news is passed over")
    _, oldest = undecided(connection)
    if oldest and now - oldest > JUDGED_WITHIN:
        raise CanaryLost(f"articles have waited to be judged for {(now - oldest).total_seconds() / 60:.0f} min")


def _words(error: Exception) -> str:
    return (
        str(error) if isinstance(error, CanaryLost) else " ".join(repr(getattr(error, "orig", None) or error).split())
    )
