"""The daemon's stages and owners as they run: one order for all, a stage that fails costs no other, nothing is left."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from alerts.rules.match import Matcher
from alerts.run.service import Service
from alerts.run.stage import Stage, Turn, run_stages
from alerts.store import decisions
from crawler.clock import Clock
from crawler.store.db import DATABASE, Database
from tests.e2e.conftest import Desk
from tests.e2e.running import parsing_children
from tests.e2e.servers import rss

NOW = datetime(2026, 6, 14, 10, tzinfo=UTC)
DATE = "Sun, 14 Jun 2026 09:30:00 GMT"
BESIDE = ("page", "translations", "headlines", "acks")  # how the names of tasks begin
ARCHITECTURE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    [found] = re.findall(rf"^## {title}.+?(?=^## )", ARCHITECTURE, re.MULTILINE | re.DOTALL)
    return str(found)


def noting(stages: tuple[Stage, ...], patch: pytest.MonkeyPatch, ran: list[str]) -> None:
    """Note the name of each stage when it runs or takes rules over."""

    def note(stage: Stage, method: str) -> None:
        done: Any = getattr(stage, method)

        def noted(*words: Any) -> Any:
            ran.append(stage.name)
            return done(*words)

        patch.setattr(stage, method, noted)

    for each in stages:
        note(each, "run")
        note(each, "use")


def test_tick_round_and_reload_go_through_the_stages_in_the_order_of_the_document(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    listed = re.findall(r"^\| `([a-z ]+)` ?(\*?) \|", section("A tick, a round, a reload"), re.MULTILINE)
    in_order, at_once = [name for name, _ in listed], [name for name, star in listed if star]

    async def run() -> tuple[list[str], list[str], list[str], list[str]]:
        ran: list[str] = []

        def since() -> list[str]:
            seen = ran.copy()
            ran.clear()
            return seen

        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            noting(service._stages, monkeypatch, ran)
            await service.start(NOW)
            await service.round(NOW)
            rounded = since()
            assert await service.reload(NOW)
            reloaded = since()
            await service._tick(Clock(lambda: NOW))
            ticked = since()
            await service._heard(Turn(lambda: NOW))
            return rounded, reloaded, ticked, since()

    assert asyncio.run(run()) == (in_order, in_order, in_order, at_once)


def test_the_rules_are_compiled_once_also_after_a_reload(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    before = {id(each): each for each in _matchers()}

    async def run() -> list[int]:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(NOW)
            started = sum(id(each) not in before for each in _matchers())
            assert await service.reload(NOW)
            gc.collect()
            return [started, sum(id(each) not in before for each in _matchers())]

    assert asyncio.run(run()) == [1, 1]


def _matchers() -> list[Matcher]:
    return [each for each in gc.get_objects() if isinstance(each, Matcher)]


def test_round_that_cannot_judge_still_sends_and_ends_with_one(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/a.xml")
    desk.hook.script = [500]
    desk.rounds("2026-06-14T10:00:00Z")
    assert desk.hook.accepted == []
    database = Database.at(desk.place / "var" / DATABASE)
    with database.write() as connection:
        decisions.set_mark(connection, "triaged", "no number")
    database.close()
    done = desk.run("run", "--at", "-", stdin="2026-06-14T10:10:00Z\n", expect=1)
    assert desk.hook.titles() == ["PRIORITY (possible repeat) A militia moves | Outlet 1"]
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(
        "watchfloor: the round was done but for what failed, the log above says why: judge: ValueError("
    )


def test_no_source_is_polled_while_a_reload_opens_another_crawler(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1m")
    clock = Clock(lambda: NOW + timedelta(minutes=5))

    async def run() -> None:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(NOW)
            await service.round(NOW)
            collecting, closed, go_on = service._collecting, asyncio.Event(), asyncio.Event()
            close = collecting.close

            async def closing() -> None:
                await close()
                closed.set()
                await go_on.wait()

            desk.write("/a.xml", every="1m", settings='contact: "watch@example.org"')
            with monkeypatch.context() as patch:
                patch.setattr(collecting, "close", closing)
                reloading = asyncio.create_task(service.reload(clock()))
                await closed.wait()
                await service._tick(clock)
                await asyncio.gather(*collecting._polls.values())
                assert len(desk.outlet.asked("/a.xml")) == 1
                go_on.set()
                assert await reloading
            await service._tick(clock)
            await asyncio.gather(*collecting._polls.values())
            assert collecting.states["s1"].failures == 0

    asyncio.run(run())
    agents = [headers["User-Agent"] for headers in desk.outlet.asked("/a.xml")]
    assert len(agents) == 2
    assert "watch@example.org" in agents[1]


@pytest.mark.parametrize(
    ("name", "owner", "method"),
    [
        ("fetch pages", "_pages", "_read_and_store"),
        ("translate", "_translator", "work_off"),
        ("read headlines", "_encoding", "catch_up"),
        ("acknowledge", "_acknowledgements", "look"),
    ],
)
def test_task_beside_a_tick_that_fails_is_the_failure_of_its_stage(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, owner: str, method: str
) -> None:
    link = f"{desk.outlet.base}/one"
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE, "link": link}))
    desk.outlet.serve("/one", b"<html><body><p>A militia moves.</p></body></html>")
    desk.write("/a.xml", keys="reliability: B")

    async def fails(*_: object) -> None:
        raise OSError("broken")

    async def run() -> list[dict[str, Exception]]:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(NOW)
            stages = {each.name: each for each in service._stages}
            monkeypatch.setattr(getattr(stages[name], owner), method, fails)
            await run_stages([stages["poll"]], Turn(lambda: NOW, waits=True))
            seen = []
            for after in (timedelta(0), timedelta(seconds=1), timedelta(seconds=2)):
                turn = Turn(lambda after=after: NOW + after)  # type: ignore[misc]
                await run_stages([stages[name]], turn)
                seen.append(turn.failed)
                begun = [each for each in asyncio.all_tasks() if each.get_name().split()[0] in BESIDE]
                await asyncio.wait(begun or [asyncio.create_task(asyncio.sleep(0))])
            return seen

    first, *later = asyncio.run(run())
    assert first == {}
    assert [name for each in later for name in each] == [name], "once, at the turn after"
    assert all(str(error) == "broken" for each in later for error in each.values())


def test_owners_are_those_of_the_document_in_its_order_and_leave_nothing_running(desk: Desk) -> None:
    dated = format_datetime(datetime.now(UTC))
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": dated}))
    desk.write("/a.xml")
    owners = re.findall(r"^\| `([\w/]+\.py)` \| .+ \| `(\w+)` \| ", section("Threads"), re.MULTILINE)
    before, others = set(threading.enumerate()), parsing_children(os.getpid())

    async def run() -> tuple[list[str], set[str], list[psutil.Process]]:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            running = asyncio.create_task(service.run())
            assert await asyncio.to_thread(desk.hook.wait_for, 1)
            named = {each.name for each in threading.enumerate()}
            children = [each for each in parsing_children(os.getpid()) if each not in others]
            service.stop()
            await running
            return service.owned.order, named, children

    order, named, children = asyncio.run(run())
    assert order == [owner for _, owner in owners]
    assert "writer" in named
    assert children
    assert not [each for each in children if each.is_running()]
    left = {each.name for each in set(threading.enumerate()) - before}
    assert not {each for each in left if "process_request_thread" not in each}  # of the servers of this test


def test_file_of_each_owner_defines_it() -> None:
    root = Path(__file__).parents[2]
    rows = re.findall(r"^\| `([\w/]+\.py)` \| .+ \| `(\w+)`", section("Threads"), re.MULTILINE)
    assert rows
    for file, owner in rows:
        assert re.search(rf"^(class|def) {owner}\b", (root / file).read_text(encoding="utf-8"), re.MULTILINE), owner
