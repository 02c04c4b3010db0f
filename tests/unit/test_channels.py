"""The reader of a channel's public page: the post's own words, whose they are, and what it cannot read, by name."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

import pytest

from crawler.article import Named
from crawler.parse.channels import MOST_POSTS, read_channel
from crawler.parse.found import Feed
from tests.e2e.channel import Post, card, page_of, renamed, text, twelve

BASE = "https://t.me/s/watch"


def read(body: bytes) -> Feed:
    return read_channel(body, "text/html; charset=utf-8", BASE)


def test_post_of_each_type_gives_its_own_words_or_a_named_reason() -> None:
    feed = read(page_of(twelve()))
    assert [(each.guid, each.text) for each in reversed(feed.entries)] == [
        ("watch/101", "A plain post on the militia near Taqaddum."),
        ("watch/102", "🔴 URGENT\nA militia convoy left\nSecond line & more"),
        ("watch/103", "An answer that denies it all in its own words"),
        ("watch/104", "Forwarded words on a militia base"),
        ("watch/105", "A post that was edited later on"),
        ("watch/106", "An album of four pictures from the base"),
        ("watch/110", "A picture with a caption of its own"),
        ("watch/111", "See the report of the day"),
    ]
    assert feed.rejected == ("no_words", "no_words", "no_words", "service_message")
    assert (feed.version, feed.problem, feed.dated) == ("telegram", "", False)
    assert (feed.numbers[0], feed.numbers[-1], feed.older) == (115, 101, f"{BASE}?before=101")


def test_time_link_origin_and_the_whole_post_are_kept() -> None:
    entries = {each.guid: each for each in read(page_of(twelve())).entries}
    forwarded = entries["watch/104"]
    assert forwarded.forwarded == Named("Front & Co", "https://t.me/Front/55")
    assert entries["watch/103"].forwarded is None
    assert forwarded.published == datetime(2026, 6, 14, 9, 30, tzinfo=UTC)
    assert forwarded.url == "https://t.me/watch/104"
    # links and media stay in the evidence
    assert "https://paper.example/1?a=1&amp;b=2" in entries["watch/111"].raw
    assert "background-image" in entries["watch/110"].raw


def test_first_words_are_the_headline_and_a_mark_alone_is_none() -> None:
    titles = {each.guid: each.title for each in read(page_of(twelve())).entries}
    assert titles["watch/102"] == "🔴 URGENT A militia convoy left"
    long = "A first sentence that says it. " + "Then many further words follow it here. " * 12
    (entry,) = read(page_of([text(1, long)])).entries
    assert entry.title.startswith("A first sentence that says it.")
    assert len(entry.title) <= 200
    (entry,) = read(page_of([text(1, "word " * 100)])).entries
    assert entry.title.endswith("word …")


def test_page_before_is_asked_for_by_its_number_alone_and_never_by_the_canonical_link() -> None:
    posts = [text(n, f"Post of number {n} here") for n in range(1, 31)]
    assert read(page_of(posts)).older == f"{BASE}?before=11"
    assert read(page_of([])).older == ""
    body = page_of(posts).replace(b'data-before="11"', b"")
    assert read(body).older == f"{BASE}?before=11"
    hostile = page_of(posts).replace(b'data-before="11"', b'data-before="https://evil.example/"')
    assert read(hostile).older == f"{BASE}?before=11"


def test_page_before_is_that_before_the_oldest_post_where_no_link_says_so() -> None:
    posts = [text(n, f"Post of number {n} here") for n in range(1, 31)]
    changed = page_of(posts).replace(b"data-before", b"data-until").replace(b'rel="prev"', b'rel="earlier"')
    assert read(changed).older == f"{BASE}?before=11"


@pytest.mark.parametrize(
    ("body", "version", "problem"),
    [
        (page_of([]), "telegram", ""),
        (card("watch", "12 345 subscribers"), "", "no preview: the channel (12 345 subscribers) is restricted"),
        (card("watch"), "", "no preview: no such channel, or a private one"),
        (card("watch", "@watch"), "", "no preview: no such channel, or a private one"),
        (renamed(page_of(twelve()), "js-message_text"), "telegram", "layout changed: 8 of 12 posts"),
        (renamed(page_of(twelve()), "tgme_widget_message_date"), "telegram", "layout changed: 11 of 12 posts"),
        (renamed(page_of(twelve()), "tgme_widget_message"), "", "layout changed: a channel's page on which no post"),
        (b"<html><title>Log in</title><form><input type=password></form></html>", "", "no channel's page"),
        (b"", "", "no HTML in it"),
        (b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>", "", "no channel's page"),
    ],
)
def test_what_is_no_page_of_posts_is_named(body: bytes, version: str, problem: str) -> None:
    feed = read(body)
    assert feed.version == version
    assert feed.problem.startswith(problem)
    assert bool(feed.problem) == bool(problem)
    assert feed.explained == feed.problem.startswith(("no preview", "layout"))


def test_few_posts_of_a_new_type_are_counted_and_fail_nothing() -> None:
    odd = Post(200, '<div class="tgme_new_thing">Three words or more stand here</div>')
    feed = read(page_of([*twelve(), odd]))
    assert len(feed.entries) == 8
    assert feed.rejected.count("layout") == 1
    assert feed.problem == ""


def test_quoted_words_are_not_the_posts_though_they_are_marked_as_such() -> None:
    quote = '<a class="tgme_widget_message_reply" href="#"><div><div class="tgme_widget_message_text js-message_text">A rumour</div></div></a>'
    (entry,) = read(page_of([Post(1, quote + text(1, "We deny it all").body)])).entries
    assert entry.text == "We deny it all"
    assert read(page_of([Post(1, quote)])).rejected == ("no_words",)


def test_hidden_channel_of_a_forward_has_its_name() -> None:
    hidden = '<div class="tgme_widget_message_forwarded_from">Forwarded from <span class="tgme_widget_message_forwarded_from_name">Somebody</span></div>'
    (entry,) = read(page_of([Post(1, hidden + text(1, "Words of another one").body)])).entries
    assert entry.forwarded == Named("Somebody")


def test_hostile_page_raises_nothing_and_costs_little() -> None:
    good = page_of(twelve())
    nested = b'<div class="tgme_widget_message_text js-message_text">' * 5_000 + b"x"
    bodies = [
        page_of([Post(1, nested.decode())]),
        page_of([text(n, "A post of words") for n in range(1, 3)]) * 2_000,
        b'<div class="tgme_widget_message" data-post="a/1">' * 20_000,
        b"<a " + b"class='tgme_widget_message' " * 50_000,
        good.replace(b"watch/101", b"watch/" + b"9" * 50),
        good.replace(b'data-post="', b'data-post="\xff\xfe'),
        good.replace(b"2026-06-14T09:30:00+00:00", b"2026-99-99T99:99"),
        good.decode().encode("utf-16"),
    ]
    for body in bodies:
        begun = time.process_time()
        feed = read(body)
        assert time.process_time() - begun < 5
        assert len(feed.entries) <= MOST_POSTS
    rand = random.Random(18)
    for _ in range(40):
        mutated = bytearray(good)
        for _ in range(30):
            at = rand.randrange(len(mutated))
            mutated[at : at + rand.randrange(20)] = rand.randbytes(rand.randrange(20))
        read(bytes(mutated))
