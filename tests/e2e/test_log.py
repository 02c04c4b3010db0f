"""`watchfloor log` after a day with a real daemon: who changed which rules and how, refusals, acks, silences, a kill."""

from __future__ import annotations

import getpass
import json
import re
import signal

from tests.e2e.conftest import Desk
from tests.e2e.dated import item
from tests.e2e.running import daemon
from tests.e2e.servers import rss

SECRET = "kanarienvogel"


def logged(desk: Desk, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in desk.run("log", "--json", *words).stdout.splitlines()]


def test_what_was_done_to_the_watch_is_kept_with_who_and_what_changed(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(item("A militia moves", "1")))
    desk.write("/a.xml", every="1s")
    rules = desk.rules.read_text()
    with daemon(desk) as running:
        assert desk.hook.wait_for_title("A militia moves")
        changed = rules.replace("severity: priority", "severity: flash") + (
            '  - {id: more, title: More, match: convoy, severity: priority, notify: ["hook", "extra"]}\n'
        )
        extra = f'  extra: {{urls: ["json://user:{SECRET}@127.0.0.1:9/{SECRET}"]}}\n'
        desk.rules.write_text(changed.replace("rules:\n", f"{extra}rules:\n"))
        assert running.says("rules reloaded version=")
        anew = desk.place / "anew"  # as sed -i leaves a file in which it found nothing: no entry
        anew.write_text(desk.rules.read_text())
        anew.replace(desk.rules)
        assert running.says_times("rules reloaded version=", 2)
        desk.run("silence", "add", "--text", "football", "--for", "1h", "--reason", "the cup", "--by", "Leila")
        desk.rules.write_text(rules.replace("severity: priority", "severity: dire"))
        assert desk.hook.wait_for_title("rules.yaml has 1 error")
        desk.run("ack", "last", "--by", "Noor")
        running.process.kill()
        running.process.wait()
    desk.rules.write_text(rules.replace("title: Militias", "title: All militias"))
    with daemon(desk) as running:
        assert desk.hook.wait_for_title("the watch was down ")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    found = logged(desk)
    login = getpass.getuser()
    what = [each["what"] for each in found if each["what"] not in {"notice", "direct notice"}]
    assert what == ["start", "rules", "silence", "refused", "ack", "start", "stop"]
    by_what = {str(each["what"]): each for each in found}
    applied, refused, again = by_what["rules"], by_what["refused"], by_what["start"]
    assert applied["who"] == refused["who"] == login
    assert applied["lines"] == ["rule more: added", "rule militia: changed severity", "receiver extra: added"]
    assert str(applied["title"]).endswith("rules.yaml was saved")
    assert "-    severity: priority\n+    severity: flash" in str(applied["diff"])
    assert "json://***" in str(applied["diff"])
    assert "REFUSED for 1 error" in str(refused["title"])
    assert "dire" in str(refused["lines"])
    assert by_what["ack"]["who"] == f"Noor (login {login})"
    assert by_what["silence"]["who"] == f"Leila (login {login})"
    assert "rule militia: changed title" in str(again["lines"])  # changed while it did not run
    assert "it was killed" in str(again["lines"])
    assert any("rules.yaml has 1 error" in str(each["title"]) for each in found if each["what"] == "notice")
    of_watch = json.loads(desk.run("handover", "--since", "1d", "--json").stdout)["done"]
    assert [each["what"] for each in of_watch if "rules.yaml has" in each["title"] or "REFUSED" in each["title"]] == [
        "refused"
    ]
    assert SECRET not in json.dumps(found)
    assert SECRET.encode() not in (desk.place / "var" / "watchfloor.db").read_bytes()
    shown = desk.run("log", "--diff", "--what", "rules").stdout
    assert f"rules  {login}: rules " in shown
    assert "    +    severity: flash" in shown
    assert logged(desk, "--since", "2026-01-01", "--what", "stop")


def test_end_without_a_word_is_told_once_also_where_the_rules_are_refused_and_a_clean_stop_never(desk: Desk) -> None:
    def stop() -> None:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0

    def told() -> list[str]:
        titles = [str(each["title"]) for each in logged(desk, "--what", "notice")]
        return [each for each in titles if each.startswith("the watch was down ")]

    desk.outlet.serve("/a.xml", rss(item("A militia moves", "1")))
    desk.write("/a.xml", every="1s")
    rules = desk.rules.read_text()
    with daemon(desk) as running:
        stop()
    desk.rules.write_text(rules.replace("title: Militias", "title: All militias"))
    desk.rounds("2026-06-14T20:10:00Z")  # by itself no start: nothing ends
    with daemon(desk) as running:
        assert told() == []
        running.process.kill()
        running.process.wait()
    desk.rules.write_text(rules.replace("severity: priority", "severity: dire"))
    with daemon(desk) as running:
        assert desk.hook.wait_for_title("the watch was down ")
        stop()
    desk.rules.write_text(rules)
    with daemon(desk) as running:
        stop()
    (title,) = told()
    assert re.match(
        r"the watch was down \d+ s \(\d\d:\d\d(-\d\d:\d\d)? \w+\): killed, or the machine went down; it runs again",
        title,
    )
    started = [each["lines"] for each in logged(desk, "--what", "start")]
    assert ["it was killed" in str(each) for each in started] == [False, False, True, False]
