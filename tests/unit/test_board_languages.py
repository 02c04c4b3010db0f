"""The board's page of a story names the relation of each report in another language, and the evidence for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import html
from sqlalchemy import Connection

from alerts.board.openapi import openapi
from alerts.board.page import Asked, Reader
from alerts.board.pages import story
from alerts.line.counterparts import counterparts_of
from tests.unit.desk import NOW, desk, rule
from tests.unit.drawn_pages import drawn_page
from tests.unit.event_desk import ANY, ARABIC, EVENTS, FIRST, LISTS
from tests.unit.settled import step


def shown(line: Connection, folder: Path) -> tuple[Asked, str, str]:
    """Return what asks for the page of an English story, its id, and that of its Arabic counterpart."""
    config = desk(folder, rule(ANY), f"freshness: 48h, {EVENTS}", LISTS)
    (first,) = step(line, config, "one", FIRST, 0).decided
    (later,) = step(line, config, "two", ARABIC, 12).decided
    english, arabic = first[0].placement.story, later[0].placement.story
    at = NOW + timedelta(minutes=20)
    return Asked(config, folder, line, at, parts={"story": english}, reader=Reader("Noor")), english, arabic


def page(asked: Asked, record: Mapping[str, Any]) -> html.HtmlElement:
    return html.fromstring(drawn_page(story.PAGE, asked, record))


def test_counterpart_stands_with_its_relation_and_evidence(line: Connection, tmp_path: Path) -> None:
    asked, english, arabic = shown(line, tmp_path)
    (link,) = counterparts_of(line, english)
    record = story.read(asked)
    (told,) = record["languages"]
    assert (told["relation"], told["story"], told["language"]) == ("translation", arabic, "ar")
    assert (told["title"], told["minutes_apart"], told["likeness"]) == (ARABIC, 12, link.share)
    assert told["evidence"] == f"both: {link.both}; 12 min apart; likeness {link.share:.2f}"
    # both are stories of one event here: it is said there, and nowhere twice
    drawn = page(asked, record)
    assert not drawn.cssselect("#languages")
    (sibling,) = [each for each in drawn.cssselect(".also li") if ARABIC in each.text_content()]
    assert f"translation (Arabic): {told['evidence']}" in sibling.text_content()
    # of a story of another event it stands by itself
    (item,) = page(asked, {**record, "others": []}).cssselect("#languages li")
    assert item.cssselect("a")[0].get("href") == f"/stories/{arabic}"
    assert f"translation (Arabic): {told['evidence']}" in item.text_content()


def test_openapi_describes_it() -> None:
    described = openapi()
    shape = described["components"]["schemas"]["ReportOfTheEventInAnotherLanguage"]
    assert {"relation", "evidence", "story", "minutes_apart", "likeness"} <= {*shape["required"]}
    assert "ReportOfTheEventInAnotherLanguage" in json.dumps(described["paths"]["/api/v1/stories/{story}"])
