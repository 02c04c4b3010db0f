"""A bare headline that another outlet brings hours later, word for word, may tell another event: it is listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.decide.same_event import EventWindow
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store import decisions, outbox
from crawler.article import Entry, Named
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.stores.make import MINUTE, send_next
from tests.unit.desk import NOW, desk, rule
from tests.unit.event_desk import ANY, EVENTS, LISTS, reasons
from tests.unit.settled import step

HOUR = 60
BARE = "Explosions heard near Harir base as drones attack"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return desk(tmp_path, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)


def test_a_bare_headline_word_for_word_hours_later_is_listed(line: Connection, config: Config) -> None:
    assert reasons(step(line, config, "one", BARE, 0)) == ["first_article"]
    assert send_next(line, config, NOW)
    again = step(line, config, "two", BARE, 4 * HOUR)
    assert reasons(again) == ["repeats"]
    story = again.decided[0][0].placement.story
    assert send_next(line, config, NOW + (4 * HOUR + 1) * MINUTE) == ""  # it interrupts nobody
    (target,) = config.receivers["console"].targets
    assert [each.reason.value for each in outbox.on_subject(line, story, target.id)][-1:] == ["repeats"]
    assert again.counts["repeats"] == 1


def test_within_hours_or_with_a_text_it_is_the_same_report(line: Connection, config: Config) -> None:
    step(line, config, "one", BARE, 0, body="A drone fell beside the runway before dawn, a guard said.")
    send_next(line, config, NOW)
    assert reasons(step(line, config, "two", BARE, HOUR)) == ["told"]
    text = "A drone fell beside the runway before dawn, a guard said."
    assert reasons(step(line, config, "three", BARE, 4 * HOUR, body=text)) == ["told"]


def test_a_copy_that_an_aggregator_carries_hours_later_is_the_same_report(line: Connection, config: Config) -> None:
    step(line, config, "one", BARE, 0)
    send_next(line, config, NOW)
    now = NOW + 4 * HOUR * MINUTE
    source = Source("carrier", "https://carrier.example/", owner="carrier", outlet_from="source")
    entry = Entry(BARE, guid="carried", published=now, publisher=Named("Beta Times", "https://beta.example"))
    store_poll(line, source, SourceState(source.id, source.url, now), [entry], (), now, baseline=False)
    waiting = archive.revisions_after(line, int(decisions.get_mark(line, "triaged") or 0), 9)
    assert [each.article.carrier for each in waiting] == ["carrier"]
    found = [(each, Matcher(config).find(each.article)) for each in waiting]
    later = now + HOUR * MINUTE  # what an aggregator carries waits a little for our own feeds
    assert reasons(settle(line, config, EventWindow(config.events), found, later)) == ["told"]
