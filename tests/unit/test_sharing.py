"""What several daemons of one store keep in memory: each follows what the others do, and tells once what nobody does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, text

from alerts.alert import Kind, Reason, Severity
from alerts.decide.roles import JUDGE, KEEPER, Member, Role, lacking, lease_of, listed, takes
from alerts.delivery import DeliveryState, NewDelivery
from alerts.line.deliver import Deliver
from alerts.run import lost_daemons, shared_work
from alerts.run import sharing as running
from alerts.run.health import Health, down_since
from alerts.run.others import home_of
from alerts.run.sharing import Sharing
from alerts.store import claims, notices, outbox
from crawler.clock import Clock
from crawler.collect.collecting import Collecting
from crawler.collect.fulltext import FullText
from crawler.fetch.fetching import Fetching
from crawler.fetch.hosts import Hosts, Rest, still_ours
from crawler.fetch.workers import Workers
from crawler.sources.health import Network
from crawler.sources.shares import slot_of
from crawler.sources.source import OutcomeName, Source, SourceState
from crawler.store import asked_polls, host_rests, host_turns, leases, pages_wanted, pulse
from crawler.store.db import Database
from crawler.store.errors import StaleLease
from crawler.store.holdings import Follower, Grant
from crawler.store.leases import Daemon
from crawler.store.pages_wanted import Wanted
from crawler.store.source_states import load_states, save_states
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import Outlet, closing_all, rss
from tests.postgres import Postgres
from tests.unit.alerts_made import SENT
from tests.unit.desk import NOW, desk, rule
from tests.unit.floor import BOMB, turn
from tests.unit.floor import desk as floor
from tests.unit.held import collecting_of, holding
from tests.unit.settled import step

MINUTE = timedelta(minutes=1)
A, B = (Source(name, f"https://{name}.example/rss") for name in ("a", "b"))


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    return postgres.store()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url, shared=True)
    with made.write() as connection:
        leases.clear(connection)
        for table in ("leases", "sources", "marks", "asked_polls", "host_rests", "host_turns", "pages_wanted"):
            connection.execute(text(f"DELETE FROM {table}"))
    yield made
    made.close()


@contextmanager
def writing(database: Database) -> Iterator[WriterLane]:
    lane = WriterLane(database)
    try:
        yield lane
    finally:
        lane.close()


# -- sources ----------------------------------------------------------------------------------------------------------


def test_sources_are_polled_by_who_has_their_host_and_taken_over_as_they_were_left(database: Database) -> None:
    async def run() -> None:
        with writing(database) as lane:
            first = collecting_of(database, lane, holding(database, "one", slot_of("a.example")), [A, B])
            second = collecting_of(database, lane, holding(database, "two", slot_of("b.example")), [A, B])
            assert [each.due(NOW) for each in (first, second)] == [[A], [B]]
            left = SourceState("a", A.url, NOW + 7 * MINUTE, etag="new", polled=NOW - MINUTE)
            first.states["a"] = first._unsaved["a"] = left
            assert first.busy(slot_of("a.example"))
            first._unsaved_rests = {"a.example": Rest(NOW + 9 * MINUTE, "asked for rest")}
            await first.flush()
            assert not first.busy(slot_of("a.example"))
            await second.gained({slot_of("a.example"): Grant("", "two", 1)}, NOW)
            assert second.states["a"] == left
            assert second.fetching.hosts.resting(NOW)["a.example"].until == NOW + 9 * MINUTE

    asyncio.run(run())


def test_a_state_is_not_stored_by_who_lost_the_source(database: Database) -> None:
    """By the fence: `one` does not know yet that `two` has it."""

    async def run() -> None:
        slot = slot_of("a.example")
        with writing(database) as lane:
            first = collecting_of(database, lane, holding(database, "one", slot, slot_of("b.example")), [A, B])
            for name in ("a", "b"):
                first.states[name] = first._unsaved[name] = SourceState(name, f"https://{name}.example/rss", NOW)
            with database.write() as connection:
                leases.give(connection, "one", [slot])
            holding(database, "two", slot)
            await first.flush()
            with database.read() as connection:
                assert load_states(connection).keys() == {"b"}
            first._unsaved["a"] = first.states["a"]
            first.lost([slot])
            assert not first._unsaved

    asyncio.run(run())


def test_a_source_that_a_reload_brings_goes_on_as_another_daemon_left_it(database: Database) -> None:
    """Its articles since the last poll would else be taken for what was there before, and told to nobody."""

    async def run() -> None:
        slots = slot_of("a.example"), slot_of("b.example")
        with writing(database) as lane:
            second = collecting_of(database, lane, holding(database, "two", *slots), [A, B])
            second.use([B])  # its rules do not name A yet
            left = SourceState("a", A.url, NOW, baseline=NOW - MINUTE, polled=NOW - MINUTE)
            with database.write() as connection:
                save_states(connection, [left])
            await second.gained({slots[0]: Grant("", "two", 1)}, NOW)
            second.use([A, B])
            assert second._state(A, NOW) == left

    asyncio.run(run())


def test_a_source_that_was_never_ours_is_asked_of_its_daemon(database: Database) -> None:
    async def run() -> None:
        with writing(database) as lane:
            second = collecting_of(database, lane, holding(database, "two", slot_of("b.example")), [A, B])
            assert "a" not in second.states, "both began on an empty store"
            assert second.ask_soon({"a"}, NOW) == ["a"]

    asyncio.run(run())


def test_polls_that_are_asked_for_reach_who_has_the_source(database: Database) -> None:
    async def run() -> None:
        with writing(database) as lane:
            first = collecting_of(database, lane, holding(database, "one", slot_of("a.example")), [A, B])
            second = collecting_of(database, lane, holding(database, "two", slot_of("b.example")), [A, B])
            later = NOW + 9 * MINUTE
            for each, name in ((first, "a"), (second, "b")):
                each.states[name] = SourceState(name, f"https://{name}.example/rss", later, polled=NOW - MINUTE)
            second.states["a"] = SourceState("a", A.url, later, polled=NOW - MINUTE)
            assert second.ask_soon({"a", "b"}, NOW) == ["a"]
            assert second.states["b"].due == NOW
            await second.ask_elsewhere(["a"], "Noor", NOW)
            await second.ask_elsewhere(["a"], asked_polls.SOON, NOW)
            with database.read() as connection:
                assert [each.by for each in asked_polls.asked(connection)] == ["Noor"]
            await second.follow_orders(NOW)
            await first.follow_orders(NOW)
            assert first.states["a"].due == NOW

    asyncio.run(run())


@pytest.mark.parametrize("by", ["Noor", asked_polls.SOON])
def test_a_poll_that_is_asked_for_is_made_though_who_follows_it_is_killed_first(database: Database, by: str) -> None:
    """It stays in the store until it is made: by the next daemon that has the source, once."""
    with closing_all(outlet := Outlet()):
        source = Source("a", outlet.serve("/", rss({"title": "Militia report", "guid": "n1"})))

        def asked() -> int:
            with database.read() as connection:
                return len(asked_polls.asked(connection))

        async def run() -> None:
            with writing(database) as lane:
                later = SourceState("a", source.url, NOW + 9 * MINUTE, polled=NOW - MINUTE)
                with database.write() as connection:
                    save_states(connection, [later])
                first = collecting_of(database, lane, holding(database, "one", slot_of(source.host)), [A, B])
                first.use([source])
                await first.ask_elsewhere(["a"], by, NOW)
                await first.follow_orders(NOW)
                assert first.states["a"].due == NOW
                await first.flush()  # and here it is killed
                with database.write() as connection:
                    leases.leave(connection, "one")
                workers = Workers(processes=1)
                second = Collecting(database, lane, workers, holding(database, "two", slot_of(source.host)))
                await second.open(Fetching(["127.0.0.1"], apart=0.0), [source], NOW)
                for _ in range(3):
                    await second.follow_orders(NOW)
                    await second.start_due(lambda: NOW, partial(asyncio.sleep, 0))
                    await asyncio.gather(*second._polls.values())
                assert not asked()
                await second.close()
                workers.close()

        asyncio.run(run())
        assert len(outlet.asked("/")) == 1


def test_a_poll_that_is_asked_for_while_one_is_under_way_is_made_after_it(database: Database) -> None:
    async def run() -> None:
        with writing(database) as lane:
            first = collecting_of(database, lane, holding(database, "one", slot_of("a.example")), [A, B])
            first.states["a"] = SourceState("a", A.url, NOW + 9 * MINUTE, polled=NOW - MINUTE)
            await first.ask_elsewhere(["a"], "Noor", NOW)
            await first.follow_orders(NOW)
            first.states["a"] = replace(first.states["a"], due=NOW + 5 * MINUTE)  # as the poll under way leaves it
            first._end_order("a", None, NOW)
            assert first.states["a"].due == NOW
            await first.ask_elsewhere(["a"], "Lana", NOW + MINUTE)
            first._end_order("a", first._orders["a"], NOW)
            await first.flush()
            with database.read() as connection:
                assert [each.by for each in asked_polls.asked(connection)] == ["Lana"], "asked for since"

    asyncio.run(run())


def test_a_crawl_delay_lasts_at_the_next_daemon_that_has_the_host(database: Database) -> None:
    with closing_all(outlet := Outlet()):
        outlet.serve("/robots.txt", b"User-agent: *\nCrawl-delay: 30\n")
        host = outlet.base.removeprefix("http://")
        rows = [Wanted(f"p{n}", "a", f"{outlet.base}/{n}", host, NOW, NOW) for n in range(2)]

        async def run() -> None:
            with writing(database) as lane:
                await lane.write(lambda connection: pages_wanted.want(connection, rows))
                fetching, workers = Fetching(["127.0.0.1"], apart=0.0), Workers(processes=1)
                await fetching.open()

                async def fetches(full: FullText, now: datetime) -> int:
                    before = len(outlet.asked("/0")) + len(outlet.asked("/1"))
                    await full.start_due(lambda: now)
                    await asyncio.gather(*full._tasks.values())
                    return len(outlet.asked("/0")) + len(outlet.asked("/1")) - before

                first = FullText(database, lane, workers, shares=holding(database, "one", slot_of(host)))
                first.use(fetching, [replace(A, url=outlet.base)])
                assert await fetches(first, NOW) == 1
                with database.write() as connection:
                    leases.leave(connection, "one")
                second = FullText(database, lane, workers, shares=holding(database, "two", slot_of(host)))
                second.use(fetching, [replace(A, url=outlet.base)])
                for seconds, found in ((1, 0), (29, 0), (31, 1)):
                    await second.gained({slot_of(host): Grant("", "two", 1)}, NOW + timedelta(seconds=seconds))
                    assert await fetches(second, NOW + timedelta(seconds=seconds)) == found
                await fetching.close()
                workers.close()

        asyncio.run(run())


def test_a_rest_of_pages_hides_no_longer_one_of_the_host(database: Database) -> None:
    with database.write() as connection:
        host_rests.rest(connection, "a.example", NOW + 9 * MINUTE, "feeds", pages=False)
        host_rests.rest(connection, "a.example", NOW + 5 * MINUTE, "pages", pages=True)
        assert host_rests.resting(connection, NOW)["a.example"] == (NOW + 9 * MINUTE, "feeds", False)
        # by a daemon that had the host before, and notes all that rests by what it remembers
        host_rests.rest(connection, "a.example", NOW + 2 * MINUTE, "earlier", pages=False)
        assert host_rests.resting(connection, NOW)["a.example"] == (NOW + 9 * MINUTE, "feeds", False)
        host_rests.expire(connection, NOW + 9 * MINUTE)
        assert host_rests.resting(connection, NOW) == {}


def test_a_host_that_another_may_have_asked_waits_for_its_pace_and_is_not_asked_once_it_is_lost() -> None:
    async def run() -> None:
        hosts, began = Hosts(4, lambda _: 30.0), time.monotonic()
        hosts.ours = lambda host: 29.8 if host == "taken" else float("inf")
        async with hosts.turn("known"):
            assert time.monotonic() - began < 25
        async with hosts.turn("taken"):
            assert time.monotonic() - began >= 0.19

        def lost() -> None:
            raise StaleLease("hosts/1 is not ours")

        still_ours.set(lost)
        with pytest.raises(StaleLease):
            async with hosts.turn("other"):
                raise AssertionError("it was asked")

    asyncio.run(run())


def test_a_host_that_redirects_lead_to_has_one_pace_over_all_daemons(database: Database) -> None:
    """Each has one of two sources that redirect there; then a third has a source of that host itself."""
    apart = 0.4
    seen: list[float] = []

    def note(request: BaseHTTPRequestHandler) -> None:
        seen.append(time.monotonic())
        request.send_response(404)
        request.send_header("Content-Length", "0")
        request.end_headers()

    outlets: dict[str, Outlet] = {}
    while len(outlets) < 3:  # each in a part of its own
        made = Outlet()
        if outlets.setdefault(slot_of(made.base.removeprefix("http://")), made) is not made:
            made.close()
    *firsts, last = outlets.values()
    with closing_all(*outlets.values()):
        to = last.act("/", note)
        urls = [*(each.serve("/", b"", status=302, Location=to) for each in firsts), to]

        async def run() -> None:
            with writing(database) as lane:
                workers = Workers(processes=1)
                daemons = []
                for n, (slot, url) in enumerate(zip(outlets, urls, strict=True)):
                    held = holding(database, f"d{n}", slot)
                    held._since[slot] -= 60
                    daemons.append(Collecting(database, lane, workers, held))
                    await daemons[-1].open(Fetching(["127.0.0.1"], apart=apart), [Source(f"s{n}", url)], NOW)
                one, two, three = daemons
                await asyncio.gather(*(each.start_due(lambda: NOW, partial(asyncio.sleep, 0)) for each in (one, two)))
                await asyncio.gather(*one._polls.values(), *two._polls.values())
                await three.follow_orders(NOW)
                three._ordered = -60.0
                for each in daemons:
                    each.states = {name: replace(state, due=NOW) for name, state in each.states.items()}
                await three.start_due(lambda: NOW, partial(asyncio.sleep, 0))
                for each in (one, two):
                    await each.start_due(lambda: NOW, partial(asyncio.sleep, 0))
                await asyncio.gather(*(task for each in daemons for task in each._polls.values()))
                for each in daemons:
                    await each.close()
                workers.close()

        asyncio.run(run())
    assert len(seen) == 5
    for of in (seen[:2], seen[2:]):  # a busy server sees one late, and not all of them near to each other
        assert of[-1] - of[0] >= 0.8 * apart * (len(of) - 1), seen


def test_turns_of_a_host_are_far_ahead_only_where_the_servers_clock_was_set_back(database: Database) -> None:
    with database.write() as connection:
        assert host_turns.take(connection, "a.example", 5.0) == 0
        assert 4 < host_turns.take(connection, "a.example", 5.0) <= 5
        assert 9 < host_turns.take(connection, "a.example", 5.0) <= 10
        ahead = [host_turns.take(connection, "a.example", 5.0) for _ in range(20)]  # so many wait for it
        assert 104 < ahead[-1] <= 110, ahead
        assert host_turns.contested(connection) == {"a.example"}
        connection.execute(text("UPDATE host_turns SET next = next + 86400"))
        assert host_turns.take(connection, "a.example", 5.0) == 0
        connection.execute(text("UPDATE host_turns SET next = next - 700"))
        assert not host_turns.contested(connection)
        host_turns.take(connection, "b.example", 5.0)
        assert connection.scalar(text("SELECT count(*) FROM host_turns")) == 1


def test_a_clock_of_another_machine_is_followed_and_a_small_drift_is_no_step() -> None:
    wall, seconds = [NOW], [0.0]
    clock = Clock(lambda: wall[0], lambda: seconds[0], drifts=True)
    for n in range(1, 11):  # 1 s each time, more than LARGEST_DRIFT in all
        seconds[0], wall[0] = 60.0 * n, NOW + n * timedelta(seconds=61)
        assert clock.step() == timedelta(0)
        assert clock() == wall[0]
    wall[0] += timedelta(hours=1)
    assert clock.step() == timedelta(hours=1)


# -- messages and notices ---------------------------------------------------------------------------------------------


@pytest.fixture
def line(database: Database) -> Iterator[Connection]:
    with database.writing.connect() as connection:
        yield connection
        connection.rollback()


def test_what_another_target_sends_now_is_left_alone(tmp_path: Path, line: Connection) -> None:
    config = floor(tmp_path, "json://127.0.0.1:9/x")
    step(line, config, "one", BOMB, 0)
    sent = turn(line, config, 0)
    assert sent is not None
    assert claims.recover(line, NOW, "another#1") == 0
    assert outbox.deliveries_that(line)[0].state is DeliveryState.SENDING
    assert claims.recover(line, NOW, sent.target) == 1
    [unknown] = outbox.deliveries_that(line)
    assert (unknown.state, unknown.repeat) == (DeliveryState.UNKNOWN, True)


def test_who_stood_still_since_its_claim_sends_nothing_that_another_sends_by_now(
    tmp_path: Path, database: Database
) -> None:
    """Another has marked it, or has looked for it at Slack in vain: two of them would come unmarked."""
    config = floor(tmp_path, "json://127.0.0.1:9/x")
    [target] = next(iter(config.receivers.values())).targets
    name = lease_of(target.id)
    notice = replace(SENT, kind=Kind.NOTICE, subject="notice:x", payload={"title": "t", "body": "b"})
    with writing(database) as lane:
        held = holding(database, "one", name)
        deliver = Deliver(database, lane, config, held)
        send = partial(deliver._compose_and_send, target, notice, NOW, held.grant(name))
        assert not send().detail.startswith("not sent"), "it is tried, and nobody listens there"
        held.die()
        assert send().detail == f"not sent: {name} is not ours"
        with database.write() as connection:
            leases.clear(connection)
        holding(database, "two", name)
        held.live(time.clock_gettime(time.CLOCK_BOOTTIME))  # the machine was frozen, and its clock with it
        late = send()
        assert late.detail.startswith(f"not sent: {name} is no longer ours (fence ")
        assert (late.ok, late.retry, late.uncertain, late.wait) == (False, True, False, timedelta(seconds=1))


def test_what_waits_for_a_target_of_newer_rules_outlasts_the_restart_of_their_daemon(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = floor(tmp_path, "json://127.0.0.1:9/x")
    payload = {"title": "t", "body": "b"}
    waits = NewDelivery("fresh#1", "fresh", Kind.NOTICE, Severity.FLASH, Reason.SYSTEM, "notice:y", payload=payload)

    def state() -> DeliveryState:
        with database.read() as connection:
            [found] = [each for each in outbox.deliveries_that(connection) if each.target == "fresh#1"]
        return found.state

    async def run() -> None:
        with writing(database) as lane:
            held = holding(database, "one", KEEPER)
            with database.write() as connection:
                newer = Daemon("two", "two", "two", 2, "all", "1", "newer", {"target/fresh#1": 1})
                leases.enter(connection, newer)
                outbox.queue(connection, waits, NOW)
            deliver = Deliver(database, lane, config, held)
            await deliver.others_changed(NOW)
            with database.write() as connection:
                leases.leave(connection, "two")
            await deliver.others_changed(NOW)
            assert state() is DeliveryState.QUEUED
            monkeypatch.setattr("alerts.line.delivery_upkeep.COMES_BACK", 0.0)
            await deliver.adopt(NOW)
            assert state() is DeliveryState.CANCELLED, "it did not come back"

    asyncio.run(run())
    with database.write() as connection:
        connection.execute(text("DELETE FROM deliveries"))


def test_each_daemon_tells_of_its_sources_and_network_and_overwrites_no_other(
    tmp_path: Path, database: Database
) -> None:
    config = desk(tmp_path, rule("{any: [militia]}"))

    def seen(source: Source, *, down: bool = False, ours: bool = True) -> Any:
        state = SourceState(source.id, source.url, NOW, OutcomeName.GONE, failures=9, failing=NOW - 900 * MINUTE)
        network = Network(since=NOW, down=True) if down else Network(answered=NOW)
        return SimpleNamespace(
            polled={source.id},
            known=lambda: [(source, state)],
            ours=lambda _: ours,
            network=network,
            reached_words=lambda: "none",
        )

    async def run() -> None:
        with writing(database) as lane:
            me = Daemon("one", home="1", host="north", pid=1, roles="all", program="1")
            with database.write() as connection:
                leases.enter(connection, me)
            first, second = (
                Health(database, lane, config, me),
                Health(database, lane, config, replace(me, id="two", home="2")),
            )
            await first.tell(seen(A, ours=False), NOW)
            assert not first._told, "it stood still: another has polled it since"
            await first.tell(seen(A, down=True), NOW)
            await second.tell(seen(B), NOW)
            await second.tell(seen(B), NOW + MINUTE)
            assert {"a", "b"} <= first._told.keys() | second._told.keys()
            with database.read() as connection:
                titles = [each.subject for each in outbox.deliveries_that(connection)]
                assert len(titles) == 2, "a notice of each, once"
                assert down_since(connection) == NOW
                assert connection.scalar(text("SELECT value FROM marks WHERE name = 'health'")).count("gone") == 2

    asyncio.run(run())


# -- the shares -------------------------------------------------------------------------------------------------------


class Noting(Follower):
    """Remembers what it is told; `running` is still under way."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.came: set[str] = set()
        self.running: set[str] = set()
        self.changes = 0

    def busy(self, name: str) -> bool:
        return name in self.running

    def lost(self, gone: Collection[str]) -> None:
        self.gone |= set(gone)

    async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:
        self.came |= grants.keys()

    async def others_changed(self, now: datetime) -> None:
        self.changes += 1


