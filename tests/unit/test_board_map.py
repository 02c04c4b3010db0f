"""The map's page as it is read from a store, and as it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import html

from alerts.alert import Alert, Severity
from alerts.board import writing
from alerts.board.page import Asked, Query
from alerts.board.pages import day, mapped, rules
from alerts.store import decisions
from alerts.where import Where
from crawler.store import articles as archive
from tests.migrated import new_store
from tests.unit.alerts_made import ALERT, settled
from tests.unit.desk import NOW

HOUR = timedelta(hours=1)
HOSTILE = '"><script>alert(1)</script>'
BALAD = Where("balad", f"Balad {HOSTILE}", 33.94, 44.36)
ANBAR = Where("anbar", "Anbar", 33.0, 42.0, 180.0)
FAR = Where("lagos", "Lagos", 6.5, 3.4)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    database = new_store()
    with database.write() as connection:
        for number, (where, severity) in enumerate(
            [
                (BALAD, Severity.FLASH),
                (BALAD, Severity.ROUTINE),
                (ANBAR, Severity.PRIORITY),
                (FAR, Severity.IMMEDIATE),
                (None, Severity.FLASH),
            ]
        ):
            name = f"s{number}"
            connection.execute(archive.threads.insert().values(id=f"t{number}", opened=NOW))
            connection.execute(archive.stories.insert().values(id=name, thread=f"t{number}", opened=NOW, joined=NOW))
            made: Alert = replace(
                ALERT, story=name, thread=f"t{number}", where=where, severity=severity, created=NOW - number * HOUR,
                article=replace(ALERT.article, title=f"Title {number} {HOSTILE}"),
            )  # fmt: skip
            decisions.add_alert(connection, made)
        yield Asked(settled(tmp_path), tmp_path, connection, NOW + HOUR)
    database.close()


def shown(asked: Asked, page: object, record: object) -> html.HtmlElement:
    frame = {
        "menu": [], "here": "/map", "address": "/map", "key": "k", "said": "", "can_sign_in": False, "live": "",
        "watch": SimpleNamespace(words="", watched=True, seen=None), "reader": SimpleNamespace(writes=True, name="Noor"),
    }  # fmt: skip
    text = writing.render(page, asked, record, frame)  # type: ignore[arg-type]
    assert "<script>alert" not in text
    return html.fromstring(text)


def test_stories_are_on_the_map_and_in_the_list_beside_it(asked: Asked) -> None:
    record = mapped.read(asked)
    assert [(each["place"]["id"], len(each["stories"]), each["severity"]) for each in record["spots"]] == [
        ("balad", 2, "flash"),
        ("lagos", 1, "immediate"),
        ("anbar", 1, "priority"),
    ]
    assert (record["placed"], record["unplaced"], record["off"]) == (4, 1, 1)
    page = shown(asked, mapped.PAGE, record)
    circles = page.cssselect("svg.map circle")
    assert [each.get("class") for each in circles] == ["spot flash", "spot priority"]
    assert [each.getparent().get("href") for each in circles] == ["#place-balad", "#place-anbar"]
    names = {each.text_content() for each in page.cssselect("svg.map text")}
    assert {"Iraq", "Israel", "Palestine", "Lebanon", "Kuwait", "Qatar", "Bahrain"} <= names
    assert [each.get("id") for each in page.cssselect("ol.spots > li")] == ["place-balad", "place-lagos", "place-anbar"]
    assert "outside this map" in page.cssselect("#place-lagos")[0].text_content()
    assert "180 km round" in page.cssselect("#place-anbar")[0].text_content()


def test_a_window_of_time_holds_for_the_map_and_its_geojson(asked: Asked) -> None:
    late = replace(asked, query=Query({"since": ["90m"]}))
    assert [each["place"]["id"] for each in mapped.read(late)["spots"]] == ["balad"]
    told = json.loads(mapped.geojson(late))
    assert [(each["id"], each["geometry"]["coordinates"]) for each in told["features"]] == [("s0", [44.36, 33.94])]
    assert {each["id"] for each in json.loads(mapped.geojson(asked))["features"]} == {"s0", "s1", "s2", "s3"}


def test_day_and_rules_are_written_from_the_same_store(asked: Asked) -> None:
    drawn = shown(asked, day.PAGE, day.read(asked))
    assert "priority 3 h ago" not in drawn.text_content()
    assert "0 alerts sent" in drawn.text_content(), "decided on, and no message of them went"
    assert not drawn.cssselect("table.day")
    assert shown(asked, rules.PAGE, rules.read(asked)).cssselect("table tbody tr")
