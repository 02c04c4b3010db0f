"""A daemon in a process of its own, and what it has logged so far."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import psutil

from tests.e2e.conftest import Desk
from tests.e2e.servers import PATIENCE
from tests.e2e.starting import EXHAUSTIVE, fork


def parsing_children(daemon: int) -> list[psutil.Process]:
    """Return the parsing children of the daemon with this process id, which are forked from its server."""
    return [each for server in parsing_servers(daemon) for each in server.children()]


def parsing_servers(daemon: int) -> list[psutil.Process]:
    """Return the process that the parsing children of a daemon are forked from, if it runs."""
    return [each for each in psutil.Process(daemon).children() if any("forkserver" in word for word in each.cmdline())]


class Forked:
    """A daemon forked from the server of the tests, used like a `subprocess.Popen` whose stderr is a pipe."""

    def __init__(self, desk: Desk, words: tuple[str, ...]) -> None:
        self._streams = TemporaryDirectory()
        Path(self._streams.name, "in").touch()
        pipe = Path(self._streams.name, "err")
        os.mkfifo(pipe)
        self._process = fork(words, desk.place, desk.environ(), self._streams.name)
        self.pid = self._process.pid or 0
        self.stderr: IO[str] | None = pipe.open(encoding="utf-8")

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("run", timeout or 0)
        self._streams.cleanup()
        return self._process.exitcode


class Running:
    """A daemon and what it has logged so far. A `fresh` one imports all by itself and has children of its own.

    `words` are those of `python -m`: a module that runs the command under other conditions may stand there.
    """

    def __init__(self, desk: Desk, *, fresh: bool = False, words: tuple[str, ...] = ("alerts", "run")) -> None:
        if words == ("alerts", "run"):
            desk.stored()
        self.process = _fresh(desk, words) if fresh or EXHAUSTIVE else Forked(desk, words)
        self._serves = desk.environ().get("WATCHFLOOR_BOARD") != "off"
        self.log: list[str] = []
        self._grown = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def boards(self) -> list[psutil.Process]:
        """Return the process that serves the board, if it runs."""
        with suppress(psutil.NoSuchProcess):
            return [each for each in psutil.Process(self.process.pid).children() if "--under-daemon" in each.cmdline()]
        return []

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._grown:
                self.log.append(line)
                self._grown.notify_all()

    def end(self) -> None:
        boards = self.boards() if self._serves else []
        self.process.kill()
        self.process.wait()
        for each in boards:  # they go on for their readers
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def says(self, pattern: str, timeout: float = PATIENCE) -> bool:
        return self.says_times(pattern, 1, timeout)

    def says_times(self, pattern: str, times: int, timeout: float = PATIENCE) -> bool:
        with self._grown:
            return self._grown.wait_for(
                lambda: sum(bool(re.search(pattern, each)) for each in self.log) >= times, timeout
            )


@contextmanager
def daemon(desk: Desk, *, fresh: bool = False) -> Iterator[Running]:
    running = Running(desk, fresh=fresh)
    try:
        assert running.says("running sources="), running.log
        yield running
    finally:
        running.end()


def _fresh(desk: Desk, words: tuple[str, ...]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=desk.place,
        env=desk.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
