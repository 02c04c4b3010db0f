"""Parsing children that are killed from outside, as the machine does when it is short of memory: SIGKILL, for real."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from crawler.collect import fulltext
from crawler.fetch import reading
from crawler.fetch.fetching import Fetching
from crawler.fetch.reading import follow
from crawler.fetch.workers import WorkerDied, WorkerKilled, Workers
from crawler.parse.feeds import read_feed
from crawler.parse.found import Feed
from crawler.sources.source import FetchOutcome, OutcomeName, Source
from crawler.store import pages_wanted as wanted
from tests.e2e.backlog import NOW, backlog
from tests.e2e.conftest import Desk
from tests.e2e.running import Running, daemon, parsing_children, parsing_servers
from tests.e2e.servers import PATIENCE, Outlet, closing_all, rss

T = TypeVar("T")


def with_workers(work: Callable[[Workers], Awaitable[T]], processes: int = 1) -> T:
    async def run() -> T:
        workers = Workers(processes)
        try:
            return await work(workers)
        finally:
            workers.close()

    return asyncio.run(run())


def _begun(begins: Path) -> int:
    """Note that a child took the task; the first one stays with it until it is killed."""
    with begins.open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    while len(begins.read_text(encoding="ascii").split()) == 1:
        time.sleep(0.01)
    return os.getpid()


def _die(how: int) -> None:
    os.kill(os.getpid(), how)


def _grown(file: Path) -> list[int]:
    """Wait until a child has written its number."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        written = file.read_text(encoding="ascii") if file.exists() else ""
        if written.endswith("\n"):
            return [int(each) for each in written.split()]
    raise AssertionError("no child took the task")


def _kill_and_see(child: int) -> None:
    """Kill a child and wait until Pebble has seen it, which looks every tenth of a second."""
    os.kill(child, signal.SIGKILL)
    while psutil.pid_exists(child):
        time.sleep(0.01)
    time.sleep(0.5)


async def _replaced(workers: Workers, killed: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while workers.died < killed:
            workers.mend()
            await asyncio.sleep(0)


def test_child_killed_while_idle_is_replaced_before_the_next_task() -> None:
    async def run(workers: Workers) -> None:
        for times in range(1, 4):
            pid = await workers.run(os.getpid)
            os.kill(pid, signal.SIGKILL)
            await _replaced(workers, times)
        assert await workers.run(len, "four") == 4
        assert workers.died == 3

    with_workers(run)


def test_all_children_killed_while_idle_cost_no_task() -> None:
    """The next tasks come before anyone has looked at the children."""

    async def run(workers: Workers) -> None:
        for _ in range(5):
            pids = await asyncio.gather(*(workers.run(os.getpid) for _ in range(4)))
            for pid in set(pids):
                os.kill(pid, signal.SIGKILL)
            assert await asyncio.gather(*(workers.run(len, "x" * n) for n in range(4))) == [0, 1, 2, 3]

    with_workers(run, processes=2)


def test_task_whose_child_is_killed_is_done_by_a_fresh_one(tmp_path: Path) -> None:
    async def run(workers: Workers) -> None:
        beside = await workers.run(os.getpid)
        task = asyncio.create_task(workers.run(_begun, tmp_path / "begins"))
        (first,) = await asyncio.to_thread(_grown, tmp_path / "begins")
        os.kill(first, signal.SIGKILL)
        second = await task
        assert (_grown(tmp_path / "begins"), workers.died) == ([first, second], 1)
        assert beside in {await workers.run(os.getpid) for _ in range(2)} | {first}

    with_workers(run, processes=2)


def test_no_child_starts_for_a_task_that_learns_after_the_close_that_its_child_was_killed(tmp_path: Path) -> None:
    before = parsing_children(os.getpid())

    async def run(workers: Workers) -> None:
        task = asyncio.create_task(workers.run(_begun, tmp_path / "begins"))
        (killed,) = await asyncio.to_thread(_grown, tmp_path / "begins")
        _kill_and_see(killed)  # the loop stands still meanwhile, so that the task learns nothing
        workers.close()
        with pytest.raises(WorkerKilled):
            await task
        assert [each for each in parsing_children(os.getpid()) if each not in before] == []

    with_workers(run)


@pytest.mark.parametrize(("how", "raised"), [(signal.SIGKILL, WorkerKilled), (signal.SIGSEGV, WorkerDied)])
def test_task_that_ends_its_child_twice_is_given_up_by_name(how: int, raised: type[WorkerDied]) -> None:
    """Killed from outside is the machine's doing; a crash is the task's own."""

    async def run(workers: Workers) -> None:
        with pytest.raises(WorkerDied) as caught:
            await workers.run(_die, how)
        assert (caught.type, workers.died) == (raised, 2)
        assert await workers.run(len, "four") == 4

    with_workers(run)


def test_child_killed_with_half_a_task_or_half_an_answer_holds_nothing_up() -> None:
    """Far more than a pipe holds is on its way when the kill comes, at a different moment each time."""

    async def run(workers: Workers) -> None:
        many = b"x" * 20_000_000
        pid = await workers.run(os.getpid)
        for n in range(6):
            task = asyncio.create_task(workers.run(bytes, many))
            for _ in range(150 * n):
                await asyncio.sleep(0)
            os.kill(pid, signal.SIGKILL)
            assert await task == many
            pid = await workers.run(os.getpid)

    with_workers(run)


def _killed_over_page(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killed_over_two(body: bytes, *words: Any) -> Feed:
    if b"two" in body:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_feed(body, *words)


def test_page_whose_reader_was_killed_stays_on_the_backlog_with_its_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "read_page", _killed_over_page)

    async def run(outlet: Outlet) -> list[Any]:
        page = outlet.serve("/one", b"<html><body>A militia moves</body></html>")
        async with backlog(tmp_path, [page]) as (full, database):
            await full.work_off(NOW, budget=5.0)
            with database.read() as connection:
                return wanted.due(connection, NOW + fulltext.OURS_AGAIN, ())

    with closing_all(outlet := Outlet()):
        (left,) = asyncio.run(run(outlet))
    assert (left.article, left.tries) == ("a000", 0)


def test_index_whose_sitemaps_all_fail_is_charged_with_nothing_if_one_was_our_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "reader", lambda _: _killed_over_two)

    async def run(outlet: Outlet) -> FetchOutcome:
        opened, workers = Fetching(["127.0.0.1"], timeout=3.0, apart=0.0), Workers(processes=1)
        await opened.open()
        maps = outlet.serve("/one", b"no", status=404), outlet.serve("/two", b"two")
        index = FetchOutcome("a", OutcomeName.OK, NOW, url=outlet.base)
        outcome, feed = await follow(opened, workers, Source("a", outlet.base), index, Feed(version="s", more=maps))
        await opened.close()
        workers.close()
        assert feed is None
        return outcome

    with closing_all(outlet := Outlet()):
        assert asyncio.run(run(outlet)).name is OutcomeName.NOT_PARSED