class Pair:
    """Two daemons of one store, without their threads: `look` is called by the test."""

    def __init__(self, database: Database, lane: WriterLane, place: Path, tell: Callable[[str, str], object]) -> None:
        config = desk(place, rule("{any: [militia]}"))
        self.notes = [Noting(), Noting()]
        self.made = []
        for n, note in enumerate(self.notes):
            (place / str(n)).mkdir()
            made = Sharing(database, lane, place / str(n), Role.ALL, config, tell)
            made._followers = (note,)
            self.made.append(made)

    async def looks(self, *which: int) -> None:
        for _ in range(2):
            for n in which:
                await self.made[n].look()


def test_work_is_shared_given_up_when_it_rests_and_taken_from_who_left(database: Database, tmp_path: Path) -> None:
    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda *_: None)
            (first, second), (one, two) = pair.made, pair.notes
            await first._enter()
            await pair.looks(0)
            assert {JUDGE, KEEPER, "hosts/0"} <= one.came == first.holdings.fences.keys()
            one.running = {f"hosts/{n}" for n in range(32)}
            await second._enter()
            assert await first.look(), "more is to be given up than rests"
            assert not [each for each in one.gone if each.startswith("hosts/")]
            closing = [name for name in first.holdings.fences if not first.holdings.holds(name)]
            assert len(closing) == 15, "nothing more is begun of these"
            one.running.clear()
            await pair.looks(0, 1)
            assert set(closing) <= one.gone == two.came
            assert (one.changes, two.changes) == (1, 1)
            await first.leave()
            assert not first.holdings.fences
            await pair.looks(1)
            assert JUDGE in two.came
            assert len(second.holdings.fences) == len(takes(second_config(tmp_path), Role.ALL))

    asyncio.run(run())


