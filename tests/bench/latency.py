"""From "new item served" to "accepted by the sink", the daemon polling every second; and a flash in a storm."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.bench.shared import ROOT, given_store
from tests.e2e.servers import Hook, Outlet, rss

ITEMS = 20

RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], admin: hook}}
sources:
  - {{id: a, url: "{base}/a.xml", every: 1s}}
receivers:
  hook: {{urls: ["{hook}"]}}
rules:
  - {{id: m, title: M, match: [militia], severity: flash, notify: [hook]}}
"""


STORM = 500
SYLLABLES = ("kera", "boto", "lumi", "sade", "fipo", "zanu", "wiro", "tela")
STORM_RULES = RULES.replace("severity: flash", "severity: immediate") + (
    "  - {{id: b, title: B, match: [airbase], severity: flash, notify: [hook]}}\n"
)


def run() -> None:
    alone()
    storm()


def alone() -> None:
    with tempfile.TemporaryDirectory() as place, closing(Outlet()) as outlet, closing(Hook()) as hook:
        items = [{"title": "Quiet", "guid": "0"}]
        outlet.serve("/a.xml", rss(*items))
        rules = Path(place) / "rules.yaml"
        rules.write_text(RULES.format(base=outlet.base, hook=hook.url), encoding="utf-8")
        command = [sys.executable, "-m", "alerts", "run", "-c", str(rules)]
        given_store(Path(place))
        daemon = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            outlet.wait_for("/a.xml")
            time.sleep(1.5)
            print(summary([_measured(outlet, hook, items, number) for number in range(1, ITEMS + 1)]))
        finally:
            daemon.terminate()
            daemon.wait(20)


def storm() -> None:
    """Serve a poll of 500 items that all match, with one flash among the last; print when each kind is accepted."""
    with tempfile.TemporaryDirectory() as place, closing(Outlet()) as outlet, closing(Hook()) as hook:
        outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
        rules = Path(place) / "rules.yaml"
        rules.write_text(STORM_RULES.format(base=outlet.base, hook=hook.url), encoding="utf-8")
        at: dict[str, float] = {}
        hook.keep = lambda body: at.setdefault(body["title"].split()[0], time.monotonic())
        command = [sys.executable, "-m", "alerts", "run", "-c", str(rules)]
        given_store(Path(place))
        daemon = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            outlet.wait_for("/a.xml")
            time.sleep(2.5)
            items = [
                {"title": _headline(n), "guid": str(n), "description": f"{n * 7} words {n * 13}"} for n in range(STORM)
            ]
            items.insert(20, {"title": "Airbase hit near the bridge of Zab", "guid": "flash"})
            outlet.serve("/a.xml", rss(*items))
            served = time.monotonic()
            stored = _stored(Path(place) / "var", STORM) - served
            deadline = served + 120
            while time.monotonic() < deadline and not {"FLASH", "IMMEDIATE"} <= at.keys():
                time.sleep(0.02)
            print(f"a poll of {STORM} matches and a flash: served -> stored {stored:.1f} s")
            for word in ("FLASH", "IMMEDIATE"):
                print(f"stored -> first {word} accepted: {at[word] - served - stored:.1f} s")
        finally:
            daemon.terminate()
            daemon.wait(20)


def _headline(n: int) -> str:
    return f"Militia {SYLLABLES[n % 8]}{SYLLABLES[n // 8 % 8]} takes {SYLLABLES[n // 64]}{n} road {n * n % 977}"


def _stored(state: Path, many: int) -> float:
    """Return when a poll of so many articles was stored, looked at by another reader."""
    with closing(sqlite3.connect(f"file:{state / 'watchfloor.db'}?mode=ro", uri=True, timeout=10)) as store:
        while store.execute("SELECT count(*) FROM articles").fetchone()[0] < many:
            time.sleep(0.02)
    return time.monotonic()


def _measured(outlet: Outlet, hook: Hook, items: list[dict[str, str]], number: int) -> float:
    """Serve one more item and wait for its alert, at a moment that drifts through the second."""
    time.sleep(0.07 * number % 1)
    items.insert(0, {"title": f"A militia moves {number}", "guid": str(number)})
    started = time.monotonic()
    outlet.serve("/a.xml", rss(*items[:10]))
    if not hook.wait_for(number):
        raise RuntimeError(f"item {number} did not arrive")
    return time.monotonic() - started


def summary(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return (
        f"{len(ordered)} items at a 1 s interval: served -> accepted median {statistics.median(ordered):.2f} s, "
        f"min {ordered[0]:.2f} s, max {ordered[-1]:.2f} s"
    )
