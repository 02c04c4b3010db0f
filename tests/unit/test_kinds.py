"""What each kind of source reads: JSON Feed, news sitemaps with index and gzip, links of section pages."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.config.problems import ConfigError
from crawler.config.sources import read_sources
from crawler.parse.alternates import feeds_in
from crawler.parse.feeds import read_feed
from crawler.parse.pages import read_page
from crawler.parse.sections import read_section
from crawler.parse.sitemaps import MOST_ENTRIES, read_sitemap
from tests.unit.child import Child

BASE = "https://outlet.example/"


def test_json_feed_becomes_entries() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "language": "ar",
        "items": [
            {
                "id": "1",
                "url": "/a/1",
                "title": "هجوم على قاعدة <عين>",
                "content_html": "<p>One</p><p>Two &amp; three</p>",
                "summary": "S",
                "date_published": "2026-11-24T10:00:00+03:00",
                "authors": [{"name": "A"}, {"name": "B"}],
            },
            {"id": 2, "content_text": "Only a text with < in it", "date_modified": "2026-11-24T10:00:00Z"},
            {"id": "3"},
            "no item",
        ],
    }
    read = read_feed(json.dumps(feed).encode(), "application/feed+json", BASE)
    first, second = read.entries
    assert (read.version, read.lang, read.rejected) == ("json11", "ar", ("no_title_no_text", "no_title_no_text"))
    assert (first.title, first.url, first.text) == ("هجوم على قاعدة <عين>", BASE + "a/1", "One\nTwo & three")
    assert (first.summary, first.author) == ("S", "A, B")
    assert first.published == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert (second.guid, second.title) == ("2", "Only a text with < in it")
    assert json.loads(first.raw)["id"] == "1"


@pytest.mark.parametrize("body", [b"{", b'{"version": 1}', b'{"items": []}', b"[1]", b"{" * 100_000])
def test_other_json_is_no_feed(body: bytes) -> None:
    assert read_feed(body, None, BASE).version == ""


def test_raw_items_are_cut_out_of_a_feed() -> None:
    items = "<item><title>A</title><x:y>kept</x:y></item><item><title>B</title></item>"
    read = read_feed(f'<rss version="2.0" xmlns:x="x"><channel>{items}</channel></rss>'.encode(), None, BASE)
    assert [entry.raw for entry in read.entries] == [
        "<item><title>A</title><x:y>kept</x:y></item>",
        "<item><title>B</title></item>",
    ]


NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://outlet.example/old</loc><news:news><news:publication><news:name>O</news:name>
<news:language>ar</news:language></news:publication><news:publication_date>2026-11-23T10:00:00+03:00</news:publication_date>
<news:title>Older &amp; first</news:title></news:news></url>
<url><loc>https://outlet.example/new</loc><image:image><image:loc>https://i.example/x.jpg</image:loc>
<image:title>A picture</image:title></image:image><news:news><news:publication_date>2026-11-24</news:publication_date>
<news:title><![CDATA[Newer]]></news:title></news:news></url>
<url><loc>https://outlet.example/2026/militia-attacks-base-in-anbar-123.html</loc></url>
<url><loc>javascript:alert(1)</loc></url><url><loc>https://outlet.example/x</loc></url>
</urlset>"""


@pytest.mark.parametrize("packed", [False, True])
def test_news_sitemap_is_read_newest_first(packed: bool) -> None:
    body = gzip.compress(NEWS.encode()) if packed else NEWS.encode()
    read = read_sitemap(body, None, BASE + "sitemap.xml")
    assert [(entry.title, entry.url) for entry in read.entries] == [
        ("Newer", BASE + "new"),
        ("Older & first", BASE + "old"),
        ("Militia attacks base in anbar", BASE + "2026/militia-attacks-base-in-anbar-123.html"),
    ]
    assert read.entries[1].published == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert read.entries[1].lang == "ar"
    assert read.rejected == ("no_link", "no_title_no_text")
    assert read.entries[0].raw.startswith("<url")


