"""What the main process of the daemon holds in memory: the shipped rules, and 77 and 2,000 sources polled once a minute.

Resident memory two minutes after the second start, when all sources were polled again, and what of it no other process
shares. (The first start of a store loads what migrates it, 10 MB more until the next start.) Pages of a library count
as its own only while no other process on the machine has loaded the same file: what it wrote is the figure to compare.
The daemon has one heap, as where it is a service (deploy/watchfloor.service).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from crawler.store.db import DATABASE
from tests.bench.load import polled, served
from tests.bench.shared import ROOT

SIZES = tuple(int(size) for size in os.environ.get("WATCHFLOOR_MEMORY", "77,2000").split(","))
SETTLED = float(os.environ.get("WATCHFLOOR_SETTLED", "120"))  # seconds


def run() -> None:
    """Print the memory of the main process and of its children for each number of sources."""
    for size in SIZES:
        _measure(size)


def _measure(size: int) -> None:
    with served() as base, tempfile.TemporaryDirectory() as name:
        rules = _desk(Path(name), base, size)
        with _daemon(rules) as pid:
            while polled(Path(name) / "var" / DATABASE) < size:
                assert psutil.pid_exists(pid), "the daemon ended"
                time.sleep(1)
        with _daemon(rules) as pid:
            time.sleep(SETTLED)
            process = psutil.Process(pid)
            own = process.memory_full_info()
            written = sum(each.private_dirty for each in process.memory_maps())
            children = sum(each.memory_full_info().pss for each in process.children(recursive=True))
    print(
        f"{size} sources: the main process {own.rss / 1e6:.0f} MB resident, {own.pss / 1e6:.0f} MB with its share of what "
        f"others have too (PSS), {own.uss / 1e6:.0f} MB its own, {written / 1e6:.0f} MB of that written by it; "
        f"its children {children / 1e6:.0f} MB",
        flush=True,
    )


@contextmanager
def _daemon(rules: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "alerts", "run", "--config", str(rules)]
    environ = {**os.environ, "MALLOC_ARENA_MAX": "1"}
    daemon = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield daemon.pid
    finally:
        daemon.terminate()
        daemon.wait(60)


def _desk(place: Path, base: str, size: int) -> Path:
    """Return the shipped rules with so many sources of ours: a bench polls nobody else."""
    shutil.copytree(ROOT / "deploy", place / "deploy")
    sources = "".join(f'  - {{id: s{n}, url: "{base}/{n}", every: 60s, full_text: never}}\n' for n in range(size))
    (place / "deploy" / "desk" / "sources.yaml").write_text(f"sources:\n{sources}", encoding="utf-8")
    text = (ROOT / "rules.yaml").read_text(encoding="utf-8")
    rules = place / "rules.yaml"
    private = 'settings:\n  allow_private: ["127.0.0.1"]\n  host_at_once: 64\n  host_apart: 0s\n'
    rules.write_text(text.replace("settings:\n", private, 1), encoding="utf-8")
    return rules


if __name__ == "__main__":
    run()
