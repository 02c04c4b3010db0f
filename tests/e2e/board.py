"""A daemon with its board on a port of its own, and what a browser or a program asks of it over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.conftest import Desk
from tests.e2e.running import Running


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class BoardDesk(Desk):
    """A desk whose daemon serves the board, on whatever port is free."""

    def environ(self) -> dict[str, str]:
        return super().environ() | {"WATCHFLOOR_BOARD": "127.0.0.1:0"}


@dataclass
class Floor:
    """A running daemon and its board."""

    desk: Desk
    running: Running
    address: str

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers=headers)

    def ask(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        line = HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        try:
            line.request(
                method, path, body or None, {name.replace("_", "-"): text for name, text in (headers or {}).items()}
            )
            answer = line.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            line.close()


@contextmanager
def floor(desk: Desk) -> Iterator[Floor]:
    """Start the daemon of a desk and wait for its board."""
    running = Running(desk)
    try:
        yield Floor(desk, running, served(running))
    finally:
        running.end()


def served(running: Running, times: int = 1) -> str:
    """Return the address at which the board is served, once it was said so many times."""
    pattern = r"board served address=(\S+)"
    assert running.says_times(pattern, times), running.log
    found = [match[1] for line in running.log if (match := re.search(pattern, line))]
    return found[times - 1].rstrip("/")
