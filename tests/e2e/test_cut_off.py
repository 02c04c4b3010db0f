"""A daemon on PostgreSQL whose line to the database is cut at a named statement: it waits, heals, and never ends of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from alerts.run.watch import STANDS_STILL
from crawler.store.postgres import HOLDS, OURS
from tests.e2e.conftest import Desk
from tests.e2e.servers import PATIENCE, until
from tests.e2e.sharing import Fleet, balanced_at, fleet
from tests.faults.proxy import Proxy
from tests.postgres import Postgres


@contextmanager
def cuttable(desk: Desk, postgres: Postgres) -> Iterator[tuple[Fleet, Proxy]]:
    """A fleet whose daemons reach the store by a line that can be cut; the test itself goes past it."""
    with fleet(desk, postgres, outlets=1, each=1) as desks:
        with psycopg.connect(make_conninfo(desks.url)) as connection:
            host, port = connection.info.host, connection.info.port
        with closing(Proxy(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else port)) as line:
            url, direct = make_url(desks.url), desks.url
            through = url.set(host="127.0.0.1", port=line.port, query={}).render_as_string(hide_password=False)
            desks.write()
            desk.rules.write_text(desk.rules.read_text(encoding="utf-8").replace(direct, through), encoding="utf-8")
            yield desks, line


# of a first start: while it holds the store alone to make its tables. Later: what the last one knew of sources; the start
@pytest.mark.parametrize(
    ("statement", "starts_first"),
    [(b"pg_try_advisory_lock(", True), (b"FROM sources", False), (b"INSERT INTO audit", False)],
    ids=["migrates", "opens", "starts"],
)
def test_a_daemon_that_is_cut_off_while_it_starts_waits_and_tries_again(
    desk: Desk, postgres: Postgres, statement: bytes, *, starts_first: bool
) -> None:
    with cuttable(desk, postgres) as (desks, line):
        if not starts_first:
            desks.start("a").end()
        line.cut_at(statement)
        daemon = desks.start("a")
        assert line.was_cut
        (tried,) = (each for each in daemon.log if "store not opened, trying again" in each)
        assert "cannot be used now" in tried
        assert not [each for each in daemon.log if "Traceback" in each]
        until(lambda: desks.count("sources WHERE baseline IS NOT NULL") == 1)
        number = desks.publish(0)
        until(lambda: number in desks.numbers())
    assert balanced_at(desk, desks.url)


@pytest.mark.parametrize("taken", [False, True], ids=["cut off", "another has the store"])
def test_a_daemon_that_is_told_to_stop_while_it_cannot_write_ends_well(
    desk: Desk, postgres: Postgres, *, taken: bool
) -> None:
    with cuttable(desk, postgres) as (desks, line), psycopg.connect(make_conninfo(desks.url)) as other:
        daemon = desks.start("a")
        until(lambda: desks.count("sources WHERE baseline IS NOT NULL") == 1)
        line.cut()
        if taken:
            other.execute("SELECT pg_advisory_lock(%s, %s)", (OURS, HOLDS))
            line.heal()
        daemon.process.send_signal(signal.SIGTERM)
        # on a busy machine it may see that the store was taken before it hears of the stop
        assert daemon.process.wait(PATIENCE) in ({0, STANDS_STILL} if taken else {0}), daemon.log
        assert not [each for each in daemon.log if "Traceback" in each], daemon.log


def test_a_daemon_whose_store_was_held_alone_while_it_was_cut_off_ends_to_be_started_again(
    desk: Desk, postgres: Postgres
) -> None:
    """A copy may have moved the desk meanwhile: what this process remembers is of before."""
    with cuttable(desk, postgres) as (desks, line):
        daemon = desks.start("a")
        until(lambda: desks.count("sources WHERE baseline IS NOT NULL") == 1)
        line.cut()
        with psycopg.connect(make_conninfo(desks.url)) as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", (OURS, HOLDS))
            line.heal()
            assert daemon.process.wait(PATIENCE) == STANDS_STILL, daemon.log
            daemon.end()
        until(lambda: any("It was taken while this process was cut off" in text for text in desks.told()))
        missed = desks.publish(0)
        desks.start("a")
        until(lambda: missed in desks.numbers())
    assert balanced_at(desk, desks.url)
