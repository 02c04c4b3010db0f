"""What each command of an officer costs on a store of 10,000 articles and the shipped desk: alone, and with a daemon.

Processor seconds of the command's own process, and the time until it is answered. The daemon's child works besides: it
is the same work without the imports, and is not counted.
"""

from __future__ import annotations

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.bench.figures import exponent
from tests.bench.shared import ROOT
from tests.bench.state import grow
from tests.e2e.servers import Outlet, rss

ARTICLES = int(os.environ.get("COMMANDS_ARTICLES", "10000"))
SIZES = (1_000, 10_000, 50_000)  # articles of the stores by which growth is told
GROWING = ("status", "stories --since 24h", "explain last")
ROUNDS = 5
COMMANDS = (
    "status", "deliveries", "handover", "stories --since 24h", "explain last", "sources", "log", "silence list",
    "ack last",
)  # fmt: skip
SOURCES = """\
sources: [{{id: wire, name: Wire, url: "{url}", every: 5m, full_text: never}}]
"""


def growth() -> None:
    """Print how some commands grow with the store, alone."""
    with tempfile.TemporaryDirectory() as place:
        rules = _desk(Path(place), "https://wire.example/a.xml")  # no daemon runs: nothing is polled
        found: dict[str, dict[int, float]] = {each: {} for each in GROWING}
        for size in SIZES:
            state = Path(place) / f"var{size}"
            state.mkdir(mode=0o700)
            grow(state, size)
            environ = _environ(rules, state)
            for each in GROWING:
                found[each][size] = _median(each, environ, 3)[0]
    for each, costs in found.items():
        told = ", ".join(f"{cost:.2f}" for cost in costs.values())
        of = ", ".join(f"{size:,}" for size in SIZES)
        print(f"{each:22} alone, with {of} articles: {told} s; to the power of {exponent(costs):.2f}")


def run() -> None:
    """Print both for each command."""
    with tempfile.TemporaryDirectory() as place, closing(Outlet()) as outlet:
        outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "1"}))
        rules, state = _desk(Path(place), f"{outlet.base}/a.xml"), Path(place) / "var"
        state.mkdir(mode=0o700)
        grow(state, ARTICLES)
        environ = _environ(rules, state)
        alone = {each: _median(each, environ) for each in COMMANDS}
        daemon = subprocess.Popen(
            [sys.executable, "-m", "alerts", "run"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            outlet.wait_for("/a.xml")
            time.sleep(8)  # it shows life every few seconds
            _once("status", environ)  # the process that answers is started by the first
            asked = {each: _median(each, environ) for each in COMMANDS}
        finally:
            daemon.terminate()
            daemon.wait(20)
    print(f"{ARTICLES:,} articles; median of {ROUNDS}; processor seconds (until answered)")
    for each in COMMANDS:
        print(
            f"{each:22} alone {alone[each][0]:.2f} ({alone[each][1]:.2f})   with a daemon {asked[each][0]:.2f} ({asked[each][1]:.2f})"
        )


def _desk(place: Path, url: str) -> Path:
    """Return the shipped rules with one source of ours: a bench polls nobody else."""
    shutil.copytree(ROOT / "deploy", place / "deploy")
    text = (ROOT / "rules.yaml").read_text(encoding="utf-8").replace("  - deploy/desk/sources.yaml", "#")
    rules = place / "rules.yaml"
    rules.write_text(
        text.replace("settings:\n", 'settings:\n  allow_private: ["127.0.0.1"]\n', 1) + SOURCES.format(url=url),
        encoding="utf-8",
    )
    return rules


def _environ(rules: Path, state: Path) -> dict[str, str]:
    """Return the environment of a command whose modules are compiled, as they are where it is installed."""
    for room in ("alerts", "crawler"):
        compileall.compile_dir(ROOT / room, quiet=2)
    environ = {**os.environ, "WATCHFLOOR_CONFIG": str(rules), "WATCHFLOOR_STATE_DIR": str(state)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ


def _median(words: str, environ: dict[str, str], rounds: int = ROUNDS) -> tuple[float, float]:
    found = [_once(words, environ) for _ in range(rounds)]
    return statistics.median(each[0] for each in found), statistics.median(each[1] for each in found)


def _once(words: str, environ: dict[str, str]) -> tuple[float, float]:
    began, before = time.monotonic(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", "alerts", *words.split()], env=environ, capture_output=True, text=True, check=False
    )
    took, after = time.monotonic() - began, os.times()
    if done.returncode:
        raise RuntimeError(f"{words} ended with {done.returncode}: {done.stderr[-300:]}")
    return after.children_user + after.children_system - before.children_user - before.children_system, took


if __name__ == "__main__":
    run()
