"""Clocks that are set, a machine that sleeps, names and hosts that hang: nothing is late, lost or doubled for it."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from alerts.run.service import Service
from alerts.store import decisions
from alerts.store.outbox import deliveries
from crawler.clock import Clock, wall_time
from crawler.collect.collecting import Collecting
from crawler.collect.scheduler import Ticker
from crawler.fetch.fetching import Fetching
from crawler.fetch.workers import Workers
from crawler.sources.source import OutcomeName, Source
from crawler.store.db import DATABASE, Database
from crawler.store.writer_lane import WriterLane
from tests.e2e.conftest import Desk
from tests.e2e.running import daemon
from tests.e2e.servers import PATIENCE, Outlet, closing_all, rss

NOW = datetime(2026, 6, 14, 10, tzinfo=UTC)
DATE = "Sun, 14 Jun 2026 09:30:00 GMT"


class Hands:
    """A wall clock and a monotonic one, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.seconds = NOW, 1000.0
        self.clock = Clock(lambda: self.wall, lambda: self.seconds)

    def go_on(self, seconds: float) -> None:
        self.wall, self.seconds = self.wall + timedelta(seconds=seconds), self.seconds + seconds


async def ticked(service: Service, clock: Clock) -> None:
    """One tick of the daemon, and the end of what it started."""
    await service._tick(clock)
    await asyncio.gather(*service._collecting._polls.values())
    await asyncio.gather(*service._deliver._running.values())


# -- 23, T58 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=3652)])
def test_clock_that_is_set_delays_repeats_and_floods_nothing(desk: Desk, step: timedelta) -> None:
    """The first send fails and is tried again within seconds; meanwhile the wall clock is set."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml", every="1m")
    desk.hook.script = [500]

    async def run() -> None:
        hands = Hands()
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(hands.clock())
            await ticked(service, hands.clock)
            await ticked(service, hands.clock)
            assert (desk.hook.seen, len(desk.outlet.asked("/a.xml"))) == (1, 1)
            hands.wall += step
            for _ in range(12):  # two minutes
                hands.go_on(10)
                await ticked(service, hands.clock)
            assert len(desk.outlet.asked("/a.xml")) == 3, "a poll a minute, as before"
            clock, news = told_apart(desk)
            assert news == ["PRIORITY (possible repeat) A militia moves | Outlet 1"]
            # by such a clock all news would look old: that is told
            assert clock == (["the clock of this machine was set forward by 3652 d"] if step.days > 2 else [])
            with service.database.read() as connection:
                (row,) = connection.execute(deliveries.select().where(deliveries.c.kind == "alert")).mappings()
            assert row["queued"] - step - NOW < timedelta(minutes=1), "its age is what it was"
            hands.wall -= step
            for _ in range(6):
                hands.go_on(10)
                await ticked(service, hands.clock)
            assert len(desk.outlet.asked("/a.xml")) == 4

    asyncio.run(run())
    assert len(told_apart(desk)[1]) == 1


def told_apart(desk: Desk) -> tuple[list[str], list[str]]:
    """Return the titles of notices of the clock, and those of all else."""
    titles = [title.removeprefix("WATCHFLOOR ") for title in desk.hook.titles()]
    return [each for each in titles if "clock" in each], [each for each in titles if "clock" not in each]


def test_step_every_minute_keeps_the_pace(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "1", "date": DATE}))
    desk.write("/a.xml", every="1m")

    async def run() -> None:
        hands = Hands()
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(hands.clock())
            for minute in range(10):
                hands.wall += timedelta(hours=1 if minute % 2 else -1)
                await ticked(service, hands.clock)
                hands.go_on(60)
        assert len(desk.outlet.asked("/a.xml")) == 10

    asyncio.run(run())


def test_store_timed_by_a_clock_that_was_ahead_is_taken_for_now(desk: Desk) -> None:
    """The machine came up ten years ahead, and was set right before the daemon started again."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": "Sat, 14 Jun 2036 09:30:00 GMT"}))
    desk.write("/a.xml", every="5m")
    desk.hook.script = [500]
    desk.rounds("2036-06-14T10:00:00Z")
    assert desk.hook.accepted == []
    desk.rounds("2026-06-14T10:00:00Z", "2026-06-14T10:05:00Z", "2026-06-14T10:05:01Z")
    assert desk.hook.titles() == ["PRIORITY (possible repeat) A militia moves | Outlet 1"]
    assert len(desk.outlet.asked("/a.xml")) == 2


