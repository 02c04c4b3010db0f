"""Stories and threads through the whole line: feeds over HTTP, the real command, SQLite, a webhook."""

from __future__ import annotations

import json
import signal
import sqlite3
from typing import Any

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.rounds import D0, D1, T0, T1, T2, T3, balanced, item, told
from tests.e2e.servers import rss
from tests.e2e.starting import start

PATROL = (
    "A roadside bomb struck a militia patrol near the town of Hawija on Sunday, police and medical sources said. "
    "The blast hit the second of three vehicles as they returned to their base, and {toll} fighters were killed. "
    "Ambulances took the wounded to a hospital in Kirkuk while troops closed the road and searched the farms "
    "on both sides. No group claimed the attack. Officers blamed cells that hide in the hills of Hamrin."
)


def test_same_headline_of_fifty_sources_is_one_alert_by_the_configured_name(desk: Desk) -> None:
    """T28."""
    paths = [f"/{number}.xml" for number in range(50)]
    for number, path in enumerate(paths):
        body = rss(item(f"n{number}", "Militia seizes bridge at Hawija, governor says"))
        desk.outlet.serve(path, body.replace(b"<title>T</title>", b"<title>Reuters World News</title>"))
    desk.write(*paths)
    done = desk.rounds(T0, T1)
    assert [each["alerts"] for each in done] == [1, 0]
    ((title, message),) = told(desk)
    assert title.startswith("PRIORITY Militia seizes bridge at Hawija, governor says | Outlet ")
    assert "Reuters" not in title + message
    ledger = desk.status()["ledger"]
    assert (ledger["queued"], ledger["suppressed"]) == (1, {"told": 49})
    assert balanced(desk)


def test_new_toll_of_another_outlet_pings_and_says_what_changed(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(item("a1", "Bomb hits militia patrol near Hawija", PATROL.format(toll=14))))
    desk.outlet.serve("/b.xml", rss(item("b0", "Quiet day")))
    desk.write("/a.xml", "/b.xml")
    desk.rounds(T0)
    update = item("b1", "Bomb hits militia patrol near Hawija", PATROL.format(toll=17), D1)
    desk.outlet.serve("/b.xml", rss(update))
    desk.rounds(T1)
    _, (title, message) = told(desk)
    assert title.startswith("PRIORITY UPDATE (14 -> 17")
    assert "Updated: 14 -> 17" in message
    assert "Also on this story: Outlet 1" in message
    assert balanced(desk)


def test_toll_that_rose_told_in_other_words_updates_the_story(desk: Desk) -> None:
    desk.outlet.serve(
        "/a.xml", rss(item("a1", "Three killed in drone attack on militia base in Kirkuk", "Guards put out the fire."))
    )
    desk.outlet.serve("/b.xml", rss(item("b0", "Quiet day")))
    desk.write("/a.xml", "/b.xml")
    desk.rounds(T0)
    risen = item(
        "b1", "Kirkuk militia base attack: death toll rises to five", "Two men died of burns in the night.", D1
    )
    desk.outlet.serve("/b.xml", rss(risen))
    desk.rounds(T1)
    _, (title, message) = told(desk)
    assert title.startswith("PRIORITY UPDATE (3 -> 5 killed)")
    assert "Also on this story: Outlet 1" in message
    assert balanced(desk)


def test_two_new_tolls_within_half_an_hour_are_one_ping_with_both(desk: Desk) -> None:
    title = "Bomb hits militia patrol near Hawija"
    desk.outlet.serve("/a.xml", rss(item("a1", title, PATROL.format(toll=14))))
    desk.write("/a.xml", every="1m")
    desk.rounds(T0)
    for minute, toll in ((5, 17), (10, 19)):
        desk.outlet.serve("/a.xml", rss(item("a1", title, PATROL.format(toll=toll))))
        assert desk.rounds(f"2026-06-14T10:{minute:02}:00Z")[0]["deliveries"] == 0
    assert desk.status()["ledger"]["folded"] == 1
    assert balanced(desk)
    assert [each["deliveries"] for each in desk.rounds("2026-06-14T10:29:59Z", "2026-06-14T10:30:00Z")] == [0, 1]
    _, (title, message) = told(desk)
    assert title.startswith("PRIORITY UPDATE (14 -> 19 fighters)")
    assert "Updated: 14 -> 19" in message
    assert balanced(desk)


def confirmed(desk: Desk, *paths: str) -> None:
    """Let the desk's rule wait for a second origin."""
    desk.write(*paths)
    text = desk.rules.read_text().replace("    severity: priority", "    when: {origins: 2}\n    severity: priority")
    desk.rules.write_text(text)


def waits(desk: Desk) -> list[Any]:
    with sqlite3.connect(desk.place / "var" / "watchfloor.db") as connection:
        return connection.execute("SELECT rule FROM waits").fetchall()


