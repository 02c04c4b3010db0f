"""Where an alert is on the map: one place or none, and how each form of a message says it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.alert import Kind
from alerts.decide.whereabouts import where_of
from alerts.render.form import FORMS, PLAIN
from alerts.rules.config import load
from alerts.store import decisions, snapshot
from alerts.where import Point, Where
from crawler.article import Article
from tests.unit.alerts_made import ALERT, SENT
from tests.unit.desk import HEAD, NOW, rule
from tests.unit.settled import step
from tests.unit.shipped import matcher, shipped

LINK = "https://map.example/?lat={lat}&lon={lon}#9/{lat}/{lon}"
FOUND = [
    ("Drones hit Ain al-Asad base in Iraq", "", "ain-al-asad"),
    ("Rockets fired from Mosul hit Harir air base in Erbil", "", "harir"),  # where it hit, not where it came from
    ("KRG condemns drone attack on Khor Mor gas field", "", "khor-mor"),  # an office is no place
    ("US strikes Natanz", "", "natanz"),
    ("هجوم بمسيرة على مطار أربيل", "", "erbil-air-base"),  # the airport, not the city it is in
    ("حمله پهپادی به پایگاه حریر در اربیل", "", "harir"),
    ("Attack in Anbar kills three soldiers", "", "anbar"),
    ("Rockets hit US base", "Two rockets fell on Balad air base, police said.", "balad"),  # below a headline without
    ("Blast in Baghdad kills three", "", "baghdad"),
    ("انفجار في بغداد", "", "baghdad"),
    ("انفجار وسط بغداد", "", "baghdad"),
    ("پهپادهای ایرانی مقر حزب کومله را در نزدیکی سلیمانیه هدف قرار دادند", "", "sulaymaniyah"),
    ("Drone attack targets Erbil", "", "erbil"),
    ("Kataib Hezbollah rejects Baghdad's deadline to hand over weapons", "", ""),  # the government
    ("بغداد ترفض الضربات الأمريكية", "", ""),
    ("Militia leader threatens US forces", "Baghdad called for calm.", ""),
    ("Baghdad condemns drone attack on Harir air base", "", "harir"),
    ("Baghdad airport shut after drone attack", "", "baghdad-airport"),  # a base lies in it, and nobody governs there
    ("Strikes hit Kirkuk and Mosul", "", ""),  # which of the two?
    ("Iran strikes US base in Kuwait", "", ""),  # a country is no point
    ("Iran strikes US base in Kuwait", "The base is south of Balad air base.", ""),  # the headline says another
    ("Iran attacks US bases in Qatar and Erbil", "", ""),
    ("Houthis attack Eilat, drones cross Erbil", "", "eilat"),
    ("Militia leader warns US forces", "", ""),
]


@pytest.mark.parametrize(("title", "text", "place"), FOUND, ids=[row[0] for row in FOUND])
def test_one_place_or_none(title: str, text: str, place: str) -> None:
    read = Article("a1", "wire", title, NOW, text=text)
    found = matcher().find(read)
    where = where_of(found.event or matcher().event(read), found.matches, shipped())
    assert (where.id if where else "") == place


def test_place_has_its_label_point_and_link() -> None:
    config = replace(shipped(), map_link=LINK)
    read = Article("a1", "wire", "Drones hit Ain al-Asad base in Iraq", NOW)
    found = matcher().find(read)
    assert where_of(found.event, found.matches, config) == Where(
        "ain-al-asad",
        "Ain al-Asad air base",
        33.79,
        42.44,
        link="https://map.example/?lat=33.79&lon=42.44#9/33.79/42.44",
    )


PLACES = "  balad: {label: Balad air base, is_a: iraq-base, aliases: [Balad], at: [33.94, 44.36]}\nlists:\n"


def test_alert_is_stored_with_its_place_and_its_copy_keeps_it(line: Connection, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    settings = f'freshness: 48h, places: [iraq-base], map_link: "{LINK}"'
    head = HEAD.format(settings=settings).replace("lists:\n", PLACES)
    path.write_text(head + "rules:\n" + rule('["$iraq-base"]'), encoding="utf-8")
    config = load(path, environ={})
    ((revision, _, _),) = step(line, config, "one", "Rockets hit Balad air base", 0).decided
    alert = decisions.load_alert(line, revision.placement.story, 1)
    assert alert.where == Where(
        "balad", "Balad air base", 33.94, 44.36, link="https://map.example/?lat=33.94&lon=44.36#9/33.94/44.36"
    )


def test_copy_of_an_older_version_has_no_place() -> None:
    placed = replace(ALERT, where=Where("balad", "Balad air base", 33.94, 44.36))
    kept = json.loads(snapshot.dump(placed))
    assert snapshot.load(json.dumps(kept)).where == placed.where
    del kept["where"]
    assert snapshot.load(json.dumps(kept)).where is None


BALAD = Where("balad", "Balad air base", 33.94, 44.36)
FORMED = (PLAIN, FORMS["watchmail"], FORMS["watchslack"])


def texts(where: Where | None) -> list[str]:
    """Return all that each form shows of an alert at this place: plain text, mail, Slack."""
    made = [form.alert(replace(SENT, kind=Kind.ALERT), replace(ALERT, where=where), "UTC") for form in FORMED]
    return [made[0].body, made[1].html, json.dumps(made[2].blocks)]


def test_every_form_says_where_by_a_geo_uri() -> None:
    plain, mail, slack = texts(BALAD)
    assert "\nMap: Balad air base, geo:33.94,44.36\n" in plain
    assert '<p class="lesser">Map: <a href="geo:33.94,44.36">Balad air base (33.94,44.36)</a></p>' in mail
    assert "\\nMap: Balad air base, geo:33.94,44.36" in slack
    assert '"url": "geo:' not in slack  # Slack refuses, or drops, what it knows no scheme of


def test_every_form_links_to_the_map_that_is_set() -> None:
    plain, mail, slack = texts(replace(BALAD, link="https://map.example/?a=1&b=2#9/3"))
    assert "\nMap: Balad air base, https://map.example/?a=1&b=2#9/3\n" in plain
    assert '<a href="https://map.example/?a=1&amp;b=2#9/3">Balad air base</a>' in mail
    assert '{"type": "link", "url": "https://map.example/?a=1&b=2#9/3", "text": "Balad air base"}' in slack


@pytest.mark.parametrize("where", [None, replace(BALAD, reach=26.0)], ids=["nowhere", "an area"])
def test_no_map_where_a_pin_would_mislead(where: Where | None) -> None:
    assert not any("Map:" in each or "geo:" in each for each in texts(where))


def test_label_of_a_place_is_no_markup() -> None:
    _, mail, slack = texts(replace(BALAD, label="<b>Balad</b> <!channel>"))
    assert "<b>Balad" not in mail
    assert "&lt;b&gt;Balad" in mail
    assert "mrkdwn" not in slack


def test_geo_uri_is_as_rfc_5870_asks() -> None:
    assert [Point(*each).geo for each in ((33.0, 41.8), (-0.5, -120.25), (90, 180))] == [
        "geo:33,41.8", "geo:-0.5,-120.25", "geo:90,180",
    ]  # fmt: skip