def test_what_was_judged_goes_out_where_nothing_more_can_be_judged(desk: Desk) -> None:
    """A fault of judging stops neither deliveries nor the notice of it, which is given once."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml", every="5m")
    desk.hook.script = [500]

    async def run() -> None:
        hands = Hands()
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(hands.clock())
            await ticked(service, hands.clock)
            assert desk.hook.accepted == []
            await service.lane.write(lambda connection: decisions.set_mark(connection, "triaged", "no number"))
            for _ in range(4):
                hands.go_on(60)
                await ticked(service, hands.clock)

    asyncio.run(run())
    titles = sorted(desk.hook.titles())
    assert titles == [
        "PRIORITY (possible repeat) A militia moves | Outlet 1",
        "WATCHFLOOR new articles cannot be judged: no alert is made of them",
    ]


def test_sending_that_fails_is_told_past_the_store_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice that is stored would wait for the very thing that fails."""
    desk.write("/a.xml", every="5m")

    async def run() -> None:
        hands = Hands()
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(hands.clock())

            async def fails(_: Clock) -> int:
                raise RuntimeError("no thread can be started")

            monkeypatch.setattr(service._deliver, "start_due", fails)
            for _ in range(5):
                hands.go_on(60)
                await ticked(service, hands.clock)

    asyncio.run(run())
    assert desk.hook.titles() == ["WATCHFLOOR messages are not sent"]
    assert "no thread can be started" in desk.hook.accepted[0]["message"]