def second_config(place: Path) -> Any:
    return desk(place, rule("{any: [militia]}"))


def test_who_was_taken_for_dead_drops_all_and_comes_back_with_new_fences(database: Database, tmp_path: Path) -> None:
    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda *_: None)
            first, second = pair.made
            await first._enter()
            await pair.looks(0)
            old = first.holdings.grant(JUDGE)
            await second._enter()
            with database.write() as connection:
                connection.execute(text("UPDATE daemons SET until = 0 WHERE id = :id"), {"id": first.me.id})
            await pair.looks(1)
            assert second.holdings.holds(JUDGE)
            await pair.looks(0)
            assert JUDGE in pair.notes[0].gone
            assert not first.holdings.holds(JUDGE)
            with database.write() as connection, pytest.raises(StaleLease):
                old.check(connection)

    asyncio.run(run())


def test_who_outlived_its_lease_and_was_not_removed_goes_on_with_what_it_held(
    database: Database, tmp_path: Path
) -> None:
    """As when the server was gone for a while: what is being sent would else be sent again."""

    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda *_: None)
            first = pair.made[0]
            await first._enter()
            await pair.looks(0)
            held, grant = first.holdings.fences, first.holdings.grant(JUDGE)
            first.holdings.die()
            with database.write() as connection:
                connection.execute(text("UPDATE daemons SET until = 0"))
            await pair.looks(0)
            assert first.holdings.fences == held
            assert first.holdings.holds(JUDGE)
            assert not pair.notes[0].gone
            with database.write() as connection:
                grant.check(connection)

    asyncio.run(run())


