"""A reaction in Slack is an acknowledgement; what nobody acknowledges reaches somebody else: the whole line."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from alerts.render.records import stamp
from tests.e2e.conftest import Desk
from tests.e2e.servers import rss
from tests.e2e.slackapi import Fault, SlackApi

ITEM = {"title": "Militia attacks a base", "guid": "1", "date": "Sun, 14 Jun 2026 09:59:00 GMT"}


@pytest.fixture
def floor(desk: Desk, api: SlackApi) -> Desk:
    """Give a desk whose watch floor reads Slack, and that has told it of a flash at 10:00."""
    desk.outlet.serve("/a.xml", rss(ITEM))
    desk.write("/a.xml", notify="[floor]")
    made = f'receivers:\n  floor: {{urls: ["{api.url}"], escalate: {{after: 10m, to: hook}}}}\n'
    text = desk.rules.read_text().replace("receivers:\n", made).replace("severity: priority", "severity: flash")
    desk.rules.write_text(text, encoding="utf-8")
    at(desk, "10:00")
    assert [each.text for each in api.messages] == ["FLASH Militia attacks a base | Outlet 1"]
    return desk


def at(desk: Desk, *times: str) -> None:
    desk.rounds(*(f"2026-06-14T{time}:00Z" for time in times))


def test_reaction_is_an_ack_and_ends_the_escalation(floor: Desk, api: SlackApi) -> None:
    api.react(api.messages[0].ts, "eyes", "U1")
    at(floor, "10:05", "10:15", "10:30")
    assert floor.hook.titles() == []
    shift = json.loads(floor.run("handover", "--since", "9000d", "--json").stdout)
    ((ack, title),) = ((each["ack"], each["title"]) for each in shift["stories"])
    assert title == ITEM["title"]
    assert (ack["via"], ack["at"][:16]) == ("slack", "2026-06-14T10:05")
    assert ack["by"]


def test_nobody_reacts_and_another_receiver_is_told_once(floor: Desk, api: SlackApi) -> None:
    at(floor, "10:09")
    assert floor.hook.titles() == []
    at(floor, "10:10", "10:11", "10:40")
    assert floor.hook.titles() == ["FLASH ESCALATED Militia attacks a base | Outlet 1"]
    body = floor.hook.accepted[0]["message"]
    assert re.search(r"\nSent to floor at 14 Jun 10:00 UTC; nobody acknowledged it within 10 minutes\.\n", body)
    assert "Sent because: nobody acknowledged it in time." in body
    assert floor.status()["ledger"]["messages"]["escalation"] == {"sent": 1}


def test_an_ack_that_is_taken_back_escalates_as_if_it_had_not_been(floor: Desk, api: SlackApi) -> None:
    nobody = floor.run("ack", "--undo", "last", expect=1).stderr
    assert "nobody has acknowledged this" in nobody
    floor.run("ack", "last", "--by", "Noor")
    at(floor, "10:09", "10:12")
    assert floor.hook.titles() == []
    done = floor.run("ack", "--undo", "last", "--by", "Sami").stdout
    assert re.search(r"story s\w+: the acknowledgement by Noor.* is taken back\n", done)
    at(floor, "10:13", "10:14")
    assert floor.hook.titles() == ["FLASH ESCALATED Militia attacks a base | Outlet 1"]
    log = [json.loads(line) for line in floor.run("log", "--since", "9000d", "--json").stdout.splitlines()]
    first, second = (each for each in log if each["what"] == "ack")
    assert (first["who"][:4], second["who"][:4]) == ("Noor", "Sami")
    assert first["lines"] == ["taken back since", "it was of alert 1"]
    assert "the acknowledgement by Noor" in second["title"]


def test_an_escalation_that_the_ack_cancelled_waits_again(floor: Desk, api: SlackApi) -> None:
    floor.hook.choose = lambda: 500
    at(floor, "10:10")
    assert floor.status()["ledger"]["messages"]["escalation"] == {"pending": 1}
    floor.run("ack", "last")
    assert floor.status()["ledger"]["messages"]["escalation"] == {"cancelled": 1}
    floor.hook.choose = lambda: 200
    at(floor, "10:20")
    assert floor.hook.titles() == []
    floor.run("ack", "--undo", "last")
    at(floor, "10:30")
    # what was refused with 500 may have arrived all the same
    assert floor.hook.titles() == ["FLASH (possible repeat) ESCALATED Militia attacks a base | Outlet 1"]


def test_slack_that_does_not_answer_delays_no_escalation(floor: Desk, api: SlackApi) -> None:
    api.script("reactions.get", Fault(status=500), Fault(status=500))
    at(floor, "10:05", "10:10")
    assert floor.hook.titles() == ["FLASH ESCALATED Militia attacks a base | Outlet 1"]
    api.react(api.messages[0].ts, "white_check_mark", "U1")
    at(floor, "12:00")
    assert json.loads(floor.run("handover", "--since", "9000d", "--json").stdout)["stories"][0]["ack"]["via"] == "slack"


def test_ack_ends_an_escalation_that_may_have_arrived(floor: Desk, api: SlackApi) -> None:
    floor.hook.script = [500]
    at(floor, "10:10")
    assert floor.hook.seen == 1
    api.react(api.messages[0].ts, "eyes", "U1")
    at(floor, "10:12", "10:30", "11:00")
    assert floor.hook.titles() == []
    listed = floor.run("deliveries", "--receiver", "hook", "--since", "9000d").stdout
    assert "cancelled" in listed
    assert "acknowledged by U1 after an attempt that may have arrived" in " ".join(listed.split())


EVENTS = """\
entities:
  tanf: {aliases: [Tanf], is_a: place}
  faction: {aliases: [militia], is_a: group}
