"""The readers that are fuzzed: bytes go in; nothing comes out, or whatever must not happen is raised."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from alerts.alert import Alert
from alerts.line.orders import ORDERS, signed_by
from alerts.render.form import form_of
from alerts.rules.config import load
from alerts.run.control import Command, Control
from crawler.config.problems import ConfigError
from crawler.fetch.robots import robots_of
from crawler.parse.feeds import read_feed
from crawler.parse.found import Feed
from crawler.parse.normalise import article, believed, draft
from crawler.parse.pages import read_page
from crawler.parse.sections import read_section
from crawler.parse.sitemaps import read_sitemap
from crawler.sources.source import FetchOutcome, OutcomeName, Source
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from crawler.text.dates import http_date, read_date, retry_after
from crawler.text.urls import clean, host, key, names_a_page, usable, words, wrapper
from tests.unit.alerts_made import ALERT, SENT

NOW = datetime(2026, 6, 14, 10, tzinfo=UTC)
BASE = "https://outlet.example/a/b"
SOURCE = Source("s1", "Wire", BASE)
SCHEMAS = ("json", "watchmail", "watchslack")
TYPES = (None, "application/xml", "text/html; charset=windows-1256", "text/xml; charset=utf-16", "x; charset=no-such")


def feeds(body: bytes) -> None:
    """A feed becomes entries or a named problem, and the entries become articles."""
    _used(read_feed(body, _type(body), BASE))


def sitemaps(body: bytes) -> None:
    """So does a sitemap."""
    _used(read_sitemap(body, _type(body), BASE))


def sections(body: bytes) -> None:
    """So does a section page, by guess and by selector."""
    _used(read_section(body, _type(body), BASE))
    _used(read_section(body, _type(body), BASE, "a"))


def _type(body: bytes) -> str | None:
    return TYPES[len(body) % len(TYPES)]


def _used(feed: Feed) -> None:
    assert feed.entries or feed.rejected or feed.problem or feed.version or feed.more
    made = believed([draft(each, NOW) for each in feed.entries], NOW)
    for n, each in enumerate(made):
        shown(article(each, SOURCE, f"a{n}", NOW))


def shown(made: Any) -> None:
    """Write a message of an article in each form: it fits what the service takes."""
    told: Alert = replace(ALERT, article=made)
    for each in SCHEMAS:
        form_of(each).alert(SENT, told, "Asia/Baghdad")


def pages(body: bytes) -> None:
    """An article page never raises for what is in it."""
    read_page(body, _type(body), BASE)


def robots(body: bytes) -> None:
    """robots.txt becomes rules, a pause and sitemaps."""
    rules = robots_of(FetchOutcome("s1", OutcomeName.OK, NOW, status=200, url=BASE, body=body))
    assert rules
    rules.allows(BASE)
    assert 0 <= rules.delay < 1e6
    assert all(isinstance(each, str) for each in rules.news_sitemaps)


def dates(body: bytes) -> None:
    """A date is aware or none; so are the times of HTTP, and a link is one or none."""
    text = body.decode("utf-8", "replace")
    for lang in (None, "ar", "fa", "en"):
        found = read_date(text, lang)
        assert found is None or found.tzinfo
    http_date(text)
    retry_after(text, NOW)
    if link := usable(text):  # the others take links that are usable
        for each in (clean, key, wrapper, host, words, names_a_page):
            each(link)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="wf-fuzz-"))


def rules(body: bytes) -> None:
    """rules.yaml loads, or its errors name a place."""
    path = _folder() / "rules.yaml"
    path.write_bytes(body)
    try:
        load(path, environ={}, resolve_secrets=False)
    except ConfigError as error:
        if not error.problems or not all(str(each) for each in error.problems):
            raise AssertionError("refused without a word") from error


def rendering(body: bytes) -> None:
    """Whatever an article says, its messages can be written: alert, digest and notice."""
    text = body.decode("utf-8", "surrogatepass") if _decodes(body) else body.decode("latin-1")
    title, _, rest = text.partition("\n")
    outlet, _, rest = rest.partition("\n")
    url, _, said = rest.partition("\n")
    made = replace(ALERT.article, title=title, text=said, url=url or None)
    told = replace(ALERT, article=made, outlets=(outlet, title))
    notice = replace(SENT, payload={"title": title, "body": said})
    for each in SCHEMAS:
        form = form_of(each)
        form.alert(SENT, told, "Asia/Baghdad")
        form.digest(SENT, [told, told], "Asia/Baghdad")
        form.notice(notice)


def _decodes(body: bytes) -> bool:
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


class _Served:
    """A control socket that carries out the real orders on a store of its own; served by a thread."""

    def __init__(self) -> None:
        self.path = _folder() / "control.sock"
        database = Database.at(_folder() / "watchfloor.db")
        database.migrate("crawler", "alerts")
        lane, ready = WriterLane(database), threading.Event()

        def command(name: str) -> Command:
            async def carry_out(request: Any) -> Any:
                asked = signed_by(request)
                return await lane.write(lambda connection: ORDERS[name](connection, asked, NOW))

            return carry_out

        async def serve() -> None:
            await Control(self.path, {name: command(name) for name in ORDERS}, group=False).open()
            ready.set()
            await asyncio.Event().wait()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        assert ready.wait(10)

    def ask(self, body: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(8)
            line.connect(str(self.path))
            line.sendall(body.replace(b"\n", b" ") + b"\n")
            line.shutdown(socket.SHUT_WR)
            return line.makefile("rb").read()


served = cache(_Served)


def control(body: bytes) -> None:
    """Each request has an answer of one JSON object, and the next one too; none is our own fault."""
    answer = json.loads(served().ask(body))
    assert isinstance(answer, dict)
    assert "its log says why" not in str(answer.get("error", "")), answer
    assert "unknown request" in json.loads(served().ask(b"{}"))["error"]


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (feeds, sitemaps, sections, pages, robots, dates, rules, rendering, control)
}