# -- the daemon ----------------------------------------------------------------------------------------------------------


def busy(running: Running) -> psutil.Process:
    """Wait until one of the children computes, and return it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for each in parsing_children(running.process.pid):
            with suppress(psutil.NoSuchProcess):
                if each.cpu_percent(interval=0.1) > 20:
                    return each
    raise AssertionError(running.log)


def source(desk: Desk, name: str) -> dict[str, object]:
    rows: list[dict[str, object]] = json.loads(desk.run("sources", "--json").stdout)
    return next(row for row in rows if row["source"] == name)


def test_idle_children_of_the_daemon_killed_again_and_again_cost_no_poll_and_are_told_once(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk, fresh=True) as running:
        assert running.says("baseline source=s1 articles=1")
        for times in range(1, 5):
            for each in parsing_children(running.process.pid):
                each.kill()
            title = f"A militia moves {times}"
            desk.outlet.serve("/a.xml", rss({"title": title, "guid": str(times)}))
            assert desk.hook.wait_for_title(title), running.log
        assert desk.hook.wait_for_title("killed"), running.log
        assert (source(desk, "s1")["state"], source(desk, "s1")["failures"]) == ("well", 0)
        assert not running.says("parse_failed|Traceback", timeout=0)
    told = [title for title in desk.hook.titles() if "killed" in title]
    assert len(told) == 1
    assert told[0].startswith("WATCHFLOOR parsing processes were killed ")


def test_busy_child_of_the_daemon_that_is_killed_costs_a_second_parse_only(desk: Desk) -> None:
    """The feed takes seconds to parse; the notice needs three deaths within an hour, and there was one."""
    slow = rss({"title": "A militia moves", "guid": "1"}).replace(b"<item>", b"<x>a</x>" * 40_000 + b"<item>")
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk, fresh=True) as running:
        assert running.says("baseline source=s1 articles=1")
        desk.outlet.serve("/a.xml", slow, ETag='"slow"')
        busy(running).kill()
        assert desk.hook.wait_for(1), running.log
        assert source(desk, "s1")["failures"] == 0
        assert not running.says("parse_failed|not_parsed|Traceback", timeout=0)
    assert desk.hook.titles() == ["PRIORITY A militia moves | Outlet 1"]


def test_server_of_the_children_that_is_killed_is_replaced_and_costs_no_poll(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk, fresh=True) as running:
        assert running.says("baseline source=s1 articles=1")
        left = parsing_children(running.process.pid)
        (server,) = parsing_servers(running.process.pid)
        server.kill()
        psutil.wait_procs(left, timeout=PATIENCE)
        assert not [each for each in left if each.is_running()]
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for_title("A militia moves"), running.log
        assert (source(desk, "s1")["state"], source(desk, "s1")["failures"]) == ("well", 0)
        assert not running.says("parse_failed|Traceback", timeout=0)


def test_children_end_with_a_daemon_that_is_killed(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    with daemon(desk, fresh=True) as running:
        assert running.says("baseline source=s1 articles=1")
        left = parsing_children(running.process.pid) + parsing_servers(running.process.pid)
        assert len(left) > 1
    assert psutil.wait_procs(left, timeout=PATIENCE)[1] == []


def test_parse_killed_twice_charges_nobody_and_is_polled_again(desk: Desk) -> None:
    slow = rss({"title": "A militia moves", "guid": "1"}).replace(b"<item>", b"<x>a</x>" * 40_000 + b"<item>")
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk, fresh=True) as running:
        assert running.says("baseline source=s1 articles=1")
        desk.outlet.serve("/a.xml", slow, ETag='"slow"')
        while not running.says("outcome=not_parsed detail=the child was killed", timeout=0):
            with suppress(psutil.NoSuchProcess):
                busy(running).kill()
        assert desk.hook.wait_for_title("A militia moves"), running.log
        assert source(desk, "s1")["failures"] == 0
        assert not running.says("parse_failed|Traceback", timeout=0)
    assert desk.hook.titles().count("PRIORITY A militia moves | Outlet 1") == 1
