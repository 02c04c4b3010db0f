"""Who published what an aggregator carries: read from the item, looked up, and taken off the headline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.article import Entry, Named
from crawler.config.outlets import make_outlets
from crawler.config.problems import ConfigError, Place
from crawler.config.sources import read_sources
from crawler.parse.feeds import read_feed
from crawler.parse.provenance import Credit, credit, strangers
from crawler.sources.outlets import Outlets
from crawler.sources.source import Source

PLACE = Place("rules.yaml", 1, 1)
OWN = Source("wire-en", "https://feeds.wire.example/en.xml", "Alpha Wire", owner="alpha", reliability="B")


def outlets() -> Outlets:
    row = {"name": "The Beta Times", "owner": "beta-group", "reliability": "C", "also": ("Beta", "بيتا")}
    channel = {"name": "Front", "owner": "front", "reliability": "D", "also": ()}
    return make_outlets({"beta.example": (row, PLACE), "t.me/front": (channel, PLACE)}, [OWN])


def carrier(outlet_from: str = "source") -> Source:
    return Source("agg", "https://agg.example/rss", "Aggregator", outlet_from=outlet_from, outlets=outlets())


def carried(entry: Entry, outlet_from: str = "source") -> tuple[str, Credit]:
    made, whose = credit(entry, carrier(outlet_from))
    return made.title, whose


@pytest.mark.parametrize(
    ("said", "outlet", "owner"),
    [
        (Named("Beta Times", "https://www.beta.example"), "The Beta Times", "beta-group"),
        (Named("whatever", "https://arabic.beta.example/x"), "The Beta Times", "beta-group"),
        (Named("بيتا"), "The Beta Times", "beta-group"),
        (Named("beta times"), "The Beta Times", "beta-group"),
        (Named("Alpha Wire", "https://wire.example"), "Alpha Wire", "alpha"),
        (Named("Gamma", "https://www.gamma.example/"), "Gamma", "gamma.example"),
        (Named("", "gamma.example"), "gamma.example", "gamma.example"),
        (Named("Gamma Daily"), "Gamma Daily", "gamma-daily"),
        # nobody may borrow a known name for a host of their own
        (Named("Beta Times", "https://beta.fake.example"), "Beta Times (beta.fake.example)", "beta.fake.example"),
        (Named("Beta Times", "https://notbeta.example"), "Beta Times (notbeta.example)", "notbeta.example"),
    ],
)
def test_outlet_is_found_by_host_then_by_name_and_an_unknown_one_owns_itself(
    said: Named, outlet: str, owner: str
) -> None:
    _, whose = carried(Entry("Rockets hit a base", publisher=said))
    assert whose == Credit(outlet, owner, "Aggregator", owner)


@pytest.mark.parametrize(
    ("title", "outlet_from", "bare", "outlet"),
    [
        ("Rockets hit a base - Beta Times", "title", "Rockets hit a base", "The Beta Times"),
        ("Iraq - rockets hit a base – Gamma", "title", "Iraq - rockets hit a base", "Gamma"),
        ("Oil rises - Prices Today | Gamma.example", "title", "Oil rises", "Prices Today | Gamma.example"),
        ("Oil rises | gamma.example", "title", "Oil rises", "gamma.example"),
        ("Oil rises - beta.example", "title", "Oil rises", "The Beta Times"),
        ("سقوط صواريخ - بيتا", "title", "سقوط صواريخ", "The Beta Times"),
    ],
)
def test_outlet_behind_the_headline_is_read_and_taken_off(title: str, outlet_from: str, bare: str, outlet: str) -> None:
    made, whose = carried(Entry(title), outlet_from)
    assert (made, whose.outlet) == (bare, outlet)


def test_only_the_outlets_own_name_is_taken_off_where_the_item_names_it_elsewhere() -> None:
    beta = Named("Beta Times", "https://beta.example")
    assert carried(Entry("Three dead in blast - Mosul", publisher=beta))[0] == "Three dead in blast - Mosul"
    assert carried(Entry("Three dead - Beta Times UK", publisher=beta))[0] == "Three dead"
    assert carried(Entry("Three dead - beta.example", url="https://beta.example/1"), "host")[0] == "Three dead"
    assert carried(Entry("Three dead - The Beta Times", url="https://beta.example/1"), "host")[0] == "Three dead"


def test_summary_that_lists_headlines_is_no_text_and_a_real_one_stays() -> None:
    beta = Named("Beta Times", "https://beta.example")
    listed = "Rockets hit a base Beta Times\nAnother headline on a militia Gamma"
    entry, _ = credit(Entry("Rockets hit a base - Beta Times", summary=listed, publisher=beta), carrier())
    assert entry.summary == ""
    entry, _ = credit(Entry("Rockets hit a base - Beta Times", summary="At dawn, two said.", publisher=beta), carrier())
    assert entry.summary == "At dawn, two said."


def test_host_of_the_link_speaks_where_the_item_names_nobody_but_no_wrapper_and_not_the_carrier() -> None:
    assert carried(Entry("A", url="https://www.beta.example/1"))[1].outlet == "The Beta Times"
    assert carried(Entry("A", url="https://news.google.com/rss/articles/CBM1"))[1] == Credit(
        "Aggregator", "agg", "", "agg"
    )
    assert carried(Entry("A", url="https://agg.example/1"))[1].carrier == ""
    assert carried(Entry("A", url="https://gamma.example/1", publisher=Named("Beta", "")), "host")[1].outlet == (
        "gamma.example"
    )
    assert carried(Entry("A", url="https://x.example/1", publisher=Named("beta.example")), "domain")[1].owner == (
        "beta-group"
    )


def test_item_without_a_source_is_of_whom_headline_and_summary_both_name() -> None:
    listed = "Rockets hit a base Gamma Daily\nAnother headline Delta"
    google = "https://news.google.com/rss/articles/CBM1"
    made, whose = credit(Entry("Rockets hit a base - Gamma Daily", url=google, summary=listed), carrier())
    assert (made.title, made.summary, whose.outlet) == ("Rockets hit a base", "", "Gamma Daily")
    assert carried(Entry("Rockets hit a base - Beta Times", url=google))[1].owner == "beta-group"
    # a dash in a headline names nobody
    title, whose = carried(Entry("Rockets hit a base - five wounded", url=google, summary="At dawn."))
    assert (title, whose.carrier) == ("Rockets hit a base - five wounded", "")


def test_source_that_publishes_itself_is_left_as_it_is() -> None:
    entry = Entry("Rockets hit a base - Beta Times", summary="Rockets hit a base", publisher=Named("Beta Times"))
    assert credit(entry, OWN) == (entry, Credit("Alpha Wire", "alpha", "", "alpha"))


def test_forwarded_words_have_the_origin_of_whom_they_are() -> None:
    channel = Source("ours", "https://t.me/s/ours", "Ours", kind="feed", outlets=outlets())
    _, whose = credit(Entry("Said", forwarded=Named("Front", "https://t.me/Front/12")), channel)
    assert whose == Credit("Ours", "ours", "", "front")
    _, whose = credit(Entry("Said", forwarded=Named("Somebody", "https://t.me/other/1")), channel)
    assert whose.origin == "t.me/other"
    _, whose = credit(Entry("Said", forwarded=Named("Hidden Name")), channel)
    assert whose.origin == "forwarded:hidden-name"


def test_forward_without_a_link_is_nobody_we_know_and_private_channels_are_several() -> None:
    channel = Source("ours", "https://t.me/s/ours", "Ours", kind="telegram", owner="ours", outlets=outlets())

    def origin(name: str, address: str = "") -> str:
        return credit(Entry("Said", forwarded=Named(name, address)), channel)[1].origin

    # whoever calls himself so: neither its owner by name nor by an id
    assert origin("Beta Times") == "forwarded:beta-times"
    assert origin("beta-group") == origin("Beta Group") == "forwarded:beta-group"
    assert origin("Beta Times", "https://t.me/c/123/9") == origin("Other", "https://t.me/c/123/10") == "t.me/c/123"
    assert origin("A", "https://t.me/c/777/1") == "t.me/c/777"
    assert origin("A", "https://t.me/joinchat/AbC") == "t.me/joinchat/abc"
    assert origin("A", "https://t.me/+abc") == "t.me/+abc"
    assert origin("A", "https://t.me/s/front/3") == origin("A", "https://t.me/Front/3") == "front"
    assert origin("A", "https://t.me/") == "forwarded:a"
    assert origin("B", "https://t.me/c/") == "forwarded:b"


YOUTUBE = "https://www.youtube.com/feeds/videos.xml?channel_id="


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        (YOUTUBE + "UCa", YOUTUBE + "UCb", "https://www.youtube.com"),
        (YOUTUBE + "UCa", "https://paper.example/", "https://m.youtube.com/watch?v=1"),
        ("https://www.reddit.com/r/iraq/.rss", "https://paper.example/", "https://old.reddit.com"),
        ("https://old.reddit.com/r/iraq/.rss", "https://paper.example/", "https://old.reddit.com"),
        ("https://blogspot.com/x", "https://paper.example/", "https://other.blogspot.com"),
        ("https://medium.com/feed/@a", "https://paper.example/", "https://medium.com/@b"),
        ("https://feeds.feedburner.com/a", "https://paper.example/", "https://feeds.feedburner.com/b"),
        ("https://t.me/s/", "https://paper.example/", "https://t.me/"),
        ("https://ministries.example/defence", "https://ministries.example/oil", "https://ministries.example/"),
    ],
)
def test_host_that_several_publish_on_is_no_outlet_of_the_first(first: str, second: str, asked: str) -> None:
    sources = [
        Source("one", first, "Channel One", owner="army", reliability="A"),
        Source("two", second, "Channel Two", owner="militia", reliability="E"),
    ]
    agg = replace(carrier(), outlets=make_outlets(None, sources))
    whose = credit(Entry("Rockets hit a base", publisher=Named("Host", asked)), agg)[1]
    assert whose.owner not in {"army", "militia"}
    assert whose.outlet not in {"Channel One", "Channel Two"}
    # by its own name, without an address, it is found as before
    assert credit(Entry("A", publisher=Named("Channel One")), agg)[1].owner == "army"


def test_host_of_one_owner_and_a_name_below_a_shared_host_are_outlets() -> None:
    sources = [
        Source("one", "https://paper.example/iraq", "The Paper", owner="paper"),
        Source("two", "https://paper.example/iran", "The Paper", owner="paper"),
        Source("blog", "https://analyst.blogspot.com/feed", "Analyst", owner="analyst"),
    ]
    found = make_outlets(None, sources).by_address
    assert {key: outlet.owner for key, outlet in found.items()} == {
        "paper.example": "paper",
        "analyst.blogspot.com": "analyst",
    }


@pytest.mark.parametrize(
    ("title", "bare", "outlet"),
    [
        ("Drone hits Erbil base, 3 killed - witnesses", "", "Aggregator"),
        ("Drone hits Erbil base, 3 killed - Witnesses", "", "Aggregator"),
        ("Drone hits Erbil base - Iranian state media", "", "Aggregator"),
        ("Drone hits Erbil base - state TV", "", "Aggregator"),
        ("Iran closes strait | Live", "", "Aggregator"),
        ("Iran closes strait | Live Updates", "", "Aggregator"),
        ("Iran closes strait - Video", "", "Aggregator"),
        ("Iran closes strait - Report", "", "Aggregator"),
        ("Iran closes strait - five wounded", "", "Aggregator"),
        ("غارة على قاعدة - شهود", "", "Aggregator"),
        ("Iran closes strait - witnesses | Gamma Daily", "Iran closes strait - witnesses", "Gamma Daily"),
        ("Iran closes strait - Reuters", "Iran closes strait", "Reuters"),
        ("Iran closes strait - The Times of Israel", "Iran closes strait", "The Times of Israel"),
        ("Iran closes strait - Live Science", "Iran closes strait", "Live Science"),
        ("Iran closes strait - al-Monitor", "Iran closes strait", "al-Monitor"),
        ("Iran closes strait - 964media", "Iran closes strait", "964media"),
        ("Iran closes strait - L'Orient-Le Jour", "Iran closes strait", "L'Orient-Le Jour"),
        ("Iran closes strait - gamma.example", "Iran closes strait", "gamma.example"),
        ("Iran closes strait - beta times", "Iran closes strait", "The Beta Times"),
        ("سقوط صواريخ - بيتا", "سقوط صواريخ", "The Beta Times"),
    ],
)
def test_what_stands_behind_a_headline_is_an_outlet_only_where_it_is_known_or_looks_like_a_name(
    title: str, bare: str, outlet: str
) -> None:
    made, whose = carried(Entry(title, url="https://news.google.com/rss/articles/CBM1"), "title")
    assert (made, whose.outlet) == (bare or title, outlet)
    if outlet == "Aggregator":
        assert (whose.carrier, whose.origin) == ("", "agg")


def test_source_element_of_rss_and_atom_is_read() -> None:
    rss = b"""<rss version="2.0"><channel><title>T</title><item><title>A - Beta</title><guid>1</guid>
      <source url="https://beta.example/rss">Beta</source></item></channel></rss>"""
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>x</id><entry><title>A</title><id>1</id>
      <source><title>Beta</title><link href="https://beta.example/"/><id>y</id></source></entry></feed>"""
    assert read_feed(rss, None, "https://agg.example").entries[0].publisher == Named("Beta", "https://beta.example/rss")
    assert read_feed(atom, None, "https://agg.example").entries[0].publisher == Named("Beta", "https://beta.example/")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("outlets: []", "expected outlets by host, found a list"),
        ('outlets: {www.beta.example: {name: "B", owner: b}}', 'write "beta.example"'),
        ('outlets: {Beta: {name: "B", owner: b}}', '"Beta" is no host of an outlet; write the host in small letters'),
        ('outlets: {beta.example: {name: "B"}}', 'an outlet lacks "owner"'),
        ('outlets: {beta.example: {name: "B", owner: b, reliability: G}}', '"G" is unknown; allowed: A, B'),
        (
            'sources: [{id: a, url: "https://a.example", outlet_from: sauce}]',
            '"sauce" is unknown (did you mean "source"',
        ),
    ],
)
def test_faulty_outlets_are_named(tmp_path: Path, section: str, said: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"version: 1\n{section}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_sources(path)
    assert said in str(caught.value.problems[0])


def test_own_articles_on_a_host_that_no_outlet_of_the_owner_has_are_told() -> None:
    own = replace(OWN, outlets=outlets())
    home = [
        "https://www.wire.example/1",
        "https://arabic.wire.example/2",
        None,
        "https://news.google.com/rss/articles/x",
    ]
    assert strangers(own, home) == {}
    assert strangers(own, [*home * 2, "https://partner.example/1"]) == {}  # one of a guest
    (words,) = strangers(own, [*home, "https://wire-news.example/1"]).values()
    assert words == (
        '1 of 4 links of source "wire-en" lead to wire-news.example: by an aggregator they would be another origin; if it '
        "is the same outlet, write under outlets: wire-news.example: {name: Alpha Wire, owner: alpha, reliability: B}"
    )
    (words,) = strangers(own, ["https://beta.example/1"]).values()
    assert "that is The Beta Times; if this source carries what others publish, write outlet_from: host" in words
    assert strangers(own, ["https://www.youtube.com/watch?v=1"]) == {}
    assert strangers(replace(own, outlet_from="host"), ["https://beta.example/1"]) == {}
    channel = replace(own, url="https://t.me/s/wire", kind="telegram")
    assert strangers(channel, ["https://t.me/wire/12"]) == {}


def test_every_source_of_the_desk_is_in_its_table_of_outlets() -> None:
    sources, _ = read_sources(Path(__file__).parents[2] / "rules.yaml")
    known = sources[0].outlets
    for source in sources:
        _, whose = credit(
            Entry("A", publisher=Named(address=source.url)),
            Source("agg", "https://agg.example", "Agg", outlet_from="source", outlets=known),
        )
        assert whose.owner == source.owner, source.id
    assert len({each.owner for each in known.by_address.values()} - {source.owner for source in sources}) >= 40
