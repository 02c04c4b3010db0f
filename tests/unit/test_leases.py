"""Leases in a real PostgreSQL: who was overtaken writes nothing, whoever lives keeps what is its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from alerts.decide.roles import JUDGE
from alerts.run.stage import Stage, Turn, run_stages
from alerts.store import decisions
from alerts.store.opening import PACKAGES
from crawler.collect.task_fault import TaskFault
from crawler.store import leases
from crawler.store.db import Database
from crawler.store.errors import StaleLease, StoreHeld
from crawler.store.faults import in_words
from crawler.store.holdings import ALONE, Grant, Holdings, LeasedLane, still
from crawler.store.leases import CHANNEL, LEASE, SHARES, Daemon
from crawler.store.pulse import Pulse
from crawler.store.writer_lane import WriterLane
from tests.e2e.servers import PATIENCE
from tests.postgres import Postgres
from tests.unit.desk import NOW, desk, rule

A = Daemon("a", home="1", host="one", pid=11, roles="all", program="1", takes={"judge": 1})
B = replace(A, id="b", home="2", host="two", pid=22)


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    return postgres.store()


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Database]]:
    """Give a function that opens the store once more, as another daemon does; the store has no daemons at first."""
    made: list[Database] = []

    def once_more() -> Database:
        made.append(Database(url, shared=True))
        return made[-1]

    with once_more().write() as connection:
        leases.clear(connection)
        connection.execute(text("DELETE FROM leases"))
        decisions.set_mark(connection, "test", "")
    made[0].close()
    yield once_more
    for each in made:
        each.close()


def kill(connection: Connection, daemon: str) -> None:
    """Let the lease of a daemon be over, as that of one that gives no sign."""
    connection.execute(text("UPDATE daemons SET until = until - 60 WHERE id = :id"), {"id": daemon})


def mark(value: str) -> Callable[[Connection], None]:
    return lambda connection: decisions.set_mark(connection, "test", value)


def marked(database: Database) -> str | None:
    with database.read() as connection:
        return decisions.get_mark(connection, "test")


def taken(database: Database, daemon: Daemon, *names: str) -> dict[str, Grant]:
    """Let a daemon come in and take what it names; return its grants."""
    with database.write() as connection:
        leases.enter(connection, daemon)
        leases.take(connection, daemon.id, names)
        found = leases.standing(connection).of(daemon.id)
    return {name: Grant(name, daemon.id, fence) for name, fence in found.items()}


def test_who_was_overtaken_writes_nothing(opened: Callable[[], Database]) -> None:
    """The check of the fence, in the transaction that writes: without it the last line of `stale` would be stored."""
    first, second = opened(), opened()
    grant = taken(first, A, "judge")["judge"]
    with first.write() as connection:
        grant.guard(mark("before"))(connection)
        kill(connection, "a")
    newer = taken(second, B, "judge")["judge"]
    assert newer.fence == grant.fence + 1
    with second.write() as connection:
        newer.guard(mark("by the next"))(connection)
    lane = WriterLane(first)
    assert isinstance(lane.put(grant.guard(mark("stale"))).exception(20), StaleLease)
    assert lane.refused_since is None, "it is no fault of the store"
    lane.close()
    assert marked(first) == "by the next"


def test_who_gave_up_and_has_it_again_writes_nothing_that_was_begun_before(opened: Callable[[], Database]) -> None:
    database = opened()
    old = taken(database, A, "judge")["judge"]
    with database.write() as connection:
        leases.give(connection, "a", ["judge"])
        leases.take(connection, "a", ["judge"])
        with pytest.raises(StaleLease):
            old.guard(mark("stale"))(connection)
        Grant("judge", "a", old.fence + 1).guard(mark("anew"))(connection)
    assert marked(database) == "anew"


def test_a_stage_that_outlives_its_lease_writes_nothing_though_it_has_the_next_one(
    opened: Callable[[], Database], tmp_path: Path
) -> None:
    """What it goes by was read before another daemon had the work; the next run of the stage reads it anew."""
    database = opened()
    held = Holdings("a")
    held.live(time.clock_gettime(time.CLOCK_BOOTTIME))
    held.add(JUDGE, taken(database, A, JUDGE)[JUDGE].fence)
    writer = WriterLane(database)

    class Judging(Stage):
        name, failing, lease = "judge", "nothing is judged", JUDGE
        lane, loses = LeasedLane(writer, held, JUDGE), True

        async def run(self, turn: Turn) -> None:
            if self.loses:
                with database.write() as connection:
                    leases.give(connection, "a", [JUDGE])
                    leases.take(connection, "a", [JUDGE])
                    held.add(JUDGE, leases.standing(connection).of("a")[JUDGE])
            await self.lane.write(mark("lost in between" if self.loses else "anew"))

    stage, turn = Judging(desk(tmp_path, rule("{any: [militia]}"))), Turn(lambda: NOW)
    try:
        asyncio.run(run_stages([stage], turn, held))
        assert marked(database) == ""
        assert not turn.failed, "another daemon does it: that is no fault"
        stage.loses = False
        asyncio.run(run_stages([stage], turn, held))
        assert marked(database) == "anew"
    finally:
        writer.close()


def test_a_task_whose_lease_is_lost_has_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        fault = TaskFault()
        for error, is_fault in ((StaleLease("keeper is not ours"), False), (ValueError("x"), True)):
            ends = asyncio.get_running_loop().create_future()
            ends.set_exception(error)
            task = asyncio.create_task(_until(ends), name="translations")
            await asyncio.wait([task])
            assert (fault.note(task) is not None) is is_fault
        with pytest.raises(ValueError, match="x"):
            fault.raise_last()

    asyncio.run(run())
    assert "task ended task=translations: keeper is not ours" in caplog.text
    assert in_words(StaleLease("keeper is not ours")) == "keeper is not ours"


async def _until(ends: asyncio.Future[None]) -> None:
    await ends


def test_of_several_grants_only_those_that_hold_are_written_under(opened: Callable[[], Database]) -> None:
    database = opened()
    grants = taken(database, A, "hosts/1", "hosts/2")
    with database.write() as connection:
        leases.give(connection, "a", ["hosts/1"])
        found = still(connection, [*grants.values(), ALONE.grant("hosts/3")])
    assert found == {"hosts/2", "hosts/3"}


def test_who_lives_is_not_buried_and_the_dead_leave_all(opened: Callable[[], Database]) -> None:
    database = opened()
    taken(database, A, "judge", "hosts/1")
    taken(database, B, "keeper")
    with database.write() as connection:
        kill(connection, "a")
        assert leases.standing(connection).dead == {"a"}
        leases.bury(connection)
        found = leases.standing(connection)
    assert found.live.keys() == {"b"}
    assert found.held == {"keeper": "b"}


def test_a_daemon_that_is_started_anew_takes_the_place_of_its_last_one_at_once(
    opened: Callable[[], Database],
) -> None:
    database = opened()
    old = taken(database, A, "judge")["judge"]
    taken(database, replace(A, id="a2", pid=12))
    with database.write() as connection:
        assert leases.standing(connection).live.keys() == {"a2"}
        assert leases.standing(connection).held == {}
        with pytest.raises(StaleLease):
            old.check(connection)


def test_a_server_clock_that_was_set_back_keeps_nobody_alive(opened: Callable[[], Database]) -> None:
    database = opened()
    taken(database, A, "judge")
    with database.write() as connection:
        connection.execute(text("UPDATE daemons SET until = until + 3600"))
        assert leases.standing(connection).live == {}
        leases.bury(connection)
        assert leases.standing(connection).held == {}


def test_another_version_is_refused_while_one_lives(opened: Callable[[], Database]) -> None:
    database = opened()
    taken(database, A)
    newer = replace(B, program="2")
    with database.write() as connection:
        with pytest.raises(StoreHeld, match=r"shared by pid 11 on one, which is Watchfloor 1; this one is 2: stop all"):
            leases.enter(connection, newer)
        kill(connection, "a")
        leases.enter(connection, newer)


def test_daemons_hold_a_store_together_and_a_copy_or_an_older_program_does_not(
    opened: Callable[[], Database], url: str
) -> None:
    first, second = opened(), opened()
    for each in (first, second):
        with each.write() as connection:
            decisions.set_mark(connection, "test", "both")
    alone = Database(url)
    with pytest.raises(StoreHeld, match="only daemons of one version share a store"), alone.write():
        pass
    for each in (first, second):
        each.close()
    with alone.write() as connection:
        assert decisions.get_mark(connection, "test") == "both"
        with pytest.raises(StoreHeld), second.write():
            pass
    alone.close()


def test_a_shared_store_is_migrated_by_who_has_it_alone(postgres: Postgres) -> None:
    made = postgres.database()
    first, second = (Database(made, shared=True) for _ in range(2))
    with first.write():
        pass
    with pytest.raises(StoreHeld):
        second.migrate(*PACKAGES)
    first.close()  # the one that was refused has let go too: nobody waits for it
    third = Database(made, shared=True)
    third.migrate(*PACKAGES)
    second.check(*PACKAGES)
    with second.write() as connection:  # and it is shared again
        leases.enter(connection, A)
    for each in (second, third):
        each.close()


def test_who_stands_still_within_a_write_holds_up_the_others_for_a_moment_only(
    opened: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.store.postgres.PAUSED_WRITING", 300)
    frozen, other = opened(), opened()

    def stand_still(connection: Connection) -> None:
        decisions.set_mark(connection, "test", "half")
        with other.write() as beside:  # it waits for its turn until the server has ended the session of the first
            decisions.set_mark(beside, "test", "by the other")

    lane = WriterLane(frozen)
    assert isinstance(lane.put(stand_still).exception(20), DBAPIError)
    lane.close()
    assert marked(other) == "by the other"


# -- what a process holds -----------------------------------------------------------------------------------------------


def test_nothing_is_ours_once_the_last_sign_is_too_long_ago() -> None:
    now = [100.0]
    held = Holdings("a", lambda: now[0])
    held.add("judge", 3)
    assert not held.holds("judge"), "no sign was taken yet"
    held.live(100.0)
    assert held.grant("judge") == Grant("judge", "a", 3)
    held.close(["judge"])
    assert not held.holds("judge")
    assert held.grant("judge").fence == 3, "what runs is still written"
    held.close([])
    now[0] = 100.0 + LEASE
    assert not held.holds("judge")
    with pytest.raises(StaleLease):
        held.grant("judge")
    held.live(110.0)
    assert held.holds("judge")
    held.die()
    assert not held.holds("judge")


def test_the_pulse_keeps_a_daemon_alive_hears_the_others_and_sees_that_it_was_buried(
    opened: Callable[[], Database],
) -> None:
    database, heard = opened(), list[str]()
    taken(database, A, "judge")
    with database.write() as connection:
        connection.execute(text("UPDATE daemons SET until = until - 10"))
    held = Holdings("a")
    pulse = Pulse(database, held, heard.append, lambda: pulse.turned())  # noqa: PLW0108 - it is being made
    pulse.start()
    try:
        with database.write() as connection:
            found = leases.standing(connection)
            assert found.live["a"].until - found.now > LEASE - 5
            held.add("judge", 1)
            assert held.holds("judge")
            assert abs(pulse.now().timestamp() - found.now) < 1
        ends = time.monotonic() + PATIENCE
        while "news b" not in heard and time.monotonic() < ends:  # it may not listen yet
            with database.write() as connection:
                leases.say(connection, "news b")
            time.sleep(0.05)
        assert "news b" in heard
        with database.write() as connection:
            kill(connection, "a")
            leases.bury(connection)
            leases.say(connection, SHARES)
        while held.holds("judge") and time.monotonic() < ends:
            time.sleep(0.05)
        assert not held.holds("judge")
        assert "" in heard
        assert SHARES in heard
    finally:
        pulse.close()


def test_a_loop_that_stands_still_gives_no_sign(
    opened: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.store.pulse.PACE", 0.2)
    monkeypatch.setattr("crawler.store.pulse.TURNED", 0.5)
    database, asked = opened(), list[float]()
    taken(database, A)
    pulse = Pulse(database, Holdings("a"), lambda _: None, lambda: asked.append(time.monotonic()))

    def until() -> float:
        with database.read() as connection:
            return leases.standing(connection).live["a"].until

    pulse.start()
    try:
        time.sleep(1.5)
        stood = until()
        time.sleep(1)
        assert until() == stood
        pulse.turned()
        ends = time.monotonic() + PATIENCE
        while until() == stood and time.monotonic() < ends:
            pulse.turned()
            time.sleep(0.05)
        assert until() > stood
        assert asked
    finally:
        pulse.close()


def test_a_word_is_heard_by_its_channel_alone(opened: Callable[[], Database]) -> None:
    database = opened()
    line = database.listen(CHANNEL)
    with database.write() as connection:
        connection.execute(text("SELECT pg_notify('elsewhere', 'x')"))
        leases.say(connection, "polls a")
    assert [word for _, word in line.heard(10)] == ["polls a"]
    line.close()
