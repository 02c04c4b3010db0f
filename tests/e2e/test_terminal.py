"""Commands as they look on a terminal of 80 columns, and as a pipe reads them."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping

import pytest

from alerts.cli.screen import columns
from tests.e2e.conftest import Desk
from tests.e2e.dated import item
from tests.e2e.running import daemon
from tests.e2e.servers import rss
from tests.e2e.starting import start

ARABIC = (
    "ميليشيا تعلن مسؤوليتها عن هجوم صاروخي استهدف قاعدة عين الأسد الجوية التي تضم قوات أمريكية غربي العراق مساء الأحد"
)
ENGLISH = (
    "A militia says that it struck an air base housing foreign troops in western Iraq with a salvo of rockets at dawn"
)
ID = re.compile(r"\b[adst][0-9a-hjkmnp-tv-z]{14}\b")
TIME = r"\d\d \w{3} \d\d:\d\d Baghdad \((?:\d\d \w{3} )?\d\d:\d\d UTC\)"


@pytest.fixture
def told(desk: Desk) -> Desk:
    """Give a desk in Baghdad that told of two stories, one in Arabic, and has a source that fails and a silence."""
    desk.outlet.serve("/a.xml", rss(item(ENGLISH, "1"), item(ARABIC, "2"), item(ENGLISH, "3")))
    desk.outlet.serve("/b.xml", b"no feed")
    desk.write("/a.xml", "/b.xml", settings="backfill: 6h, timezone: Asia/Baghdad")
    desk.run("run", "--once")
    reason = "an exercise at Balad until dawn, with live rounds on the ranges north of the river"
    desk.run("silence", "add", "--text", "Balad", "--for", "9h", "--reason", reason, "--by", "Noor")
    desk.run("ack", "last", "--by", "Noor")
    return desk


def on_terminal(desk: Desk, *words: str, width: int = 80, more: Mapping[str, str] | None = None) -> str:
    """Run a command whose standard output is a terminal of that width; return what it printed."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environ = {name: value for name, value in desk.environ().items() if name not in {"COLUMNS", "LINES"}} | dict(
        more or {}
    )
    command = [sys.executable, "-m", "alerts", *words]
    with subprocess.Popen(command, cwd=desk.place, env=environ, stdin=subprocess.DEVNULL, stdout=its) as process:
        os.close(its)
        printed = b""
        try:
            while block := os.read(ours, 65536):
                printed += block
        except OSError:  # EIO: the other end of the terminal was closed
            pass
        os.close(ours)
    assert process.returncode == 0
    return printed.decode().replace("\r\n", "\n")


SHOWN = [
    ("stories",),
    ("deliveries",),
    ("sources",),
    ("status",),
    ("silence", "list"),
    ("explain", "last"),
    ("match", ENGLISH),
    ("backtest", "--since", "24h"),
    ("ack", "last", "--by", "Omar"),
]


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_lines_fit_a_terminal_and_lose_nothing(told: Desk, words: tuple[str, ...]) -> None:
    whole = told.run(*words).stdout
    shown = on_terminal(told, *words)
    assert [line for line in shown.splitlines() if columns(line) > 80] == []
    assert ID.findall(shown) == ID.findall(whole), "no id is cut or broken"
    bare = re.compile("[\u2068\u2069]")
    ages = re.compile(r"\d+ (s|min)\b")  # "polled 2 s ago" grows between the two runs
    assert ages.sub("", bare.sub("", shown)).split() == ages.sub("", bare.sub("", whole)).split()


def test_narrow_and_wide_terminals_are_used(told: Desk) -> None:
    assert max(map(columns, on_terminal(told, "deliveries", width=60).splitlines())) <= 60
    assert max(map(columns, on_terminal(told, "deliveries", width=300).splitlines())) > 100


def test_answer_of_the_daemon_is_folded_to_the_terminal_of_who_asks(told: Desk) -> None:
    with daemon(told) as running:
        assert running.says("running sources=2")
        socket = {"WATCHFLOOR_SOCKET": str(told.place / "var" / "control.sock")}
        shown = on_terminal(told, "deliveries", more=socket)
        piped = start("alerts", "deliveries", place=told.place, environ=told.environ() | socket).stdout
    assert running.says("read deliveries")
    assert max(map(columns, shown.splitlines())) <= 80
    assert piped == told.run("deliveries").stdout, "into a pipe rows go whole"
    assert max(map(columns, piped.splitlines())) > 80


def test_a_row_is_one_line_where_a_pipe_reads_it(told: Desk) -> None:
    rows = [json.loads(line) for line in told.run("deliveries", "--json").stdout.splitlines()]
    lines = told.run("deliveries").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [row["id"] for row in rows]
    assert any(ARABIC in line for line in lines)


PRINTING_TIMES = [
    ("stories",),
    ("deliveries",),
    ("deliveries", "show", "last"),
    ("status",),
    ("silence", "list", "--all"),
    ("explain", "last"),
    ("ack", "last"),
    ("handover",),
    ("sources", "evidence", "last"),
    ("sources", "try", "s1"),
]


@pytest.mark.parametrize("words", PRINTING_TIMES, ids=" ".join)
def test_every_time_is_in_the_zone_of_the_desk_with_utc_beside_it(told: Desk, words: tuple[str, ...]) -> None:
    shown = told.run(*words).stdout
    # what an outlet's server said is shown as it said it, and an address has a port
    shown = re.sub(r"https?://\S+", "", shown.partition("\nheaders: ")[0])
    assert re.search(TIME, shown)
    assert not re.search(r"\d:\d\d|\d\d\d\d-\d\d-\d\d", re.sub(TIME, "", shown))


def test_zone_is_that_of_the_desk_while_the_rules_have_errors(told: Desk) -> None:
    told.rules.write_text(told.rules.read_text(encoding="utf-8").replace("severity: priority", "severity: loud"))
    assert re.search(TIME, told.run("deliveries").stdout)


def test_daemon_on_a_terminal_says_what_it_does_and_where_to_look(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(item(ENGLISH, "1")))
    desk.write("/a.xml")
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "alerts", "run"]
    with subprocess.Popen(command, cwd=desk.place, env=desk.environ(), stdin=subprocess.DEVNULL, stderr=its) as process:
        os.close(its)
        said = b""
        while b"baseline source=s1" not in said:
            said += os.read(ours, 65536)
        process.terminate()
        assert process.wait(timeout=60) == 0
        os.close(ours)
    lines = [each.rpartition("\x1b[K")[2] for each in said.decode().split("\r\n")]  # "reading the rules ..." is erased
    assert [each for each in lines if each and not each.startswith("20")] == [
        "Watching 1 source by 1 rule; alerts go to hook, mail.",
        "What the feeds hold now is taken for known; what is new from here on is told. Below is the log.",
        f"In another terminal: watchfloor status, watchfloor stories (the store: {desk.place / 'var'})",
        "Ctrl-C ends it.",
    ]