def test_what_no_daemon_does_is_told_once_and_when_it_is_done_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_work, "LACKS", 0.0)
    told: list[str] = []

    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda title, _: told.append(title))
            for each in pair.made:
                each._role = Role.COLLECT
                each.use(second_config(tmp_path))
                await each._enter()
            await pair.looks(0, 1)
            assert told.count("nothing is judged or sent") == 1, "by one of the two"
            assert pair.made[0].faults.undone
            pair.made[1]._role = Role.ALL
            pair.made[1].use(second_config(tmp_path))
            await pair.looks(1, 0, 1)
            assert told.count("nothing is judged or sent: over") == 1
            assert not pair.made[0].faults.undone

    asyncio.run(run())


def test_what_was_told_by_a_daemon_that_is_gone_is_told_again_another_time(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_work, "LACKS", 0.0)
    told: list[str] = []

    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda title, _: told.append(title))
            first, second = pair.made
            first._role = Role.COLLECT
            first.use(second_config(tmp_path))
            await first._enter()
            await pair.looks(0)
            assert told.count("nothing is judged or sent") == 1
            await first.close()
            monkeypatch.setattr(shared_work, "LACKS", 60.0)
            await second._enter()
            await pair.looks(1)
            assert told.count("nothing is judged or sent: over") == 1
            monkeypatch.setattr(shared_work, "LACKS", 0.0)
            second._role = Role.COLLECT
            second.use(second_config(tmp_path))
            await pair.looks(1)
            assert told.count("nothing is judged or sent") == 2

    asyncio.run(run())


