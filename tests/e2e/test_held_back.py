"""What a silence held back is named: in the handover, in the list of silences, in the message that mentions it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.servers import rss

GRAVE = "Shells of a militia fall on Balad depot, two contractors killed"
LESS = "A militia parades near Balad"
FREE = "Tribesmen and a militia talk in Hawija"


def news(desk: Desk, minutes: int, *titles: str, path: str = "/a.xml") -> None:
    """Serve these headlines and run a round so many minutes from now."""
    now = datetime.now(UTC)
    dated = {"date": format_datetime(now)}
    desk.outlet.serve(
        path, rss(*({"title": each, "guid": each, "link": f"https://outlet.example{path}"} | dated for each in titles))
    )
    desk.rounds((now + timedelta(minutes=minutes)).isoformat())


@pytest.fixture
def silent(desk: Desk) -> Desk:
    """Give a desk of two receivers where a silence has held back two stories, one of them twice."""
    desk.write("/a.xml", "/b.xml", notify="[hook, mail]")
    desk.outlet.serve("/b.xml", rss({"title": "Quiet day", "guid": "0"}))
    grave = "  - {id: shells, title: Shells, match: [shells], severity: immediate, notify: [hook, mail]}\n"
    desk.rules.write_text(desk.rules.read_text(encoding="utf-8") + grave, encoding="utf-8")
    news(desk, 0, "Quiet day")
    desk.run("silence", "add", "--text", "Balad", "--for", "1h", "--reason", "drill", "--by", "Noor")
    news(desk, 6, LESS)
    news(desk, 12, LESS, GRAVE)
    assert desk.hook.titles() == []
    return desk


def test_the_handover_names_what_a_silence_held_back(silent: Desk) -> None:
    done = silent.run("handover", "--since", "1h").stdout
    head, lines = _section(done, "Held back by silences")
    assert head == "## Held back by silences: 2 stories"
    assert [re.sub(r"`s\w+`|\d\d \w{3} \d\d:\d\d", "", each) for each in lines] == [
        f"- immediate: {GRAVE}: by `q1`  UTC; ",
        f"- priority: {LESS}: by `q1`  UTC; ",
    ]
    _, silences = _section(done, "Silences in force")
    assert [each.rpartition("; ")[2] for each in silences] == ["2 stories held back"]
    shift = json.loads(silent.run("handover", "--json").stdout)
    assert [(each["severity"], each["title"], each["silence"]) for each in shift["silenced"]] == [
        ("immediate", GRAVE, "q1"),
        ("priority", LESS, "q1"),
    ]
    assert [each["held_back"] for each in shift["silences"]] == [2]


def test_the_list_of_silences_names_each_story_once(silent: Desk) -> None:
    head, *lines = silent.run("silence", "list").stdout.splitlines()
    assert head.endswith("; 2 stories held back, not told yet")
    assert [each.rpartition("  ")[2] for each in lines] == [GRAVE, LESS]
    (listed,) = map(json.loads, silent.run("silence", "list", "--json").stdout.splitlines())
    assert (listed["untold"], [each["title"] for each in listed["held_back"]]) == (2, [GRAVE, LESS])


def test_the_next_message_names_what_was_held_back(silent: Desk) -> None:
    silent.run("silence", "end", "q1", "--by", "Omar")
    news(silent, 18, FREE)
    (message,) = (each["message"] for each in silent.hook.accepted)
    assert "\n2 stories held back by silence q1 (Noor: drill), ended " in message
    assert f"\nHeld back: immediate {GRAVE}; priority {LESS}\n" in message
    # it is told now: the list goes on naming it, and what tells it again is in force no more
    (head, *lines) = silent.run("silence", "list", "--all").stdout.splitlines()
    assert "not told yet" not in head
    assert [each.rpartition("  ")[2] for each in lines] == [GRAVE, LESS]


def test_what_was_told_after_all_is_not_held_back(silent: Desk) -> None:
    silent.run("silence", "end", "q1")
    news(silent, 18, GRAVE, path="/b.xml")
    assert silent.hook.titles() == [f"IMMEDIATE {GRAVE} | Outlet 2"]
    shift = json.loads(silent.run("handover", "--json").stdout)
    assert [each["title"] for each in shift["silenced"]] == [LESS]


def test_more_than_a_message_names_are_listed_by_a_command(silent: Desk) -> None:
    news(silent, 18, "Bakery of Balad sells bread to militia widows")
    silent.run("silence", "end", "q1")
    news(silent, 24, FREE)
    assert re.search(
        r"\nHeld back: immediate .*; priority .*; and 1 more: watchfloor silence list --all\n",
        silent.hook.accepted[-1]["message"],
    )


def _section(report: str, heading: str) -> tuple[str, Sequence[str]]:
    """Return the heading of a section of a report as it stands there, and its lines."""
    found = re.search(rf"^(## {heading}.*)\n\n((?:.+\n)*)", report, re.MULTILINE)
    assert found, report
    return found[1], found[2].splitlines()
