"""The watch board: time to the first byte of each page on N stories, its weight, its memory; polls while 20 are open.

python -m tests.bench.board [N]; 100,000 where none is given. No daemon runs beside that; a daemon of its own shows what
20 open boards cost its polls, and 20 with a backtest that is begun again whenever it ends.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from alerts.board.registry import PAGES
from alerts.demo.sinks import MailSink
from tests.bench.state import RULES, grow
from tests.e2e.board import BoardDesk, Floor, served
from tests.e2e.running import Running
from tests.e2e.servers import Hook, Outlet, rss

ASKED = 60  # times, each page
BOARDS, POLLS, EVERY = 20, 8, 5.0  # boards open, polls while they are, seconds between two
ARCHIVE = 20_000  # articles that the backtest goes through
TRIED = "- id: tried\n  title: Tried\n  match: {all: [dar, lim]}\n  severity: flash\n  notify: [hook]\n"
PARTS = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"')
PACKED = {"Accept-Encoding": "gzip"}


def run() -> None:
    bench(int(os.environ.get("BOARD_STORIES", "100000")))
    lateness()


def bench(n: int) -> None:
    with TemporaryDirectory(prefix="watchfloor-bench") as place:
        state, rules = Path(place) / "var", Path(place) / "rules.yaml"
        state.mkdir(mode=0o700)
        grow(state, n)
        rules.write_text(RULES.format(url="http://127.0.0.1:9/a.xml"), encoding="utf-8")
        words = ["board", "--config", str(rules), "--state-dir", str(state), "--at", "127.0.0.1:0"]
        board = subprocess.Popen([sys.executable, "-m", "alerts", *words], stderr=subprocess.PIPE, text=True)
        try:
            assert board.stderr
            said = next(line for line in board.stderr if "board served" in line)
            host = re.search(r"address=http://([^/]+)/", said)
            assert host
            _measured(host[1], n, psutil.Process(board.pid))
            print(f"memory of the board process: {psutil.Process(board.pid).memory_info().rss / 1e6:.0f} MB")
        finally:
            board.terminate()
            board.wait()


def lateness() -> None:
    """Print how late the polls of a daemon are: nobody has the board open, BOARDS have, and a rule is tried besides."""
    with TemporaryDirectory(prefix="watchfloor-bench") as place:
        outlet = Outlet()
        outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        desk = BoardDesk(Path(place), outlet, Hook(), MailSink())
        desk.write("/a.xml", every=f"{EVERY:.0f}s")
        state = Path(place) / "var"
        state.mkdir(mode=0o700)
        grow(state, ARCHIVE)
        running = Running(desk, fresh=True)
        host = served(running).removeprefix("http://")
        try:
            for boards, backtests in ((0, 0), (BOARDS, 0), (BOARDS, 1)):
                ended, matched = threading.Event(), list[int]()
                readers = [threading.Thread(target=_read, args=(host, ended)) for _ in range(boards)]
                readers += [threading.Thread(target=_backtest, args=(host, ended, matched)) for _ in range(backtests)]
                for each in readers:
                    each.start()
                late = sorted(_late(outlet))
                ended.set()
                for each in readers:
                    each.join()
                beside = f" and a backtest (begun {len(matched)} times, {sum(matched):,} articles)" if backtests else ""
                print(
                    f"{boards} boards open{beside}: {len(late)} polls, median {_ms(late, 50)} ms late, "
                    f"the latest {late[-1] * 1000:.0f} ms",
                    flush=True,
                )
        finally:
            running.end()
            for closing in (desk.outlet, desk.hook, desk.mail):
                closing.close()


def _backtest(host: str, ended: threading.Event, matched: list[int]) -> None:
    """Try a rule on the archive, again and again, as somebody does who has not signed in."""
    floor = Floor(desk=None, running=None, address=f"http://{host}")  # type: ignore[arg-type] # only asked over HTTP
    form = {"rule": TRIED, "how": "backtest", "span": "30d"}
    while not ended.is_set():
        begun = floor.post("/try", form | {"key": floor.key("/try")})
        assert begun.status == 303, begun.text
        trial: dict[str, Any] = {"state": "running", "done": 0}
        while trial["state"] == "running" and not ended.wait(0.2):
            trial = floor.api(begun.headers["Location"])["trial"]
        matched.append(int(trial["done"]))
        floor.post(f"{begun.headers['Location']}/stop", {"key": floor.key("/try")})
        assert trial["state"] in {"running", "done"}, trial


def _read(host: str, ended: threading.Event) -> None:
    """Keep a board open: hear of news, and ask for the stories as a page does that has heard of some, every second."""
    line = HTTPConnection(host, timeout=60)
    line.request("GET", "/live")
    stream = line.getresponse()
    while not ended.wait(1.0):
        _asked(host, "/stories")
    stream.close()
    line.close()


def _late(outlet: Outlet) -> list[float]:
    """Return by how many seconds each gap between two of POLLS polls was longer than the source's rhythm."""
    seen, times = len(outlet.asked("/a.xml")), list[float]()
    while len(times) < POLLS + 1:
        if (now := len(outlet.asked("/a.xml"))) > seen:
            seen = now
            times.append(time.monotonic())
        time.sleep(0.005)
    return [later - earlier - EVERY for earlier, later in pairwise(times)]


def _measured(host: str, n: int, board: psutil.Process) -> None:
    body, _ = _asked(host, "/stories?range=7d")
    found = re.search(r'data-url="(/stories/\w+)"', body)
    pages = [
        *(each.path for each in PAGES if "{" not in each.path),
        "/stories?range=7d",
        *([found[1]] if found else []),
    ]
    took: list[float] = []
    for path in pages:
        before = sum(board.cpu_times()[:2])
        times = sorted(_asked(host, path)[1] for _ in range(ASKED))
        used = (sum(board.cpu_times()[:2]) - before) / ASKED
        took += times
        name = "/stories/ID" if found and path == found[1] else path
        print(f"{name}: {_ms(times, 50)} ms, p95 {_ms(times, 95)} ms, processor {used * 1000:.0f} ms", flush=True)
    print(f"time to first byte at {n:,} stories: p95 {_ms(sorted(took), 95)} ms of {len(took)} requests")
    sizes = {path: _weight(host, path) for path in ("/stories?range=7d", *PARTS.findall(body))}
    print(
        f"page weight with script and style: {sum(sizes.values()) / 1000:.1f} KB ({len(re.findall('<li class=.story', body))} stories)"
    )


def _asked(host: str, path: str) -> tuple[str, float]:
    """Return a page, and the seconds until its first byte."""
    line = HTTPConnection(host, timeout=60)
    began = time.perf_counter()
    line.request("GET", path)
    answer = line.getresponse()
    took = time.perf_counter() - began
    body = answer.read().decode()
    line.close()
    assert answer.status == 200, (path, body[-300:])
    return body, took


def _weight(host: str, path: str) -> int:
    line = HTTPConnection(host, timeout=60)
    line.request("GET", path, headers=PACKED)
    return len(line.getresponse().read())


def _ms(times: list[float], percent: int) -> str:
    return f"{times[min(len(times) - 1, len(times) * percent // 100)] * 1000:.0f}"


if __name__ == "__main__":
    bench(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    lateness()
