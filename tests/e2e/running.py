"""A daemon in a process of its own, and what it has logged so far."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.e2e.conftest import Desk


def parsing_children(daemon: int) -> list[psutil.Process]:
    """Return the parsing children of the daemon with this process id, which are forked from its server."""
    return [each for server in parsing_servers(daemon) for each in server.children()]


def parsing_servers(daemon: int) -> list[psutil.Process]:
    """Return the process that the parsing children of a daemon are forked from, if it runs."""
    return [each for each in psutil.Process(daemon).children() if any("forkserver" in word for word in each.cmdline())]


class Running:
    """A daemon and what it has logged so far."""

    def __init__(self, desk: Desk) -> None:
        self.process = subprocess.Popen(
            desk.command("run"),
            cwd=desk.place,
            env=desk.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self._grown = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._grown:
                self.log.append(line)
                self._grown.notify_all()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def says(self, pattern: str, timeout: float = 20.0) -> bool:
        with self._grown:
            return self._grown.wait_for(lambda: any(re.search(pattern, line) for line in self.log), timeout)


@contextmanager
def daemon(desk: Desk) -> Iterator[Running]:
    running = Running(desk)
    try:
        assert running.says("running sources="), running.log
        yield running
    finally:
        running.end()