def test_index_gives_its_newest_news_sitemaps_of_the_same_site() -> None:
    rows = [
        ("https://outlet.example/pages.xml", "2026-11-24"),
        ("https://outlet.example/news-1.xml", "2026-11-01"),
        ("https://cdn.outlet.example/news-2.xml.gz", "2026-11-20"),
        ("https://elsewhere.example.net/news.xml", "2026-11-24"),
        ("https://outlet.example/archive.xml", ""),
        ("https://outlet.example/tags.xml", "2020-01-01"),
    ]
    maps = "".join(f"<sitemap><loc>{url}</loc><lastmod>{date}</lastmod></sitemap>" for url, date in rows)
    read = read_sitemap(f"<sitemapindex>{maps}</sitemapindex>".encode(), None, BASE)
    assert read.more == (rows[2][0], rows[1][0], rows[0][0])


HOSTILE = [
    ("laughs", b"<!DOCTYPE x [<!ENTITY a 'ha'>" + b"".join(f"<!ENTITY {chr(98 + n)} '{'&' + chr(97 + n) + ';'}'>".encode() for n in range(20)) + b"]><urlset>&u;</urlset>"),
    ("gzip bomb", gzip.compress(b"\0" * 100_000_000, 1)),
    ("broken gzip", gzip.compress(NEWS.encode())[:80]),
    ("no XML", b"hello"),
    ("HTML", b"<html><body>no</body></html>"),
    ("empty", b""),
]  # fmt: skip


