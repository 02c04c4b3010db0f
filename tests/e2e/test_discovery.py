"""`sources add`, `sources try`, `sources evidence`, `explain URL` against a site on loopback."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from crawler.config.sources import read_sources
from tests.e2e.conftest import Desk
from tests.e2e.paged import D0, begin, item, page, tables
from tests.e2e.servers import rss

HOME = '<html lang="ar"><head>{head}</head><body><main>{body}</main></body></html>'
SITEMAP = '<urlset xmlns:news="n"><url><loc>{base}/s</loc><news:news><news:title>A title of a story</news:title></news:news></url></urlset>'


def added(desk: Desk, path: str = "/") -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(desk.run("sources", "add", "--json", desk.outlet.base + path).stdout)
    return rows


def test_feed_linked_from_the_page_is_found_and_its_lines_can_be_pasted(desk: Desk, tmp_path: Path) -> None:
    base = desk.outlet.base
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel="alternate" type="application/rss+xml" title="News" href="/news.rss">'
    )
    desk.outlet.serve("/", HOME.format(head=head, body="").encode())
    desk.outlet.serve("/news.rss", rss(item(desk, "1", "A militia moves")))
    desk.outlet.serve("/comments/feed", rss())
    desk.write("/a.xml")
    printed = desk.run("sources", "add", base).stdout
    lines = [line for line in printed.splitlines() if line.startswith("- ")]
    assert len(lines) == 1
    pasted = tmp_path / "pasted.yaml"
    pasted.write_text("sources:\n" + "\n".join(f"  {line}" for line in lines) + "\n", encoding="utf-8")
    (source,) = read_sources(pasted)[0]
    assert (source.url, source.kind) == (f"{base}/news.rss", "feed")


def test_news_sitemap_of_robots_then_usual_paths_then_section(desk: Desk) -> None:
    base = desk.outlet.base
    desk.write("/a.xml")
    link = '<h2><a href="/news/123456">A headline with enough words in it</a></h2>'
    desk.outlet.serve("/", HOME.format(head="", body=link).encode())
    assert [row.get("kind") for row in added(desk)] == ["section"]
    desk.outlet.serve("/feed", rss(item(desk, "1", "A militia moves")))
    assert next((row.get("kind"), row["url"]) for row in added(desk)) == (None, f"{base}/feed")
    desk.outlet.serve("/robots.txt", f"Sitemap: {base}/plain.xml\nSitemap: {base}/news-map.xml\n".encode())
    desk.outlet.serve("/news-map.xml", SITEMAP.format(base=base).encode())
    assert next((row.get("kind"), row["url"]) for row in added(desk)) == ("sitemap", f"{base}/news-map.xml")
    assert added(desk, "/feed") == [{"id": "127-0-0-1", "url": f"{base}/feed", "every": "15m", "owner": "s1"}]


def test_nothing_to_poll_says_so(desk: Desk) -> None:
    desk.write("/a.xml")
    desk.outlet.serve("/", b"<html><body>Nothing here</body></html>")
    done = desk.run("sources", "add", desk.outlet.base, expect=1)
    assert "nothing to poll found" in done.stderr
    assert "Traceback" not in done.stderr


def test_try_shows_entries_and_the_first_page(desk: Desk) -> None:
    desk.write("/a.xml")
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/one", page("Council meets in Anbar", "A militia then shelled the base."))
    report = json.loads(desk.run("sources", "try", "s1", "--json").stdout)
    assert (report["entries"], report["dated"], report["newest"]) == (1, 1, "2026-06-14T09:04:00+00:00")
    assert report["page"]["headline"] == "Council meets in Anbar"
    assert report["page"]["author"] == "A Reporter"
    assert report["page"]["text"] > 500
    assert "Council meets in Anbar" in desk.run("sources", "try", desk.outlet.base + "/a.xml").stdout
    assert not (desk.place / "var").exists()


@pytest.mark.parametrize("select", ["h2 a", "h5 a"])
def test_try_previews_a_selector(desk: Desk, select: str) -> None:
    desk.write("/a.xml")
    body = '<h2><a href="/x">A headline with enough words in it</a></h2><p><a href="/2026/yet-another-kind-of-link">Words and words and words</a></p>'
    desk.outlet.serve("/", HOME.format(head="", body=body).encode())
    words = ["sources", "try", desk.outlet.base + "/", "--select", select, "--json"]
    report = json.loads(desk.run(*words, expect=0 if select == "h2 a" else 1).stdout)
    assert [row["url"] for row in report["first"]] == ([f"{desk.outlet.base}/x"] if select == "h2 a" else [])
    assert report["outcome"] == ("ok" if select == "h2 a" else "not_a_feed")


def test_explain_fetches_a_page_and_obeys_robots(desk: Desk) -> None:
    desk.write("/a.xml")
    url = desk.outlet.serve("/one", page("Council meets", "A militia then shelled the base."))
    said = json.loads(desk.run("explain", url, "--json").stdout)
    assert said["rules"][0]["rule"] == "militia"
    assert "militia" in desk.run("explain", url).stdout
    desk.outlet.serve("/robots.txt", b"User-agent: *\nDisallow: /\n")
    assert "robots.txt forbids it" in desk.run("explain", url, expect=1).stderr


def test_evidence_is_got_out_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    begin(desk)
    desk.rounds("2026-06-14T09:00:00Z")
    body = page("Council meets in Anbar", "A militia then shelled the base.")
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.outlet.serve("/one", body)
    desk.rounds("2026-06-14T09:05:00Z")
    ((article,),) = tables(desk, "select id from articles")
    done = desk.run("sources", "evidence", str(article), "--json", "--out", str(tmp_path / "out"))
    entry, fetched = [json.loads(line) for line in done.stdout.splitlines()]
    assert Path(fetched["file"]).read_bytes() == body
    assert fetched["sha256"] == fetched["answer_sha256"] == hashlib.sha256(body).hexdigest()
    raw = Path(entry["file"]).read_text()
    assert raw.startswith("<item>")
    assert D0 in raw
    assert '"a00" is the id of no article stored here' in desk.run("sources", "evidence", "a00", expect=1).stderr
