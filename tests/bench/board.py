"""The watch board on a store of N stories: time to the first byte of each page, its weight, the memory of its process.

python -m tests.bench.board [N]; 100,000 where none is given. No daemon runs beside it: what is measured is the board.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from alerts.board.registry import PAGES
from tests.bench.state import RULES, grow

ASKED = 60  # times, each page
PARTS = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"')
PACKED = {"Accept-Encoding": "gzip"}


def run() -> None:
    bench(int(os.environ.get("BOARD_STORIES", "100000")))


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
            _measured(host[1], n)
            print(f"memory of the board process: {psutil.Process(board.pid).memory_info().rss / 1e6:.0f} MB")
        finally:
            board.terminate()
            board.wait()


def _measured(host: str, n: int) -> None:
    body, _ = _asked(host, "/stories?range=7d")
    found = re.search(r'data-url="(/stories/\w+)"', body)
    pages = [
        *(each.path for each in PAGES if "{" not in each.path),
        "/stories?range=7d",
        *([found[1]] if found else []),
    ]
    took: list[float] = []
    for path in pages:
        times = sorted(_asked(host, path)[1] for _ in range(ASKED))
        took += times
        print(
            f"{path if not found or path != found[1] else '/stories/ID'}: {_ms(times, 50)} ms, p95 {_ms(times, 95)} ms"
        )
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
