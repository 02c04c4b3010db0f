"""The daemon, its children and its threads are killed or stopped."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.e2e.running import parsing_children, parsing_servers
from tests.faults.fault import Counts, Fault, Row
from tests.faults.floor import RECEIVERS, Floor

POINTS = ("before_commit", "after_commit", "before_send", "after_send")
DRAINED = (
    20  # kills, after which what waits may go: beyond the rate it would be one digest that only counts the most of it
)
DIES_WITHIN = 8.0  # seconds for a daemon to reach the point at which it kills itself
CALLS = ("pwrite64", "fdatasync", "connect", "sendto", "recvfrom", "write", "openat", "unlink")
STRACE = shutil.which("strace")


@contextmanager
def injected(pid: int, *words: str) -> Iterator[None]:
    """Let strace put faults into the system calls of a running process and its threads, until the context ends."""
    if STRACE is None:
        raise RuntimeError("strace is not installed (apt install strace)")
    calls = words[0]
    command = [
        STRACE,
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-p",
        str(pid),
        "-e",
        f"trace={calls}",
        "-e",
        f"inject={':'.join(words)}",
    ]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with suppress(OSError, ValueError):
                if "TracerPid:\t0" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii"):
                    break
            time.sleep(0.02)
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()


def kill_points(floor: Floor, counts: Counts, row: Row) -> None:
    """SIGKILL at the k-th pass of a point of the line, in the process itself."""
    for n in range(counts.kill_points):
        point = POINTS[n % len(POINTS)]
        floor.kill()
        for _ in range(3):
            floor.publish()
        k = floor.draw.randint(1, 14 if "commit" in point else 4)
        floor.start("tests.e2e.killed", point, str(k), "run", wait=False)
        row.times = n + 1
        if floor.ended(DIES_WITHIN) is None:
            floor.publish(tell=True)
            floor.ended(2.0)
        if n % DRAINED == DRAINED - 1:
            floor.kill()
            floor.start()
            floor.journal.wait(RECEIVERS, 60.0)
    floor.kill()
    floor.start()


def call_points(floor: Floor, counts: Counts, row: Row) -> None:
    """SIGKILL at the k-th system call of a kind, by strace."""
    died = 0
    floor.kill()
    floor.fresh = True  # nothing that strace follows is shared with other floors
    floor.start()
    for n in range(counts.call_points):
        call = CALLS[n % len(CALLS)]
        with injected(floor.pid, call, "signal=KILL", f"when={floor.draw.randint(1, 12)}"):
            for _ in range(3):
                floor.publish()
            died += floor.ended(DIES_WITHIN) is not None
        row.times = n + 1
        floor.kill()
        floor.start()
    row.note = f"{died} died in the call, the others after {DIES_WITHIN:.0f} s"


def random_kills(floor: Floor, counts: Counts, row: Row) -> None:
    """SIGKILL at a random moment, under load; some while it starts."""
    with floor.load(0.25):
        for n in range(counts.random_kills):
            time.sleep(floor.draw.uniform(0.05, 2.5))
            floor.kill()
            floor.start(wait=n % 5 != 0)
            row.times = n + 1
    floor.kill()
    floor.start()


def terms(floor: Floor, counts: Counts, row: Row) -> None:
    """SIGTERM at random moments: exit code 0 within 15 s."""
    with floor.load(0.25):
        for n in range(counts.terms):
            time.sleep(floor.draw.uniform(0.05, 2.0))
            floor.send(signal.SIGTERM)
            if (code := floor.ended(15.0)) != 0:
                row.faults.append(f"SIGTERM {n}: exit {code}")
            floor.kill()
            floor.start(wait=n % 3 != 0)
            row.times = n + 1
    floor.kill()
    floor.start()


def children(floor: Floor, counts: Counts, row: Row) -> None:
    """Parsing children and their server, one after the other, under load."""
    floor.kill()
    floor.fresh = True
    floor.start()
    row.must_tell = counts.children > 5
    began = time.monotonic()
    with floor.load(0.25):
        for n in range(counts.children):
            with suppress(psutil.NoSuchProcess):  # one that was killed may only be gone when it is looked at
                found = parsing_servers(floor.pid) if n % 5 == 4 else parsing_children(floor.pid)
                if found:
                    floor.draw.choice(found).kill()
            time.sleep(0.7)
            row.times = n + 1
    row.told = floor.told(began, time.monotonic() - began + 15.0, status=False)
    if floor.ended() is not None:
        row.faults.append("the daemon ended with its children")


def stopped(floor: Floor, counts: Counts, row: Row) -> None:
    """SIGSTOP of the whole process, and SIGCONT."""
    with floor.load(1.0):
        began = time.monotonic()
        floor.send(signal.SIGSTOP)
        row.told = floor.told(began, counts.stops)
        floor.send(signal.SIGCONT)


def ended_thread(name: str, timeout: float) -> Fault:
    """Return the fault that a thread of the daemon ends."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        row.must_tell = counts.lasts >= 60
        with floor.load(1.0):
            began = time.monotonic()
            floor.order(f"end {name}")
            row.told = floor.told(began, timeout if row.must_tell else counts.lasts)
            floor.supervise()

    return Fault(f"thread {name} ends", work, settles=200)


def blocked(floor: Floor, counts: Counts, row: Row) -> None:
    """The event loop is blocked for good."""
    row.must_tell = True
    with floor.load(1.0):
        began = time.monotonic()
        floor.order("block")
        row.told = floor.told(began, 150.0)
        floor.ended(150.0)
        row.note = f"exit {floor.ended()} after {time.monotonic() - began:.0f} s"
        floor.supervise()


def no_ticks(floor: Floor, counts: Counts, row: Row) -> None:
    """The scheduler of ticks has ended."""
    row.must_tell = True
    with floor.load(4.0):
        began = time.monotonic()
        floor.order("stop")
        row.told = floor.told(began, 700.0)
        floor.supervise()


FAULTS = (
    Fault("SIGKILL at a point of the line", kill_points, settles=200),
    Fault("SIGKILL in a system call", call_points, settles=200),
    Fault("SIGKILL at random", random_kills, settles=200),
    Fault("SIGTERM at random", terms),
    Fault("parsing children killed", children),
    Fault("SIGSTOP", stopped),
    ended_thread("writer", 60.0),
    ended_thread("watch", 150.0),
    Fault("event loop blocked", blocked, settles=120),
    Fault("scheduler ended", no_ticks, settles=700),
)
