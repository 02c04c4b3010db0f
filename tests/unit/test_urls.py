"""Which links are one page, what is taken off a link, and what is no link at all."""

import pytest

from crawler.text import urls

CLEANED = [
    ("tracking", "https://a.example/x?utm_source=rss&id=7&fbclid=q", "https://a.example/x?id=7"),
    ("only tracking", "https://a.example/x?traffic_source=rss", "https://a.example/x"),
    ("fragment and host case", "HTTPS://A.Example/X#top", "https://a.example/X"),
    ("session id", "https://a.example/x.php?sid=0a1b2c3d4e5f&id=7", "https://a.example/x.php?id=7"),
    ("session in the path", "https://a.example/x;jsessionid=0A1B2C3D?id=7", "https://a.example/x?id=7"),
    ("session of ASP.NET", "https://a.example/(S(4wkqfy55tbhzyo45))/x", "https://a.example/x"),
    ("bytes of another encoding", "https://a.example/?t=%C7%E1&utm_medium=x", "https://a.example/?t=%C7%E1"),
    ("a name alone", "https://a.example/?12345&utm_medium=x", "https://a.example/?12345"),
    ("a word on the way", "https://a.example/12345-gunmen?ref=homepage", "https://a.example/12345-gunmen"),
    ("a number of the page", "https://a.example/show.php?ref=455", "https://a.example/show.php?ref=455"),
    ("a word that is the page", "https://a.example/show?source=kirkuk", "https://a.example/show?source=kirkuk"),
    ("a short number named sid", "https://a.example/show?sid=12", "https://a.example/show?sid=12"),
    ("a space", "https://a.example/a b?q=c d&utm_source=e f", "https://a.example/a%20b?q=c%20d"),
    ("page parameters stay as written", "https://a.example/?p=1&q=a%20b", "https://a.example/?p=1&q=a%20b"),
]
SAME = [
    ("scheme", "http://a.example/x", "https://a.example/x"),
    ("www and trailing slash", "https://www.a.example/x/", "https://a.example/x"),
    ("order of the query", "https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
    ("percent-encoding", "https://a.example/%d8%a7", "https://a.example/ا"),
    ("a space", "https://a.example/a b", "https://a.example/a%20b"),
    ("tracking", "https://a.example/x?at_medium=RSS&at_campaign=rss", "https://a.example/x"),
    ("mobile host", "https://m.a.example/x", "https://www.a.example/x"),
    ("AMP path", "https://a.example/x/amp/", "https://a.example/x"),
    ("AMP folder and host", "https://amp.a.example/amp/x", "https://a.example/x"),
    ("AMP parameter", "https://a.example/x?amp=1&id=7", "https://a.example/x?id=7"),
    ("AMP cache", "https://a-example.cdn.ampproject.org/c/s/a.example/x", "https://a.example/x"),
    ("AMP viewer", "https://www.google.com/amp/s/a.example/x", "https://a.example/x"),
]
UNUSABLE = [
    None, "", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://a.example/x", "//a.example/x",
    "http://", "http://user:secret@a.example/",
    "http://[::1", "https://a.example:99999/", "https://a.example/" + "x" * 3000,
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "expected"), CLEANED, ids=[row[0] for row in CLEANED])
def test_clean(name: str, url: str, expected: str) -> None:
    assert urls.clean(url) == expected, name


@pytest.mark.parametrize(("name", "one", "other"), SAME, ids=[row[0] for row in SAME])
def test_same_page(name: str, one: str, other: str) -> None:
    assert urls.key(one) == urls.key(other), name


PLACED = [
    ("relative", "/x", "https://a.example/x"),
    ("of another scheme", "//b.example/x", "https://b.example/x"),
    ("a host without a scheme", "www.b.example/x?y=1", "https://www.b.example/x?y=1"),
    ("a page that is named like a host", "www.html", "https://a.example/news/www.html"),
    ("between spaces", "\n /a b ", "https://a.example/a%20b"),
    ("nothing", " ", None),
    ("no address", "http://[::1", None),
    ("no web address", "mailto:desk@a.example", None),
]


@pytest.mark.parametrize(("name", "link", "expected"), PLACED, ids=[row[0] for row in PLACED])
def test_link_on_a_page(name: str, link: str, expected: str | None) -> None:
    assert urls.absolute("https://a.example/news/", link) == expected, name


def test_other_pages_have_other_keys() -> None:
    pages = ["https://a.example/x", "https://a.example/y", "https://b.example/x", "https://a.example/x?id=1"]
    pages += [f"https://a.example/show.php?{pair}" for pair in ("src=31", "src=32", "t=%C7%E1", "t=%C8%E2")]
    assert len({urls.key(page) for page in pages}) == len(pages)


def test_wrappers_are_named_and_stay_what_they_are() -> None:
    wrapped = "https://news.google.com/rss/articles/CBMiX?oc=5"
    assert urls.wrapper(wrapped) == "Google News"
    assert urls.key(wrapped) == "news.google.com/rss/articles/CBMiX"
    assert urls.wrapper("https://a.example/x") == ""


@pytest.mark.parametrize("host", ["m.example", "amp.dev", "mobile.ir"])
def test_short_hosts_are_no_mobile_forms(host: str) -> None:
    assert urls.key(f"https://{host}/x") == f"{host}/x"


@pytest.mark.parametrize("url", UNUSABLE)
def test_unusable(url: str | None) -> None:
    assert urls.usable(url) is None


def test_mixed_script_host_is_shown_in_its_ascii_form() -> None:
    assert urls.host("https://www.b\u0430nk.example/") == "xn--bnk-6cd.example"
