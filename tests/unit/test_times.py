"""Times as people type them, and the one form in which commands and messages print them."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from alerts.cli.times import SINCE, UNTIL, beginning, read_moment
from alerts.cli.zone import KEPT, desk_zone
from alerts.render.words import time

NOW = datetime(2026, 6, 14, 12, 0, tzinfo=UTC)  # 15:00 in Baghdad
ROOT = Path(__file__).parents[2]
PAST = [
    ("24h", "13 12:00"),
    ("90m", "14 10:30"),
    ("2 h ago", "14 10:00"),
    ("03:00", "14 00:00"),  # today's, as it is over
    ("23:00", "13 20:00"),  # yesterday's, as today's is to come
    ("3:05", "14 00:05"),
    ("yesterday", "12 21:00"),
    ("Yesterday 18:00", "13 15:00"),
    ("today", "13 21:00"),
    ("2026-06-10", "09 21:00"),
    ("2026-06-10 06:00", "10 03:00"),
    ("2026-06-10T06:00", "10 03:00"),
    ("2026-06-10T06:00:30", "10 03:00"),
    ("2026-06-10T06:00Z", "10 06:00"),
    ("2026-06-10T06:00+01:00", "10 05:00"),
]
COMING = [("4h", "14 16:00"), ("06:00", "15 03:00"), ("18:00", "14 15:00"), ("tomorrow 06:00", "15 03:00")]


@pytest.mark.parametrize(("text", "expected"), PAST, ids=[text for text, _ in PAST])
def test_past_moment_is_read_in_the_zone_of_the_desk(text: str, expected: str) -> None:
    assert f"{read_moment(text).at(NOW, 'Asia/Baghdad'):%d %H:%M}" == expected


@pytest.mark.parametrize(("text", "expected"), COMING, ids=[text for text, _ in COMING])
def test_coming_moment_is_the_next_of_its_kind(text: str, expected: str) -> None:
    assert f"{read_moment(text, coming=True).at(NOW, 'Asia/Baghdad'):%d %H:%M}" == expected


def test_clock_time_keeps_its_hour_when_the_clocks_change() -> None:
    """Berlin went from +1 to +2 at 02:00 on 29 March 2026."""
    at = read_moment("06:00").at(datetime(2026, 3, 29, 3, 0, tzinfo=UTC), "Europe/Berlin")
    assert at == datetime(2026, 3, 28, 5, 0, tzinfo=UTC)
    coming = read_moment("06:00", coming=True).at(datetime(2026, 3, 28, 12, 0, tzinfo=UTC), "Europe/Berlin")
    assert coming == datetime(2026, 3, 29, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["soon", "", "25:00", "2026-02-30", "yesterdays", "99999999d", "999999w", "24", "today 7"]
)
def test_what_is_no_time_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        SINCE.convert(text, None, None)
    assert f'"{text}" is no time; write a length (90m, 24h, 7d), a time (03:00), a day' in refused.value.message
    with pytest.raises(click.BadParameter, match="tomorrow 06:00"):
        UNTIL.convert(text, None, None)


def test_since_that_lies_ahead_is_wrong_usage() -> None:
    assert beginning(read_moment("0"), NOW, "UTC") == NOW
    with pytest.raises(click.UsageError, match=r"is 01 Jan 2027 03:00 Baghdad \(00:00 UTC\), which lies ahead"):
        beginning(read_moment("2027-01-01T00:00Z"), NOW, "Asia/Baghdad")


def test_zone_of_the_desk_is_read_though_the_rules_have_errors(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    assert desk_zone(rules) == "UTC"
    for text, zone in (
        ("settings: {timezone: Asia/Baghdad}\nrules: [{id: X}]", "Asia/Baghdad"),
        ("settings: {timezone: Mars/Base}", "UTC"),
        ("settings: [timezone]", "UTC"),
        ("- a list", "UTC"),
        ("", "UTC"),
    ):
        rules.write_text(text)
        assert desk_zone(rules) == zone


def test_zone_that_is_kept_is_taken_only_of_the_very_same_file(tmp_path: Path) -> None:
    rules, kept = tmp_path / "rules.yaml", tmp_path / KEPT
    rules.write_text("settings: {timezone: Asia/Baghdad}\n", encoding="utf-8")
    main = hashlib.sha256(rules.read_bytes()).hexdigest()
    # another zone than the file's, so that it is seen which was read
    kept.write_text(json.dumps({"main": main, "of": {"timezone": "Asia/Tehran"}}), encoding="utf-8")
    assert desk_zone(rules, tmp_path) == "Asia/Tehran"
    assert desk_zone(rules, tmp_path / "other") == "Asia/Baghdad"
    rules.write_text("settings: {timezone: Europe/Paris}\n", encoding="utf-8")
    assert desk_zone(rules, tmp_path) == "Europe/Paris"
    rules.unlink()
    assert desk_zone(rules, tmp_path) == "UTC"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"main": "MAIN"}', '{"main": "MAIN", "of": {"timezone": "Mars"}}']
)
def test_a_zone_that_is_kept_wrongly_is_read_from_the_rules(tmp_path: Path, text: str) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("settings: {timezone: Asia/Baghdad}\n", encoding="utf-8")
    main = hashlib.sha256(rules.read_bytes()).hexdigest()
    (tmp_path / KEPT).write_text(text.replace("MAIN", main), encoding="utf-8")
    assert desk_zone(rules, tmp_path) == ("UTC" if "Mars" in text else "Asia/Baghdad")


def test_time_has_a_year_only_where_it_is_another() -> None:
    assert time(NOW, "America/New_York") == "14 Jun 08:00 New York (12:00 UTC)"
    assert time(NOW, "Asia/Baghdad", NOW) == "14 Jun 15:00 Baghdad (12:00 UTC)"
    assert time(NOW, "UTC", datetime(2027, 1, 1, tzinfo=UTC)) == "14 Jun 2026 12:00 UTC"
    assert (
        time(datetime(2026, 12, 31, 22, 0, tzinfo=UTC), "Asia/Baghdad", NOW)
        == "01 Jan 2027 01:00 Baghdad (31 Dec 22:00 UTC)"
    )


@pytest.mark.parametrize(
    ("hour", "zone", "said"),
    [
        (20, "Asia/Baghdad", "14 Jun 23:59 Baghdad (20:59 UTC)"),
        (21, "Asia/Baghdad", "15 Jun 00:59 Baghdad (14 Jun 21:59 UTC)"),
        (3, "America/New_York", "13 Jun 23:59 New York (14 Jun 03:59 UTC)"),
        (21, "UTC", "14 Jun 21:59 UTC"),
    ],
)
def test_date_in_utc_is_said_where_it_is_another(hour: int, zone: str, said: str) -> None:
    assert time(datetime(2026, 6, 14, hour, 59, tzinfo=UTC), zone) == said


def test_one_function_writes_every_time_that_people_read() -> None:
    """ "T%H:%M" is part of an id; whatever else formats an hour would be a second form."""
    hour = re.compile(r"(?<!T)%H|strftime|%X|%c\b")
    files = [*ROOT.glob("alerts/**/*.py"), *ROOT.glob("crawler/**/*.py")]
    found = [str(path.relative_to(ROOT)) for path in files if hour.search(path.read_text(encoding="utf-8"))]
    assert found == ["alerts/render/words.py"]
