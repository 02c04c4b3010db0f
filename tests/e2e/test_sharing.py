"""Several daemons share the work of one store: nothing is lost, nothing is told twice, whoever dies or stands still."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from alerts.board.desk import Desk as Board
from alerts.run.ask import ControlError, ask
from alerts.run.service import Service
from alerts.store import claims
from crawler.clock import Clock
from tests.e2e.conftest import Desk
from tests.e2e.servers import closing_all, until
from tests.e2e.sharing import MARK, SlowHook, balanced_at, fleet
from tests.e2e.starting import EXHAUSTIVE
from tests.postgres import Postgres

FAIL_OVER = 30  # seconds
LONG = (
    "Witnesses saw smoke over the road at dawn, and two drivers were taken to a hospital nearby. The police closed the "
    "bridge until noon. A spokesman of the governor spoke of an attack from the hills in the east and named no culprit."
)


def test_two_daemons_share_the_sources_and_one_takes_all_when_the_other_is_killed(
    desk: Desk, postgres: Postgres
) -> None:
    with fleet(desk, postgres) as desks:
        desks.write()
        first = desks.start("first")
        until(lambda: len(desks.held("hosts")) == 32)
        desks.start("second")
        until(lambda: sorted(Counter(desks.held("hosts").values()).values()) in ([15, 17], [16, 16]), 20)
        until(lambda: first.says("baseline source=", 0))
        until(lambda: all(len(outlet.asked(path)) >= 2 for outlet, path in desks.paths.values()), 60)
        before = [desks.publish(n) for n in desks.paths]
        until(lambda: set(before) <= desks.numbers())
        first.end()
        killed = time.monotonic()
        after = [desks.publish(n) for n in desks.paths]
        until(lambda: set(desks.held().values()) == {"second"} and len(desks.held("hosts")) == 32, FAIL_OVER)
        print(f"the other had all after {time.monotonic() - killed:.1f} s")
        until(lambda: set(after) <= desks.numbers(), FAIL_OVER)
        print(f"all was told after {time.monotonic() - killed:.1f} s")
        # where it was killed, the store is watched all the same
        watched = f"the store is watched by 1 other daemon (pid {desks.daemons['second'].process.pid} on "
        shown = desks.lines("first")
        assert shown[0].startswith("daemon: not running here since "), shown
        assert f"The{watched[3:]}" in shown[0]
        assert not [each for each in shown if "othing is watched" in each or "NONE IS WATCHED" in each]
        head = Board(desk.rules, desk.place / "first", ()).watch(datetime.now(UTC))
        assert (head.watched, watched in head.words) == (True, True)
        assert "no source is polled now" not in desk.run("sources", "--state-dir", "first").stdout
        found = json.loads(desk.run("doctor", "--state-dir", "first", "--json", expect=1).stdout)
        (daemon,) = (each for each in found["findings"] if each["name"] == "daemon")
        assert (daemon["level"], watched in daemon["words"]) == ("warning", True)
        lost = f"the daemon pid {first.process.pid} on "
        until(lambda: any(lost in text for text in desks.told()))
        print(f"that it is lost was told after {time.monotonic() - killed:.1f} s")
        (words,) = (text for text in desks.told() if lost in text)
        assert re.search(r"has not signed its life since \d\d.*; others do its work", words), words
        assert lost in desk.run("log", "--state-dir", "second").stdout
        unmarked = [text for text in desks.told() if MARK not in text]
        assert len(unmarked) == len(set(unmarked))
    assert balanced_at(desk, desks.url)


def test_who_stood_still_writes_nothing_that_it_began(desk: Desk, postgres: Postgres) -> None:
    """By its fence alone: this daemon does not notice by its memory or its clock that it was overtaken."""
    slow = SlowHook()
    with closing_all(slow), fleet(desk, postgres, outlets=3, each=2) as desks:
        desks.write(slow=slow.url)
        paused = desks.start("paused", module="tests.e2e.unaware")
        until(lambda: len(desks.held("hosts")) == 32)
        until(lambda: all(len(outlet.asked(path)) >= 2 for outlet, path in desks.paths.values()), 30)
        under_way = desks.publish(0)
        until(lambda: slow.copies(under_way))  # it has arrived, and its sender does not know it
        paused.process.send_signal(signal.SIGSTOP)
        desks.start("other")
        until(lambda: set(desks.held().values()) == {"other"} and len(desks.held("hosts")) == 32, FAIL_OVER)
        meanwhile = [desks.publish(n) for n in desks.paths]
        until(lambda: set(meanwhile) <= desks.numbers())
        until(lambda: len(slow.copies(under_way)) == 2)
        slow.answering.set()
        paused.process.send_signal(signal.SIGCONT)
        assert paused.says(r"lane ended target=slow\S*: .* no longer ours \(fence 1\)"), paused.log
        assert paused.says(r"(poll dropped|stage ended) .* no longer ours \(fence 1\)"), paused.log
        later = [desks.publish(n) for n in desks.paths]
        until(lambda: set(later) <= desks.numbers())
        assert set(desks.held().values()) == {"other"}
        first, second = slow.copies(under_way)
        assert MARK not in first
        assert MARK in second
        assert all(sum(f"N{n}E" in text for text in desks.told()) == 1 for n in (*meanwhile, *later))
    assert balanced_at(desk, desks.url)


def test_a_story_that_arrives_at_two_daemons_at_once_is_one_and_a_stop_hands_over_at_once(
    desk: Desk, postgres: Postgres
) -> None:
    with fleet(desk, postgres, outlets=4, each=2) as desks:
        desks.write(every="1s")
        first, second = desks.start("first"), desks.start("second")
        # parts with a source and parts without are each shared out evenly: where both are odd, 17 and 15
        until(lambda: sorted(Counter(desks.held("hosts").values()).values()) in ([16, 16], [15, 17]), 90, desks.say)
        until(lambda: all(len(outlet.asked(path)) >= 2 for outlet, path in desks.paths.values()), 60)
        by_daemon: dict[str, int] = {desks.polled_by(n): n for n in desks.paths}
        assert by_daemon.keys() == {"first", "second"}
        for what in (
            "Convoy burns near Tikrit bridge",
            "Drones strike Erbil airport radar",
            "Rockets land in Basra port",
        ):
            for n in by_daemon.values():
                desks.publish(n, title=f"A militia says: {what}")
        until(lambda: desks.count("articles WHERE title LIKE 'A militia says%'") == 6)
        assert desks.count("(SELECT DISTINCT story FROM articles WHERE title LIKE 'A militia says%') AS s") == 3
        # the role of each is seen, and an order reaches the daemon that has the source
        shown = "\n".join(desks.lines("first"))
        assert "the store is shared by 2 daemons:" in shown
        assert f"pid {second.process.pid} on " in shown
        refused = desk.run("store", "copy", desks.url, "copied.db", expect=1).stderr
        assert f"is held by the process {first.process.pid} on " in refused or f" {second.process.pid} on " in refused
        judge = desks.held("judge")["judge"]
        other = "second" if judge == "first" else "first"
        desks.daemons[judge].process.send_signal(signal.SIGTERM)
        stopped = time.monotonic()
        until(lambda: set(desks.held().values()) == {other} and len(desks.held("hosts")) == 32)
        print(f"handed over after {time.monotonic() - stopped:.1f} s")
        told = [desks.publish(n) for n in desks.paths]
        until(lambda: set(told) <= desks.numbers())
        print(f"all was told after {time.monotonic() - stopped:.1f} s")
        assert first
    assert balanced_at(desk, desks.url)


@pytest.mark.skipif(not EXHAUSTIVE, reason="half a minute and more of waiting: make exhaustive")
def test_roles_part_the_work_and_an_order_reaches_who_has_the_source(desk: Desk, postgres: Postgres) -> None:
    with fleet(desk, postgres, outlets=3, each=2) as desks:
        desks.write(every="1h")
        desks.start("collects", "--role", "collect")
        alerts = desks.start("alerts", "--role", "alert")
        until(lambda: len(desks.held("hosts")) == 32 and len(desks.held()) > 34)
        assert set(desks.held("hosts").values()) == {"collects"}
        assert {holder for name, holder in desks.held().items() if not name.startswith("hosts/")} == {"alerts"}
        until(lambda: desks.count("sources WHERE baseline IS NOT NULL") == len(desks.paths))
        told = desks.publish(3)
        order = {"command": "poll", "source": "s3", "by": "Noor"}
        with pytest.raises(ControlError, match=r"s3 was polled .* ago"):  # by the other
            ask(desk.place / "alerts" / "control.sock", order)
        time.sleep(30)  # between two polls that people ask for
        assert ask(desk.place / "alerts" / "control.sock", order)["source"] == "s3"
        asked = time.monotonic()
        until(lambda: told in desks.numbers())
        print(f"told {time.monotonic() - asked:.1f} s after the order")
        alerts.end()
        until(lambda: "NOT ALL IS DONE: no daemon alerts" in "\n".join(desks.lines("collects")))
    assert balanced_at(desk, desks.url)


def test_a_role_is_for_a_store_that_daemons_share(desk: Desk) -> None:
    desk.write("/a.xml")
    done = desk.run("run", "--role", "collect", expect=78)
    assert "has one daemon, which does all: --role needs a store in PostgreSQL" in done.stderr
    assert "--role is for daemons" in desk.run("run", "--once", "--role", "alert", expect=2).stderr


def set_by(step: timedelta, begun: datetime) -> Clock:
    """Return a clock that was set since it was last asked."""
    wall = [begun]
    clock = Clock(lambda: wall[0], lambda: 0.0, drifts=True)
    wall[0] += step
    return clock


def test_a_step_of_the_servers_clock_is_followed_in_the_store_by_the_keeper_alone(
    desk: Desk, postgres: Postgres
) -> None:
    """All daemons see the step, and each moves what it remembers; what is stored is moved once."""
    url, begun = postgres.database(), datetime(2026, 6, 14, 12, tzinfo=UTC)
    desk.write("/a.xml", settings=f'backfill: 0, store: "{url}"')

    async def run() -> list[datetime | None]:
        found = []
        async with Service(desk.rules, desk.place / "var", desk.environ(), patient=True) as service:
            sharing = service._sharing
            assert sharing is not None
            await service.lane.write(lambda connection: claims.save_bucket(connection, "t", 1.0, begun))
            hour = timedelta(hours=1)
            # seen by who does not keep the store, and kept in mind; by the same once it does; by one that saw it later
            for keeps, clock in (
                (False, set_by(hour, begun)),
                (True, set_by(timedelta(0), begun + hour)),
                (True, set_by(hour, begun)),
            ):
                if keeps and not sharing._followers:
                    sharing._followers = service._followers
                    await sharing.look()
                    assert sharing.holdings.holds("keeper")
                await service._clock.follow(clock, service.config)
                with service.database.read() as connection:
                    found.append(claims.bucket_of(connection, "t")[1])
        return found

    assert asyncio.run(run()) == [begun, begun + timedelta(hours=1), begun + timedelta(hours=1)]


CUTS = """
CREATE SEQUENCE cuts_{table};
CREATE FUNCTION cut_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('cuts_{table}') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cuts BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION cut_{table}();
"""


def test_a_daemon_that_is_cut_off_while_it_starts_tries_again(desk: Desk, postgres: Postgres) -> None:
    """Its session ends once where it comes in, once where it signs its life, once where it notes that it started."""
    with fleet(desk, postgres, outlets=1, each=1) as desks:
        desks.write()
        desks.start("first").end()
        with psycopg.connect(make_conninfo(desks.url)) as connection:
            for table in ("daemons", "marks", "audit"):
                connection.execute(CUTS.format(table=table).encode())
        daemon = desks.start("second")
        tries = [line for line in daemon.log if "store not opened, trying again" in line]
        assert len(tries) == 3, daemon.log
        assert all("cannot be used now" in line for line in tries)
        assert not [line for line in daemon.log if "Traceback" in line]
        until(lambda: len(desks.held("hosts")) == 32)
