"""What became graver after an ack is not acknowledged by it, and a second officer's ack is kept beside the first."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.servers import rss

WOUNDED = "Militia rockets wound three US soldiers at Harir base"
DEAD = "Militia rockets kill one US soldier and wound five at Harir base"
RULES = """\
entities:
  harir: {aliases: [Harir], is_a: place}
  faction: {aliases: [militia], is_a: group}
lists:
  deed-attack: ["attack~", "rockets"]
  deed-kill: ["kill~"]
  deed-wound: ["wound~"]
  party-us: ["US"]
rules:
"""


def publish(desk: Desk, path: str, minutes: int, title: str, guid: str) -> None:
    now = datetime.now(UTC)
    link = {"link": f"https://outlet.example{path}", "date": format_datetime(now)}
    desk.outlet.serve(path, rss({"title": title, "guid": guid, **link}))
    desk.rounds((now + timedelta(minutes=minutes)).isoformat())


@pytest.fixture(params=["edit", "another outlet"])
def worse(desk: Desk, request: pytest.FixtureRequest) -> Desk:
    """Give a desk whose story Noor has acknowledged before the first dead were told of it: by an edit, or elsewhere."""
    desk.write("/a.xml", "/b.xml", settings="backfill: 6h, events: {developments: [kill, wound]}, places: [place]")
    text = desk.rules.read_text(encoding="utf-8").replace("severity: priority", "severity: flash")
    text = text.replace("rules:\n", RULES).replace("any: [militia,", 'any: ["$faction",')
    desk.rules.write_text(text, encoding="utf-8")
    desk.outlet.serve("/b.xml", rss({"title": "Quiet day", "guid": "0"}))
    publish(desk, "/a.xml", 0, WOUNDED, "1")
    assert "acknowledged by Noor" in desk.run("ack", "last", "--by", "Noor").stdout
    if request.param == "edit":
        publish(desk, "/a.xml", 6, DEAD, "1")
    else:
        publish(desk, "/b.xml", 6, DEAD, "2")
    assert [each.split(":")[0][:12] for each in desk.hook.titles()] == ["FLASH Militi", "FLASH UPDATE"]
    return desk


def test_who_died_after_an_ack_is_not_acknowledged_by_it(worse: Desk) -> None:
    message = worse.hook.accepted[-1]["message"]
    assert "Acknowledged by" not in message
    assert re.search(r"\nNoor.* acknowledged the earlier report at ", message)
    shift = json.loads(worse.run("handover", "--json").stdout)
    (newest,) = (each for each in shift["stories"] if each["title"] == DEAD)
    assert newest["ack"] is None
    assert newest["earlier_ack"]["by"].startswith("Noor")
    assert [each["acknowledged"] for each in shift["events"]] == [False]
    report = worse.run("handover").stdout
    assert "acknowledged the earlier report)" in report
    # the ack stands beside what it was given of
    assert re.search(rf"\n- Noor.* at .* \(command\): {WOUNDED}, ", report)


def test_a_second_ack_of_the_graver_report_is_kept_beside_the_first(worse: Desk) -> None:
    done = worse.run("ack", "last", "--by", "Ali").stdout
    assert re.search(r"story s\w+: acknowledged by Ali.*\n  Militia rockets kill one", done)
    assert re.search(r"\n  Noor.* acknowledged the earlier report at ", done)
    shift = json.loads(worse.run("handover", "--json").stdout)
    (newest,) = (each for each in shift["stories"] if each["title"] == DEAD)
    assert [newest[name]["by"].split()[0] for name in ("earlier_ack", "ack")] == ["Noor", "Ali"]
    assert [each["acknowledged"] for each in shift["events"]] == [True]
    report = worse.run("handover").stdout
    assert re.search(rf"\n- Noor.*: {WOUNDED}, `s\w+`\n- Ali.*: {DEAD}, `s\w+`\n", report)


def test_a_second_ack_of_the_same_report_stands_in_the_log(worse: Desk) -> None:
    worse.run("ack", "last", "--by", "Ali")
    done = worse.run("ack", "last", "--by", "Sami").stdout
    assert "already acknowledged by Ali" in done
    assert "  that you have seen it too stands in the log\n" in done
    log = [json.loads(line) for line in worse.run("log", "--json").stdout.splitlines()]
    assert [each["who"].split()[0] for each in log if each["what"] == "ack"] == ["Noor", "Ali", "Sami"]
    # who gave it first gives it again: nothing new
    assert "stands in the log" not in worse.run("ack", "last", "--by", "Ali").stdout
