"""The page of a handover: who took notice of an event stands there once, however many stories the ack covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement

from alerts.alert import Ack
from alerts.board.page import Asked
from alerts.board.pages import handover
from alerts.render.handover import Handover, ToldStory
from alerts.run.shift_record import describe_shift
from crawler.store.db import Database
from tests.unit.alerts_made import ALERT, settled
from tests.unit.desk import NOW
from tests.unit.drawn_pages import drawn_page


def listed(tmp_path: Path, acks: Mapping[str, str]) -> HtmlElement:
    """Return what the page lists of an event whose stories these people acknowledged, "" for nobody."""
    told = tuple(
        ToldStory(
            replace(ALERT, story=story, place="Balad air base"), Ack(story, NOW, by, "test", 1) if by else None, "told"
        )
        for story, by in acks.items()
    )
    record = describe_shift(Handover(NOW - timedelta(hours=12), NOW, told))
    by_id = {each["story"]: each for each in record["stories"]}
    events = [
        each | {"told": [by_id[story] for story in each["stories"]], "latest": by_id[each["newest"]]}
        for each in record["events"]
    ]
    chosen = {"range": "shift", "since": "", "until": ""}
    database = Database("sqlite://")
    with database.read() as connection:
        asked = Asked(settled(tmp_path), tmp_path, connection, NOW)
        shown = {"begins": NOW, "events": events, "chosen": chosen}
        page = drawn_page(handover.PAGE, asked, record | shown)
    database.close()
    [event] = html.fromstring(page).cssselect("ol.events li")
    return event


def test_one_ack_of_several_stories_is_said_once(tmp_path: Path) -> None:
    event = listed(tmp_path, {"s1": "Noor", "s2": "Noor", "s3": "Layla"})
    assert event.text_content().count("acknowledged by Noor") == 1
    assert [each.text_content() for each in event.cssselect(".gist")] == ["Balad air base"], "as Markdown has it"
    assert event.text_content().count("acknowledged by Layla") == 1
    assert event.cssselect(".state.acked")[0].text_content() == "acknowledged"


@pytest.mark.parametrize(
    ("acks", "state"),
    [({"s1": "Noor", "s2": "", "s3": ""}, "2 of 3 not acknowledged"), ({"s1": "", "s2": ""}, "not acknowledged")],
)
def test_event_says_how_much_of_it_nobody_took(tmp_path: Path, acks: Mapping[str, str], state: str) -> None:
    assert listed(tmp_path, acks).cssselect(".state.open")[0].text_content() == state
