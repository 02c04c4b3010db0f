"""What the board draws: places on its map, plots of a day; and how a trial ends that goes wrong."""

from __future__ import annotations

import json
import re
import tempfile
import time
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.board.hourly import by_severity, day_rows, hours
from alerts.board.places import collection, radius, spots
from alerts.board.projection import EAST, HEIGHT, NORTH, SOUTH, WEST, WIDTH, on_map, project
from alerts.board.trials import Busy, Trials
from alerts.store.severities import Made
from alerts.where import Where
from tests.unit.desk import NOW

HOUR = timedelta(hours=1)
BALAD, ERBIL, PARIS = (
    Where("balad", "Balad", 33.94, 44.36),
    Where("erbil", "Erbil", 36.19, 44.01),
    Where("paris", "Paris", 48.86, 2.35),
)
OUTLINE = Path(__file__).parents[2] / "alerts" / "board" / "templates" / "outline.svg"


@pytest.mark.parametrize(
    ("latitude", "longitude", "x", "y"),
    [(NORTH, WEST, 0, 0), (SOUTH, EAST, WIDTH, HEIGHT), (33.315, 44.366, 349.2, 183.7)],
)
def test_points_are_projected(latitude: float, longitude: float, x: float, y: float) -> None:
    assert project(latitude, longitude) == pytest.approx((x, y), abs=0.6)


def test_the_map_has_edges() -> None:
    assert on_map(NORTH, WEST)
    assert on_map(SOUTH, EAST)
    assert not on_map(NORTH + 0.01, WEST)
    assert not on_map(SOUTH, EAST + 0.01)


def test_the_outline_is_small_drawn_within_the_map_and_has_the_region() -> None:
    text = OUTLINE.read_text(encoding="utf-8")
    assert len(text.encode()) < 25_000
    drawn = ET.fromstring(f"<svg>{text}</svg>")
    names = {each.text for each in drawn.iter("text")}
    assert {"Iraq", "Iran", "Syria", "Turkey", "Yemen", "Afghanistan", "Saudi Arabia"} <= names
    for path in drawn.iter("path"):
        x = y = 0
        for start, moves in re.findall(r"M(\d+ \d+)l([-\d ]*)z", path.get("d", "")):
            x, y = map(int, start.split())
            numbers = [int(each) for each in re.findall(r"-?\d+", moves)]
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                assert -1 <= x <= WIDTH + 1
                assert -1 <= y <= HEIGHT + 1


def story(name: str, severity: str) -> dict[str, object]:
    kept = {"headline": f"At {name}", "event": "", "outlets": ["Wire"], "reliability": "C3", "reports": 1}
    return {"story": name, "thread": f"t{name}", "severity": severity, "first": NOW, "last": NOW + HOUR, **kept}


def test_stories_share_their_place_the_gravest_place_first() -> None:
    told = [
        (ERBIL, story("s1", "routine")),
        (BALAD, story("s2", "routine")),
        (ERBIL, story("s3", "routine")),
        (BALAD, story("s4", "flash")),
        (PARIS, story("s5", "priority")),
    ]
    found = spots(told)
    assert [(each.where.id, each.severity, len(each.stories)) for each in found] == [
        ("balad", "flash", 2),
        ("paris", "priority", 1),
        ("erbil", "routine", 2),
    ]
    records = [each.record for each in found]
    assert records[1]["x"] is None
    assert (records[2]["x"], records[2]["y"]) == tuple(round(each, 1) for each in project(ERBIL.lat, ERBIL.lon))
    features = collection(found)["features"]
    assert [each["id"] for each in features] == ["s2", "s4", "s5", "s1", "s3"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [44.36, 33.94]}
    assert features[0]["properties"]["last_seen"].endswith("Z")
    json.dumps(features)


def test_a_place_is_drawn_as_large_as_its_events_are_many() -> None:
    again = story("s3", "routine") | {"thread": "ts1"}
    [one] = spots([(ERBIL, story("s1", "routine")), (ERBIL, again)])
    [two] = spots([(ERBIL, story("s1", "routine")), (ERBIL, story("s2", "routine"))])
    assert (one.events, two.events) == (1, 2)
    assert one.record["r"] == radius(1, "routine")
    assert two.record["r"] == round(radius(2, "routine"), 1)


def test_circles_grow_with_stories_and_severity_up_to_a_limit() -> None:
    sizes = [radius(1, "routine"), radius(4, "routine"), radius(4, "priority"), radius(4, "flash")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4
    assert radius(1, "routine") == 5.0
    assert radius(100_000, "flash") == 26.0


def made(hours_ago: float, *rules: tuple[str, Severity]) -> Made:
    return Made("s1", 1, NOW - hours_ago * HOUR, max(severity for _, severity in rules), rules)


def test_hours_go_by_the_clock() -> None:
    now = NOW.replace(minute=40)
    counted = {NOW.replace(minute=0, second=0, microsecond=0) - at * HOUR: at + 1 for at in range(5)}
    assert hours(counted, now, 3) == [3, 2, 1]
    assert hours({}, now, 2) == [0, 0]


def test_a_day_has_a_row_for_each_rule_that_alerted() -> None:
    low, high = Severity.ROUTINE, Severity.FLASH
    told = [made(0, ("a", low)), made(0.5, ("a", high), ("b", low)), made(23.9, ("b", low)), made(24, ("c", low))]
    rows = day_rows(told, {"a": "Title of a"}, NOW)
    assert [(each["rule"], each["title"], each["alerts"]) for each in rows] == [("a", "Title of a", 2), ("b", "b", 2)]
    assert rows[0]["dots"] == [
        {"hour": 23, "severity": "routine", "n": 1},
        {"hour": 23, "severity": "flash", "n": 1},
    ]
    assert [each["hour"] for each in rows[1]["dots"]] == [0, 23]
    counts = by_severity(told, NOW)
    assert list(counts) == ["flash", "immediate", "priority", "routine"]
    assert (counts["flash"][-1], counts["routine"][-1], counts["routine"][0], sum(counts["priority"])) == (1, 1, 1, 0)


def test_a_trial_that_breaks_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    trials = Trials()
    broken, stopped = trials.begin({}, {}, signed=True), trials.begin({}, {}, signed=False)
    with pytest.raises(Busy):
        trials.begin({}, {}, signed=True)
    assert trials.stop(stopped.id)
    assert not trials.stop(stopped.id)
    ends = time.monotonic() + 60
    while (broken.state == "running" or [*tmp_path.iterdir()]) and time.monotonic() < ends:
        time.sleep(0.05)  # until the process has ended; there is nothing else to wait for
    assert (broken.state, stopped.state) == ("failed", "stopped")
    assert "the board's log says more" in broken.problems[0]
    assert [*tmp_path.iterdir()] == []
    trials.close()
