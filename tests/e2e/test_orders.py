"""Silences and acks as an officer gives them: without a daemon, to a running one, and wrongly."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.dated import item
from tests.e2e.running import daemon
from tests.e2e.servers import rss

TIME = r"\d\d \w{3} \d\d:\d\d Baghdad \((?:\d\d \w{3} )?\d\d:\d\d UTC\)"


@pytest.fixture
def told(desk: Desk) -> tuple[Desk, str, str]:
    """Give a desk that has told of one story, with the ids its message prints."""
    desk.outlet.serve("/a.xml", rss(item("A militia moves on Balad", "1")))
    desk.write("/a.xml", settings="backfill: 6h, timezone: Asia/Baghdad")
    desk.run("run", "--once")
    found = re.search(r"Story (s\w{14}), alert 1, delivery (d\w{14})", desk.hook.accepted[0]["message"])
    assert found
    return desk, found[1], found[2]


def test_acks_by_any_id_a_message_prints_and_says_who_was_first(told: tuple[Desk, str, str]) -> None:
    desk, story, delivery = told
    done = desk.run("ack", delivery, "--by", "Noor")
    assert re.fullmatch(rf"story {story}: acknowledged by Noor at {TIME}\n  A militia moves on Balad\n", done.stdout)
    (again,) = json.loads(desk.run("ack", story, "--by", "Omar", "--json").stdout)["acks"]
    assert (again["by"], again["first"], again["via"], again["revision"]) == ("Noor", False, "command", 1)


def test_unknown_id_is_refused_with_the_nearest(told: tuple[Desk, str, str]) -> None:
    desk, story, _ = told
    wrong = f"{story[:-1]}{'0' if story[-1] != '0' else '1'}"
    done = desk.run("ack", wrong, expect=1)
    assert f'"{wrong}" is the id of no story, message, thread or article stored here' in done.stderr
    assert f'did you mean "{story}"?' in done.stderr


def test_silence_shows_what_it_would_have_held_and_is_listed_until_it_ends(told: tuple[Desk, str, str]) -> None:
    desk, story, delivery = told
    done = desk.run("silence", "add", "--text", "balad", "--for", "4h", "--reason", "drill at Balad", "--by", "Noor")
    assert re.match(rf"silence q1 on text balad, until {TIME}, by Noor: drill at Balad\n", done.stdout)
    assert "held back 1 story\n  A militia moves on Balad (Outlet 1)\n" in done.stdout
    made = json.loads(
        desk.run("silence", "add", "--story", delivery, "--until", "06:00", "--reason", "told", "--json").stdout
    )
    assert (made["id"], made["value"], made["last_24h"]) == (
        "q2",
        story,
        {"messages": 1, "stories": [story], "headlines": [["A militia moves on Balad", "Outlet 1"]]},
    )
    assert datetime.fromisoformat(made["ends"]).strftime("%H:%M") == "03:00"  # 06:00 in Baghdad
    desk.run("silence", "end", "q1", "--by", "Omar")
    assert [json.loads(line)["id"] for line in desk.run("silence", "list", "--json").stdout.splitlines()] == ["q2"]
    every = desk.run("silence", "list", "--all").stdout.splitlines()
    assert re.match(rf"q1 text balad, ended {TIME} by Omar, by Noor: drill at Balad$", every[0])


WRONG = [
    (["--rule", "militias", "--for", "4h", "--reason", "x"], 1, 'no rule "militias" (did you mean "militia"?)'),
    (["--entity", "pmf", "--for", "4h", "--reason", "x"], 1, 'there is no entity or kind "pmf"'),
    (
        ["--story", "s1", "--for", "4h", "--reason", "x"],
        1,
        '"s1" is the id of no story, message, thread or article stored here',
    ),
    (
        ["--thread", "t1", "--for", "4h", "--reason", "x"],
        1,
        '"t1" is the id of no story, thread or message stored here',
    ),
    (["--outlet", "Outlets 1", "--for", "4h", "--reason", "x"], 1, 'no outlet "Outlets 1" (did you mean "Outlet 1"?)'),
    (["--text", "...", "--for", "4h", "--reason", "x"], 1, "no letter or figure"),
    (["--text", "x", "--for", "31d", "--reason", "x"], 1, "within 30 days"),
    (["--text", "x", "--for", "0", "--reason", "x"], 1, "ends later than now"),
    (["--text", "x", "--for", "4h", "--reason", " "], 1, "an author and a reason"),
    (["--text", "x", "--for", "4h"], 2, "Missing option '--reason'; a silence is begun by watchfloor silence add"),
    (["--text", "x", "y", "--for", "4h", "--reason", "x"], 2, "argument (y); a silence is begun by"),
    (["--text", "x", "--reason", "x"], 2, "a silence always ends"),
    (["--text", "x", "--rule", "militia", "--for", "4h", "--reason", "x"], 2, "name one of --rule"),
    (["--text", "x", "--until", "dawn", "--reason", "x"], 2, '"dawn" is no time; write a time (06:00)'),
]


def test_wrong_silences_are_refused_with_the_remedy(told: tuple[Desk, str, str]) -> None:
    desk, _, _ = told
    for words, code, said in WRONG:
        assert said in desk.run("silence", "add", *words, expect=code).stderr
    for mistyped in (["--text", "x"], ["x"]):
        assert "; a silence is begun by watchfloor silence add" in desk.run("silence", *mistyped, expect=2).stderr
    assert "ids look like q7 (silence)" in desk.run("silence", "end", "q1", expect=1).stderr
    assert desk.run("silence", "list", "--all").stdout == "there never was a silence\n"


def test_orders_reach_the_running_daemon(told: tuple[Desk, str, str]) -> None:
    desk, story, _ = told
    with daemon(desk) as running:
        assert running.says("running sources=1")
        assert "acknowledged by Noor" in desk.run("ack", story, "--by", "Noor").stdout
        assert running.says("order ack by=Noor")
        desk.run("silence", "add", "--rule", "militia", "--for", "1h", "--reason", "x", "--by", "Noor")
        assert desk.run("silence", "list").stdout.startswith("q1 rule militia, until")
        assert '"s2" is the id of no story' in desk.run("ack", "s2", expect=1).stderr


def test_handover_names_the_story_its_ack_and_what_is_silent(told: tuple[Desk, str, str]) -> None:
    desk, story, _ = told
    desk.run("ack", story, "--by", "Noor")
    desk.run("silence", "add", "--rule", "militia", "--for", "4h", "--reason", "drill", "--by", "Omar")
    done = desk.run("handover", "--since", "1h").stdout
    assert "## Events told: 1\n\n### Priority: 1\n\n- [A militia moves on Balad](https://outlet.example/1)" in done
    assert "acknowledged by Noor" in done
    assert "- `q1` rule militia, until " in done
    shift = json.loads(desk.run("handover", "--json").stdout)
    assert [(each["story"], each["ack"]["by"]) for each in shift["stories"]] == [(story, "Noor")]
    assert [each["id"] for each in shift["silences"]] == ["q1"]
    assert (shift["dead"], shift["held"], shift["reload"]["result"][:5]) == ([], [], "start")


def test_what_a_silence_holds_back_is_counted_in_the_next_message(told: tuple[Desk, str, str]) -> None:
    desk, _, _ = told
    desk.run("silence", "add", "--text", "Balad", "--for", "4h", "--reason", "drill at Balad", "--by", "Noor")
    first = item("A militia moves on Balad", "1")
    feeds = [
        [item("Militia drill near Balad town", "2"), first],
        [item("Militia shells a bridge at Hawija", "3"), first],
    ]
    for minutes, feed in zip((6, 12), feeds, strict=True):
        desk.outlet.serve("/a.xml", rss(*feed))
        desk.rounds((datetime.now(UTC) + timedelta(minutes=minutes)).isoformat())
    assert len(desk.hook.accepted) == 2
    assert re.search(
        r"\n1 story held back by silence q1 \(Noor: drill at Balad\), until .*UTC", desk.hook.accepted[1]["message"]
    )
    assert desk.status()["ledger"]["suppressed"] == {"silenced": 1}


def test_message_says_that_its_story_is_acknowledged(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(item("A militia moves on Balad", "1")))
    desk.write("/a.xml", admin="mail")
    desk.hook.script = [500]
    desk.run("run", "--once")
    (story,) = (each["story"] for each in json.loads(desk.run("handover", "--json").stdout)["untold"])
    desk.run("ack", story, "--by", "Noor")
    desk.rounds((datetime.now(UTC) + timedelta(minutes=2)).isoformat())
    assert re.search(
        r"^Acknowledged by Noor at \d\d \w{3} \d\d:\d\d UTC$", desk.hook.accepted[0]["message"], re.MULTILINE
    )