def test_rule_with_when_tells_once_on_the_second_origin_also_after_a_restart(desk: Desk) -> None:
    headline = "Militia seizes bridge at Hawija, governor says"
    desk.outlet.serve("/a.xml", rss(item("a1", headline)))
    desk.outlet.serve("/b.xml", rss(item("b0", "Quiet day")))
    desk.outlet.serve("/c.xml", rss(item("c0", "Calm day")))
    confirmed(desk, "/a.xml", "/b.xml", "/c.xml")
    assert desk.rounds(T0)[0]["deliveries"] == 0
    assert desk.status()["ledger"]["suppressed"] == {"waiting": 1}
    assert waits(desk) == [("militia",)]
    desk.outlet.serve("/b.xml", rss(item("b1", headline, date=D1)))
    desk.rounds(T1)
    assert told(desk) == [], "a reprint has the origin of what it repeats"
    desk.outlet.serve("/c.xml", rss(item("c1", "Group seizes bridge at Hawija, governor says", date=D1)))
    desk.rounds(T2)
    ((title, message),) = told(desk)
    assert title.startswith(f"PRIORITY {headline}")
    assert "Reliability: F2, automatic (2 origins: s1, s3)" in message
    assert "Same event: Group seizes bridge at Hawija, governor says (Outlet 3, s" in message
    assert "condition on the thread has come to hold" in message
    desk.rounds(T3)
    assert len(told(desk)) == 1
    assert balanced(desk)


@pytest.mark.parametrize(
    ("point", "k"), [("before_commit", 3), ("after_commit", 3), ("before_commit", 4), ("after_commit", 4)]
)
def test_kill_while_the_second_origin_joins_neither_loses_nor_repeats(desk: Desk, point: str, k: int) -> None:
    headline = "Militia seizes bridge at Hawija, governor says"
    desk.outlet.serve("/a.xml", rss(item("a1", headline)))
    desk.outlet.serve("/b.xml", rss(item("b0", "Quiet day")))
    confirmed(desk, "/a.xml", "/b.xml")
    desk.rounds(T0)
    desk.outlet.serve("/b.xml", rss(item("b1", "Group seizes bridge at Hawija, governor says", date=D1)))
    words = (point, str(k), "run", "--at", "-")
    done = start("tests.e2e.killed", *words, place=desk.place, environ=desk.environ(), stdin=f"{T1}\n")
    assert done.returncode == -signal.SIGKILL
    desk.rounds(T2, T3)
    clean = [title.replace(" (possible repeat)", "") for title, _ in told(desk)]
    assert set(clean) == {f"PRIORITY {headline} | Outlet 1"}
    repeats = [title for title, _ in told(desk) if "(possible repeat)" in title]
    assert len(clean) - len(repeats) == 1
    assert waits(desk) == []
    assert balanced(desk)


T64_STORY = {"guid": "1", "link": "https://a.example/1", "date": D0}


def test_guids_dates_and_titles_that_change_alert_as_they_should(desk: Desk) -> None:
    """T64: all GUIDs rotate 0, pubDate bumped 0, title edited ten times at most 1 update, a reused GUID 1."""
    story = {**T64_STORY, "title": "Militia convoy seen near Hawija"}
    desk.outlet.serve("/a.xml", rss(story))
    desk.write("/a.xml", every="1m")
    desk.rounds(T0)
    assert len(told(desk)) == 1
    desk.outlet.serve("/a.xml", rss({**story, "guid": "rotated"}))
    desk.rounds("2026-06-14T10:10:00Z")
    desk.outlet.serve("/a.xml", rss({**story, "guid": "rotated", "date": D1}))
    desk.rounds("2026-06-14T10:20:00Z")
    assert len(told(desk)) == 1
    for number in range(10):
        edited = f"Militia convoy {['seen', 'spotted', 'sighted', 'noticed', 'observed'][number % 5]} near Hawija, take {number}"
        desk.outlet.serve("/a.xml", rss({**story, "guid": "rotated", "title": edited}))
        desk.rounds(f"2026-06-14T10:{30 + number}:00Z")
    edits = told(desk)[1:]
    assert len(edits) <= 1
    assert all("UPDATE" in title for title, _ in edits)
    reused = {"title": "Rockets of a militia found in a lorry at Basra port", "link": "https://a.example/2", "date": D1}
    desk.outlet.serve("/a.xml", rss({**reused, "guid": "rotated"}))
    desk.rounds(T2)
    assert told(desk)[-1][0] == f"PRIORITY {reused['title']} | Outlet 1"
    assert balanced(desk)


def test_edit_that_first_makes_a_rule_match_is_one_alert(desk: Desk) -> None:
    """T64: exactly one alert, also where the edit changes figures."""
    desk.outlet.serve("/a.xml", rss({**T64_STORY, "title": "Convoy of 3 vehicles seen"}))
    desk.write("/a.xml")
    desk.rounds(T0)
    desk.outlet.serve("/a.xml", rss({**T64_STORY, "title": "Convoy of 5 militia vehicles seen"}))
    desk.rounds(T1, T2)
    assert [title for title, _ in told(desk)] == ["PRIORITY Convoy of 5 militia vehicles seen | Outlet 1"]
    assert balanced(desk)


