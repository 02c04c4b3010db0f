"""The raw server of ../shared/cases/collecting: its routes, what they serve, and desks that poll them."""

from __future__ import annotations

import html
import json
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alerts.demo.sinks import MailSink
from tests.bench.shared import SHARED
from tests.e2e.conftest import Desk
from tests.e2e.servers import Hook, Outlet
from tests.e2e.starting import start

CASES = SHARED / "cases"
_LIST = 'import json, runpy; print(json.dumps([*runpy.run_path("serve.py")["R"]]))'


def routes() -> list[str]:
    """Return the names of all routes that the server has."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST], cwd=CASES / "collecting", capture_output=True, text=True, check=True
    )
    return [name.removeprefix("/") for name in json.loads(done.stdout)]


class Served:
    """A running server. `base` is its address without a slash at the end."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def url(self, route: str) -> str:
        return f"{self.base}/{quote(route, safe='%./')}"

    def text(self, route: str, codec: str = "utf-8") -> str:
        """Return what a route with a plain answer serves, decoded."""
        with urllib.request.urlopen(self.url(route), timeout=10) as answer:
            body: bytes = answer.read()
        return body.decode(codec, "replace")

    def titles(self, route: str, codec: str = "utf-8") -> list[str]:
        """Return the headlines of a feed's items, as browsers show them."""
        return [
            shown(found) for item in self._items(route, codec) for found in re.findall("<title>(.*?)</title>", item)
        ]

    def links(self, route: str) -> list[str]:
        """Return the links of a feed's items as they are written, without what only names the reader's way."""
        found = [each for item in self._items(route, "utf-8") for each in re.findall("<link>(.*?)</link>", item)]
        return [re.sub(r"[?&]utm_\w+=\w+", "", html.unescape(each)) for each in found]

    def _items(self, route: str, codec: str) -> list[str]:
        return re.findall("<item>(.*?)</item>", self.text(route, codec), re.DOTALL)


def shown(markup: str) -> str:
    """Return the words of a short piece of markup."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", markup)).split())


@contextmanager
def serving() -> Iterator[Served]:
    """Run the server on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "serve.py", str(port)], cwd=CASES / "collecting")
    try:
        _await(port)
        yield Served(port)
    finally:
        server.kill()
        server.wait()


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("serve.py does not answer")


@contextmanager
def desk_of(rows: Iterable[str]) -> Iterator[Desk]:
    """Make a desk with these sources, each the keys of one row of rules.yaml, and close it at the end."""
    with tempfile.TemporaryDirectory() as place:
        desk = Desk(Path(place), Outlet(), Hook(), MailSink())
        try:
            desk.write("/x")
            head, _, tail = desk.rules.read_text(encoding="utf-8").partition("sources:\n")
            _, _, tail = tail.partition("receivers:\n")
            lines = "\n".join(f"  - {{{row}}}" for row in rows)
            desk.rules.write_text(f"{head}sources:\n{lines}\nreceivers:\n{tail}", encoding="utf-8")
            yield desk
        finally:
            for each in (desk.outlet, desk.hook, desk.mail):
                each.close()


def source(name: str, url: str, kind: str = "feed", keys: str = "full_text: never") -> str:
    """Return the row of a source in rules.yaml."""
    return f'id: {name}, name: Outlet {name}, url: "{url}", kind: {kind}, every: 10m, lang: en, {keys}'


def rounds(desk: Desk, *times: str) -> None:
    """Run one process through a round at each time, for as long as a busy machine may take."""
    run_long(desk, "run", "--at", "-", stdin="".join(f"{time}\n" for time in times))


def run_long(desk: Desk, *words: str, stdin: str = "") -> str:
    """Run the command for as long as a busy machine may take and return what it printed."""
    done = start("alerts", *words, place=desk.place, environ=desk.environ(), stdin=stdin, timeout=900)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def alerts(url: str, polls: Iterable[str], keys: str = "full_text: never") -> int:
    """Return how many messages polls of one feed make."""
    with desk_of([source("s1", url, keys=keys)]) as desk:
        rounds(desk, *polls)
        return len(desk.hook.accepted)


def asked(desk: Desk, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query of the desk's store."""
    with closing(sqlite3.connect(desk.place / "var" / "watchfloor.db")) as connection:
        return connection.execute(query).fetchall()
