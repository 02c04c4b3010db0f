"""What the daemon's main process has loaded after it polled all kinds of sources and read a page: no parser."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.paged import item, page, tables
from tests.e2e.running import Running
from tests.e2e.servers import rss

RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], admin: floor, backfill: 0}}
sources:
  - {{id: feed, url: "{base}/a.xml", every: 1s, full_text: auto}}
  - {{id: map, url: "{base}/map.xml", kind: sitemap, every: 1s, full_text: never}}
  - {{id: front, url: "{base}/front", kind: section, every: 1s, full_text: never}}
receivers:
  floor: {{urls: ["log://"]}}
rules:
  - {{id: militia, title: Militias, match: [militia], severity: priority, notify: [floor]}}
"""
MAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{base}/2026/06/14/map-story</loc>
<lastmod>2026-06-14</lastmod></url></urlset>"""
FRONT = (
    '<html><body><h2><a href="/2026/06/14/council-meets-in-anbar">Council meets in Anbar again</a></h2></body></html>'
)
# what children parse with; what migrates a store, which this one no longer needs; Apprise's services, of which ours is
# none; what Scrapy's own middlewares need
UNWANTED = {"trafilatura", "htmldate", "courlan", "justext", "feedparser", "alembic", "mako", "requests_oauthlib"}
UNWANTED |= {"tldextract", "filelock"}


class Told(Desk):
    """A desk whose daemon tells its modules."""

    def environ(self) -> dict[str, str]:
        return {**super().environ(), "MODULES": str(self.place / "modules")}


@pytest.fixture
def told(desk: Desk) -> Told:
    return Told(desk.place, desk.outlet, desk.hook, desk.mail)


def test_main_process_loads_nothing_that_children_use_alone(told: Told) -> None:
    base = told.outlet.base
    told.rules.write_text(RULES.format(base=base), encoding="utf-8")
    told.outlet.serve("/a.xml", rss())
    told.outlet.serve("/map.xml", MAP.format(base=base).encode())
    told.outlet.serve("/front", FRONT.encode(), Content_Type="text/html")
    told.run("run", "--once")  # makes the store, with all migrations
    running = Running(told, fresh=True, words=("tests.e2e.telling", "run"))
    try:
        assert running.says("running sources=3"), running.log
        told.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
        told.outlet.serve("/a.xml", rss(item(told, "one", "Council meets in Anbar")))
        assert running.says("rules=militia"), running.log  # the word stands on the page alone: it was read
        polled = "select count(*) from sources where baseline is not null"
        assert _soon(lambda: tables(told, polled) == [(3,)]), running.log
        running.process.send_signal(signal.SIGUSR1)
        assert _soon(Path(told.environ()["MODULES"]).exists)
    finally:
        running.end()
    modules = Path(told.environ()["MODULES"]).read_text(encoding="utf-8").split()
    assert "crawler.fetch.fetching" in modules  # it is the process that fetches
    assert UNWANTED & {each.partition(".")[0] for each in modules} == set()
    assert {each for each in modules if each.startswith("apprise.plugins.")} <= {"apprise.plugins.base"}
    assert not [each for each in modules if each.startswith(("scrapy.extensions.", "sqlalchemy.dialects.postgresql"))]


def _soon(holds: Callable[[], bool], within: float = 20.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False
