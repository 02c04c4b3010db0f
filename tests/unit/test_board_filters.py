"""The filters of the stories: places and deeds are chosen from the desk; what only an older story has is still found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from lxml import html
from sqlalchemy import Connection

from alerts.alert import Severity
from alerts.board.page import Asked, BadQuery, Query
from alerts.board.pages import stories
from alerts.rules.config import load
from alerts.store import acks
from alerts.store.decisions import add_alert
from tests.unit.alerts_made import ALERT
from tests.unit.desk import NOW
from tests.unit.drawn_pages import drawn_page

RULES = """\
version: 1
sources: [{id: a, name: A, url: "https://a.example/feed", lang: en}]
entities:
  erbil: {label: Erbil, aliases: [Erbil], at: [36.19, 44.01]}
  basra: {aliases: [Basra], at: [30.5, 47.8]}
  isis: {aliases: [ISIS]}
lists:
  deed-air-strike: [strike]
  deed-arrest: [arrest]
  words: [x]
receivers: {console: {urls: ["console://"]}}
rules: [{id: one, title: One, match: strike, severity: priority, notify: [console]}]
"""


@pytest.fixture
def asked(line: Connection, tmp_path: Path) -> Asked:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    config = load(tmp_path / "rules.yaml", environ={})
    return Asked(config, tmp_path, line, NOW)


def test_places_and_deeds_are_those_of_the_desk(asked: Asked) -> None:
    choices = stories.read(asked)["choices"]
    assert choices["place"] == [{"id": "erbil", "title": "Erbil"}, {"id": "basra", "title": "basra"}]
    assert choices["deed"] == [{"id": "air-strike", "title": "air strike"}, {"id": "arrest", "title": "arrest"}]


def read(asked: Asked, **query: str) -> list[str]:
    values = {"range": ["own"], "since": ["2020-01-01T00:00"]} | {name: [text] for name, text in query.items()}
    record = stories.read(Asked(asked.config, asked.state_dir, asked.connection, NOW, Query(values)))
    return [each["story"] for each in record["stories"]]


def test_what_a_story_has_is_found_also_where_the_desk_has_it_no_more(asked: Asked) -> None:
    add_alert(asked.connection, ALERT)
    rule = ALERT.causes[0].rule
    assert rule not in {each.id for each in asked.config.rules}
    assert read(asked, rule=rule) == read(asked) == [ALERT.story]
    assert read(asked, place="erbil") == []
    with pytest.raises(BadQuery, match=r'place is "erbli", which neither .* has \(did you mean "erbil"\?\)'):
        read(asked, place="erbli")
    with pytest.raises(BadQuery, match=r'deed is "arest"'):
        read(asked, deed="arrest,arest")


def test_in_a_minute_what_waits_stands_above_what_is_acknowledged_and_the_gravest_first(asked: Asked) -> None:
    minute = ALERT.created.replace(second=0, microsecond=0)
    made = {"acked": Severity.FLASH, "grave": Severity.IMMEDIATE, "light": Severity.PRIORITY, "earlier": Severity.FLASH}
    for second, (story, severity) in enumerate(reversed(made.items())):
        at = minute + timedelta(seconds=10 * second - 60 * (story == "earlier"))
        add_alert(asked.connection, replace(ALERT, story=story, thread=story, severity=severity, created=at))
    acks.ack(asked.connection, "acked", "Noor", "command", NOW, ALERT.revision)
    values = {"range": ["own"], "since": ["2020-01-01T00:00"]}
    record = stories.read(Asked(asked.config, asked.state_dir, asked.connection, NOW, Query(values)))
    assert [each["lead"] for each in record["events"]] == ["grave", "light", "acked", "earlier"]


def plotted(asked: Asked, **query: str) -> dict[str, int]:
    """Return how many stories the plot has, by severity."""
    values = {"range": ["own"], "since": ["2020-01-01T00:00"]} | {name: [text] for name, text in query.items()}
    record = stories.read(Asked(asked.config, asked.state_dir, asked.connection, NOW, Query(values)))
    return {word: sum(numbers) for word, numbers in record["arrivals"].counts.items() if any(numbers)}


def test_plot_and_list_go_by_the_same_filters(asked: Asked) -> None:
    foreign = replace(ALERT.article, lang="ar")
    raised = replace(ALERT, story="s2", thread="t2", severity=Severity.PRIORITY, article=foreign)
    for each in (ALERT, raised, replace(raised, revision=2, severity=Severity.FLASH)):
        add_alert(asked.connection, each)
    assert plotted(asked) == {"immediate": 1, "priority": 1}
    for name, given, shown in (
        ("severity", "flash", {"priority": 1}),
        ("severity", "routine", {}),
        ("state", "acknowledged", {}),
        ("rule", "r", {"immediate": 1, "priority": 1}),
        ("rule", "one", {}),
        ("q", "nowhere", {}),
    ):
        assert plotted(asked, **{name: given}) == shown, (name, given)
        assert len(read(asked, **{name: given})) == sum(shown.values()), (name, given)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("severity=flash&q=bridge", "passes the filters: words “bridge”; severity flash. Take one away"),
        ("state=open&rule=one", "passes the filters: state open; rule one. Take one away"),
        ("", "No story alerted in this range. A longer one is under"),
    ],
)
def test_empty_list_names_what_left_nothing(asked: Asked, query: str, words: str) -> None:
    assert words in drawn(asked, query)


def test_language_stands_beside_the_outlets_where_one_is_known(asked: Asked) -> None:
    add_alert(asked.connection, replace(ALERT, outlets=("My Wire",), article=replace(ALERT.article, lang="")))
    [outlets] = html.fromstring(drawn(asked, "")).xpath("//dt[text()='Outlets']/following-sibling::dd")
    assert outlets.text_content() == "My Wire"


def drawn(asked: Asked, query: str) -> str:
    """Return the page of the stories as HTML."""
    values = {"range": ["own"], "since": ["2020-01-01T00:00"]} | parse_qs(query)
    of = Asked(asked.config, asked.state_dir, asked.connection, NOW, Query(values))
    return drawn_page(stories.PAGE, of)
