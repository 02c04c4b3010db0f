"""What each command of an officer costs on a store of 10,000 articles and the shipped desk: alone, and with a daemon.

Processor seconds of the command's own process, and the time until it is answered. The daemon's child works besides: it
is the same work without the imports, and is not counted.
"""

from __future__ import annotations

import compileall
import os
import pstats
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from alerts.rules.config import load
from alerts.run.good_rules import keep
from tests.bench.figures import exponent
from tests.bench.profiles import shares
from tests.bench.shared import ROOT
from tests.bench.state import grow
from tests.e2e.servers import Outlet, rss

ARTICLES = int(os.environ.get("COMMANDS_ARTICLES", "10000"))
SIZES = (1_000, 10_000, 50_000)  # articles of the stores by which growth is told
GROWING = ("status", "stories --since 24h", "explain last")
ROUNDS = 3
COMMANDS = (
    "status", "deliveries", "handover", "stories --since 24h", "explain last", "sources", "log", "silence list",
    "ack last", "search ba", "stories --told",
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
            _put_in_force(rules, state)
            environ = _environ(rules, state)
            for each in GROWING:
                found[each][size] = _least(each, environ)[0]
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
        _put_in_force(rules, state)
        environ = _environ(rules, state)
        alone = {each: _least(each, environ) for each in COMMANDS}
        checked = _least("check", environ, 1)
        daemon = subprocess.Popen(
            [sys.executable, "-m", "alerts", "run"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            outlet.wait_for("/a.xml")
            time.sleep(8)  # it shows life every few seconds
            _once("status", environ)  # the process that answers is started by the first
            asked = {each: _least(each, environ) for each in COMMANDS}
        finally:
            daemon.terminate()
            daemon.wait(20)
    print(f"{ARTICLES:,} articles; the least of {ROUNDS} rounds, in processor seconds")
    for each in COMMANDS:
        print(f"{each:22} alone {_told(alone[each])}   with a daemon {_told(asked[each])}")
    print(f"{'check':22} alone {_told(checked)}   no daemon answers it")


def profile() -> None:
    """Print where the processor time of some commands goes, alone."""
    with tempfile.TemporaryDirectory() as place:
        rules, state = _desk(Path(place), "https://wire.example/a.xml"), Path(place) / "var"
        state.mkdir(mode=0o700)
        grow(state, SIZES[0])
        _put_in_force(rules, state)
        environ, kept = _environ(rules, state), Path(place) / "profile"
        for words in (*GROWING, "check"):
            command = [sys.executable, "-m", "cProfile", "-o", str(kept), "-m", "alerts", *words.split()]
            subprocess.run(command, env=environ, capture_output=True, check=True)
            print(words)
            for line in shares(pstats.Stats(str(kept))):
                print(f"  {line}")


def _told(found: tuple[float, float]) -> str:
    return f"{found[0]:.2f} (answered in {found[1]:.2f} s)"


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


def _put_in_force(rules: Path, state: Path) -> None:
    """Leave in a state directory what a daemon that ran by these rules leaves there of them."""
    keep(state, load(rules, resolve_secrets=False, read_urls=False, environ={}))


def _environ(rules: Path, state: Path) -> dict[str, str]:
    """Return the environment of a command whose modules are compiled, as they are where it is installed."""
    for room in ("alerts", "crawler"):
        compileall.compile_dir(ROOT / room, quiet=2)
    environ = {**os.environ, "WATCHFLOOR_CONFIG": str(rules), "WATCHFLOOR_STATE_DIR": str(state)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ


def _least(words: str, environ: dict[str, str], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the least processor seconds of some rounds, and the least by the clock: what a busy machine adds differs."""
    found = [_once(words, environ) for _ in range(rounds)]
    return min(each[0] for each in found), min(each[1] for each in found)


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
