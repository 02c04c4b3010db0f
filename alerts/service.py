"""The daemon: wires the lines together, turns the round, reloads rules, ends in order.

One asyncio loop fetches and keeps time; child processes parse; one thread writes; one thread per target sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from alerts import config as configuration
from alerts import store
from alerts.control import serve
from alerts.deliver import Deliver
from alerts.match import Matcher
from alerts.notices import give_notice, tell_dead
from alerts.rematch import Owed, owed, queue_digest
from alerts.rule import Config
from alerts.triage import Triage, Verdicts
from crawler import evidence, wanted
from crawler import store as archive
from crawler.article import Entry
from crawler.db import DATABASE, Database, WriterLane
from crawler.fetching import Fetching, follow, parse, reader
from crawler.fulltext import FullText
from crawler.ingest import Stored, store_poll
from crawler.polling import next_state, state_for
from crawler.scheduler import Ticker
from crawler.source import Outcome, OutcomeName, Source, SourceState
from crawler.workers import Workers
from crawler.yamlfile import ConfigError

log = logging.getLogger(__name__)
LOCK = "watchfloor.lock"
LOCK_TRIES, LOCK_PAUSE = 5, 0.1
TICK = 1.0  # seconds
RULES_LOOKED_AT_EVERY = 1.0  # seconds
LOOKED_BACK = timedelta(hours=24)
RETRIED_AFTER = timedelta(seconds=30)  # a poll whose commit failed
DRAIN = 12.0  # seconds given to what is in flight when we are told to end
PAGES_OF_A_ROUND = 20.0  # seconds a single round gives to pages; what is left waits for the next
EXPIRED_EVERY = timedelta(seconds=30)
RESOLVER_THREADS = 64  # names that hang must not keep healthy ones from being resolved


class AlreadyRunning(Exception):
    """Another daemon holds the state directory."""


@dataclass(slots=True)
class Round:
    """What one full round did: polls made, what they gave, what was decided and sent."""

    polls: int = 0
    entries: int = 0
    new: int = 0
    revised: int = 0
    matches: int = 0
    alerts: int = 0
    deliveries: int = 0


class Clock:
    """Wall clock at start plus monotonic time: it neither jumps nor stands still when the wall clock is set."""

    def __init__(self) -> None:
        self._start, self._zero = datetime.now(UTC), time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._zero)


def lock(state_dir: Path) -> IO[str]:
    """Take the state directory for this process; the file says whose it is."""
    state_dir.mkdir(parents=True, exist_ok=True)
    handle = (state_dir / LOCK).open("a+", encoding="ascii")
    for left in reversed(range(LOCK_TRIES)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        if left:
            time.sleep(LOCK_PAUSE)  # a `status` looks at the lock for an instant
    else:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise AlreadyRunning(f"{state_dir} is in use by the daemon with pid {holder}")
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def holder(state_dir: Path) -> int | None:
    """Give the pid of the daemon that holds the state directory, None where none does."""
    try:
        with (state_dir / LOCK).open("r", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int((state_dir / LOCK).read_text(encoding="ascii") or 0)
    return None


class Service:
    """Everything that runs, opened and closed in order: `async with Service(path, state_dir) as service`."""

    def __init__(self, rules: Path, state_dir: Path, environ: Mapping[str, str], *, timeout: float = 20.0) -> None:
        self._rules, self._environ, self._timeout = rules, environ, timeout
        self.state_dir = state_dir
        self.config = configuration.load(rules, environ=environ)
        _check_exposed(rules, self.config, environ)
        self._fingerprint: configuration.Fingerprint | None = configuration.fingerprint(rules, self.config.files)
        self._polls: dict[str, asyncio.Task[Stored]] = {}
        self._states: dict[str, SourceState] = {}
        self._stopped = asyncio.Event()
        self._expire_at = datetime.min.replace(tzinfo=UTC)

    async def __aenter__(self) -> Self:
        self._lock = lock(self.state_dir)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(RESOLVER_THREADS, "worker"))
        self.database = Database.at(self.state_dir / DATABASE)
        self.database.migrate("crawler", "alerts")
        self.lane = WriterLane(self.database)
        self._workers = Workers()
        self._pages = FullText(self.database, self.lane, self._workers)
        self._triage = Triage(self.database, self.lane, self.config, Matcher(self.config))
        self._deliver = Deliver(self.database, self.lane, self.config)
        with self.database.read() as connection:
            self._states = archive.load_states(connection)
        await self._open_fetching()
        return self

    async def _open_fetching(self) -> None:
        self._fetching = Fetching(self.config.allow_private, self.config.contact, timeout=self._timeout)
        await self._fetching.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._polls.values():
            task.cancel()
        await asyncio.gather(*self._polls.values(), return_exceptions=True)
        await self._pages.close()
        await self._fetching.close()
        await self._deliver.close(DRAIN)
        self._workers.close()
        await asyncio.to_thread(self.lane.close)
        self.database.close()
        self._lock.close()

    # -- one full round, at a time of the caller's choosing ------------------------------------------------

    async def start(self, now: datetime) -> None:
        """Pick up what the last process left: deliveries in flight, revisions without a verdict."""
        await self._deliver.recover(now)
        await self._note_reload(now, "start", ())

    async def round(self, now: datetime) -> Round:
        """Poll what is due, match, decide and deliver what is due, all as of `now`."""
        due = self._due(now)
        stored = await asyncio.gather(*(self._poll(source, now) for source in due))
        verdicts = await self._triage.run(now)
        sent = await self.send(now)
        pages = await self._pages.work_off(self._fetching, self._sources(), now, budget=PAGES_OF_A_ROUND)
        if pages:
            log.info("pages made revisions=%d", pages)
            verdicts += await self._triage.run(now)
            sent += await self.send(now)
        await self.lane.write(partial(_expire, now=now))
        return Round(
            polls=len(due),
            entries=sum(each.entries for each in stored),
            new=sum(each.new for each in stored),
            revised=sum(each.revised for each in stored),
            matches=verdicts.matches,
            alerts=verdicts.alerts,
            deliveries=sent["sent"],
        )

    def _sources(self) -> dict[str, Source]:
        return {source.id: source for source in self.config.sources}

    async def send(self, now: datetime) -> Counter[str]:
        """Deliver what is due, and the notices of what could not be."""
        sent = await self._deliver.drain(lambda: now)
        if self._deliver.dead:
            await self._tell_dead(now)
            sent += await self._deliver.drain(lambda: now)
        return sent

    async def _tell_dead(self, now: datetime) -> None:
        dead, self._deliver.dead = self._deliver.dead, []
        await tell_dead(self.lane, self.config, dead, now)

    def _due(self, now: datetime) -> list[Source]:
        return [source for source in self.config.sources if self._state(source, now).due <= now]

    def _state(self, source: Source, now: datetime) -> SourceState:
        state = self._states[source.id] = state_for(source, self._states.get(source.id), now)
        return state

    async def _poll(self, source: Source, now: datetime) -> Stored:
        """One poll, from request to commit 1; the source's state changes only with that commit."""
        state = self._state(source, now)
        answer = await self._fetching.poll(source, state, now)
        outcome, feed = await parse(self._workers, answer, state, reader(source))
        if feed and feed.more:
            outcome, feed = await follow(self._fetching, self._workers, source, outcome, feed)
        after = next_state(source, state, outcome, now)
        first = state.baseline is None and after.baseline is not None
        entries, rejected = (feed.entries, feed.rejected) if feed else ((), ())
        stored = await self._store(source, after, entries, rejected, now, outcome, baseline=first)
        self._states[source.id] = after
        _log_poll(source, outcome.name, outcome.detail, stored)
        if first and stored.new:
            log.info("baseline source=%s articles=%d: stored, not alerted", source.id, stored.new)
        return stored

    async def _store(
        self,
        source: Source,
        after: SourceState,
        entries: tuple[Entry, ...],
        rejected: tuple[str, ...],
        now: datetime,
        answer: Outcome,
        *,
        baseline: bool,
    ) -> Stored:
        """Commit 1. An entry that cannot be stored is found by storing one at a time, and costs no other."""
        store_it = partial(
            store_poll,
            source=source,
            state=after,
            entries=entries,
            rejected=rejected,
            now=now,
            baseline=baseline,
            answer=answer,
            pages_from=now - self.config.backfill if self.config.backfill else None,
        )
        try:
            return await self.lane.write(store_it)
        except SQLAlchemyError as error:
            log.warning("poll not stored at once source=%s error=%s: storing entry by entry", source.id, error)
            return await self.lane.write(partial(store_it, careful=True))

    # -- the daemon ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Turn until told to stop; each tick starts what is due and waits for nothing that hangs."""
        clock = Clock()
        self._watch_signals()
        await self.start(clock())
        log.info(
            "running sources=%d rules=%d state=%s",
            len(self.config.sources),
            len(self.config.rules),
            self.state_dir,
        )
        control = await serve(self.state_dir, {"rematch": lambda request: self._asked_to_rematch(request, clock)})
        ticker = Ticker(lambda: self._tick(clock), TICK)
        watcher = asyncio.create_task(self._watch_rules(clock), name="rules watcher")
        ticker.start()
        await self._stopped.wait()
        log.info("stopping")
        control.close()
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher
        await ticker.stop()

    def stop(self) -> None:
        self._stopped.set()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._forget_fingerprint)

    def _forget_fingerprint(self) -> None:
        self._fingerprint = None

    async def _tick(self, clock: Callable[[], datetime]) -> None:
        now = clock()
        for source in self._due(now):
            if source.id not in self._polls:
                task = asyncio.create_task(self._poll_and_alert(source, clock), name=f"poll {source.id}")
                self._polls[source.id] = task
                task.add_done_callback(partial(self._polled, source.id))
        await self._alert(clock)
        await self._pages.start_due(self._fetching, self._sources(), clock)
        if now >= self._expire_at:
            self._expire_at = now + EXPIRED_EVERY
            await self.lane.write(partial(_expire, now=now))

    async def _poll_and_alert(self, source: Source, clock: Callable[[], datetime]) -> Stored:
        stored = await self._poll(source, clock())
        if stored.new or stored.revised:
            self._pages.wake()
            await self._alert(clock)
        return stored

    async def _alert(self, clock: Callable[[], datetime]) -> Verdicts:
        verdicts = await self._triage.run(clock())
        await self._deliver.start_due(clock)
        if self._deliver.dead:
            await self._tell_dead(clock())
        if self._triage.failed:
            await self._tell_unmatched(clock())
        return verdicts

    async def _tell_unmatched(self, now: datetime) -> None:
        failed, self._triage.failed = self._triage.failed, []
        ids = ", ".join(revision.article.id for revision in failed[:20])
        words = f"The log says why. They are stored and were not judged: {ids}"
        title = f"{len(failed)} articles could not be matched"
        await give_notice(self.lane, self.config, f"unmatched:{failed[0].seq}", title, words, now)

    def _polled(self, source: str, task: asyncio.Task[Stored]) -> None:
        self._polls.pop(source, None)
        if not task.cancelled() and (error := task.exception()):
            state = self._states[source]
            again = state.due + RETRIED_AFTER * 2 ** min(state.failures, 8)
            self._states[source] = replace(state, due=again, failures=state.failures + 1)
            log.error("poll not stored source=%s error=%r: nothing is lost, it is polled again", source, error)

    # -- rules -----------------------------------------------------------------------------------------------

    async def _watch_rules(self, clock: Callable[[], datetime]) -> None:
        """Reload once a change has stood still for a look: an editor may be half-way through writing it."""
        before: configuration.Fingerprint | None = None
        while True:
            await asyncio.sleep(RULES_LOOKED_AT_EVERY)
            seen = configuration.fingerprint(self._rules, self.config.files)
            if seen != self._fingerprint and seen == before:
                try:
                    await self.reload(clock())
                except Exception:  # the watcher must outlive any one reload
                    log.exception("rules not reloaded, the old ones stay in force")
            before = seen

    async def reload(self, now: datetime) -> bool:
        """Read rules.yaml again. A broken one changes nothing but is said aloud; False then."""
        self._fingerprint = configuration.fingerprint(self._rules, self.config.files)
        try:
            loaded = await asyncio.to_thread(configuration.load, self._rules, environ=self._environ)
        except ConfigError as error:
            lines = tuple(str(problem) for problem in error.problems)
            for line in lines:
                log.error("rules not reloaded, the old ones stay in force: %s", line)
            await self._note_reload(now, "refused", lines)
            await give_notice(
                self.lane,
                self.config,
                f"reload:{now.isoformat()}",
                f"rules.yaml has {len(lines)} error{'s' * (len(lines) != 1)}; the old rules stay in force",
                "\n".join(lines),
                now,
            )
            return False
        await self._use(loaded, now)
        return True

    async def _use(self, loaded: Config, now: datetime) -> None:
        before, self.config = self.config, loaded
        self._triage.use(loaded, Matcher(loaded))
        self._deliver.use(loaded)
        await self._deliver.adopt(now)
        if (before.allow_private, before.contact) != (loaded.allow_private, loaded.contact):
            await self._fetching.close()
            await self._open_fetching()
        log.info(
            "rules reloaded version=%s rules=%d sources=%d",
            loaded.version,
            len(loaded.rules),
            len(loaded.sources),
        )
        await self._note_reload(now, "applied", ())
        caught = await asyncio.to_thread(self._owed, loaded, Matcher(loaded), now - LOOKED_BACK)
        stories = len({each.revision.placement.story for each in caught})
        log.info("of the last 24 h the rules would have told %d stories more: watchfloor rematch sends them", stories)

    async def rematch(self, since: timedelta, now: datetime) -> dict[str, int]:
        """Send what the rules in force would have caught since then and nobody was told, as one digest a target."""
        config, matcher = self.config, Matcher(self.config)
        found = await asyncio.to_thread(self._owed, config, matcher, now - since)
        digests = await self.lane.write(lambda connection: queue_digest(connection, config, found, now))
        log.info("rematched since=%s stories=%d digests=%d", now - since, len(found), digests)
        return {"stories": len({each.revision.placement.story for each in found}), "digests": digests}

    def _owed(self, config: Config, matcher: Matcher, since: datetime) -> list[Owed]:
        with self.database.read() as connection:
            return owed(connection, config, matcher, since)

    async def _asked_to_rematch(self, request: Mapping[str, Any], clock: Callable[[], datetime]) -> Mapping[str, Any]:
        done = await self.rematch(timedelta(seconds=float(request["seconds"])), clock())
        await self._deliver.start_due(clock)
        return done

    async def _note_reload(self, now: datetime, result: str, problems: tuple[str, ...]) -> None:
        note = {"at": now.isoformat(), "result": result, "version": self.config.version, "problems": problems}
        await self.lane.write(lambda connection: store.set_mark(connection, "reload", json.dumps(note)))


def _log_poll(source: Source, name: OutcomeName, detail: str, stored: Stored) -> None:
    level = logging.DEBUG if name is OutcomeName.NOT_MODIFIED else logging.INFO
    counts = " ".join(f"{key}={value}" for key, value in stored.amounts().items() if value)
    log.log(level, "polled source=%s outcome=%s detail=%s %s", source.id, name.value, detail or "-", counts)


def _expire(connection: Connection, now: datetime) -> None:
    """Let a slice of old evidence go, and pages that waited too long."""
    evidence.expire(connection, now)
    wanted.expire(connection, now)


def _check_exposed(rules: Path, config: Config, environ: Mapping[str, str]) -> None:
    """Warn of rules that others may write; as a service (systemd sets INVOCATION_ID) do not start on them."""
    found = configuration.exposed(rules, config.files)
    for problem in found:
        log.warning("%s", problem)
    if found and "INVOCATION_ID" in environ:
        raise ConfigError(found)


def describe(done: Round, at: datetime) -> dict[str, object]:
    """Give a round as `run --at` prints it."""
    return {"at": at.isoformat().replace("+00:00", "Z"), **asdict(done)}
