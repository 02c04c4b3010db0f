"""SIGKILL at every commit and send of a run: after a restart nothing is lost, and a second copy is marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from alerts.demo.sinks import MailSink
from crawler.collect.drafting import PART
from crawler.store import articles, sketches
from crawler.store.db import DATABASE, Database
from crawler.store.source_states import load_states
from tests.e2e.conftest import Desk
from tests.e2e.killing import PostSink, Sink, Storm, WebSink
from tests.e2e.killing_slack import SlackSink
from tests.e2e.servers import Hook, Outlet, closing_all, rss
from tests.e2e.starting import EXHAUSTIVE, start

T0, T1, T2 = (f"2026-06-14T{hour:02}:00:00Z" for hour in (10, 11, 12))
DATE = "Sun, 14 Jun 2026 09:30:00 GMT"
STORIES = 3
EVERY = {
    **dict.fromkeys(("before_commit", "after_commit"), range(1, 9)),
    **dict.fromkeys(("before_send", "after_send"), range(1, STORIES + 1)),
}
# What is durable before a commit is what was durable after the one before it: a few of the former stand for all.
SAMPLE = {**EVERY, "before_commit": (1, 4, 8), "before_send": (1, STORIES), "after_send": (1, STORIES)}
KILLS = [(point, k) for point, passes in (EVERY if EXHAUSTIVE else SAMPLE).items() for k in passes]


def killed(desk: Desk, point: str, k: int) -> bool:
    """Run one round that is killed; says whether it got that far."""
    desk.stored()
    words = (point, str(k), "run", "--at", "-")
    done = start("tests.e2e.killed", *words, place=desk.place, environ=desk.environ(), stdin=f"{T0}\n")
    return done.returncode == -9


def assert_placed(desk: Desk) -> None:
    """Every article stands in a story and thread; no key stands without its article."""
    path = desk.place / "var" / DATABASE
    assert path.exists()
    database = Database.at(path)
    with database.read() as connection:
        assert sketches.misplaced(connection) == {}
    database.close()


@pytest.mark.parametrize(("point", "k"), KILLS)
def test_kill_loses_nothing(desk: Desk, point: str, k: int) -> None:
    titles = [f"Militia story {n}" for n in range(STORIES)]
    desk.outlet.serve("/a.xml", rss(*({"title": title, "guid": title, "date": DATE} for title in titles)), ETag='"1"')
    desk.write("/a.xml")
    assert killed(desk, point, k)
    assert_placed(desk)
    desk.rounds(T1, T2)
    assert_placed(desk)
    clean = [title.replace(" (possible repeat)", "") for title in desk.hook.titles()]
    assert {title.partition("PRIORITY ")[2].partition(" |")[0] for title in clean} == set(titles)
    repeats = [title for title in desk.hook.titles() if "(possible repeat)" in title]
    assert len(clean) - STORIES <= len(repeats) <= 1
    ledger = desk.status()["ledger"]
    assert not any(ledger["remainders"].values())
    assert (ledger["new"], ledger["queued"], ledger["sent"]) == (STORIES, STORIES, STORIES)


def left_by(desk: Desk) -> tuple[int, bool]:
    """Return how many articles a killed run stored, and whether it says that the source was polled."""
    path = desk.place / "var" / DATABASE
    if not path.exists():
        return 0, False
    database = Database.at(path)
    try:
        with database.read() as connection:
            return articles.totals(connection)["articles"], bool(load_states(connection))
    except OperationalError:  # killed before the tables were made
        return 0, False
    finally:
        database.close()


@pytest.mark.timeout(600)
def test_kill_between_two_parts_of_a_poll_loses_and_doubles_nothing(tmp_path: Path) -> None:
    many = 3 * PART
    told = {0: "Militia in Basra", PART + 1: "Militia in Mosul", many - 1: "Militia in Erbil"}
    titles = [told.get(n, f"Report {n} on prices of {n} goods") for n in range(many)]
    feed = rss(*({"title": title, "guid": f"g{n}", "date": DATE} for n, title in enumerate(titles)))
    for k in range(1, 12):
        desk = Desk(tmp_path / str(k), Outlet(), Hook(), MailSink())
        desk.place.mkdir()
        with closing_all(desk.outlet, desk.hook, desk.mail):
            desk.outlet.serve("/a.xml", feed, ETag='"1"')
            desk.write("/a.xml")
            assert killed(desk, "after_commit", k)
            count, polled = left_by(desk)
            if not count:
                continue
            assert (count, polled) == (PART, False)
            desk.rounds(T1, T2)
            assert_placed(desk)
            assert left_by(desk) == (many, True)
            ledger = desk.status()["ledger"]
            assert not any(ledger["remainders"].values())
            assert (ledger["new"], ledger["known"], ledger["sent"]) == (many, PART, len(told))
            assert len(desk.hook.titles()) == len(told)
            return
    pytest.fail("no commit of a part was met")


@contextmanager
def sinks(seed: int) -> Iterator[list[Sink]]:
    made = [WebSink("web", seed), PostSink("post", seed + 1)]
    with closing_all(*made):
        yield list(made)


@pytest.mark.timeout(600)  # seven processes, each may take three minutes
def test_storm_of_kills_and_faults_loses_nothing_and_marks_each_copy(tmp_path: Path) -> None:
    with sinks(3) as made, closing_all(slack := SlackSink("slack", 5, tmp_path / "slack")):
        storm = Storm(tmp_path / "desk", [*made, slack], alerts=40, kills=6, seed=7)
        assert [each.faults for each in storm.run()] == [[], [], []]
        assert storm.killed.total() == 6


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("variant", "fault"), [("mark_then_send", "lost"), ("send_then_mark", "not marked")])
def test_harness_fails_a_line_that_marks_at_the_wrong_time(tmp_path: Path, variant: str, fault: str) -> None:
    with sinks(3) as made:
        points = ("before_send", "after_send")
        storm = Storm(tmp_path, made, alerts=15, kills=4, seed=11, variant=variant, points=points)
        found = [words for each in storm.run() for words in each.faults]
        assert any(fault in words for words in found)
