"""States of polls that brought nothing, in a PostgreSQL that refuses them: under a stale fence, cut off, taken by another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from alerts.store.opening import PACKAGES
from crawler.collect.collecting import Collecting
from crawler.fetch.hosts import Rest
from crawler.sources.shares import slot_of
from crawler.sources.source import Source, SourceState
from crawler.store import asked_polls, host_rests, leases
from crawler.store.db import Database
from crawler.store.holdings import ALONE, Shares
from crawler.store.source_states import load_states
from crawler.store.writer_lane import WriterLane
from tests.postgres import Postgres
from tests.unit.desk import NOW
from tests.unit.held import collecting_of, holding

MINUTE = timedelta(minutes=1)
A, B = (Source(name, f"https://{name}.example/rss") for name in ("a", "b"))
SLOTS = slot_of("a.example"), slot_of("b.example")
# the session ends within the first write of a state
CUT = """
CREATE SEQUENCE cuts;
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('cuts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cuts BEFORE INSERT ON sources FOR EACH ROW EXECUTE FUNCTION cut();
"""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    made = Database(postgres.database(), shared=True)
    made.migrate(*PACKAGES)
    yield made
    made.close()


def polled_once(database: Database, lane: WriterLane, held: Shares) -> Collecting:
    """Return one that has polled both sources since the last flush, and a poll that was asked for."""
    made = collecting_of(database, lane, held, [A, B])
    made.states = {each.id: SourceState(each.id, each.url, NOW, etag="first") for each in (A, B)}
    made._unsaved = dict(made.states)
    return made


def stored(database: Database) -> dict[str, str | None]:
    with database.read() as connection:
        return {name: state.etag for name, state in load_states(connection).items()}


def test_under_a_stale_fence_no_state_is_written_and_the_rest_is(database: Database) -> None:
    """By the fences alone, of both sources: who flushes does not know yet that another has them."""

    async def run() -> None:
        lane = WriterLane(database)
        first = polled_once(database, lane, holding(database, "one", *SLOTS))
        await first.ask_elsewhere(["a"], "Noor", NOW)
        await first.follow_orders(NOW)
        first._end_order("a", first._orders["a"], NOW)
        first._unsaved_rests = {"c.example": Rest(NOW + MINUTE, "asked for rest")}
        with database.write() as connection:
            leases.give(connection, "one", SLOTS)
        holding(database, "two", *SLOTS)
        await first.flush()
        assert stored(database) == {}
        assert not first._unsaved, "they are another's to write"
        with database.read() as connection:
            assert not asked_polls.asked(connection)
            assert host_rests.resting(connection, NOW).keys() == {"c.example"}
        lane.close()

    asyncio.run(run())


def test_what_a_cut_kept_from_the_store_goes_with_the_next_flush_and_what_is_newer_stays(database: Database) -> None:
    async def run() -> None:
        lane = WriterLane(database)
        first = polled_once(database, lane, holding(database, "one", *SLOTS))
        await first.ask_elsewhere(["a", "b"], "Noor", NOW)
        await first.follow_orders(NOW)
        first._end_order("a", first._orders["a"], NOW)
        first._unsaved_rests = {f"{name}.example": Rest(NOW + MINUTE, "first") for name in ("a", "b")}
        with database.write() as connection:
            connection.execute(text(CUT))
        flushing = asyncio.create_task(first.flush())
        await asyncio.sleep(0)  # from here on its commit is under way
        assert not first._unsaved
        first._unsaved = {"a": SourceState("a", A.url, NOW, etag="newer")}
        first._unsaved_rests = {"a.example": Rest(NOW + 2 * MINUTE, "newer")}
        first._end_order("b", first._orders["b"], NOW)
        await flushing
        assert stored(database) == {}
        assert {name: state.etag for name, state in first._unsaved.items()} == {"a": "newer", "b": "first"}
        assert {name: rest.why for name, rest in first._unsaved_rests.items()} == {
            "a.example": "newer",
            "b.example": "first",
        }
        assert [each.source for each in first._done_orders] == ["a", "b"]
        await first.flush()
        assert stored(database) == {"a": "newer", "b": "first"}
        with database.read() as connection:
            assert not asked_polls.asked(connection)
            rests = host_rests.resting(connection, NOW)
        assert {name: until for name, (until, _, _) in rests.items()} == {
            "a.example": NOW + 2 * MINUTE,
            "b.example": NOW + MINUTE,
        }
        assert not first._unsaved
        lane.close()

    asyncio.run(run())


def test_where_another_has_taken_the_store_the_states_stay_and_the_stop_goes_on(postgres: Postgres) -> None:
    async def run() -> None:
        database = Database(postgres.database())
        database.migrate(*PACKAGES)
        lane = WriterLane(database)
        first = polled_once(database, lane, ALONE)
        database.close()  # as where it was cut off
        other = Database(str(database.url))
        with other.write():
            await first.let_go()
        assert first._unsaved.keys() == {"a", "b"}
        lane.close()
        database.close()
        other.close()

    asyncio.run(run())
