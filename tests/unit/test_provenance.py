"""Who published what an aggregator carries: read from the item, looked up, and taken off the headline."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.article import Entry, Named
from crawler.config.outlets import make_outlets
from crawler.config.sources import read_sources
from crawler.config.yamlfile import ConfigError, Place
from crawler.parse.feeds import read_feed
from crawler.parse.provenance import Credit, credit
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
    assert whose.origin == "hidden-name"


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
