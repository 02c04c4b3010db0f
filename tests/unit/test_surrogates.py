"""Half a surrogate pair in whatever field of an item: replaced where it enters, and no other item is lost for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from crawler.collect.ingest import store_poll
from crawler.collect.sieve import sift
from crawler.parse.found import Feed, Page
from crawler.parse.readers import read_channel, read_feed, read_list, read_page, read_section, read_sitemap
from crawler.sources.source import Source, SourceState
from tests.migrated import new_store
from tests.unit.desk import NOW

LONE = "\ud83d 7"
BASE = "https://paper.example/news"
FIELDS = ("id", "title", "url", "date", "text", "outlet", "lang", "next")
PATHS = {name: name for name in FIELDS if name != "next"} | {"items": "data", "next": "next"}
GOOD = {"id": "1", "title": "Rockets hit the base at dawn", "url": "https://paper.example/1", "text": "Two said so."}


def as_list(field: str) -> Feed:
    bad = {
        **GOOD,
        "id": "2",
        "title": "A convoy left the base",
        "url": "https://paper.example/2",
        field: f"{LONE}-{field}",
    }
    whole = {"data": [GOOD, bad], "next": f"/news?p={LONE}"}
    return read_list(json.dumps(whole).encode(), None, BASE, paths=PATHS)


def as_json_feed(field: str) -> Feed:
    names = {"text": "content_text", "date": "date_published", "outlet": "author", "lang": "language"}
    value: Any = {"name": LONE} if field == "outlet" else f"{LONE}-{field}"
    bad = {
        "id": "2",
        "title": "A convoy left the base",
        "url": "https://paper.example/2",
        names.get(field, field): value,
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "language": LONE, "items": [GOOD, bad]}
    return read_feed(json.dumps(feed).encode(), "application/feed+json", BASE)


def clean(value: object) -> None:
    """Fail if a text in a value cannot be written as UTF-8; what is kept as it came may hold anything."""
    json.dumps(value, ensure_ascii=False, default=str).encode()


@pytest.mark.parametrize("read", [as_list, as_json_feed])
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("careful", [False, True])
def test_item_with_half_a_pair_is_stored_beside_the_good_one(
    tmp_path: Path, read: Callable[[str], Feed], field: str, careful: bool
) -> None:
    feed = read(field)
    assert len(feed.entries) == 2, feed
    clean(asdict(replace(feed, entries=tuple(replace(each, raw="") for each in feed.entries))))
    source = Source("s", BASE, kind="json", outlet_from="source", keep="matched")
    database = new_store(tmp_path / "store.db", "crawler")
    kept = sift(database, source, feed.entries, NOW, lambda _: True).kept
    with database.write() as connection:
        state = SourceState("s", BASE, NOW)
        stored = store_poll(connection, source, state, kept, feed.rejected, NOW, careful=careful)
    assert (stored.new, dict(stored.rejected)) == (2, {})
    database.close()


def test_what_a_service_or_a_fault_says_of_it_can_be_stored() -> None:
    said = json.dumps({"message": f"no key {LONE}", "data": LONE}).encode()
    assert "no key \ufffd" in read_list(said, None, BASE, paths=PATHS).problem
    clean(read_list(said, None, BASE, paths=PATHS | {"items": "abs(data)"}).problem)


def test_no_other_reader_lets_it_in() -> None:
    lone, escaped = "&#xD83D; 7", "\\ud83d 7"
    rss = f"<rss version='2.0'><channel><title>t</title><language>{lone}</language><item><title>Headline {lone}</title><guid>{lone}</guid><link>https://paper.example/{lone}</link><author>{lone}</author><description>Words {lone}</description><source url='https://a.example/{lone}'>{lone}</source></item></channel></rss>"
    sitemap = f"<urlset><url><loc>https://paper.example/news/rockets-hit-base-{lone}</loc></url></urlset>"
    section = f"<html><body><h2><a href='/2026/11/29/rockets-{lone}-hit'>Rockets {lone} hit the base at dawn today</a></h2></body></html>"
    post = f"<div class='tgme_widget_message' data-post='a/1'><div class='js-message_text'>Words {lone} of a post</div><a class='tgme_widget_message_forwarded_from_name' href='https://t.me/{lone}'>{lone}</a><a class='tgme_widget_message_date' href='https://t.me/a/1{lone}'><time datetime='2026-06-14T09:30:00+00:00'></time></a></div>"
    feeds = [
        read_feed(rss.encode(), None, BASE),
        read_sitemap(sitemap.encode(), None, BASE),
        read_section(section.encode(), None, BASE, select=""),
        read_channel(post.encode(), None, "https://t.me/s/a"),
    ]
    for feed in feeds:
        assert feed.entries, feed
        clean(asdict(feed))
    said = {name: f"{escaped} {name}" for name in ("headline", "articleBody", "datePublished", "inLanguage")}
    linked: dict[str, Any] = {"@type": "NewsArticle", **said, "mainEntityOfPage": f"https://paper.example/{escaped}"}
    linked |= {"author": {"name": escaped}, "publisher": {"name": escaped}}
    script = json.dumps(linked).replace("\\\\u", "\\u")
    page = read_page(f"<html><script type='application/ld+json'>{script}</script></html>".encode(), None, BASE)
    assert isinstance(page, Page)
    assert page.headline == "\ufffd 7 headline"
    assert page.url
    clean(asdict(page))
