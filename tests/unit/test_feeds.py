"""Feeds as they come: broken, mislabelled, hostile. The good items of a bad feed are never lost with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.parse.decoding import decode_page
from crawler.parse.feeds import decode, read_feed
from crawler.parse.markup import clean
from crawler.parse.normalise import draft
from tests.e2e.servers import rss
from tests.e2e.starting import EXHAUSTIVE
from tests.unit.child import BASE, Child

ARABIC = "الحشد الشعبي ينفي"


def feed(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'{head}<rss version="2.0"><channel><title>T</title><language>en-GB</language>{body}</channel></rss>'.encode()
    )


def titles(body: bytes, content_type: str | None = None) -> list[str]:
    return [entry.title for entry in read_feed(body, content_type, BASE).entries]


def test_rss_item_becomes_an_entry() -> None:
    item = (
        "<title>A &amp;amp; B</title><guid>g1</guid><link>/a?x=1</link><author>Reporter</author>"
        "<pubDate>Sun, 14 Jun 2026 09:30:00 +0300</pubDate>"
        "<description>&lt;p&gt;One&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;&lt;p&gt;Two&lt;/p&gt;</description>"
    )
    read = read_feed(feed(item), None, BASE)
    (entry,) = read.entries
    assert (entry.title, entry.guid, entry.url) == ("A & B", "g1", "https://outlet.example/a?x=1")
    assert entry.summary == "One\nTwo"
    assert entry.published == datetime(2026, 6, 14, 6, 30, tzinfo=UTC)
    assert (read.version, read.lang) == ("rss20", "en")


def test_atom_and_rdf_are_read() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fa"><title>T</title><entry><title>خبر</title>'
        '<id>tag:1</id><link href="https://o.example/1"/><updated>2026-06-14T09:30:00Z</updated></entry></feed>'
    ).encode()
    rdf = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b"<channel/><item><title>R</title><link>https://o.example/2</link></item></rdf:RDF>"
    )
    entry = read_feed(atom, None, BASE).entries[0]
    assert (entry.title, entry.guid, entry.lang) == ("خبر", "tag:1", "fa")
    assert entry.updated == datetime(2026, 6, 14, 9, 30, tzinfo=UTC)
    assert titles(rdf) == ["R"]


CRASHERS = [
    ("lone surrogate", "<title>bad &#55296; one</title>"),
    ("beyond Unicode", "<title>bad &#x110000; one</title>"),
    ("control reference", "<title>bad &#1; one</title>"),
    ("georss", "<title>bad one</title><georss:polygon>1 x</georss:polygon>"),
    ("year 10000", "<title>bad one</title><pubDate>Sun, 14 Jun 10000 09:30:00 GMT</pubDate>"),
    ("year -1", "<title>bad one</title><pubDate>-1-01-01T00:00:00Z</pubDate>"),
    ("date of words", "<title>bad one</title><pubDate>yesterday</pubDate>"),
    ("NUL", "<title>bad \x00 one</title>"),
    (
        "XInclude",
        '<title>bad one</title><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
    ),
    ("64,000 attributes", "<title>bad one</title><x " + " ".join(f'a{n}=""' for n in range(64_000)) + "/>"),
    ("attributes of an HTML tag", "<title>bad one</title><description>" + "&lt;p " * 200_000 + "</description>"),
    ("attributes of the item's title", "<title " + " ".join(f"a{n}='>'" for n in range(64_000)) + ">bad one</title>"),
    ("attributes that are not XML", "<title " + " ".join(f"a{n}=1" for n in range(64_000)) + ">bad & one</title>"),
    ("quotes that never end", "<title>bad & one</title><x " + 'a="' * 64_000 + "/>"),
    ("64,000 namespaces", "<title>bad one</title><x " + " ".join(f'xmlns:a{n}="u"' for n in range(64_000)) + "/>"),
    ("an author of 200 KB", f"<title>bad one</title><author>{'a' * 200_000}</author>"),
    ("an editor of 200 KB", f"<title>bad one</title><managingEditor><![CDATA[{'a' * 200_000}]]></managingEditor>"),
    ("an element 50,000 deep", "<title>bad one</title>" + "<x>" * 50_000 + "</x>" * 50_000),
    ("nested comments", "<title>bad one</title>" + "<!--" * 1000 + "-->" * 1000),
]
HEADS = [
    ("encoding with a name of its own", '<?xml version="1.0" encoding="\u0443\u0442\u0444"?>'),
    ("document type with a backslash", '<!DOCTYPE rss "\\"[]>'),
]


@pytest.mark.parametrize("head", [row[1] for row in HEADS], ids=[row[0] for row in HEADS])
def test_crashing_head_costs_no_item(head: str) -> None:
    """T16."""
    assert titles(feed("<title>one</title>", "<title>two</title>", head=head)) == ["one", "two"]


def test_many_thousand_items_are_read_or_refused_in_time(child: Child) -> None:
    """T15: the child is killed at ten seconds."""
    items = 50_000 if EXHAUSTIVE else 10_000
    name, read = child.parse(feed(*(f"<title>{n}</title>" for n in range(items))))
    assert (name, len(read.entries)) in {("ok", items), ("parse_timeout", 0)}


def test_quadratic_entities_are_not_expanded(child: Child) -> None:
    """T14: one entity of 100 KB, named 1,000 times, would be 100 MB."""
    head = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "{"x" * 100_000}">]>'
    _, read = child.parse(feed(f"<title>y</title><description>{'&a;' * 1000}</description>", head=head))
    (entry,) = read.entries
    assert len(entry.summary) < 100_000


@pytest.mark.timeout(300)  # 64,000 attributes take the parser a minute and more
@pytest.mark.parametrize(("name", "item"), CRASHERS, ids=[row[0] for row in CRASHERS])
def test_crasher_costs_no_other_item(child: Child, name: str, item: str) -> None:
    outcome, read = child.parse(feed("<title>before</title>", item, "<title>after</title>"))
    assert outcome == "ok", name
    found = [entry.title for entry in read.entries]
    assert [found[0], found[-1]] == ["before", "after"]
    assert found[1].startswith("bad")


def test_items_that_never_end_cost_no_other(child: Child) -> None:
    body = feed("<title>before</title>").replace(b"</channel>", b"<item>" * 20_000 + b"x" * 2_000_000 + b"</channel>")
    outcome, read = child.parse(body)
    assert (outcome, read.entries[0].title) == ("ok", "before")


def test_attributes_of_usual_elements_and_their_text_stay() -> None:
    """The hundredth is kept; words that look like attributes are text."""
    words = " ".join(f"x{n}=1" for n in range(300))
    many = " ".join(f'a{n}="{n}"' for n in range(99))
    (entry,) = read_feed(
        feed(f'<title>x</title><link {many} href="/1"/><description>{words}</description>'), None, BASE
    ).entries
    assert (entry.url, entry.summary) == ("https://outlet.example/1", words)
    (entry,) = read_feed(feed(f'<title>x</title><link {many} b="" href="/1"/>'), None, BASE).entries
    assert entry.url is None, "the next one is not"


def test_emoji_as_surrogate_pair_is_the_emoji() -> None:
    assert titles(feed("<title>x &#55357;&#56832; &#xD83D;&#xDE00;</title>")) == ["x \U0001f600 \U0001f600"]


ENCODED = [
    ("one bad byte in UTF-8", feed(f"<title>{ARABIC} x</title>").replace(b"x</title>", b"\xff</title>"), None),
    ("cp1256 declared as UTF-8", feed(f"<title>{ARABIC}</title>").decode().encode("cp1256"), None),
    ("cp1256 declared", feed(f"<title>{ARABIC}</title>").decode().replace("utf-8", "windows-1256").encode("cp1256"), None),
    ("iso-8859-6 declared", feed(f"<title>{ARABIC}</title>").decode().replace("utf-8", "iso-8859-6").encode("iso-8859-6"), None),
    ("UTF-8 declared as iso-8859-1", feed(f"<title>{ARABIC}</title>").replace(b"utf-8", b"iso-8859-1"), "text/xml; charset=iso-8859-1"),
    ("cp1256 declared as iso-8859-1", feed(f"<title>{ARABIC}</title>").decode().replace("utf-8", "iso-8859-1").encode("cp1256"), None),
    ("UTF-16 with mark", feed(f"<title>{ARABIC}</title>").decode().encode("utf-16"), None),
    ("UTF-8 with mark", b"\xef\xbb\xbf" + feed(f"<title>{ARABIC}</title>"), None),
    ("charset only in the header", feed(f"<title>{ARABIC}</title>", head="").decode().encode("cp1256"), "text/xml; charset=windows-1256"),
    ("unknown encoding", feed(f"<title>{ARABIC}</title>").replace(b"utf-8", b"x-none"), None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "content_type"), ENCODED, ids=[row[0] for row in ENCODED])
def test_arabic_survives_its_encoding(name: str, body: bytes, content_type: str | None) -> None:
    assert titles(body, content_type)[0].startswith(ARABIC), name


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"<html><body>Log in</body></html>", b"/etc/passwd", b"http://127.0.0.1/x"]
)
def test_what_is_no_feed_has_no_version(body: bytes) -> None:
    read = read_feed(body, None, BASE)
    assert (read.version, read.entries) == ("", ())


def test_item_without_words_is_rejected_by_name_and_one_without_title_takes_its_text() -> None:
    read = read_feed(feed("<guid>1</guid>", "<description>Only a text</description>"), None, BASE)
    assert read.rejected == ("no_title_no_text",)
    assert read.entries[0].title == "Only a text"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://[::1"])
def test_link_that_is_none_is_dropped(link: str) -> None:
    assert read_feed(feed(f"<title>x</title><link>{link}</link>"), None, BASE).entries[0].url is None


def test_entities_of_a_document_type_are_not_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    read = read_feed(feed("<title>x &b; &x;</title>", head=bomb), None, BASE)
    assert "aaaa" not in read.entries[0].title
    assert "root:" not in read.entries[0].title


@pytest.mark.parametrize(
    "markup",
    [
        "<" * 100_000,
        "<!--" * 50_000,
        "<a " * 50_000,
        "&" * 100_000,
        "<script>" * 20_000,
        "<script " * 100_000,
        "</script " * 100_000,
        "x <p" * 30_000,
        "<p " * 500_000,
    ],
    ids=lambda markup: markup[:8],
)
def test_cleaning_is_linear(child: Child, markup: str) -> None:
    """Quadratic takes minutes, and the child is killed at ten seconds."""
    assert len(child.run(clean, markup)) <= len(markup)


def test_decode_names_no_codec_that_can_fail() -> None:
    assert decode(b'<?xml version="1.0" encoding="base64"?><a/>', "text/xml; charset=zip").startswith("<?xml")


@pytest.mark.parametrize(
    ("lang", "written", "expected"),
    [
        ("ar", "Tue, 24 Nov 2026 10:00:00 AST", "2026-11-24T07:00"),
        ("en", "Tue, 24 Nov 2026 10:00:00 AST", "2026-11-24T14:00"),
        ("fa", "1405-09-03T14:30:00+03:30", "2026-11-24T11:00"),
        ("fa", "۳ آذر ۱۴۰۵ ۱۴:۳۰", "2026-11-24T11:00"),
        ("ar", "24 تشرين الثاني 2026 10:00", "2026-11-24T07:00"),
    ],
)
def test_date_of_the_region_is_read(lang: str, written: str, expected: str) -> None:
    body = (
        f'<rss version="2.0"><channel><title>T</title><language>{lang}</language>'
        f"<item><title>A</title><pubDate>{written}</pubDate></item></channel></rss>"
    ).encode()
    (entry,) = read_feed(body, None, BASE).entries
    assert entry.published == datetime.fromisoformat(expected).replace(tzinfo=UTC)


ODD_DATES = [
    ("year 10000", "Sun, 14 Jun 10000 09:30:00 GMT", None),
    ("year -1", "-1-01-01T00:00:00Z", None),
    ("1732", "Sun, 14 Jun 1732 09:30:00 GMT", None),
    ("a Persian year", "1405-03-24T12:00:00+03:30", "2026-06-14T08:30"),
    ("missing", "", None),
    ("in two days", "Tue, 16 Jun 2026 12:00:00 GMT", "2026-06-14T12:00"),
    ("five years old", "Mon, 14 Jun 2021 09:30:00 GMT", "2021-06-14T09:30"),
    ("epoch", "Thu, 01 Jan 1970 00:00:00 GMT", None),
    ("unknown zone", "Sun, 14 Jun 2026 09:30:00 XYZ", "2026-06-14T09:30"),
]


@pytest.mark.parametrize(("written", "expected"), [row[1:] for row in ODD_DATES], ids=[row[0] for row in ODD_DATES])
def test_odd_date_is_clamped_or_none_and_raises_nothing(written: str, expected: str | None) -> None:
    """T19. What lies after the fetch is its time; what no outlet can mean is no date."""
    now = datetime(2026, 6, 14, 12, tzinfo=UTC)
    (entry,) = read_feed(feed(f"<title>x</title><pubDate>{written}</pubDate>"), None, BASE).entries
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert draft(entry, now).published == wanted


def test_half_a_surrogate_pair_is_replaced_and_can_be_stored() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Convoy \\ud83d leaves"}]}'
    (entry,) = read_feed(body, "application/feed+json", "https://outlet.example/").entries
    assert entry.title.encode("utf-8").decode("utf-8") == "Convoy \ufffd leaves"


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
def test_utf_32_is_read(encoding: str) -> None:
    body = feed(f"<title>{ARABIC}</title>", head="").decode().encode(encoding)
    assert titles(body) == [ARABIC]


def test_item_in_another_encoding_costs_no_letter_of_its_own_or_of_others() -> None:
    body = feed(f"<title>{ARABIC}</title>", "<title>HERE</title>", "<title>caf\u00e9 XX</title>")
    body = body.replace(b"HERE", ARABIC.encode("cp1256")).replace(b"XX", b"caf\xe9!")
    assert titles(body) == [ARABIC, ARABIC, "caf\u00e9 caf\ufffd!"]


@pytest.mark.parametrize(
    "label", ["undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13", "hex"]
)
def test_label_that_names_no_encoding_of_texts_costs_nothing(label: str) -> None:
    feed = rss({"title": "A militia moves", "guid": "1"}).replace(b"moves", b"moves \xfc\xff")
    (entry,) = read_feed(feed, f"text/xml; charset={label}", BASE).entries
    assert entry.title.startswith("A militia moves")
    assert decode_page(b"<p>A militia \xfc</p>", f"text/html; charset={label}").startswith("<p>A militia ")
