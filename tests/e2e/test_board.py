"""The board over real HTTP, beside a daemon that filled its store by the real line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import psutil
import pytest

from alerts.demo.sinks import MailSink
from tests.e2e.board import BoardDesk, Floor, floor, served
from tests.e2e.servers import Hook, Outlet, rss

HOSTILE = "<script>alert(1)</script>"
NEWS = (
    {"title": "A militia moves on Balad", "guid": "1", "text": "A militia was seen near Balad."},
    {"title": "\u0645\u064a\u0644\u064a\u0634\u064a\u0627 \u062a\u062a\u062d\u0631\u0643", "guid": "2"},
    {"title": f"Militia {HOSTILE.replace('<', '&lt;')} seen", "guid": "3"},
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """One daemon and one board for all: each costs seconds."""
    desk = BoardDesk(tmp_path_factory.mktemp("board"), Outlet(), Hook(), MailSink())
    at = datetime.now(UTC)
    dated = [each | {"date": format_datetime(at - timedelta(minutes=n + 5))} for n, each in enumerate(NEWS)]
    desk.outlet.serve("/a.xml", rss(*dated))
    desk.write("/a.xml")
    with floor(desk) as made:
        assert made.running.says_times("state=sent", len(NEWS)), made.running.log
        yield made
    for each in (desk.outlet, desk.hook, desk.mail):
        each.close()


def test_stories_are_shown_as_told_and_as_json(board: Floor) -> None:
    page, record = board.get("/stories"), board.get("/api/v1/stories").json
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    headlines = {each["headline"] for each in record["stories"]}
    assert "A militia moves on Balad" in headlines
    assert len(headlines) == len(NEWS)
    assert all(f'id="{each["story"]}"' in page.text for each in record["stories"])
    assert {each["severity"] for each in record["stories"]} == {"priority"}


def test_nothing_of_a_feed_is_markup(board: Floor) -> None:
    page = board.get("/stories")
    assert "<script>alert" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Server"] == "watchfloor"


def test_what_cannot_be_read_is_said(board: Floor) -> None:
    refused = board.get("/stories?state=x")
    assert refused.status == 400
    assert "it is one of open, acknowledged, silenced" in refused.text
    assert board.get("/api/v1/stories?since=soon").json == {
        "error": 'since is "soon", which is no time; write 90m, 24h, 03:00, yesterday, yesterday 18:00 or 2026-06-14T18:00'
    }
    assert board.get("/nowhere").status == 404
    assert board.get("/static/0000000000/../server.py").status == 404


def test_filters_hold(board: Floor) -> None:
    def shown(query: str) -> int:
        return len(board.get(f"/api/v1/stories?{query}").json["stories"])

    assert shown("state=open") == len(NEWS)
    assert shown("state=acknowledged") == 0
    assert shown("severity=flash,immediate") == 0
    assert shown("severity=priority&rule=militia") == len(NEWS)
    assert shown("rule=nobody") == 0
    assert shown("range=1h") == len(NEWS)
    assert shown("since=yesterday&until=yesterday+00:01") == 0


def test_board_that_dies_is_started_again(board: Floor) -> None:
    [child] = [each for each in psutil.Process(board.running.process.pid).children() if "board" in each.cmdline()]
    child.kill()
    board.address = served(board.running, times=2)
    assert board.get("/stories").status == 200
    assert board.running.says("board ended code=-9 times=1")


def test_no_store_no_board(tmp_path: Path) -> None:
    desk = BoardDesk(tmp_path, Outlet(), Hook(), MailSink())
    desk.write("/a.xml")
    refused = desk.run("board", expect=1)
    assert "has `watchfloor run` been started with this --state-dir?" in refused.stderr
    for each in (desk.outlet, desk.hook, desk.mail):
        each.close()
