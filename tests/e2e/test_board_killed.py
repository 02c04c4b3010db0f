"""The board and the daemon are killed: who reads goes on reading, is told so, and an open page heals by itself."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import psutil
import pytest
from lxml import html
from playwright.sync_api import Browser

from alerts.board import alone
from alerts.demo.sinks import MailSink
from alerts.run.lock import lock
from tests.e2e.board import NEWS, TOKEN, BoardDesk, Floor, served, settings_of
from tests.e2e.browsing import BROWSER, NO_BROWSER, closed, launched, opened
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import PATIENCE, Hook, Outlet, rss, until


@dataclass
class KeptDesk(BoardDesk):
    """A desk whose board is served at one address, whichever daemon runs."""

    port: int = 0

    def environ(self) -> dict[str, str]:
        return super().environ() | {"WATCHFLOOR_BOARD": f"127.0.0.1:{self.port}"}


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = int(line.getsockname()[1])
    desk = KeptDesk(tmp_path, Outlet(), Hook(), MailSink(), port)
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    news = [{"title": f"{title} {number}", "guid": str(number)} for number, (title, _) in enumerate(NEWS * 3)]
    desk.outlet.serve("/a.xml", rss(*(each | {"date": format_datetime(datetime.now(UTC))} for each in news)))
    desk.write("/a.xml", settings=settings_of(tmp_path / "token"), every="2s")
    running = Running(desk)
    made = Floor(desk, running, served(running))
    assert running.says_times("state=sent", len(NEWS)), running.log
    yield made
    made.running.end()
    for each in (desk.outlet, desk.hook, desk.mail):
        each.close()


def board_of(floor: Floor) -> psutil.Process:
    [found] = floor.running.boards()
    return found


@contextmanager
def killed(floor: Floor) -> Iterator[None]:
    """Kill the daemon as the kernel would; behind the `with` block there is another, and the board that was left ends."""
    before, left = floor.running, board_of(floor)
    before.process.kill()
    before.process.wait()
    yield
    floor.running = Running(floor.desk)
    assert served(floor.running) == floor.address
    assert not any("board ended" in each for each in floor.running.log), "the address was free in time"
    until(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE)  # boards do not pile up
    before.end()


def test_board_of_a_killed_daemon_says_so_until_the_next_one_takes_its_address(floor: Floor) -> None:
    noor = floor.signed_in("Noor")
    with killed(floor):
        page = html.fromstring(noor.get("/stories").text)
        [banner] = page.cssselect("#lost")
        said = banner.text_content()
        assert said.startswith("Nothing is watched: the daemon is gone since "), said
        assert f"{datetime.now(UTC):%d %b}" in said
        assert page.cssselect("title")[0].text.startswith("OLD - ")
        assert len(page.cssselect("li.story")) >= len(NEWS), "what was told stays readable"
        story = floor.api("/stories")["stories"][0]["story"]
        refused = noor.post(f"/stories/{story}/ack", {"key": noor.key()})
        assert (refused.status, "no daemon runs" in refused.text) == (409, True)
    until(lambda: html.fromstring(floor.get("/stories").text).cssselect("#lost[hidden]"))


def test_board_without_a_daemon_ends_where_nobody_reads_or_its_store_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends(idle: float, state: Path) -> str:
        async with asyncio.timeout(PATIENCE):
            return await alone.until_replaced(state, lambda: idle)

    monkeypatch.setattr(alone, "LOOKED", 0.05)
    assert asyncio.run(ends(alone.LEFT_ALONE, tmp_path)) == "nobody has read it for 900 s"
    assert asyncio.run(ends(0.0, tmp_path / "gone")) == "the state directory is gone"
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(ends(alone.LEFT_ALONE - 1, tmp_path), 0.5))

    async def beside_a_command() -> str:
        held, looks = lock(tmp_path), [0]

        def idle() -> float:
            looks[0] += 1
            if looks[0] == 2:  # the command is over before the second look
                held.close()
            return 0.0

        async with asyncio.timeout(PATIENCE):
            ending = asyncio.create_task(alone.until_replaced(tmp_path, idle))
            while looks[0] < 4:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
            assert not ending.done()
            with lock(tmp_path):
                return await ending

    assert "has the state directory now" in asyncio.run(beside_a_command())


def test_board_of_its_own_goes_on_through_the_end_of_a_daemon_and_the_start_of_the_next(floor: Floor) -> None:
    """As watchfloor-board.service does: the daemon serves none, and neither ends the other."""
    floor.running.end()
    unserved = Desk(floor.desk.place, floor.desk.outlet, floor.desk.hook, floor.desk.mail)
    floor.running = Running(unserved)
    assert floor.running.says("running sources="), floor.running.log
    board = Running(unserved, words=("alerts", "board", "--at", "127.0.0.1:0"))
    try:
        alone_at = Floor(unserved, board, served(board)).signed_in("Noor")
        story = alone_at.api("/stories")["stories"][0]["story"]
        until(lambda: html.fromstring(alone_at.get("/stories").text).cssselect("#lost[hidden]"))
        floor.running.process.kill()
        floor.running.process.wait()
        until(lambda: "Nothing is watched: the daemon is gone" in alone_at.get("/stories").text)
        assert alone_at.post(f"/stories/{story}/ack", {"key": alone_at.key()}).status == 409
        floor.running.end()
        floor.running = Running(unserved)
        assert floor.running.says("running sources="), floor.running.log  # it takes orders from then on
        until(lambda: html.fromstring(alone_at.get("/stories").text).cssselect("#lost[hidden]"))
        assert alone_at.post(f"/stories/{story}/ack", {"key": alone_at.key()}).status == 303, "by the next daemon"
    finally:
        board.end()


@pytest.mark.skipif(BROWSER is None, reason=NO_BROWSER)
def test_open_page_heals_after_kills_and_shows_a_refusal_where_it_is_scrolled(floor: Floor) -> None:
    with launched() as browser:
        heals(browser, floor)


@contextmanager
def scrolled_down(browser: Browser, floor: Floor) -> Iterator[Callable[[], None]]:
    """Open a page and scroll it to its end; give a function that orders there and sees the refusal."""
    page = opened(browser, floor, signed="Noor")
    page.set_viewport_size({"width": 360, "height": 500})
    page.goto("/stories")
    button = page.locator("li.story button", has_text="Acknowledge").last
    button.scroll_into_view_if_needed()
    assert page.evaluate("window.scrollY") > 500

    def refused_in_sight() -> None:
        button.click()
        notice = page.locator("#notice.bad", has_text="without systemd: watchfloor run")
        notice.wait_for()
        assert page.evaluate("window.scrollY") > 500
        seen = notice.bounding_box()
        assert seen
        assert seen["y"] >= 0
        assert seen["y"] + seen["height"] <= 500

    yield refused_in_sight
    closed(page)


def heals(browser: Browser, floor: Floor) -> None:
    page = opened(browser, floor)
    page.set_viewport_size({"width": 360, "height": 500})
    page.goto("/stories")
    at = page.locator("li.story").nth(2)  # one that can be scrolled to the top
    identity = at.get_attribute("id")
    at.evaluate("each => window.scrollTo(0, each.getBoundingClientRect().top + window.scrollY)")
    place = page.locator(f"#{identity}")
    page.evaluate("window.kept = true")
    before = place.bounding_box()
    assert before

    daemon = floor.running.process
    daemon.send_signal(signal.SIGSTOP)  # else there may be another board before the page misses one
    board_of(floor).kill()
    page.locator("html.stale").wait_for()
    assert page.title().startswith("OLD - ")
    daemon.send_signal(signal.SIGCONT)
    fresh(floor, "Militia enters Mosul")
    page.locator("li.story", has_text="Militia enters Mosul").wait_for()
    page.locator("#lost").wait_for(state="hidden")
    assert page.locator("html.stale").count() == 0

    with scrolled_down(browser, floor) as refused_in_sight, killed(floor):
        page.locator("#lost", has_text="Nothing is watched: the daemon is gone since ").wait_for()
        refused_in_sight()
    fresh(floor, "Militia leaves Tikrit")
    page.locator("li.story", has_text="Militia leaves Tikrit").wait_for()
    page.locator("#lost").wait_for(state="hidden")
    assert not page.title().startswith("OLD - ")
    after = place.bounding_box()
    assert after
    assert abs(after["y"] - before["y"]) < 2, "the place is kept"
    assert page.evaluate("window.kept"), "it was not loaded again"
    closed(page)


def fresh(floor: Floor, title: str) -> None:
    item = {"title": title, "guid": title, "date": format_datetime(datetime.now(UTC))}
    floor.desk.outlet.serve("/a.xml", rss(item))