@pytest.mark.parametrize("body", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_sitemap_costs_little_and_gives_nothing(child: Child, body: bytes) -> None:
    outcome, read = child.parse(body, read_sitemap)
    assert not outcome.startswith("parse_")
    assert not read.entries


def test_entity_of_a_sitemap_stays_as_it_is_written() -> None:
    head = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"> <!ENTITY f "words">]>'
    body = f"{head}<urlset><url><loc>https://a.example/</loc><title>Dam &e; &f;</title></url></urlset>".encode()
    assert [each.title for each in read_sitemap(body, None, BASE).entries] == ["Dam &e; &f;"]


def test_long_sitemap_gives_its_newest() -> None:
    rows = "".join(
        f"<url><loc>https://outlet.example/a-b-c-{n}x</loc><lastmod>2026-11-{n % 24 + 1:02}</lastmod></url>"
        for n in range(5000)
    )
    read = read_sitemap(f"<urlset>{rows}</urlset>".encode(), None, BASE)
    assert len(read.entries) == MOST_ENTRIES
    dates = {entry.updated for entry in read.entries}
    assert dates == {datetime(2026, 11, day, tzinfo=UTC) for day in (24, 23, 22)}


FRONT = """<html lang="ar"><body><nav><a href="/sections/politics-and-more-things-to-read">Everything about politics</a></nav>
<main><article><a href="/2026/11/24/first"><img src="x.jpg"></a>
<h2><a href="/2026/11/24/first?utm_source=home">هجوم بطائرة مسيرة على قاعدة في الأنبار</a></h2>
<time datetime="2026-11-24T10:00:00+03:00">now</time></article>
<article><a class="card" href="https://outlet.example/news/654321"><h3>Militia denies attack on the base</h3><p>More words</p></a></article>
<a href="/tag/iraq-and-its-neighbours-2026">A tag page with quite many words</a>
<a href="https://elsewhere.example.net/news/99999">Some headline of another outlet altogether</a>
<a href="/news/777777">Short</a><a href="javascript:void(0)">Something that only looks like a link</a></main>
<footer><a href="/2026/terms-and-conditions-of-use">Terms and conditions of this site</a></footer></body></html>"""


def test_links_of_a_section_are_guessed() -> None:
    read = read_section(FRONT.encode(), "text/html; charset=utf-8", BASE)
    assert [(entry.title, entry.url) for entry in read.entries] == [
        ("هجوم بطائرة مسيرة على قاعدة في الأنبار", BASE + "2026/11/24/first"),
        ("Militia denies attack on the base", BASE + "news/654321"),
    ]
    assert [entry.published for entry in read.entries] == [datetime(2026, 11, 24, 7, tzinfo=UTC), None]
    assert read.lang == "ar"


SPACE = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
MAPS = [
    (
        "half an emoji",
        f"<urlset {SPACE}>{{}}</urlset>",
        "<loc>/n/1</loc><news:title>Dam &#55357;&#56628; bursts</news:title>",
        "Dam \U0001f534 bursts",
    ),
    (
        "a prefix nobody declared",
        "<urlset>{}</urlset>",
        "<loc>/n/1</loc><news:title>Dam bursts</news:title>",
        "Dam bursts",
    ),
    ("a bare &", "<urlset>{}</urlset>", "<loc>/n/1</loc><title>Dam & dyke burst</title>", "Dam & dyke burst"),
    (
        "an entity of HTML",
        "<urlset>{}</urlset>",
        "<loc>/n/1</loc><title>Dam&nbsp;bursts &mdash; live</title>",
        "Dam bursts — live",
    ),
    ("no entity", "<urlset>{}</urlset>", "<loc>/n/1</loc><title>Dam &dyke; burst</title>", "Dam &dyke; burst"),
    ("markup", "<urlset>{}</urlset>", "<loc>/n/1</loc><title>Dam <b>bursts</b> at dawn</title>", "Dam bursts at dawn"),
    ("a relative address", "<urlset>{}</urlset>", "<loc>/n/the-dam-bursts</loc>", "The dam bursts"),
]


@pytest.mark.parametrize(("name", "whole", "item", "title"), MAPS, ids=[row[0] for row in MAPS])
def test_odd_sitemap_is_read(name: str, whole: str, item: str, title: str) -> None:
    good = "<url><loc>https://outlet.example/n/rain-in-the-north</loc></url>"
    read = read_sitemap(whole.format(f"<url>{item}</url>{good}").encode(), None, BASE)
    assert {each.title for each in read.entries} == {title, "Rain in the north"}, name
    assert all(each.url and each.url.startswith("https://outlet.example/n/") for each in read.entries)


@pytest.mark.parametrize("body", [b"<urlset><url", b"<urlset>\n<<<>&;</urlset>"])
def test_garbled_sitemap_without_an_entry_is_no_silence(body: bytes) -> None:
    feed = read_sitemap(body, None, "https://a.example/map.xml")
    assert (feed.entries, feed.version) == ((), "")
    assert feed.problem.startswith("no entry in it, and its XML is broken: ")
    empty = read_sitemap(b"<urlset></urlset>", None, "https://a.example/map.xml")
    assert (empty.version, empty.problem) == ("sitemap", "")


def test_page_in_place_of_a_section_is_named() -> None:
    for page, said in (
        (b"<html><title>Log in</title><form><input type=password></form></html>", "a login page"),
        (b"<html><title>Just a moment...</title></html>", "a challenge page: a check of the browser"),
        (b"<html><p>Nothing here</p></html>", "no links to articles in it: give the source a selector with `select`"),
    ):
        assert read_section(page, None, "https://a.example/").problem == said


def test_query_of_an_address_in_a_sitemap_is_read_whole() -> None:
    for written in ("?id=7&amp;copy=2&amp;lang=ar", "?id=7&copy=2&lang=ar", "<![CDATA[?id=7&copy=2&lang=ar]]>"):
        body = f"<urlset><url><loc>{written}</loc><title>Dam bursts</title></url></urlset>".encode()
        (entry,) = read_sitemap(body, None, BASE + "n").entries
        assert entry.url == BASE + "n?id=7&copy=2&lang=ar", written


def test_sitemap_that_is_a_list_of_addresses_is_read() -> None:
    read = read_sitemap(b"https://outlet.example/n/the-dam-bursts\nhttps://outlet.example/x\n", "text/plain", BASE)
    assert ([each.title for each in read.entries], read.rejected) == (["The dam bursts"], ("no_title_no_text",))


@pytest.mark.parametrize(
    "feed",
    [
        "<rss version='2.0'><channel><item><title>Dam bursts</title><link>{}</link></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Dam bursts</title><link href='{}'/></entry></feed>",
    ],
)
def test_feed_as_a_sitemap_is_read(feed: str) -> None:
    read = read_sitemap(feed.format(BASE + "n/1").encode(), "application/xml", BASE)
    assert [(each.title, each.url) for each in read.entries] == [("Dam bursts", BASE + "n/1")]


CARDS = "".join(
    f'<div class="card"><a href="/2026/{n}0000/x"><img alt=""></a><p>Gunmen shell barracks number {n} at noon</p>'
    f'<a href="/2026/{n}0000/x">Read more</a></div>'
    for n in (1, 2)
)
SECTIONS = [
    ("short headings", "<h3><a href='/n/81234'>قصف معسكر</a></h3>", ["قصف معسكر"], ()),
    ("a heading inside the link", "<a href='/n/81234'><h2>Dam bursts</h2><p>At noon.</p></a>", ["Dam bursts"], ()),
    ("a headline beside its picture", CARDS, [f"Gunmen shell barracks number {n} at noon" for n in (1, 2)], ()),
    ("a short link in no heading", "<p><a href='/n/81234'>Dam bursts</a></p>", [], ("short_title",)),
    ("a picture without words", "<p><a href='/n/81234'><img></a></p><p><a href='/'>x</a></p>", [], ("no_title",)),
    (
        "words for its picture",
        "<a href='/n/81234'><img alt='Gunmen shell a barracks at noon'></a>",
        ["Gunmen shell a barracks at noon"],
        (),
    ),
    ("read more alone", "<p><a href='/n/81234'>Read more of this story</a></p>", [], ("no_title",)),
]


@pytest.mark.parametrize(("name", "markup", "titles", "rejected"), SECTIONS, ids=[row[0] for row in SECTIONS])
def test_headline_of_a_section_is_read_or_counted(
    name: str, markup: str, titles: list[str], rejected: tuple[str, ...]
) -> None:
    more = "<h2><a href='/n/99999-z'>The other story of the day is here</a></h2>"
    read = read_section(f"<html><body>{markup}<div>{more}</div></body></html>".encode(), None, BASE)
    assert [each.title for each in read.entries] == [*titles, "The other story of the day is here"], name
    assert read.rejected == rejected


@pytest.mark.parametrize("base", ["https://www.outlet.example/ar/", "/ar/"])
def test_links_of_a_section_are_relative_to_its_base(base: str) -> None:
    page = f"<html><head><base href='{base}'></head><body><h2><a href='n/81234'>Gunmen shell a barracks</a></h2></body></html>"
    (entry,) = read_section(page.encode(), None, BASE).entries
    assert entry.url is not None
    assert entry.url.endswith("outlet.example/ar/n/81234")


@pytest.mark.parametrize("base", ["https://outlet.example/ar/", "/ar/"])
def test_address_that_a_page_names_is_relative_to_its_base(base: str) -> None:
    head = f"<base target=_top><base href='{base}'><link rel=canonical href='n/81234'>"
    head += "<link rel=alternate type='application/rss+xml' href='rss.xml'>"
    page = f"<html><head>{head}</head><body><p>Gunmen shell a barracks</p><a href='en/feed/'>RSS</a></body></html>".encode()
    assert feeds_in(page, None, BASE) == [BASE + "ar/rss.xml", BASE + "ar/en/feed/"]
    assert read_page(page, None, BASE + "x/1").url == BASE + "ar/n/81234"


def test_links_of_a_section_are_selected() -> None:
    assert [entry.url for entry in read_section(FRONT.encode(), None, BASE, "article h2 a, a.card").entries] == [
        BASE + "2026/11/24/first",
        BASE + "news/654321",
    ]
    assert "h5" in read_section(FRONT.encode(), None, BASE, "h5 a").problem


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('kind: section, select: "a["', "is no CSS selector"),
        ('kind: feed, select: "a"', "kind: section only"),
        ("kind: sitmap", 'did you mean "sitemap"'),
        ("full_text: yes", "full_text"),
        *(
            (f'url: "{url}"', "http")
            for url in ("file:///etc/passwd", "data:,x", "ftp://a.example/", "gopher://a.example/")
        ),
    ],
)
def test_faulty_keys_of_a_source_are_named(tmp_path: Path, keys: str, said: str) -> None:
    path = tmp_path / "rules.yaml"
    url = "" if keys.startswith("url") else 'url: "https://a.example/", '
    path.write_text(f"sources: [{{id: a, {url}{keys}}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read_sources(path)
    words = " ".join(str(problem) for problem in raised.value.problems)
    assert said in words or "allowed: auto, always, never" in words