def test_machine_that_slept_polls_what_is_due_and_repeats_nothing(desk: Desk) -> None:
    """By the clock that counts sleep too, hours have passed at once; the wall clock agrees."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml", every="5m")

    async def run() -> None:
        hands = Hands()
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(hands.clock())
            await ticked(service, hands.clock)
            hands.go_on(8 * 3600)
            await ticked(service, hands.clock)
            assert len(desk.outlet.asked("/a.xml")) == 2
            await ticked(service, hands.clock)
        assert len(desk.outlet.asked("/a.xml")) == 2

    asyncio.run(run())
    assert len(desk.hook.accepted) == 1


def test_daemon_that_was_stopped_goes_on_within_a_tick(desk: Desk) -> None:
    """SIGSTOP and SIGCONT: the process stands still for three seconds, as in a suspended machine."""
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk) as running:
        assert running.says("baseline source=s1")
        running.process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        polls, begun = len(desk.outlet.asked("/a.xml")), time.monotonic()
        running.process.send_signal(signal.SIGCONT)
        with desk.outlet.changed:
            assert desk.outlet.changed.wait_for(lambda: len(desk.outlet.asked("/a.xml")) > polls, PATIENCE)
        assert time.monotonic() - begun < 60, "a tick of two seconds, on a busy machine"
        assert desk.hook.wait_for(1)


def test_tick_resumes_after_the_loop_was_blocked() -> None:
    async def run() -> float:
        ticks, resumed, woken = [0], asyncio.Event(), [0.0]

        async def tick() -> None:
            ticks[0] += 1
            if ticks[0] == 2:
                time.sleep(3.0)  # noqa: ASYNC251 - the fault under test
                woken[0] = time.monotonic()
            if ticks[0] == 3:
                resumed.set()

        ticker = Ticker(tick, 0.1)
        ticker.start()
        await asyncio.wait_for(resumed.wait(), PATIENCE)
        await ticker.stop()
        return time.monotonic() - woken[0]

    assert asyncio.run(run()) < 5.0


# -- 26, T13 -------------------------------------------------------------------------------------------------------------

HEALTHY, HUNG, EVERY, SECONDS = 30, 30, timedelta(seconds=3), 15


def test_thirty_hung_hosts_and_names_make_no_healthy_source_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13. Every source is a name, so that a resolver whose threads all hang would stop the healthy ones too."""
    released, asked = threading.Event(), socket.getaddrinfo

    def resolve(host: Any, *words: Any, **more: Any) -> Any:
        if str(host).startswith("hung"):
            released.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return asked("127.0.0.1" if str(host).endswith(".example") else host, *words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    came: dict[str, list[tuple[datetime, datetime]]] = {}  # source -> when due, when begun

    async def run(outlet: Outlet, silent: list[socket.socket]) -> Collecting:
        database = Database.at(tmp_path / DATABASE)
        database.migrate("crawler")
        lane, workers = WriterLane(database), Workers()
        collecting = Collecting(database, lane, workers)
        port = outlet.base.rpartition(":")[2]
        sources = [Source(f"hung-name-{n}", f"http://hung{n}.example/", every=EVERY) for n in range(HUNG)]
        ports = [each.getsockname()[1] for each in silent]
        sources += [
            Source(f"hung-host-{n}", f"http://mute{n}.example:{each}/", every=EVERY) for n, each in enumerate(ports)
        ]
        sources += [Source(f"well{n}", f"http://well{n}.example:{port}/{n}", every=EVERY) for n in range(HEALTHY)]
        for n in range(HEALTHY):
            outlet.serve(f"/{n}", rss({"title": f"Quiet {n}", "guid": str(n)}), ETag=f'"{n}"')
        await collecting.open(Fetching(["127.0.0.1"], timeout=5.0, apart=0.0), sources, wall_time())
        poll = collecting.poll

        async def noted(source: Source, clock: Any) -> Any:
            came.setdefault(source.id, []).append((collecting.states[source.id].due, clock()))
            return await poll(source, clock)

        monkeypatch.setattr(collecting, "poll", noted)

        async def nothing() -> None:
            pass

        clock = Clock()
        ticker = Ticker(lambda: collecting.start_due(clock, nothing), 0.25)
        ticker.start()
        await asyncio.sleep(SECONDS)
        await ticker.stop()
        released.set()
        await collecting.close()
        workers.close()
        await asyncio.to_thread(lane.close)
        database.close()
        return collecting

    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(HUNG)]
    with closing_all(outlet := Outlet(), *silent):
        states = asyncio.run(run(outlet, silent)).states
    well = [polls for name, polls in came.items() if name.startswith("well")]
    owed = sum((polls[-1][0] - polls[0][0]) / EVERY + 1 for polls in well)
    assert len(well) == HEALTHY
    assert owed > HEALTHY * 4, "they were polled to the end"
    # a poll that a busy machine begins late counts its period from then; hung names and hosts cost whole periods
    assert sum(map(len, well)) >= 0.9 * owed
    late = sorted((begun - due).total_seconds() for polls in well for due, begun in polls)
    assert late[int(0.99 * len(late))] < 5.0
    assert {states[f"well{n}"].outcome for n in range(HEALTHY)} == {OutcomeName.NOT_MODIFIED}
    assert all(states[f"{kind}-{n}"].failures for kind in ("hung-name", "hung-host") for n in range(HUNG))


class Resolver:
    """Answers names of `.example` with loopback; those that begin with "hung" wait until they are released."""

    def __init__(self) -> None:
        self.released, self.changed, self.hung = threading.Event(), threading.Condition(), 0
        self._asked = socket.getaddrinfo

    def __call__(self, host: Any, *words: Any, **more: Any) -> Any:
        if not str(host).startswith("hung"):
            return self._asked("127.0.0.1" if str(host).endswith(".example") else host, *words, **more)
        with self.changed:
            self.hung += 1
            self.changed.notify_all()
        self.released.wait(120)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    def wait_for(self, hung: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.hung >= hung, 60)