def test_command_shows_stories_and_explains_each_place(desk: Desk) -> None:
    title = "انفجار قرب الحويجة يقتل عناصر من ميليشيا"
    desk.outlet.serve(
        "/a.xml", rss(item("a1", "Bomb hits militia patrol near Hawija", PATROL.format(toll=14)), item("a2", title))
    )
    desk.outlet.serve("/b.xml", rss(item("b1", "Bomb hits militia patrol near Hawija", PATROL.format(toll=17))))
    desk.write("/a.xml", "/b.xml")
    desk.rules.write_text(desk.rules.read_text().replace("name: Outlet 1,", "name: Outlet 1, reliability: B,"))
    desk.rounds(T0)
    records = [json.loads(line) for line in desk.run("stories", "--since", "5200w", "--json").stdout.splitlines()]
    (one,) = (each for each in records if len(each["stories"][0]["articles"]) == 2)
    first, second = one["stories"][0]["articles"]
    assert (first["relation"], second["relation"]) == ("new", "updated")
    assert second["change"].startswith(("14 -> 17", "17 -> 14"))
    assert (one["reliability"], one["origins"]) == ("B3", [first["origin"]])
    shown = desk.run("stories", "--story", second["id"]).stdout
    assert shown == desk.run("stories", "--story", one["thread"]).stdout
    assert f"thread {one['thread']}: B3, automatic (1 origin: {first['origin']})" in shown
    assert "update of" in shown
    whole = desk.run("stories", "--since", "5200w").stdout
    assert f"\u2068{title}\u2069" in whole
    assert "id of no story, thread, article or message" in desk.run("stories", "--story", "nothing", expect=1).stderr
    explained = desk.run("explain", second["id"]).stdout
    assert f"updated in story {one['stories'][0]['story']}" in explained
    assert "because: update of" in explained
    assert "hook: alert, first_article (rules militia)" in explained


def test_told_stories_are_listed_with_when_and_to_whom(desk: Desk) -> None:
    old = "Wed, 10 Jun 2026 09:00:00 GMT"
    desk.outlet.serve(
        "/a.xml",
        rss(
            item("a1", "Militia seizes bridge at Hawija, governor says"),
            item("a2", "Militia of old parades in Amerli", date=old),
            item("a3", "Quiet day on the river"),
        ),
    )
    desk.write("/a.xml", settings="backfill: 7d, freshness: 24h, timezone: Asia/Baghdad")
    desk.rounds(T0, T1)
    assert len(told(desk)) == 2
    sent = [json.loads(line) for line in desk.run("deliveries", "--since", "2026-06-14", "--json").stdout.splitlines()]
    by_kind = {row["kind"]: row["id"] for row in sent if row["state"] == "sent"}
    shown = desk.run("stories", "--told", "--since", "2026-06-14").stdout
    assert "Quiet day" not in shown
    told_lines = [line.strip() for line in shown.splitlines() if line.startswith("    told ")]
    assert told_lines == [
        f"told hook  14 Jun 14:00 Baghdad (11:00 UTC)  routine digest  {by_kind['digest']}",
        f"told hook  14 Jun 13:00 Baghdad (10:00 UTC)  priority alert  {by_kind['alert']}",
    ]
    records = [
        json.loads(line)
        for line in desk.run("stories", "--told", "--since", "2026-06-14", "--json").stdout.splitlines()
    ]
    (listed, alerted) = (each["stories"][0] for each in records)
    assert (alerted["title"], [each["kind"] for each in alerted["told"]]) == (
        "Militia seizes bridge at Hawija, governor says",
        ["alert"],
    )
    later = desk.run("stories", "--told", "--since", "2026-06-14 13:30").stdout
    assert (listed["story"] in later, alerted["story"] in later) == (True, False)
    # by one id it is told whenever that was, and by that of its message too
    (one,) = desk.run("stories", "--told", "--story", by_kind["alert"], "--json").stdout.splitlines()
    assert json.loads(one)["stories"][0]["told"] == alerted["told"]
    quiet = next(
        each["thread"]
        for line in desk.run("stories", "--since", "2026-06-14", "--json").stdout.splitlines()
        if (each := json.loads(line))["stories"][0]["title"].startswith("Quiet")
    )
    assert desk.run("stories", "--told", "--story", quiet).stdout == "no story was told\n"
    assert desk.run("stories", "--told", "--since", "1m").stdout.startswith("no story was told since ")
    assert desk.run("stories", "--since", "2026-06-14 14:00").stdout.startswith(
        "no article was stored since 14 Jun 14:00"
    )
