"""The daemon: wires the lines together, turns the round, reloads rules, ends in order.

One asyncio loop fetches and keeps time; child processes parse; one thread writes; one thread per target sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from alerts.line.acks import Acking
from alerts.line.deliver import Deliver
from alerts.line.notices import give_notice
from alerts.line.orders import ORDERS, Order
from alerts.line.rematch import Owed, owed, queue_digest
from alerts.line.scheduled import Digests
from alerts.line.silences import tell_ended
from alerts.line.triage import Triage, Verdicts
from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.rules.match import Matcher
from alerts.run.control import Answer, serve
from alerts.run.health import Health
from alerts.run.lock import lock
from alerts.store import clock_steps, decisions, sendlog
from crawler.clock import Clock
from crawler.collect.collecting import Collecting
from crawler.collect.fulltext import FullText, expire
from crawler.collect.scheduler import Ticker
from crawler.config.yamlfile import ConfigError
from crawler.fetch.fetching import Fetching, resolver_threads
from crawler.fetch.workers import Workers
from crawler.store import pages_wanted, sketches
from crawler.store.db import DATABASE, Database, WriterLane

log = logging.getLogger(__name__)
TICK = 1.0  # seconds
RULES_LOOKED_AT_EVERY = 1.0  # seconds
LOOKED_BACK = timedelta(hours=24)
DRAIN = 12.0  # seconds given to what is in flight when we are told to end
PAGES_OF_A_ROUND = 20.0  # seconds a single round gives to pages; what is left waits for the next
EXPIRED_EVERY = timedelta(seconds=10)  # one slice of what is kept for a while
ENDED_EVERY = timedelta(minutes=1)
EXPIRED_AT_LAST = timedelta(minutes=1)  # without an idle moment


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


class Service:
    """Everything that runs, opened and closed in order: `async with Service(path, state_dir) as service`."""

    def __init__(self, rules: Path, state_dir: Path, environ: Mapping[str, str], *, timeout: float = 20.0) -> None:
        self._rules, self._environ, self._timeout = rules, environ, timeout
        self.state_dir = state_dir
        self.config = configuration.load(rules, environ=environ)
        _check_exposed(rules, self.config, environ)
        self._fingerprint: configuration.Fingerprint | None = configuration.fingerprint(rules, self.config.files)
        self._stopped = asyncio.Event()
        self._stepped = timedelta(0)  # by which the wall clock was set and the store has not followed
        self._untriaged = self._untriaged_told = ""  # why nothing is judged at present, and what was told of that
        self._expire_at = self._ended_at = datetime.min.replace(tzinfo=UTC)

    async def __aenter__(self) -> Self:
        self._lock = lock(self.state_dir)
        asyncio.get_running_loop().set_default_executor(resolver_threads())
        self.database = Database.at(self.state_dir / DATABASE)
        self.database.migrate("crawler", "alerts")
        self.lane = WriterLane(self.database)
        self._workers = Workers()
        self._triage = Triage(self.database, self.lane, self.config, Matcher(self.config))
        self._deliver = Deliver(self.database, self.lane, self.config)
        self._acking = Acking(self.database, self.lane, self.config)
        self._collecting = Collecting(self.database, self.lane, self._workers)
        self._collecting.backfill = self.config.backfill
        self._page_workers = Workers(processes=1)  # of their own: a hostile page holds up no feed
        self._pages = FullText(self.database, self.lane, self._page_workers, lambda: self._collecting.network)
        self._health = Health(self.database, self.lane, self.config)
        self._digests = Digests(self.lane, self.config)
        await self._collecting.open(self._fetching(), self.config.sources, datetime.now(UTC))
        self._pages.use(self._collecting.fetching, self.config.sources)
        return self

    def _fetching(self) -> Fetching:
        config = self.config
        return Fetching(
            config.allow_private,
            config.contact,
            timeout=self._timeout,
            at_once=config.host_at_once,
            apart=config.host_apart.total_seconds() if config.host_apart is not None else None,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pages.close()
        await self._collecting.close()
        self._acking.close()
        await self._deliver.close(DRAIN)
        self._workers.close()
        self._page_workers.close()
        await asyncio.to_thread(self.lane.close)
        self.database.close()
        self._lock.close()

    # -- one full round, at a time of the caller's choosing ------------------------------------------------

    async def start(self, now: datetime) -> None:
        """Pick up what the last process left: deliveries in flight, revisions without a verdict."""
        self._collecting.believe(now)
        await self.lane.write(partial(self._believe, now=now))
        await self._deliver.recover(now)
        await self._note_reload(now, "start", ())

    async def round(self, now: datetime) -> Round:
        """Poll what is due, match, decide and deliver what is due, all as of `now`."""
        stored = await self._collecting.round(now)
        await self._health.tell(self._collecting, now)
        verdicts = await self._triage.run(now)
        await self._digests.tell(now)
        await self._acking.look(lambda: now)
        await self._acking.escalate(now)
        await self._tell_ended(now)
        sent = await self.send(now)
        if await self._pages.work_off(now, budget=PAGES_OF_A_ROUND):
            verdicts += await self._triage.run(now)
            sent += await self.send(now)
        if self._triage.failed:
            await self._tell_unmatched(now)
        await self._expire(now)
        return Round(
            polls=len(stored),
            entries=sum(each.entries for each in stored),
            new=sum(each.new for each in stored),
            revised=sum(each.revised for each in stored),
            matches=verdicts.matches,
            alerts=verdicts.alerts,
            deliveries=sent["sent"],
        )

    async def send(self, now: datetime) -> Counter[str]:
        """Deliver what is due, and the notices of what could not be."""
        return await self._deliver.drain(lambda: now)

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
        control = await serve(self.state_dir, self._commands(clock))
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

    async def _tell_ended(self, now: datetime) -> None:
        """Tell of silences that are over; looked at now and then, it is no hurry."""
        if now < self._ended_at:
            return
        self._ended_at = now + ENDED_EVERY
        await self.lane.write(lambda connection: tell_ended(connection, self.config, now))

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._forget_fingerprint)

    def _forget_fingerprint(self) -> None:
        self._fingerprint = None

    async def _tick(self, clock: Clock) -> None:
        await self._follow(clock)
        await self._alert(clock)  # first: no fault of collecting may hold an alert back
        await self._acking.start_due(clock)
        await self._tell_ended(clock())
        await self._collecting.start_due(clock, lambda: self._heard(clock))
        await self._pages.start_due(clock)
        await self._health.tell(self._collecting, clock())
        await self._let_go(clock())
        await self._tell_untriaged(clock())

    async def _heard(self, clock: Clock) -> None:
        self._pages.wake()
        await self._alert(clock)

    async def _let_go(self, now: datetime) -> None:
        """Drop what is kept for a while, at idle; where there is no idle moment, now and then all the same."""
        if now < self._expire_at or not (self._collecting.idle or now >= self._expire_at + EXPIRED_AT_LAST):
            return
        self._expire_at = now + EXPIRED_EVERY
        await self._expire(now)

    async def _expire(self, now: datetime) -> None:
        """Drop one slice of evidence, candidate keys and waits."""
        await self.lane.write(partial(expire, now=now))
        await self.lane.write(partial(sketches.expire, now=now))
        await self.lane.write(partial(decisions.expire_waits, now=now))

    async def _follow(self, clock: Clock) -> None:
        """Where the wall clock was set, move along with it: nothing waits an hour because it went back one."""
        step = clock.step()
        if step:
            log.warning("the wall clock was set by %.0f s: due times move along", step.total_seconds())
            self._stepped += step
            self._expire_at = datetime.min.replace(tzinfo=UTC)
            self._collecting.shift(step)
            self._pages.shift(step)
        if self._stepped:
            await self.lane.write(partial(self._shift, step=self._stepped, now=clock()))
            self._stepped = timedelta(0)

    def _believe(self, connection: Connection, now: datetime) -> None:
        clock_steps.believe(connection, now)
        pages_wanted.believe(connection, now)

    def _shift(self, connection: Connection, step: timedelta, now: datetime) -> None:
        clock_steps.shift(connection, step, now)
        pages_wanted.shift(connection, step)

    async def _alert(self, clock: Clock) -> Verdicts:
        verdicts = await self._judged(clock())
        await self._digests.tell(clock())
        await self._deliver.start_due(clock)
        if self._triage.failed:
            await self._tell_unmatched(clock())
        return verdicts

    async def _judged(self, now: datetime) -> Verdicts:
        """Judge what is new; where that fails, what is judged already goes out all the same."""
        try:
            verdicts = await self._triage.run(now)
        except Exception as error:  # whatever it is, the next look tries again
            log.exception("articles not judged")
            self._untriaged = repr(error)
            return Verdicts()
        self._untriaged = self._untriaged_told = ""
        return verdicts

    async def _tell_untriaged(self, now: datetime) -> None:
        """Tell once, last in a tick (where the store takes nothing, this fails too), that nothing is judged."""
        if not self._untriaged or self._untriaged_told:
            return
        title = "new articles cannot be judged: no alert is made of them"
        words = f"They are stored, and judged as soon as that goes again; the log says why: {self._untriaged}"
        await give_notice(self.lane, self.config, f"untriaged:{now.isoformat()}", title, words, now)
        self._untriaged_told = self._untriaged

    async def _tell_unmatched(self, now: datetime) -> None:
        failed, self._triage.failed = self._triage.failed, []
        ids = ", ".join(revision.article.id for revision in failed[:20])
        words = f"The log says why. They are stored and were not judged: {ids}"
        title = f"{len(failed)} articles could not be matched"
        await give_notice(self.lane, self.config, f"unmatched:{failed[0].seq}", title, words, now)

    # -- rules -----------------------------------------------------------------------------------------------

    async def _watch_rules(self, clock: Clock) -> None:
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
        self._acking.use(loaded)
        await self._deliver.adopt(now)
        self._health.use(loaded)
        self._digests.use(loaded)
        if _fetched_by(before) != _fetched_by(loaded):
            await self._collecting.close()
            await self._collecting.open(self._fetching(), loaded.sources, now)
        else:
            self._collecting.use(loaded.sources)
        self._collecting.backfill = loaded.backfill
        self._pages.use(self._collecting.fetching, loaded.sources)
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

    def _commands(self, clock: Clock) -> dict[str, Answer]:
        """Give what can be asked for over the control socket."""
        orders = {name: partial(self._ordered, order, clock) for name, order in ORDERS.items()}
        own = {"rematch": self._asked_to_rematch, "resend": self._asked_to_resend}
        return {**{name: partial(ask, clock=clock) for name, ask in own.items()}, **orders}

    async def _ordered(self, order: Order, clock: Clock, request: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = await self.lane.write(lambda connection: order(connection, request, clock()))
        log.info("order %s by=%s error=%s", request["command"], request.get("by", "-"), answer.get("error", "-"))
        return answer

    async def _asked_to_rematch(self, request: Mapping[str, Any], clock: Clock) -> Mapping[str, Any]:
        done = await self.rematch(timedelta(seconds=float(request["seconds"])), clock())
        await self._deliver.start_due(clock)
        return done

    async def resend(self, identity: str, now: datetime) -> dict[str, str]:
        """Queue a delivery once more. Raises NotAgain."""
        zone, homes = self.config.timezone, self.config.homes
        again = await self.lane.write(lambda connection: sendlog.resend(connection, identity, now, zone, homes))
        log.info("resent delivery=%s as=%s", identity, again)
        return {"id": again}

    async def _asked_to_resend(self, request: Mapping[str, Any], clock: Clock) -> Mapping[str, Any]:
        try:
            done = await self.resend(str(request["id"]), clock())
        except sendlog.NotAgain as error:
            return {"error": str(error)}
        await self._deliver.start_due(clock)
        return done

    async def _note_reload(self, now: datetime, result: str, problems: tuple[str, ...]) -> None:
        note = {"at": now.isoformat(), "result": result, "version": self.config.version, "problems": problems}
        await self.lane.write(lambda connection: decisions.set_mark(connection, "reload", json.dumps(note)))


def _fetched_by(config: Config) -> tuple[object, ...]:
    return config.allow_private, config.contact, config.host_at_once, config.host_apart


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