class Spoken:
    """A feed to which items are added, and when each was first given out."""

    def __init__(self, outlet: Outlet, path: str) -> None:
        self.items, self.given = [{"title": "Quiet", "guid": "0"}], [0.0]
        outlet.act(path, self._give)

    def add(self, title: str) -> None:
        self.items.append({"title": title, "guid": title})

    def _give(self, request: BaseHTTPRequestHandler) -> None:
        body = rss(*self.items)
        self.given += [time.monotonic()] * (len(self.items) - len(self.given))
        request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


MANY = 200


def test_two_hundred_hung_names_hold_up_no_message_no_thread_and_no_other_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13. The line runs in this process: alone first, then beside more hung names than any pool has threads."""
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    feed = Spoken(desk.outlet, "/a.xml")
    desk.write("/a.xml", every="1s")
    alone = (
        desk.rules.read_text().replace("//127.0.0.1:", "//well.example:", 1).replace('["127.0.0.1"]', '["127.0.0.0/8"]')
    )
    desk.rules.write_text(alone)
    names = "".join(f'  - {{id: h{n}, url: "http://hung{n}.example/", every: 5m}}\n' for n in range(MANY))

    async def arrived(title: str) -> float:
        """Publish an item and return the seconds from when the outlet gave it out to when the webhook took it."""
        feed.add(title)
        assert await asyncio.to_thread(desk.hook.wait_for_title, title, 60)
        return time.monotonic() - feed.given[-1]

    async def run() -> tuple[float, float, float]:
        async with Service(desk.rules, desk.place / "var", {}, timeout=60.0) as service:
            running = asyncio.create_task(service.run())
            while not service._collecting.states or service._collecting.states["s1"].baseline is None:
                await asyncio.to_thread(desk.outlet.wait_for, "/a.xml")
            before = [await arrived(f"A militia moves {n}") for n in range(3)]
            desk.rules.write_text(alone.replace("sources:\n", "sources:\n" + names))
            await service.reload(datetime.now(UTC))
            assert await asyncio.to_thread(resolver.wait_for, MANY)
            begun = time.monotonic()
            await asyncio.to_thread(time.monotonic)
            thread = time.monotonic() - begun
            after = [await arrived(f"A militia rests {n}") for n in range(3)]
            service.stop()
            await running
            resolver.released.set()
        return max(after), max(before), thread

    after, before, thread = asyncio.run(run())
    assert resolver.hung == MANY
    assert after - before < 5, "a hung name is given up after a minute"
    assert thread < 5


def test_polls_that_are_not_stored_are_seen_by_the_watch_until_one_is(desk: Desk) -> None:
    """Other writes of the store go through: only a poll meets the table that is broken."""
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "1", "date": DATE}))
    desk.write("/a.xml", every="1m")

    async def run() -> None:
        hands = Hands()
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(hands.clock())
            seen: list[bool] = []
            for table in ("identities", "broken", "identities"):
                if table != "identities":
                    await service.lane.write(partial(renamed, before="identities", after=table))
                elif seen:
                    await service.lane.write(partial(renamed, before="broken", after=table))
                with suppress(OperationalError):  # of the poll, where it has not ended yet
                    await ticked(service, hands.clock)
                await service._tick(hands.clock)  # a poll ends after its own tick
                seen.append(service._watch.beats.unstored is not None)
                desk.outlet.serve(
                    "/a.xml", rss({"title": f"News {len(seen)}", "guid": str(len(seen) + 1), "date": DATE})
                )
                hands.go_on(3600)
            assert seen == [False, True, False]

    asyncio.run(run())


def renamed(connection: Connection, before: str, after: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")
