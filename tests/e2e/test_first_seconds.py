"""A signal in the first seconds of `watchfloor run`, at points of its start, ends it with 0 and without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.servers import rss

# modules in the order in which they are imported: from the first of ours to the last before the loop runs
POINTS = ["click.core", "sqlalchemy.engine.base", "alerts.run.service"]

# the daemon, which a signal reaches between two lines of the making of its loop
SIGNALLED = """
import asyncio.selector_events as events, os, sys
number, make = int(sys.argv.pop(1)), events.BaseSelectorEventLoop._make_self_pipe
def signalled(loop):
    sys.stderr.write("the loop is made\\n")
    os.kill(os.getpid(), number)
    make(loop)
events.BaseSelectorEventLoop._make_self_pipe = signalled
from alerts.__main__ import main
main()
"""


def _started_to(desk: Desk, module: str) -> subprocess.Popen[str]:
    """Start the daemon and return it when it has imported a module; Python says so on stderr (-X importtime)."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "alerts", "run"],
        cwd=desk.place, env=desk.environ(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith(f" {module}"):
            return process
        if "running sources=" in line:
            break
    process.kill()
    process.communicate()
    pytest.fail(f"{module} was never imported")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("module", POINTS)
def test_signal_while_starting_ends_with_0(desk: Desk, module: str, number: signal.Signals) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml")
    process = _started_to(desk, module)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said[-2000:]
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_while_the_loop_is_made_ends_with_0(desk: Desk, number: signal.Signals) -> None:
    """Half a loop says a traceback when it is thrown away."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml")
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED, str(int(number)), "run"],
        cwd=desk.place, env=desk.environ(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert "the loop is made" in done.stderr
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr


def test_ctrl_c_in_a_terminal_is_for_the_daemon_alone(desk: Desk) -> None:
    """It reaches all processes of the terminal's foreground group: the one that answers commands printed a traceback."""
    desk.outlet.serve("/a.xml", rss({"title": "A quiet day", "guid": "1"}))
    desk.write("/a.xml")
    process = subprocess.Popen(
        [sys.executable, "-m", "alerts", "run"], cwd=desk.place, env=desk.environ(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    next(line for line in process.stderr if "canary arrived" in line)
    desk.run("status")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said[-2000:]
    assert "read status" in said  # the process that answers ran
    assert "Traceback" not in said


def test_rules_are_read_before_what_fetches_and_stores_is_imported(desk: Desk) -> None:
    """What reading them leaves in the heap is then taken by those modules (decision 318); and a fault is told sooner."""
    desk.write("/a.xml")
    desk.rules.write_text(desk.rules.read_text(encoding="utf-8") + "rulez: []\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "alerts", "run"],
        cwd=desk.place, env=desk.environ(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert 'unknown key "rulez"' in done.stderr, done.stderr[-2000:]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "alerts.rules.match" in imported
    assert not imported & {"scrapy", "alerts.run.service"}
