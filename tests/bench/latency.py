"""From "new item served" to "accepted by the sink", the daemon polling every second."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.bench.shared import ROOT
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


def run() -> None:
    with tempfile.TemporaryDirectory() as place, closing(Outlet()) as outlet, closing(Hook()) as hook:
        items = [{"title": "Quiet", "guid": "0"}]
        outlet.serve("/a.xml", rss(*items))
        rules = Path(place) / "rules.yaml"
        rules.write_text(RULES.format(base=outlet.base, hook=hook.url), encoding="utf-8")
        command = [sys.executable, "-m", "alerts", "run", "-c", str(rules)]
        daemon = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            outlet.wait_for("/a.xml")
            time.sleep(1.5)
            print(summary([_measured(outlet, hook, items, number) for number in range(1, ITEMS + 1)]))
        finally:
            daemon.terminate()
            daemon.wait(20)


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
