"""A daemon with its board on a port of its own, and what a browser or a program asks of it over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from alerts.demo.sinks import MailSink
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import PATIENCE, Hook, Outlet, rss
from tests.unit.mailattacks import PAYLOADS

TOKEN = "correct-horse-battery"
NEWS = (
    ("A militia moves on Balad, three soldiers killed", "A militia was seen near Balad. Three soldiers were killed."),
    ("ميليشيا تتحرك نحو بلد وتقتل ثلاثة جنود", "شوهدت ميليشيا قرب بلد."),
    ("شبه‌نظامیان ميليشيا به سمت بلد حرکت می‌کنند", ""),
    ("Militia parades in Basra " + "with a very long headline that goes on and on " * 4, "A militia paraded."),
)


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
    """A running daemon and its board; `cookie` is that of somebody who signed in."""

    desk: Desk
    running: Running
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def api(self, path: str) -> Any:
        return self.get(f"/api/v1{path}").json

    def post(self, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form or {}), kind | {"Origin": self.address} | dict(headers or {}))

    def ask(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        line = HTTPConnection(self.host, timeout=PATIENCE)
        kept = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())} if self.cookies else {}
        try:
            line.request(method, path, body or None, kept | dict(headers or {}))
            answer = line.getresponse()
            for each in answer.headers.get_all("Set-Cookie", []):
                name, _, text = each.partition(";")[0].partition("=")
                self.cookies[name] = text
            return Reply(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            line.close()

    def key(self, path: str = "/sign-in") -> str:
        """Return what the forms of a page carry."""
        found = re.search(r'name="key" value="(\w+)"', self.get(path).text)
        assert found
        return found[1]

    def signed_in(self, name: str) -> Floor:
        """Return the same board for somebody who has signed in."""
        made = Floor(self.desk, self.running, self.address)
        reply = made.post("/sign-in", {"key": made.key(), "name": name, "token": TOKEN, "back": "/stories"})
        assert reply.status == 303, reply.text
        return made


def served(running: Running, times: int = 1) -> str:
    """Return the address at which the board is served, once it was said so many times."""
    pattern = r"board served address=(\S+)"
    assert running.says_times(pattern, times), running.log
    found = [match[1] for line in running.log if (match := re.search(pattern, line))]
    return found[times - 1].rstrip("/")


def closed(schema: Any) -> Any:
    """Return a JSON Schema by which an object has no keys but those described, so that one that is not is a fault."""
    if isinstance(schema, list | tuple):
        return [closed(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {name: closed(each) for name, each in schema.items()}
    return made | ({"additionalProperties": False} if made.get("type") == "object" and "properties" in made else {})


def settings_of(token: Path) -> str:
    return f'backfill: 6h, board_token: {token}, board_url: "https://board.example"'


@contextmanager
def newsroom(place: Path) -> Iterator[Floor]:
    """Serve news, hostile news among it, run a daemon on it, and wait for its board."""
    desk = BoardDesk(place, Outlet(), Hook(), MailSink())
    token = place / "token"
    token.write_text(f"{TOKEN}\n", encoding="utf-8")
    at = datetime.now(UTC)
    six = [PAYLOADS[at : at + 6] for at in range(0, len(PAYLOADS), 6)]
    hostile = [(f"Militia {number}: {' '.join(some)}", " ".join(some)) for number, some in enumerate(six)]
    items = [
        {
            "title": escape(escape(title.replace("\0", ""))),
            "text": escape(escape(text.replace("\0", ""))),
            "guid": str(number),
            "date": format_datetime(at - timedelta(minutes=number + 5)),
        }
        for number, (title, text) in enumerate((*NEWS, *hostile))
    ]
    desk.outlet.serve("/a.xml", rss(*items))
    desk.outlet.serve("/gone.xml", b"<img src=x onerror=top.hit()>", status=410)
    desk.write("/a.xml", "/gone.xml", settings=settings_of(token))
    running = Running(desk)
    try:
        made = Floor(desk, running, served(running))
        assert running.says_times("state=sent", len(items)), running.log  # no more comes by itself
        yield made
    finally:
        running.end()
        for each in (desk.outlet, desk.hook, desk.mail):
            each.close()
