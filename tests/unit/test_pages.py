"""Article pages: what they say of themselves, their text, in four languages and the encodings of the region."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.parse.decoding import decode_page
from crawler.parse.linkeddata import articles_in
from crawler.parse.pages import FULL_BODY, read_page

PAGES = Path(__file__).parents[1] / "pages"
URL = "https://www.outlet.example/news/1"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ABOUT = {  # language: author, published, modified, host of its canonical address
    "en": ("Salma Haddad", "2026-11-24T10:15", "2026-11-24T11:00", "www.riverdesk.example"),
    "ar": (None, "2026-11-24T12:15", None, "www.sahat-alakhbar.example"),
    "fa": ("نرگس رستمی", "2026-11-24T11:00", None, "www.peykrooz.example"),
    "ckb": (None, "2026-11-24T07:00", None, "www.hewaligel.example"),
}


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@pytest.mark.parametrize("lang", ABOUT)
def test_page_is_read_in_each_language(lang: str) -> None:
    author, published, modified, host = ABOUT[lang]
    page = read_page((PAGES / f"{lang}.html").read_bytes(), "text/html; charset=utf-8", f"https://{host}/x?id=7")
    expected = (PAGES / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in expected if line not in page.text] == []
    assert len(page.text) < 1.2 * len("\n".join(expected))
    assert (page.lang, page.author, page.problem) == (lang, author, "")
    assert (page.published, page.modified) == (at(published), at(modified))
    assert page.url is not None
    assert page.url.startswith(f"https://{host}/news/2026/")
    assert page.headline in (PAGES / f"{lang}.html").read_text(encoding="utf-8")
    assert page.site is not None
    assert "|" not in page.headline


WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")  # older encodings have no other digits
ARABIC = (PAGES / "ar.html").read_text(encoding="utf-8").translate(WESTERN)
ENCODED = [
    ("declared cp1256", ARABIC.replace('"utf-8"', '"windows-1256"').encode("cp1256"), None),
    ("cp1256 without a word", ARABIC.replace('<meta charset="utf-8">', "").encode("cp1256"), None),
    ("cp1256 called utf-8", ARABIC.encode("cp1256"), "text/html; charset=utf-8"),
    ("cp1256 called iso-8859-1", ARABIC.encode("cp1256"), "text/html; charset=iso-8859-1"),
    ("iso-8859-6", ARABIC.encode("iso-8859-6", "replace"), "text/html; charset=iso-8859-6"),
    ("utf-16 with mark", ARABIC.encode("utf-16"), None),
    ("utf-16 without mark", ARABIC.encode("utf-16-le"), "text/html"),
    ("utf-8 with mark", b"\xef\xbb\xbf" + ARABIC.encode(), "text/html; charset=windows-1256"),
    ("utf-8 called cp1256", ARABIC.encode(), "text/html; charset=windows-1256"),
    ("utf-8 called latin", ARABIC.replace('"utf-8"', '"iso-8859-1"').encode(), None),
    ("one bad byte", ARABIC.encode().replace(b"<h1>", b"<h1>\xff"), "text/html; charset=utf-8"),
    ("a label of nobody", ARABIC.replace('"utf-8"', '"utf8-arabic"').encode(), "text/html; charset=none"),
    ("a NUL", ARABIC.replace("<p>", "<p>\0", 1).encode(), None),
]


@pytest.mark.parametrize(("body", "content_type"), [row[1:] for row in ENCODED], ids=[row[0] for row in ENCODED])
def test_arabic_page_is_read_whatever_its_label(body: bytes, content_type: str | None) -> None:
    page = read_page(body, content_type, URL)
    assert "قاعدة" in page.headline
    assert "فصيل مسلح في بيان" in page.text
    assert page.lang == "ar"


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("Déjà vu à Genève, où l'été", "cp1252", "iso-8859-1"),
        ("Äußerungen über Öl für Länder", "cp1252", ""),
        ("Irak'ta güçler çekiliyor, İran açıkladı, ığşĞ", "cp1254", "iso-8859-9"),
        ("„Curly“ – quotes", "cp1252", "utf-8"),
        ("Войска покинули базу", "cp1251", "windows-1251"),
    ],
)
def test_other_languages_are_not_taken_for_arabic(text: str, encoding: str, label: str) -> None:
    markup = f"<html><body><p>{text}</p></body></html>"
    assert text in decode_page(markup.encode(encoding), f"text/html; charset={label}" if label else "text/html")


BODY = "The text of the article as the page itself gives it to machines. " * 10
LINKED = [
    ("trailing comma", '{"@type": "NewsArticle", "headline": "H", "articleBody": "%s",}'),
    ("in a comment", '<!-- {"@type": ["Article", "X"], "headline": "H", "articleBody": "%s"} -->'),
    ("in a graph", '{"@graph": [{"@type": "WebPage"}, {"@type": "ReportageNewsArticle", "headline": "H", "articleBody": "%s"}]}'),
    ("in a list", '[{"@type": "Organization"}, {"@type": "BlogPosting", "headline": "H", "articleBody": "%s"}]'),
    ("raw newline", '{"@type": "Article",\n"headline": "H", "articleBody": "%s\n"}'),
]  # fmt: skip


@pytest.mark.parametrize("script", [row[1] for row in LINKED], ids=[row[0] for row in LINKED])
def test_article_body_of_json_ld_is_the_text(script: str) -> None:
    assert len(BODY) > FULL_BODY
    markup = (
        f'<html><head><script type="application/ld+json">{script % BODY}</script></head><body><p>x</p></body></html>'
    )
    page = read_page(markup.encode(), None, URL)
    assert (page.headline, page.text.strip(), page.how) == ("H", BODY.strip(), "json-ld")


@pytest.mark.parametrize(
    "script", ["", "{", "null", "[[[[[[[[]]]]]]]]", '{"@type": 7}', '{"@graph": 1}', "[" * 100_000]
)
def test_json_ld_of_no_use_is_passed_over(script: str) -> None:
    assert articles_in([script]) == []


CANONICAL = [
    ("of the same site", "https://m.outlet.example/news/1?x=1&utm_source=a", "https://m.outlet.example/news/1?x=1"),
    ("relative", "/news/one", "https://www.outlet.example/news/one"),
    ("of another site", "https://elsewhere.example.net/a", None),
    ("the front page", "https://www.outlet.example/", None),
    ("no address", "javascript:alert(1)", None),
    ("broken", "http://[", None),
]


@pytest.mark.parametrize(("link", "expected"), [row[1:] for row in CANONICAL], ids=[row[0] for row in CANONICAL])
def test_canonical_address_is_of_the_same_site(link: str, expected: str | None) -> None:
    markup = f'<html><head><link rel="canonical" href="{link}"></head><body><p>{BODY}</p></body></html>'
    assert read_page(markup.encode(), None, URL).url == expected


NOTHING = [
    ("empty", b"", "no_html"),
    ("no text", b"<html><body></body></html>", "no_text"),
    ("challenge", b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser before you may go on to the site you asked for.</p></body></html>", "challenge"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "problem"), [row[1:] for row in NOTHING], ids=[row[0] for row in NOTHING])
def test_page_without_text_is_named(body: bytes, problem: str) -> None:
    page = read_page(body, None, URL)
    assert (page.text, page.problem) == ("", problem)


HOSTILE = [
    ("attributes", b"<p " + b" ".join(b"a%d=1" % n for n in range(10_000)) + b">x</p>"),
    ("deep", b"<div>" * 20_000 + b"x"),
    ("entities", b'<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>&e;</p>'),
    ("bytes", bytes(range(256)) * 100),
    ("comments", b"<!--" * 50_000),
]


@pytest.mark.parametrize("body", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_page_raises_nothing_and_reads_no_file(body: bytes) -> None:
    started = time.process_time()
    page = read_page(body, "text/html", URL)
    assert time.process_time() - started < 8.0  # the child is killed at ten
    assert "root:" not in page.text