def test_a_daemon_that_died_is_told_once_and_one_that_left_or_came_back_is_not(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[str]:
        with database.read() as connection:
            found = notices.notices_since(connection, NOW - timedelta(days=10_000))
        return [str((each.payload or {})["title"]) for each in found if "lost daemon" in each.subject]

    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda *_: None)
            first, second = pair.made

            async def dies() -> None:
                sql = text("UPDATE daemons SET until = until - 1000 WHERE id = :id")
                await lane.write(lambda connection: connection.execute(sql, {"id": first.me.id}).close())
                await pair.looks(1)

            await second._enter()
            await first._enter()
            await pair.looks(0, 1, 0, 1)
            await dies()
            assert told() == [], "it may be started again at once"
            await first._enter()
            monkeypatch.setattr(lost_daemons, "AWAY", 0.0)
            await pair.looks(1)
            assert told() == [], "it came back"
            await dies()
            await pair.looks(1)
            (title,) = told()
            assert title.startswith(f"the daemon {first.me.name} (role all) has not signed its life since ")
            assert title.endswith("; others do its work")
            await first._enter()
            await pair.looks(1, 0)
            await first.close()
            await pair.looks(1)
            assert len(told()) == 1, "one that leaves is no lost one"

    asyncio.run(run())


def test_a_daemon_that_dies_again_and_again_is_told_though_it_is_back_each_time(
    database: Database, tmp_path: Path
) -> None:
    async def run() -> None:
        with writing(database) as lane:
            made = Pair(database, lane, tmp_path, lambda *_: None).made[0]

            def told() -> list[str]:
                with database.read() as connection:
                    found = notices.notices_since(connection, NOW - timedelta(days=10_000))
                return [str((each.payload or {})["title"]) for each in found if f"back {made.me.id}" in each.subject]

            await made._enter()
            for times in range(1, 4):
                assert told() == []
                await made._enter()  # it has not left
                assert len(told()) == (times == 3)
            assert told() == [f"the daemon {made.me.name} was lost 3 times in 10 min, and came back each time"]
            await made._lane.write(partial(running._leave, daemon=made.me))
            for _ in range(4):  # stopped and started in order
                await made._enter()
                await made._lane.write(partial(running._leave, daemon=made.me))
            assert len(told()) == 1
            for since in range(6):  # the same process, another day; a series is told once
                assert len(told()) == 1 + (since > 3)
                await made._enter()

    asyncio.run(run())


