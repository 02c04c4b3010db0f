"""What an aggregator carries of further outlets under one headline, through the line: listed, and no confirmation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Match, Severity
from alerts.decide.same_event import EventWindow
from alerts.decide.what_to_tell import decide
from alerts.decision import Told
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.standing import Standing
from alerts.store import decisions
from crawler.article import Entry, Named
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from tests.unit.desk import NOW, article, desk, revision, rule

HEADLINE = "Two US soldiers killed in drone attack on Harir air base"
AGGREGATOR = Source("agg", "https://agg.example/rss", name="Aggregator", outlet_from="source")


def carried(line: Connection, config: Config, minutes: int, *outlets: str) -> list[str]:
    """Store what an aggregator shows of one headline, settle it, and return the reasons in the order of its articles."""
    now = NOW + timedelta(minutes=minutes)
    entries = [
        Entry(f"{HEADLINE} - {name}", guid=name, published=NOW, publisher=Named(name, f"https://{name}.example"))
        for name in outlets
    ]
    store_poll(line, AGGREGATOR, SourceState("agg", AGGREGATOR.url, now, baseline=NOW, heard=NOW), entries, (), now)
    waiting = archive.revisions_after(line, int(decisions.get_mark(line, "triaged") or 0), 9)
    matcher = Matcher(config)
    found = [(each, matcher.find(each.article)) for each in waiting]
    decided = settle(line, config, EventWindow(config.events), found, now).decided
    return [each.reason.value for _, _, made in decided for each in made]


def test_a_rule_that_asks_for_two_origins_waits(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[soldiers]", severity="flash").replace("mode:", "when: {origins: 2}, mode:"))
    assert carried(line, config, 0, "yahoo") == ["waiting"]
    assert carried(line, config, 5, "msn", "aol") == ["waiting", "waiting"]


def test_what_is_told_of_one_origin_can_still_be_told_of_a_second(line: Connection, tmp_path: Path) -> None:
    config = desk(tmp_path, rule("[soldiers]"))
    assert carried(line, config, 0, "yahoo", "msn")[0] == "first_article"
    (story,) = {each.placement.story for each in archive.revisions_after(line, 0, 9)}
    assert set(decisions.load_alert(line, story, 1).standing.origins) == {"yahoo.example", "msn.example"}
    assert [each.origins for each in decisions.told_of(line, story).values()] == [1]


@pytest.mark.parametrize(("echoes", "reason"), [((), "second_origin"), (("b",), "told")])
def test_only_an_origin_with_words_of_its_own_is_told_as_a_second(
    tmp_path: Path, echoes: tuple[str, ...], reason: str
) -> None:
    config = desk(tmp_path, rule("[soldiers]"))
    (target,) = config.receivers["console"].targets
    known = {target.id: Told(frozenset({"r"}), Severity.PRIORITY, 1, NOW, origins=1)}
    standing = Standing(("a", "b"), echoes=echoes)
    (made,) = decide(
        config, revision(article(HEADLINE)), [Match("r", Severity.PRIORITY, 1.0, ())], known, NOW, standing
    )
    assert made.reason.value == reason
