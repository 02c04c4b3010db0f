"""The daemon as an operator meets it: bad feeds, a broken rules file, a second daemon, signals."""

from __future__ import annotations

import json
import platform
import re
import signal
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import psutil
import pytest

from tests.e2e.conftest import Desk
from tests.e2e.running import daemon
from tests.e2e.servers import rss

T0 = "2026-06-14T10:00:00Z"
DATE = "Sun, 14 Jun 2026 09:30:00 GMT"


BAD_FEEDS = [
    ("not XML", b"this is no feed", 200, "not_a_feed"),
    ("HTML", b"<!DOCTYPE html><html><body>Log in</body></html>", 200, "not_a_feed"),
    ("empty", b"", 200, "empty"),
    ("without entries", rss(), 200, "no_entries"),
    ("not found", b"no", 404, "not_found"),
    ("gone", b"no", 410, "gone"),
    ("forbidden", b"no", 403, "denied"),
    ("throttled", b"no", 429, "throttled"),
    ("server error", b"no", 500, "server_error"),
]


@pytest.mark.parametrize(("name", "body", "status", "outcome"), BAD_FEEDS, ids=[row[0] for row in BAD_FEEDS])
def test_bad_feed_is_a_named_outcome_and_others_alert(
    desk: Desk, name: str, body: bytes, status: int, outcome: str
) -> None:
    desk.outlet.serve("/bad.xml", body, status=status)
    desk.outlet.serve("/good.xml", rss({"title": "A militia moves", "guid": "1", "date": DATE}))
    desk.write("/bad.xml", "/good.xml")
    assert desk.rounds(T0)[0]["deliveries"] == 1, name
    assert desk.status()["sources"] == {outcome: 1, "ok": 1}


def test_hung_feed_does_not_delay_the_others(desk: Desk) -> None:
    desk.outlet.hang("/hung.xml")
    desk.outlet.serve("/good.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/hung.xml", "/good.xml")
    desk.rules.write_text(desk.rules.read_text().replace('good.xml", every: 5m', 'good.xml", every: 1s'))
    with daemon(desk) as running:
        assert running.says("baseline source=s2")
        desk.outlet.serve("/good.xml", rss({"title": "A militia rests", "guid": "2"}))
        assert desk.hook.wait_for(1)
        assert not running.says("polled source=s1", timeout=0)


def test_new_item_reaches_the_sink_while_the_daemon_runs(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk) as running:
        assert running.says("baseline source=s1 articles=1")
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for(1)
    assert desk.hook.titles() == ["PRIORITY A militia moves | Outlet 1"]


def test_broken_rules_at_start_end_with_every_error(desk: Desk) -> None:
    desk.rules.write_text("version: 1\nsources: []\nreceivers: {}\nrulez: []\n")
    done = desk.run("run", expect=1)
    places = [line.split(": ")[0] for line in done.stderr.splitlines() if line.startswith("rules.yaml:")]
    assert places == ["rules.yaml:1:1", "rules.yaml:1:1", "rules.yaml:2:10", "rules.yaml:4:1"]