def test_who_can_give_no_sign_of_life_says_so_though_all_else_goes_well(
    url: str, postgres: Postgres, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes in anew whenever its life is over, and its sends are cut off each time: nothing else would tell it."""
    monkeypatch.setattr(shared_work, "LACKS", 1.0)
    monkeypatch.setattr(running, "LOOK", 0.1)
    monkeypatch.setattr(pulse, "AGAIN", 0.05)
    told: list[str] = []
    name = make_url(url).database

    async def until(title: str) -> None:
        for _ in range(600):
            if any(each.startswith(title) for each in told):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(told)

    async def run() -> None:
        with writing(database) as lane:
            made = Pair(database, lane, tmp_path, lambda *words: told.append(": ".join(words))).made[0]
            await made.open()
            try:
                made.start((), _unheard)
                await asyncio.sleep(1)
                # who is in goes on, and nobody comes in: as where the server has too many connections
                postgres.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                postgres.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    f"WHERE datname = '{name}' AND query LIKE '%UPDATE daemons SET until%' AND pid <> pg_backend_pid()"
                )
                await until("cannot take its share of the work")
                assert "no sign of life given: the store does not do it: " in told[0]
                postgres.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
                await until("takes its share of the work again")
            finally:
                postgres.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
                await made.close()

    asyncio.run(run())


async def _unheard(_: str) -> None:
    pass


def test_who_reaches_no_source_leaves_the_hosts_to_another_and_tries_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "UNREACHED", 0.0)

    def hosts(each: Sharing) -> int:
        return sum(name.startswith("hosts/") for name in each.holdings.fences)

    async def run() -> None:
        with writing(database) as lane:
            pair = Pair(database, lane, tmp_path, lambda *_: None)
            first, second = pair.made
            await first._enter()
            await pair.looks(0)
            first.reach(is_down=True)
            await pair.looks(0)
            assert hosts(first) == 32, "nobody else has them"
            await second._enter()
            await pair.looks(0, 1)
            first.reach(is_down=True)
            await pair.looks(0, 1)
            assert (hosts(first), hosts(second)) == (0, 32)
            second.reach(is_down=True)
            await pair.looks(1)
            assert hosts(second) == 32, "both are cut off: one of them tries"
            monkeypatch.setattr(first, "_left_until", 0.001)  # some minutes later
            monkeypatch.setattr(running, "UNREACHED", 30.0)
            first.reach(is_down=True)
            await pair.looks(0, 1)
            assert hosts(first) > 0

    asyncio.run(run())


def test_who_cannot_take_its_share_says_so_once_and_when_it_can(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def run() -> None:
        with writing(database) as lane:
            made = Pair(database, lane, tmp_path, lambda title, _: told.append(title)).made[0]
            for now, failed in ((100.0, "x"), (120.0, ""), (130.0, "x"), (189.0, "x"), (190.0, "x"), (250.0, "x")):
                made.faults.note_failure(failed, now)
            assert told == ["cannot take its share of the work"]
            made.faults.note_failure("", 260.0)
            made.faults.note_failure("", 270.0)
            assert told[1:] == ["takes its share of the work again"]

    asyncio.run(run())


def test_what_is_lost_while_it_is_taken_over_is_no_fault_and_looked_at_again(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Losing(Noting):
        loses = True

        async def gained(self, grants: Mapping[str, Grant], now: datetime) -> None:
            if self.loses:
                self.loses = False
                raise StaleLease("judge is not ours")
            await super().gained(grants, now)

    async def run() -> None:
        with writing(database) as lane:
            made, note = Pair(database, lane, tmp_path, lambda *_: None).made[0], Losing()
            made._followers = (note,)
            await made._enter()
            looking = asyncio.create_task(made._run())
            while JUDGE not in note.came:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.02)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            assert made.faults._failing == 0.0

    asyncio.run(asyncio.wait_for(run(), 20))
    assert "not taken over: judge is not ours" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_state_directory_has_one_name_until_the_next_boot(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert home_of(tmp_path) == home_of(tmp_path / "other" / "..")
    assert home_of(tmp_path) != home_of(tmp_path / "other")


ALL = {"hosts/0": 0, JUDGE: 1, KEEPER: 1, "target/hook#1": 1}


@pytest.mark.parametrize(
    ("members", "held", "keys"),
    [
        ([Member("a", "1", ALL)], ALL, set()),
        ([Member("a", "1", ALL), Member("b", "1", ALL)], ALL, set()),
        ([Member("a", "1", {"hosts/0": 0})], ["hosts/0"], {"alert"}),
        ([Member("a", "1", {JUDGE: 1})], [JUDGE], {"collect"}),
        ([Member("a", "1", ALL), Member("b", "2", ALL)], ALL, {"rules"}),
        ([Member("a", "1", ALL)], ["hosts/0", JUDGE, KEEPER], {"held"}),
    ],
)
def test_what_is_lacking_is_named(members: list[Member], held: Collection[str], keys: set[str]) -> None:
    assert lacking(members, held).keys() == keys


def test_what_is_held_is_listed_in_a_line() -> None:
    assert listed(["hosts/3", "target/hook#1", "judge", "hosts/4"]) == "hook#1, judge, 2 of 32 parts of the hosts"
