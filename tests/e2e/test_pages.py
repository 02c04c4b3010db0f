"""Article pages on a real server: what the feed leaves out still alerts, politely, durably, and never instead of it."""

from __future__ import annotations

import gzip
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.e2e.channel import page_of, twelve
from tests.e2e.conftest import Desk
from tests.e2e.paged import PAGES, T0, T1, T2, T3, WORDS, alerts, begin, item, page, served, tables
from tests.e2e.running import daemon
from tests.e2e.servers import Outlet, closing_all, rss

OTHER_WORDS = "By night the column left the town, crossed the old bridge and took the road along the river. " * 20


def test_word_that_only_the_page_holds_alerts_in_the_same_round(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    done = desk.rounds(T1, T2)
    assert [(each["new"], each["revised"], each["alerts"]) for each in done] == [(1, 0, 1), (0, 0, 0)]
    assert len(alerts(desk)) == 1
    assert served(desk, "robots.txt", "one") == [1, 1]
    (row,) = tables(desk, "select revision, author from articles")
    assert row == (2, "A Reporter")
    assert tables(desk, "select count(*) from pages_wanted") == [(0,)]
    assert desk.status()["ledger"]["remainders"] == {"entries": 0, "matched": 0, "queued": 0}


def test_page_that_leads_to_the_front_page_is_not_the_article(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/one", b"", status=302, Location="/en/?utm_source=gone")
    for path in ("/en/", "/en/?utm_source=gone"):
        desk.outlet.serve(path, page("Council meets in Anbar", "A militia then shelled the base."))
    desk.rounds(T1)
    assert alerts(desk) == []
    assert tables(desk, "select n from counts where name = 'pages:front_page'") == [(1,)]


def test_page_behind_a_redirect_that_wants_its_cookie_back_is_read(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    read = page("Council meets in Anbar", "A militia then shelled the base.")

    def door(request: BaseHTTPRequestHandler) -> None:
        if "seen=1" in request.headers.get("Cookie", ""):
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(read), read))
        else:
            request.wfile.write(b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: /one\r\nSet-Cookie: seen=1\r\n\r\n")

    desk.outlet.act("/one", door)
    desk.rounds(T1)
    assert len(alerts(desk)) == 1


def test_feed_that_did_not_change_does_not_take_the_page_back(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    entry = item(desk, "one", "Council meets in Anbar")
    desk.outlet.serve("/a.xml", rss(entry))
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    desk.rounds(T1)
    desk.outlet.serve("/a.xml", rss(item(desk, "two", "Another story"), entry))  # other bytes, the same first entry
    (done,) = desk.rounds(T2)
    assert (done["new"], done["revised"]) == (1, 0)
    assert tables(desk, "select revision from articles where guid = 'one'") == [(2,)]
    assert served(desk, "one") == [1]


def test_alert_on_the_summary_does_not_wait_for_a_page_that_fails(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "A militia moves"), item(desk, "two", "A militia rests")))
    desk.outlet.serve("/one", b"oops", status=500)
    desk.outlet.serve("/two", b"<html><body></body></html>")
    (done,) = desk.rounds(T1)
    assert done["alerts"] == 2
    assert len(alerts(desk)) == 2
    assert {text for (text,) in tables(desk, "select summary from revisions")} == {"A short summary."}
    failed = "select tries from pages_wanted join articles on articles.id = article where guid = 'one'"
    assert tables(desk, failed) == [(1,)]  # the 500 is tried again; a page without text is an end


@pytest.mark.parametrize(
    ("headline", "reason"), [("Page not found", "error_page"), ("Outlet: the news of the day", "other_page")]
)
def test_page_that_is_not_the_article_leaves_the_feeds_text(desk: Desk, headline: str, reason: str) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar", "It met for nine hours on roads.")))
    desk.outlet.serve("/one", page(headline, "Most read: a militia shells a base."))
    (done,) = desk.rounds(T1)
    assert (done["new"], done["revised"], done["alerts"]) == (1, 0, 0)
    assert tables(desk, f"select n from counts where name = 'pages:{reason}'") == [(1,)]
    assert tables(desk, "select text from revisions") == [("",)]


def test_page_that_failed_is_tried_again_after_a_restart(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/one", b"", status=503)
    assert desk.rounds(T1)[0]["alerts"] == 0
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    assert desk.rounds(T2)[0]["alerts"] == 0  # the host rests for ten minutes
    assert desk.rounds(T3)[0]["alerts"] == 1


@pytest.mark.parametrize(
    ("robots", "status", "fetched"),
    [
        (b"User-agent: *\nDisallow: /one\n", 200, 0),
        (b"User-agent: watchfloor\nDisallow: /\n\nUser-agent: *\nAllow: /\n", 200, 0),
        (b"User-agent: *\nDisallow: /other\n", 200, 1),
        (b"nothing here", 404, 1),
        (b"oops", 503, 0),
    ],
)
def test_robots_is_obeyed(desk: Desk, robots: bytes, status: int, fetched: int) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/robots.txt", robots, status=status)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    assert desk.rounds(T1)[0]["alerts"] == fetched
    assert served(desk, "one") == [fetched]


def test_full_text_in_the_feed_never_and_private_pages_are_not_fetched(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    long = item(desk, "one", "Long in the feed", WORDS * 2)
    private = item(desk, "two", "Elsewhere") | {"link": "http://127.0.0.2:9/two"}
    desk.outlet.serve("/a.xml", rss(long, private))
    desk.rounds(T1)
    assert served(desk, "one", "robots.txt") == [0, 0]
    assert tables(desk, "select n from counts where name = 'pages:blocked_private'") == [(1,)]


def test_never_and_always(desk: Desk) -> None:
    for keys, times in (("full_text: never", 0), ("full_text: always", 1)):
        begin(desk, keys=keys)
        desk.rounds("2026-06-14T08:00:00Z" if times == 0 else "2026-06-14T09:20:00Z")
        name = f"page{times}"
        text = "Short" if times == 0 else WORDS * 2
        desk.outlet.serve("/a.xml", rss(item(desk, name, f"Story number {times}", text)))
        desk.outlet.serve(f"/{name}", page("T", WORDS))
        desk.rounds("2026-06-14T08:10:00Z" if times == 0 else "2026-06-14T09:30:00Z")
        assert served(desk, name) == [times]


def test_baseline_fetches_no_page_except_what_backfill_lets_through(desk: Desk) -> None:
    begin(desk, settings="backfill: 6h")
    old = item(desk, "old", "Old") | {"date": "Sat, 13 Jun 2026 09:00:00 GMT"}
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar"), old))
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    desk.outlet.serve("/old", page("Old", "A militia then shelled the base."))
    assert desk.rounds(T1)[0]["alerts"] == 1
    assert served(desk, "one", "old") == [1, 0]


def test_section_and_sitemap_alert_like_feeds(desk: Desk) -> None:
    links = (
        '<html><body><main><h2><a href="/news/100001">First headline of the front page</a></h2>{}</main></body></html>'
    )
    desk.outlet.serve("/front", links.format("").encode())
    maps = '<urlset xmlns:news="n">{}</urlset>'
    desk.outlet.serve("/map.xml.gz", gzip.compress(maps.format("").encode()))
    base = desk.outlet.base
    index = f"<sitemapindex><sitemap><loc>{base}/map.xml.gz</loc></sitemap></sitemapindex>"
    desk.outlet.serve("/index.xml", index.encode())
    desk.write("/front", "/index.xml", settings="backfill: 0", keys=PAGES)
    text = desk.rules.read_text().replace('/front", every: 5m', '/front", every: 5m, kind: section')
    desk.rules.write_text(text.replace('/index.xml", every: 5m', '/index.xml", every: 5m, kind: sitemap'))
    desk.rounds(T0)
    more = '<h2><a href="/news/100002">A militia shells the base again</a></h2>'
    desk.outlet.serve("/front", links.format(more).encode())
    url = f"<url><loc>{base}/s/1</loc><news:news><news:title>Militia denies it</news:title></news:news></url>"
    desk.outlet.serve("/map.xml.gz", gzip.compress(maps.format(url).encode()))
    desk.outlet.serve("/news/100002", page("A militia shells the base a second time", "More."))
    (done,) = desk.rounds(T1)
    assert (done["new"], done["alerts"]) == (2, 2)
    assert ("A militia shells the base a second time",) in tables(desk, "select title from articles")


def test_evidence_is_kept_with_its_fetch_and_expires(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")), X_Served_By="node-7")
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    desk.rounds(T1)
    rows = tables(
        desk, "select form, url, status, headers from evidence join fetches on id = fetch order by fetched, form"
    )
    assert [(form, url, status) for form, url, status, _ in rows] == [
        ("entry", f"{desk.outlet.base}/a.xml", 200),
        ("page", f"{desk.outlet.base}/one", 200),
    ]
    assert "X-Served-By: node-7" in str(rows[0][3])
    desk.rounds("2026-06-21T09:06:00Z")
    assert tables(desk, "select count(*) from evidence") == [(2,)], "the clock leapt by a week: nothing goes for a day"
    desk.rounds("2026-06-22T09:06:00Z")
    assert tables(desk, "select count(*) from evidence") == [(0,)]
    assert tables(desk, "select count(*) from fetches") == [(0,)]


def test_daemon_fetches_pages_beside_polls_and_a_hung_one_stops_nothing(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss())
    desk.write("/a.xml", every="1s", settings="freshness: 520w", keys=PAGES)
    other = Outlet()
    hung = item(desk, "hung", "A council that never ends") | {"link": other.hang("/hung")}
    with closing_all(other), daemon(desk) as running:
        assert running.says("outcome=no_entries")
        desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
        desk.outlet.serve("/a.xml", rss(hung, item(desk, "one", "Council meets in Anbar")))
        assert desk.outlet.wait_for("/one")
        assert desk.hook.wait_for(1)
        polls = len(desk.outlet.asked("/a.xml"))
        desk.outlet.serve("/a.xml", rss(item(desk, "two", "A militia moves on", OTHER_WORDS)))
        assert desk.hook.wait_for(2)
        assert len(desk.outlet.asked("/a.xml")) > polls
    assert len(alerts(desk)) == 2


def test_scrapy_crawls_each_kind(desk: Desk, tmp_path: Path) -> None:
    desk.outlet.serve("/front", b'<main><h2><a href="/news/100001">A headline that is long enough</a></h2></main>')
    desk.write("/front", keys=PAGES)
    desk.rules.write_text(desk.rules.read_text().replace("every: 5m", "every: 5m, kind: section"))
    done = subprocess.run(
        [*desk.command()[:1], "-m", "scrapy", "crawl", "section", "-a", "source=s1", "-a", f"config={desk.rules}", "-O", "-:jsonlines"],
        cwd=desk.environ()["PYTHONPATH"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "A headline that is long enough" in done.stdout


def test_scrapy_checks_its_contracts_against_a_source_of_each_kind(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/front", b'<main><h2><a href="/news/100001">A headline that is long enough</a></h2></main>')
    desk.outlet.serve(
        "/map.xml", f"<urlset><url><loc>{desk.outlet.base}/a-story-of-five-words</loc></url></urlset>".encode()
    )
    desk.outlet.serve("/s/watch", page_of(twelve()))
    desk.outlet.serve("/list", b'[{"a": "A headline", "b": "/news/1", "c": "2026-06-14T09:00:00Z"}]')
    desk.write("/a.xml", "/front", "/map.xml", "/s/watch", "/list", keys=PAGES)
    text = desk.rules.read_text()
    kinds = {"/front": "section", "/map.xml": "sitemap", "/s/watch": "telegram"}
    kinds["/list"] = "json, paths: {title: a, url: b, date: c}"
    for path, kind in kinds.items():
        text = text.replace(f'{path}", every: 5m', f'{path}", every: 5m, kind: {kind}')
    desk.rules.write_text(text)
    words = [*desk.command()[:1], "-m", "scrapy", "check"]
    environ = desk.environ() | {"WATCHFLOOR_CONFIG": str(desk.rules)}

    def check() -> subprocess.CompletedProcess[str]:
        root = desk.environ()["PYTHONPATH"]
        return subprocess.run(words, cwd=root, env=environ, capture_output=True, text=True, check=False)

    assert check().returncode == 0, check().stderr
    desk.outlet.serve("/front", b"<main>nothing</main>")
    broken = check()
    assert broken.returncode == 1
    assert "section" in broken.stderr