lists:
  deed-attack: ["attack~"]
  deed-kill: ["kill~"]
  party-us: ["US"]
rules:
"""


def reading_events(desk: Desk, api: SlackApi) -> None:
    """Write rules that read events, for two outlets and a watch floor that has to answer."""
    desk.write(
        "/a.xml", "/b.xml", notify="[floor]", settings="backfill: 6h, events: {developments: [kill]}, places: [place]"
    )
    made = f'receivers:\n  floor: {{urls: ["{api.url}"], escalate: {{after: 10m, to: hook}}}}\n'
    text = desk.rules.read_text().replace("receivers:\n", made).replace("severity: priority", "severity: immediate")
    desk.rules.write_text(
        text.replace("rules:\n", EVENTS).replace("any: [militia,", 'any: ["$faction",'), encoding="utf-8"
    )


@pytest.mark.parametrize("hours", [13, 20])
def test_ack_by_command_does_not_answer_for_the_attack_of_the_next_night(desk: Desk, api: SlackApi, hours: int) -> None:
    reading_events(desk, api)
    night = datetime.now(UTC).replace(microsecond=0)  # `ack` goes by the wall clock
    first = {"title": "Militia attacks US base at Tanf", "guid": "1", "date": format_datetime(night)}
    desk.outlet.serve("/a.xml", rss(first))
    desk.outlet.serve("/b.xml", rss({"title": "Quiet day", "guid": "0"}))
    desk.rounds(stamp(night))
    assert "acknowledged by Noor" in desk.run("ack", "last", "--by", "Noor").stdout
    next_night = night + timedelta(hours=hours)
    second = {"title": "US base at Tanf hit as militia attacks it", "guid": "2", "date": format_datetime(next_night)}
    desk.outlet.serve("/b.xml", rss(second))
    desk.rounds(stamp(next_night))
    assert [each.text for each in api.messages][1:] == [f"IMMEDIATE {second['title']} | Outlet 2"]
    assert "Acknowledged by" not in json.dumps(api.messages[1].blocks)
    desk.rounds(*(stamp(next_night + timedelta(minutes=each)) for each in (9, 10, 11)))
    assert desk.hook.titles() == [f"IMMEDIATE ESCALATED {second['title']} | Outlet 2"]


def test_ack_by_command_is_of_the_event_and_not_of_one_of_its_stories(desk: Desk, api: SlackApi) -> None:
    """A second outlet's development of the acknowledged event rings, and is escalated to nobody."""
    reading_events(desk, api)
    attack = {"title": "Militia attacks US base at Tanf", "guid": "1", "date": "Sun, 14 Jun 2026 09:59:00 GMT"}
    toll = {
        "title": "Militia drone attack on US base at Tanf wounds three",
        "guid": "2",
        "date": "Sun, 14 Jun 2026 10:01:00 GMT",
    }
    desk.outlet.serve("/a.xml", rss(attack))
    desk.outlet.serve("/b.xml", rss({"title": "Quiet day", "guid": "0"}))
    at(desk, "10:00")
    first = json.loads(desk.run("deliveries", "--since", "9000d", "--json").stdout)["subject"]
    desk.outlet.serve("/b.xml", rss(toll))
    at(desk, "10:02", "10:09")
    rows = [json.loads(each) for each in desk.run("deliveries", "--since", "9000d", "--json").stdout.splitlines()]
    assert {each["kind"] for each in rows} == {"alert", "update"}
    assert len({each["subject"] for each in rows}) == 2
    said = desk.run("ack", first, "--by", "Noor").stdout
    assert re.search(
        r"acknowledged by Noor at .*; with it 1 other story of this event\n  Militia attacks US base", said
    )
    at(desk, "10:11", "10:20", "10:40")
    assert desk.hook.titles() == []
    again = desk.run("ack", "last", "--by", "Omar").stdout
    assert f"story {first}: already acknowledged by Noor" in again
    shift = json.loads(desk.run("handover", "--since", "9000d", "--json").stdout)
    assert [each["acknowledged"] for each in shift["events"]] == [True]
    assert desk.run("handover", "--since", "9000d").stdout.count("- Noor at ") == 1
