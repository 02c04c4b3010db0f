"""An item's own title, text and link are read as such, whatever stands beside them for a photo or a related story."""

from __future__ import annotations

import pytest

from crawler.article import Entry
from crawler.parse.feeds import read_feed
from crawler.parse.markup import clean

SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:mr="http://search.yahoo.com/mrss" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
OWN = (
    "<title>Mayor asks for patience</title><link>https://outlet.example/own</link>"
    "<description>Gunmen shelled the barracks at noon.</description>"
)
VIDEO = '<media:content url="v" type="{kind}"/><media:description>Gunmen on film</media:description>'
BESIDE = [
    ("photo in media:content", "<media:content><media:description>A file photo</media:description></media:content>"),
    (
        "photo beside the item's own",
        "<media:title>Photo</media:title><media:description>A file photo</media:description>",
    ),
    ("another prefix", "<mr:title>Photo</mr:title><mr:description>A file photo</mr:description>"),
    ("thumbnail with a link", "<media:thumbnail><link>https://outlet.example/photo</link></media:thumbnail>"),
    (
        "image",
        "<image><title>P</title><link>https://outlet.example/p</link><description>A file photo</description></image>",
    ),
    (
        "related story",
        "<related><story><title>Other</title><link>https://outlet.example/b</link><guid>b</guid></story></related>",
    ),
    (
        "words in CDATA of a photo",
        "<photo><description><![CDATA[<title>x</title> A file photo]]></description></photo>",
    ),
]


def entry(item: str) -> Entry:
    (read,) = read_feed(
        f"<rss version='2.0' {SPACES}><channel><item>{item}</item></channel></rss>".encode(), None, ""
    ).entries
    return read


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize(("name", "beside"), BESIDE, ids=[row[0] for row in BESIDE])
def test_what_stands_beside_an_item_is_not_the_items(name: str, beside: str, place: str) -> None:
    read = entry(beside + OWN if place == "before" else OWN + beside)
    assert (read.title, read.url) == ("Mayor asks for patience", "https://outlet.example/own"), name
    assert read.summary == "Gunmen shelled the barracks at noon."
    assert "photo" not in read.text
    assert read.guid in {None, "https://outlet.example/own"}


def test_content_without_the_summarys_words_stands_behind_it() -> None:
    caption = entry(f"{OWN}<content:encoded>The mayor, last year.</content:encoded>")
    assert caption.text == "Gunmen shelled the barracks at noon.\nThe mayor, last year."
    whole = entry(f"{OWN}<content:encoded>Gunmen shelled the barracks at noon. Nobody was hurt.</content:encoded>")
    assert whole.text == "Gunmen shelled the barracks at noon. Nobody was hurt."


def test_caption_in_the_text_itself_is_no_text() -> None:
    text = "&lt;figure&gt;&lt;figcaption&gt;A file photo&lt;/figcaption&gt;&lt;/figure&gt;Gunmen shelled the barracks."
    assert entry(f"<title>T</title><description>{text}</description>").summary == "Gunmen shelled the barracks."


@pytest.mark.parametrize(("kind", "summary"), [("video/mp4", "Gunmen on film"), ("image/jpeg", "")])
def test_description_of_a_video_is_the_items_where_it_has_no_other(kind: str, summary: str) -> None:
    assert entry(f"<title>T</title><media:group>{VIDEO.format(kind=kind)}</media:group>").summary == summary


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("https://outlet.example/2026/gunmen-shell-the-barracks.html", "Gunmen shell the barracks"),
        ("https://outlet.example/x7", "outlet.example/x7"),
    ],
)
def test_item_with_nothing_but_a_link_is_named_by_it(link: str, title: str) -> None:
    assert entry(f"<link>{link}</link>").title == title


SMALLER = [
    ("words", "Gas &lt;Urals slips as gunmen near depot", "Gas <Urals slips as gunmen near depot"),
    ("a tag", "one &lt;em class='x'&gt;two&lt;/em&gt; three", "one two three"),
    ("a tag of Office", "one &lt;o:p&gt;two&lt;/o:p&gt;", "one two"),
    ("a tag that was cut off", "one two &lt;a href='https://outlet.exa", "one two"),
    ("less than", "rates 5 &lt; 6", "rates 5 < 6"),
]


@pytest.mark.parametrize(("name", "title", "read"), SMALLER, ids=[row[0] for row in SMALLER])
def test_less_than_sign_costs_no_words(name: str, title: str, read: str) -> None:
    assert entry(f"<title>{title}</title>").title == read, name


@pytest.mark.parametrize("title", ["Gas <Urals slips", "5 <6 and <7", "a < b"])
def test_less_than_sign_that_was_not_escaped_costs_no_words(title: str) -> None:
    assert entry(f"<title>{title}</title><description>Words</description>").title == title


def test_cleaning_keeps_what_is_no_element() -> None:
    assert clean("Minister <sources> says: <b>no</b>") == "Minister <sources> says: no"


def test_broken_place_costs_no_item() -> None:
    broken = "<georss:polygon xmlns:georss='http://www.georss.org/georss'>1 x</georss:polygon>"
    assert entry(f"{OWN}{broken}").title == "Mayor asks for patience"
