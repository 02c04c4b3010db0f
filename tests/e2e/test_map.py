"""Where it happened, through the whole line: the map in a message, and all stories of a day on one map."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.conftest import Desk
from tests.e2e.rounds import T0, item, told
from tests.e2e.servers import rss

PLACES = """\
entities:
  hawija: {label: Hawija, is_a: town, aliases: [Hawija, "الحويجة"], at: [35.33, 43.77]}
  balad: {label: Balad air base, is_a: town, aliases: [Balad], at: [33.94, 44.36]}
  anbar: {label: Anbar, is_a: town, aliases: [Anbar], at: [33.0, 41.8], reach: 280}
lists: {deed-strike: ["hit~", "strike~"]}
rules:
  - {id: near, title: Near Hawija, match: {within: {km: 100, of: hawija}}, severity: immediate, notify: [hook]}
  - {id: towns, title: Towns, match: [$town], severity: priority, notify: [hook]}
"""
SETTINGS = "backfill: 6h, places: [town]"


def on_a_map(desk: Desk, *words: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(desk.run("stories", "--since", "5200w", "--geojson", *words).stdout)
    return made


def fill(desk: Desk, settings: str = SETTINGS) -> None:
    titles = {
        "a1": "Bomb hits militia patrol near Hawija",
        "a2": "Militia convoy leaves Balad, Hawija",  # two places
        "a3": "Militia leader warns of floods",  # none
        "a4": "Militia convoy hit in Anbar",  # an area
    }
    desk.outlet.serve("/a.xml", rss(*(item(guid, title) for guid, title in titles.items())))
    desk.write("/a.xml", settings=settings)
    desk.rules.write_text(desk.rules.read_text().replace("rules:\n", PLACES), encoding="utf-8")
    desk.rounds(T0)


def test_stories_of_one_place_are_on_the_map_and_the_others_counted(desk: Desk) -> None:
    fill(desk)
    done = desk.run("stories", "--since", "5200w", "--geojson")
    assert done.stderr == "2 of 4 stories left out: not at one place\n"
    made = json.loads(done.stdout)
    assert set(made) == {"type", "features"}  # no crs: RFC 7946 knows one only
    features = {each["properties"]["place"]: each for each in made["features"]}
    assert set(features) == {"hawija", "anbar"}
    hawija = features["hawija"]
    assert (made["type"], hawija["type"], hawija["id"]) == (
        "FeatureCollection",
        "Feature",
        hawija["properties"]["story"],
    )
    assert hawija["geometry"] == {"type": "Point", "coordinates": [43.77, 35.33]}  # longitude, latitude
    said = hawija["properties"]
    assert (said["title"], said["outlets"]) == ("Bomb hits militia patrol near Hawija", ["Outlet 1"])
    assert (said["url"], said["outlet"]) == ("https://a1.example/news/a1", "Outlet 1")
    assert (said["standing"], said["origins"], said["translation"], said["gist"]) == ("happened", ["s1"], None, None)
    assert (said["label"], said["severity"], said["reach_km"]) == ("Hawija", "immediate", 0.0)
    assert features["anbar"]["properties"]["reach_km"] == 280
    # where a place lies is looked up now: a corrected point moves its stories
    desk.rules.write_text(desk.rules.read_text().replace("35.33, 43.77", "35.32, 43.70"), encoding="utf-8")
    moved = {each["geometry"]["coordinates"][0] for each in on_a_map(desk)["features"]}
    assert moved == {43.70, 41.8}
    [one] = on_a_map(desk, "--story", said["story"])["features"]
    assert one["id"] == said["story"]
    assert on_a_map(desk, "--since", "1m") == {"type": "FeatureCollection", "features": []}
    assert "give one" in desk.run("stories", "--geojson", "--json", expect=2).stderr


def test_message_says_where_and_rings_by_distance(desk: Desk) -> None:
    fill(desk, SETTINGS + ', map_link: "https://map.example/?lat={lat}&lon={lon}"')
    messages = dict(told(desk))
    [near] = [text for title, text in messages.items() if title.startswith("IMMEDIATE") and "patrol" in title]
    assert "\nMap: Hawija, https://map.example/?lat=35.33&lon=43.77\n" in near
    [area] = [text for title, text in messages.items() if "in Anbar" in title]
    assert "Map:" not in area


def test_check_names_places_without_coordinates(desk: Desk) -> None:
    fill(desk)
    assert "coordinates" not in desk.run("check").stderr
    bare = desk.rules.read_text().replace("aliases: [Balad], at: [33.94, 44.36]", "aliases: [Balad]")
    desk.rules.write_text(bare, encoding="utf-8")
    said = "note: 1 place has no coordinates (at), so that no map and no distance finds them: balad\n"
    assert said in desk.run("check").stderr


def test_backtest_shows_what_another_distance_gains(desk: Desk) -> None:
    fill(desk)
    archive = desk.place / "archive.jsonl"
    titles = ("Convoy hit at Balad", "Convoy hit at Hawija", "Convoy hit in Anbar")
    archive.write_text("".join(f'{{"title": "{each}"}}\n' for each in titles), encoding="utf-8")
    old = desk.place / "old.yaml"
    old.write_text(desk.rules.read_text(), encoding="utf-8")
    desk.rules.write_text(desk.rules.read_text().replace("km: 100", "km: 170"), encoding="utf-8")
    done = desk.run("backtest", "--from", str(archive), "--against", str(old), "--json")
    [change] = json.loads(done.stdout)["rules"]
    assert change["rule"] == "near"
    assert [each["title"] for each in change["gained"]] == ["Convoy hit at Balad"]
    assert change["lost"] == []
