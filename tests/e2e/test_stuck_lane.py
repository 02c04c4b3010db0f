"""A lane whose send does not end: real lanes, servers and watch; who is told, by which way, and when it is over."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from alerts.decide import life
from alerts.decide.life import Sending
from alerts.line import deliver as delivering
from alerts.line import direct_notice
from alerts.run import watch as watching
from alerts.run.watch import Paces, Watch
from tests.e2e.outgoing import NOW, Outgoing, outgoing
from tests.e2e.servers import PATIENCE, Hook, Outlet, closing_all


def test_a_lane_that_hangs_is_told_through_another_and_once_that_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "SENDING", 0.5)
    monkeypatch.setattr(watching, "BEAT", 0.05)
    other, stuck, beats = Hook(), Outlet(), Outlet()
    stuck.hang("/x")
    url = stuck.base.replace("http://", "json://")

    async def work(line: Outgoing) -> None:
        config = replace(line.config, heartbeat=beats.serve("/beat", b""))
        watch = Watch(tmp_path, line.lane, lambda: config, Paces(look=0.05, sign=30))
        watch.start(sends=line.deliver.sends)
        try:
            await line.queue("one", "desk")
            await line.deliver.start_due(line.clock)
            assert await asyncio.to_thread(other.wait_for_title, "WATCHFLOOR sending to desk hangs")
            assert len(stuck.asked("/x")) == 1  # it is not asked to tell of itself
            assert line.deliver.send_ages(time.monotonic())["json",] > 0.5
            assert "a message to desk" in watch.not_ready()
            assert not watch.well(time.monotonic())
            assert json.loads((tmp_path / "life.json").read_text())["why"].startswith("sending to desk hangs")
            calls = len(beats.asked("/beat"))
            await asyncio.sleep(0.3)
            assert (len(beats.asked("/beat")), watch.dead()) == (calls, "")
            stuck.answers.pop("/x")
            stuck.serve("/x", b"")
            stuck.released.set()
            assert await asyncio.to_thread(other.wait_for_title, "WATCHFLOOR sending to desk goes on")
            assert (watch.not_ready(), watch.well(time.monotonic())) == ("", True)
            assert await asyncio.to_thread(beats.wait_for, "/beat")
        finally:
            await asyncio.to_thread(watch.close)
        told = [title for title in other.titles() if "sending to" in title]
        assert told == ["WATCHFLOOR sending to desk hangs", "WATCHFLOOR sending to desk goes on"]

    with closing_all(other, stuck, beats):
        receivers = {"desk": f'urls: ["{url}/x?rto=30"]', "other": f'urls: ["{other.url}"]'}
        outgoing(tmp_path, receivers, work)


def test_no_heartbeat_says_that_all_is_well_while_no_daemon_does_a_part(tmp_path: Path) -> None:
    beats, undone = Outlet(), [True]

    async def work(line: Outgoing) -> None:
        config = replace(line.config, heartbeat=beats.serve("/beat", b""))
        watch = Watch(tmp_path, line.lane, lambda: config, Paces(look=0.05, sign=30))
        watch.start(undone=lambda: undone[0])
        try:
            await asyncio.sleep(1)
            watch.beats.loop = watch.beats.tick = time.monotonic()
            assert not beats.asked("/beat")
            undone[0] = False
            assert await asyncio.to_thread(beats.wait_for, "/beat")
        finally:
            await asyncio.to_thread(watch.close)

    with closing_all(beats, hook := Hook()):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, work)


@pytest.mark.parametrize("stopped", ["process", "loop"])
def test_a_process_or_a_loop_that_stood_still_hangs_no_lane(tmp_path: Path, stopped: str) -> None:
    async def work(line: Outgoing) -> None:
        began = time.monotonic() - life.SENDING - 1
        watch = Watch(tmp_path, line.lane, lambda: line.config, Paces(sign=1e9))
        watch._sends = lambda: [Sending("desk", "desk#1", began)]
        watch._resumed = began
        watch.looked = began if stopped == "process" else time.monotonic()
        watch.beats.loop -= life.STILL + 1 if stopped == "loop" else 0
        watch._look(time.monotonic())
        assert "sending to" not in json.loads((tmp_path / "life.json").read_text())["why"]
        assert not watch._lanes

    with closing_all(hook := Hook()):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, work)


def test_what_a_lane_left_behind_and_sent_past_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "LEASE", timedelta(seconds=0.3))
    stuck = Outlet()
    stuck.hang("/x")
    url = stuck.base.replace("http://", "json://")

    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")
        await line.drain()
        assert [each.receiver for each in line.deliver.sends()] == ["desk"]
        stuck.answers.pop("/x")
        stuck.serve("/x", b"")
        await line.drain(NOW + timedelta(hours=1))
        assert line.deliver.sends() == []
        assert line.deliver.hung() == {"json": 1}

    with closing_all(stuck):
        outgoing(tmp_path, {"desk": f'urls: ["{url}/x?rto=5"]'}, work)


def test_a_direct_notice_goes_past_a_receiver_that_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_notice, "TAKEN_WITHIN", 0.5)
    other, stuck = Hook(), Outlet()
    stuck.hang("/x")
    url = stuck.base.replace("http://", "json://")

    async def work(line: Outgoing) -> None:
        telling = threading.Thread(
            target=direct_notice.tell_directly, args=(line.config, "the disk is full", "no room", NOW), daemon=True
        )
        telling.start()
        assert await asyncio.to_thread(other.wait_for_title, "WATCHFLOOR the disk is full")

    with closing_all(other, stuck):
        outgoing(tmp_path, {"desk": f'urls: ["{url}/x?rto=50"]', "other": f'urls: ["{other.url}"]'}, work)


def test_a_lane_that_ends_by_an_error_fails_the_stage_that_sends(tmp_path: Path) -> None:
    hook = Hook()

    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")
        trigger = "CREATE TRIGGER no BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'no row is changed'); END"
        await line.lane.write(lambda connection: connection.execute(text(trigger)))
        await line.deliver.start_due(line.clock)
        with suppress(IntegrityError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*line.deliver._running.values())
        with pytest.raises(delivering.LaneStopped, match=r"lane desk.*no row is changed"):
            line.deliver.need_lanes()
        line.deliver.need_lanes()  # told once a stop
        await line.lane.write(lambda connection: connection.execute(text("DROP TRIGGER no")))
        await line.drain()
        assert hook.titles() == ["PRIORITY A militia moves one | Wire"]

    with closing_all(hook):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, work)