def test_broken_rules_while_running_leave_the_old_ones_in_force(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    good = desk.rules.read_text()
    with daemon(desk) as running:
        assert running.says("baseline")
        desk.rules.write_text(good.replace("severity: priority", "severity: urgent"))
        assert running.says(r'rules not reloaded, the old ones stay in force: rules.yaml:\d+:\d+: "urgent" is unknown')
        assert desk.hook.wait_for(1)
        assert desk.hook.titles() == ["WATCHFLOOR rules.yaml has 1 error; the old rules stay in force"]
        assert desk.hook.wait_for_words(f"{desk.rules} on {platform.node()} is not taken")
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for(2)
        assert desk.status()["reload"]["result"] == "refused"
        desk.rules.write_text(good.replace("militia,", "convoy,"))
        assert running.says("rules reloaded")
        version = desk.status()["reload"]["version"]
        mended = f"WATCHFLOOR rules.yaml is in force again, version {version}"
        assert desk.hook.wait_for_title(mended)
        desk.rules.write_text(good.replace("militia,", "convoy, column,"))  # not refused before: no word of it
        assert running.says_times("rules reloaded", 2)
        desk.outlet.serve("/a.xml", rss({"title": "A convoy moves", "guid": "2"}))
        assert desk.hook.wait_for(4)
    news = ["PRIORITY A militia moves | Outlet 1", mended, "PRIORITY A convoy moves | Outlet 1"]
    assert desk.hook.titles()[1:] == news


def test_each_reload_is_logged_also_of_rules_that_were_in_force_before(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk) as running:
        assert running.says("baseline")
        for number in range(1, 8):
            running.process.send_signal(signal.SIGHUP)
            assert running.says_times("rules reloaded version=", number), running.log
        assert not any("repeated" in each and "rules reloaded" in each for each in running.log)


def test_rules_that_fail_their_own_tests_leave_the_old_ones_in_force(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    good = desk.rules.read_text()
    with daemon(desk) as running:
        assert running.says("baseline")
        desk.rules.write_text(good.replace("militia,", "convoy,") + "    tests: {match: [A militia moves on Balad]}\n")
        fault = (
            'test of rule "militia" failed: expected a match, got none, for "A militia moves on Balad"; mend the rule'
        )
        assert running.says(f"rules not reloaded, the old ones stay in force: .*{fault}")
        assert desk.hook.wait_for_title("rules.yaml has 1 error; the old rules stay in force")
        assert desk.hook.wait_for_words(fault)
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for_title("A militia moves")
    with daemon(desk) as running:  # it starts on the rules that were last in force
        assert running.says(f"rules not reloaded, the old ones stay in force: .*{fault}")
        assert desk.status()["reload"]["result"] == "refused"
    desk.rules.write_text(good)
    with daemon(desk):  # mended while none ran
        assert desk.hook.wait_for_title("rules.yaml is in force again, version")
        assert desk.status()["reload"]["result"] == "start"


def test_rules_that_fail_their_own_tests_end_a_first_start(desk: Desk) -> None:
    desk.write("/a.xml")
    desk.rules.write_text(desk.rules.read_text() + "    tests: {no_match: [A militia moves]}\n")
    assert 'test of rule "militia" failed: expected no match' in desk.run("run", expect=1).stderr
    assert desk.hook.wait_for_title("does not start: nothing is watched")


def test_mistake_in_a_new_file_that_is_mended_there_is_noticed(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    more = desk.place / "more.yaml"
    with daemon(desk) as running:
        more.write_text("lists: {boats: [7]}\n")
        desk.rules.write_text(desk.rules.read_text() + "include: [more.yaml]\n")
        assert running.says("rules not reloaded")
        more.write_text("lists: {boats: [trawler]}\n")
        assert running.says("rules reloaded")


def test_rules_that_others_may_write_are_not_reloaded_by_a_service(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOCATION_ID", "1")  # as systemd sets it
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    desk.rules.chmod(0o644)
    with daemon(desk) as running:
        desk.rules.write_text(desk.rules.read_text() + "# changed\n")
        desk.rules.chmod(0o666)
        assert running.says("rules not reloaded.*others may write this file")


def test_second_daemon_on_the_same_state_is_refused_by_name(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    with daemon(desk) as running:
        done = desk.run("run", "--once", expect=1)
        assert f"in use by the daemon with pid {running.process.pid}" in done.stderr
        assert desk.status()["daemon"] == running.process.pid
    assert desk.status()["daemon"] is None


def test_sigterm_ends_in_order_though_a_feed_hangs(desk: Desk) -> None:
    desk.outlet.hang("/hung.xml")
    desk.write("/hung.xml")
    with daemon(desk) as running:
        assert desk.outlet.wait_for("/hung.xml")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(15) == 0, "sooner than the feed is given up"


def test_no_port_is_opened(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml")
    with daemon(desk) as running:
        assert running.says("polled source=s1")
        assert listening(running.process.pid) == []


def listening(pid: int) -> list[int]:
    return [each.laddr.port for each in psutil.Process(pid).net_connections() if each.status == psutil.CONN_LISTEN]


def test_rematch_reaches_the_running_daemon_and_sends_one_digest(desk: Desk) -> None:
    items = [{"title": f"A convoy moves {n}", "guid": str(n)} for n in range(3)]
    desk.outlet.serve("/a.xml", rss(*items))
    desk.write("/a.xml", settings="backfill: 0")
    with daemon(desk) as running:
        assert running.says("baseline source=s1 articles=3")
        desk.rules.write_text(desk.rules.read_text().replace("militia,", "convoy,"))
        assert running.says("of the last 24 h the rules would have told 3 stories more")
        shown = desk.run("rematch", "--preview", "--since", "24h").stdout.splitlines()
        assert shown[:2] == ["3 articles would match; to send: 3 stories not told, in 1 digest", "hook, 3 stories:"]
        assert re.fullmatch(r"  priority  s\w+  .*A convoy moves \d.* \(.*; militia\)", shown[2]), shown[2]
        assert shown[5:] == ["nothing was sent: without --preview it is"]
        done = desk.run("rematch", "--since", "24h")
        assert done.stdout == "3 stories that were not told, in 1 digest\n"
        assert desk.hook.wait_for(1)
        assert desk.run("rematch").stdout == "0 stories that were not told, in 0 digests\n"
        told = sorted(set(re.findall(r'"story": "(\w+)"', desk.run("stories", "--told", "--json").stdout)))
        assert len(told) == 3
        assert desk.run("ack", told[0]).stdout.startswith(f"story {told[0]}: acknowledged by ")
        assert desk.run("ack", "last").stdout.count(": acknowledged by ") == 2
    (title,) = desk.hook.titles()
    assert title.startswith("DIGEST 3 PRIORITY (found late): ")
    assert all(f"A convoy moves {n}" in desk.run("handover").stdout for n in range(3))
    assert not any(desk.status()["ledger"]["remainders"].values())


def test_first_start_without_network_says_what_is_true_in_few_lines(desk: Desk) -> None:
    desk.outlet.close()  # nothing listens there any more
    desk.write(*(f"/{n}.xml" for n in range(12)))
    rules = desk.rules.read_text().replace('allow_private: ["127.0.0.1"]', 'allow_private: ["127.0.0.0/8"]')
    for n in range(1, 13):  # a host of its own for each
        rules = rules.replace(f"{desk.outlet.base}/{n - 1}.xml", f"{desk.outlet.base}/x".replace("0.0.1", f"0.1.{n}"))
    desk.rules.write_text(rules)
    with daemon(desk) as running:
        assert running.says("none of 12 sources was reached yet")
        assert desk.hook.wait_for_title("down: our network")
        assert running.says(r"none of 12 sources was reached yet \(\d+ polls; the last: ")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    assert "none of 12 sources was reached yet" in desk.hook.accepted[0]["message"]
    assert sum("polled source=" in line for line in running.log) <= 2  # before three hosts had failed
    assert not any("Traceback" in line for line in running.log)


def test_signal_in_the_first_tick_ends_without_a_traceback(desk: Desk) -> None:
    desk.write("/a.xml")
    desk.outlet.hang("/a.xml")
    with daemon(desk) as running:  # which has just logged that it runs
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    assert not [line for line in running.log if "Traceback" in line or "ERROR" in line]


def test_status_says_how_the_daemon_ended_what_waits_and_what_to_do(desk: Desk) -> None:
    def first_line() -> str:
        return desk.run("status").stdout.splitlines()[0]

    now = datetime.now(UTC)
    date = format_datetime(now - timedelta(minutes=40))
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": date}))
    desk.write("/a.xml", every="1s")
    desk.hook.script = [500] * 1000
    desk.rounds(f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}")
    assert first_line().startswith("daemon: not running; none ever ran here. Nothing is watched, 1 message waits to be")
    with daemon(desk) as running:
        assert running.says("error=500")
        assert "sources: 1 well" in desk.run("status").stdout.splitlines()
    killed = first_line()  # it ended by SIGKILL
    assert re.match(
        r"daemon: not running since \d\d \w+ .*UTC.*, \d+ s ago: it ended without a word, so it was killed", killed
    )
    assert "1 message waits to be sent. Start it: sudo systemctl start watchfloor" in killed
    status = desk.run("status").stdout
    assert "sources: NONE IS WATCHED NOW; when last polled: 1 well" in status
    # the kill may come before the last poll is written
    assert re.search(r"\n  s1: .*; polled \d+ (s|min) ago\n", status)
    sources = desk.run("sources").stdout
    assert sources.startswith("no source is polled now: no daemon runs (watchfloor status)")
    assert re.search(r"\ns1  .*; polled \d+ (s|min) ago\n", sources)
    # nor need the answer to the attempt be, which then has no time for the next one
    assert re.search(r"unknown(, due \d\d \w+ \d\d:\d\d UTC)?, attempt \d+ ", desk.run("deliveries").stdout)
    desk.hook.script = []
    with daemon(desk) as running:
        assert desk.hook.wait_for_title("A militia moves")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    assert "it was told to stop. Nothing is watched, no message waits." in first_line()
    assert json.loads(desk.run("status", "--json").stdout)["ended"]["last"] == "stop"
