"""The stories of one event stand on one card: its lead, the others below it, and how the event as a whole stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlalchemy import Connection

from alerts.alert import Alert, Scope, Severity
from alerts.board.page import Asked, Query, Reader
from alerts.board.pages import stories
from alerts.store import acks
from alerts.store.decisions import add_alert
from alerts.store.silences import add_silence
from tests.unit.alerts_made import ALERT, settled
from tests.unit.desk import NOW
from tests.unit.drawn_pages import drawn_page

HOUR = timedelta(hours=1)
ARABIC = "صواريخ تستهدف قاعدة"


def made(story: str, title: str, **changes: Any) -> Alert:
    """Return an alert on a story of the event t1, unless the changes say otherwise."""
    lang = "ar" if title == ARABIC else "en"
    return replace(ALERT, story=story, article=replace(ALERT.article, title=title, lang=lang), **changes)


@pytest.fixture
def asked(line: Connection, tmp_path: Path) -> Asked:
    for each in (
        made("s1", "Rockets hit base", outlets=("Wire",), severity=Severity.PRIORITY),
        made("s2", ARABIC, outlets=("Sawt",), created=NOW + HOUR, foreign=True, severity=Severity.FLASH),
        made("s3", "Two killed at base", outlets=("Daily", "Wire"), created=NOW + HOUR, severity=Severity.FLASH),
        made("s4", "Talks go on", thread="t2", outlets=("Post",), created=NOW + 2 * HOUR, severity=Severity.ROUTINE),
    ):
        add_alert(line, each)
    query = Query({"range": ["own"], "since": ["2020-01-01T00:00"]})
    return Asked(settled(tmp_path), tmp_path, line, NOW + 3 * HOUR, query, reader=Reader("Noor"))


def drawn(asked: Asked) -> html.HtmlElement:
    return html.fromstring(drawn_page(stories.PAGE, asked))


def test_card_is_an_events_led_by_its_gravest_that_readers_can_read(asked: Asked) -> None:
    talks, rockets = stories.read(asked)["events"]
    assert (talks["lead"], talks["stories"], talks["thread"]) == ("s4", ["s4"], "t2")
    assert rockets["stories"] == ["s3", "s2", "s1"]
    assert (rockets["lead"], rockets["severity"], rockets["outlets"]) == ("s3", "flash", ["Daily", "Wire", "Sawt"])
    assert (rockets["first"], rockets["last"]) == (ALERT.article.first_seen, NOW + HOUR)
    assert rockets["languages"] == ["ar", "en"]
    page = drawn(asked)
    assert [each.get("id") for each in page.cssselect("li.story")] == ["s4", "s3"]
    [_, card] = page.cssselect("li.story")
    assert [each.text_content() for each in card.cssselect("h2")] == ["Two killed at base"]
    assert [each.get("id") for each in card.cssselect(".also li")] == ["s2", "s1"]
    assert "priority" in card.cssselect(".also #s1 .severity")[0].text_content(), (
        "graver or not is said where it differs"
    )
    assert not card.cssselect(".also #s2 .severity")
    assert "Sawt" not in card.cssselect(".also #s1")[0].text_content()
    assert "4 stories of 2 events" in page.cssselect("#sum")[0].text_content()


def test_acknowledged_is_what_is_and_the_button_takes_the_gravest_left(asked: Asked) -> None:
    acks.ack(asked.connection, "s3", "Layla", "test", NOW + 2 * HOUR, 1)
    rockets = stories.read(asked)["events"][1]
    assert rockets["unacknowledged"] == ["s2", "s1"]
    [_, card] = drawn(asked).cssselect("li.story")
    states = [each.text_content().removeprefix("✓ ") for each in card.cssselect(".foot .state")]
    assert states == ["acknowledged by Layla", "not sent", "2 of 3 not acknowledged"]
    assert card.cssselect("form[data-order=ack]")[0].get("action") == "/stories/s2/ack"
    for story in ("s1", "s2"):
        acks.ack(asked.connection, story, "Layla", "test", NOW + 2 * HOUR, 1)
    [_, card] = drawn(asked).cssselect("li.story")
    assert not card.cssselect("form[data-order=ack]")
    assert "not acknowledged" not in card.text_content()


def test_report_below_a_lead_that_nobody_took_says_who_took_it(asked: Asked) -> None:
    acks.ack(asked.connection, "s1", "Layla", "test", NOW + 2 * HOUR, 1)
    add_silence(asked.connection, Scope.STORY, "s2", "Noor", "told by phone", NOW, NOW + 9 * HOUR)
    [_, card] = drawn(asked).cssselect("li.story")
    assert "not acknowledged" in card.cssselect(".foot")[0].text_content()
    assert "acknowledged by Layla" in card.cssselect(".also #s1")[0].text_content()
    assert "acknowledged" not in card.cssselect(".also #s2")[0].text_content()
    assert "told by phone" in card.cssselect(".also #s2")[0].text_content()
    acks.ack(asked.connection, "s3", "Noor", "test", NOW + 2 * HOUR, 1)
    [_, card] = drawn(asked).cssselect("li.story")
    assert not card.cssselect(".also .acked"), "said once, of all"


def test_more_than_three_others_are_folded(asked: Asked) -> None:
    for number in range(5, 9):
        add_alert(asked.connection, made(f"s{number}", f"Report {number}", outlets=(f"Outlet {number}",)))
    [_, card] = drawn(asked).cssselect("li.story")
    assert card.cssselect("details summary")[0].text_content() == "and 3 more of this event"
    assert len(card.cssselect("details li")) == 3
    assert "Outlet 8" in card.cssselect("dl")[0].text_content()


def test_stories_that_a_filter_leaves_out_are_counted(asked: Asked) -> None:
    add_alert(asked.connection, made("s1", "Rockets hit base", outlets=("Wire",), revision=2, more_siblings=2))
    only = replace(asked, query=Query(dict(asked.query.values) | {"severity": ["immediate"]}))
    [event] = stories.read(only)["events"]
    assert (event["stories"], event["elsewhere"]) == (["s1"], 2)
    assert "2 other stories not in this list" in drawn(only).cssselect(".rest dl")[0].text_content()
