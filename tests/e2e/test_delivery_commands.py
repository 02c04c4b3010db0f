"""The commands on deliveries as a person meets them: the list, one in full, once more, a test to a receiver."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from alerts.alert import Alert, Kind, Reason, Severity
from alerts.cli import main
from alerts.delivery import Carried, Carrier, NewDelivery
from alerts.store import claims, decisions, digests, outbox
from tests.e2e.conftest import Desk
from tests.e2e.outgoing import NOW, Outgoing, outgoing
from tests.e2e.running import daemon
from tests.e2e.servers import PATIENCE, Hook, closing_all, rss

YEARS = "5000d"  # the stores of these tests are of June 2026


def call(place: Path, *words: str, expect: int = 0) -> Result:
    """Run a command on the files of a place, in this process."""
    options = ["-c", str(place / "rules.yaml"), "--state-dir", str(place)]
    command, *rest = words
    if command == "test-receiver":
        options = options[:2]
    done = CliRunner().invoke(main, [command, *options, *rest])
    assert done.exit_code == expect, done.output
    return done


def test_list_says_what_became_of_each_and_show_prints_it_whole(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        hook.script = [404]
        await line.queue("one", "desk")
        await line.drain()
        line.now = NOW + timedelta(minutes=1)
        await line.queue("two", "desk")
        await line.drain()

    with closing_all(hook := Hook(), other := Hook()):
        receivers = {"desk": f'urls: ["{hook.url}"]', "other": f'urls: ["{other.url}"]'}
        outgoing(tmp_path, receivers, work, admin="other")
        rows = [json.loads(row) for row in call(tmp_path, "deliveries", "--since", YEARS, "--json").output.splitlines()]
        assert [(row["what"], row["state"]) for row in rows if row["kind"] == "alert"] == [
            ("A militia moves one", "dead"),
            ("A militia moves two", "sent"),
        ]
        dead = call(tmp_path, "deliveries", "--since", YEARS, "--state", "dead").output
        assert dead.count("\n") == 1
        assert "error=404" in dead
        none = call(tmp_path, "deliveries", "--since", YEARS, "--receiver", "nobody", "--state", "dead").output
        assert none.startswith("no message in state dead to nobody since ")
        refused = next(row["id"] for row in rows if row["state"] == "dead")
        shown = call(tmp_path, "deliveries", "show", refused).output
        assert "PRIORITY A militia moves one | Wire" in shown
        assert "Why: Militias" in shown
        call(tmp_path, "deliveries", "show", "d-none", expect=1)


def test_digest_is_shown_with_every_story_it_lists(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        for n in range(70):
            await line.queue(f"N{n}E", "desk")
        await line.lane.write(lambda connection: _fold_all(line, connection))
        await line.drain()

    def _fold_all(line: Outgoing, connection: Connection) -> None:
        target = line.target("desk")
        made = NewDelivery(target, "desk", Kind.DIGEST, Severity.PRIORITY, Reason.STALE, "desk@today")
        subject = digests.open_digest(connection, made, NOW)
        listed: list[Alert] = []
        for each in claims.waiting(connection, target, NOW):
            if each.kind is Kind.ALERT:
                listed.append(decisions.load_alert(connection, each.subject, each.revision))
                outbox.fold(connection, each.id, Carrier(Carried.DIGEST, subject), NOW)
        digests.add_to_digest(connection, subject, target, listed)

    with closing_all(hook := Hook()):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, work)
        (sent,) = hook.accepted
        row = json.loads(call(tmp_path, "deliveries", "--since", YEARS, "--json", "--state", "sent").output)
        assert f"and 20 more: watchfloor deliveries show {row['id']}" in sent["message"]
        shown = call(tmp_path, "deliveries", "show", row["id"]).output
        assert all(f"A militia moves N{n}E" in shown for n in range(70))


def test_resend_alone_sends_at_once_and_refuses_what_waits(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")
        await line.drain()

    with closing_all(hook := Hook()):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, work)
        row = json.loads(call(tmp_path, "deliveries", "--since", YEARS, "--json").output)
        done = call(tmp_path, "deliveries", "resend", row["id"]).output
        assert done.startswith(f"{row['id']} goes again as d")
        assert ["(possible repeat)" in title for title in hook.titles()] == [False, True]
        call(tmp_path, "deliveries", "resend", "d-none", expect=1)


def test_resend_reaches_the_running_daemon(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.write("/a.xml", every="1s")
    with daemon(desk) as running:
        assert running.says("baseline")
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.hook.wait_for(1)
        assert running.says("state=sent")
        row = json.loads(desk.run("deliveries", "--json", "--state-dir", "var").stdout)
        desk.run("deliveries", "resend", row["id"])
        assert desk.hook.wait_for(2)
    assert desk.hook.titles()[1] == "PRIORITY (possible repeat) A militia moves | Outlet 1"
    assert not any(desk.status()["ledger"]["remainders"].values())


def test_sigterm_ends_in_order_though_a_receiver_hangs(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss({"title": "Quiet", "guid": "0"}))
    desk.outlet.hang("/hung")
    desk.write("/a.xml", every="1s")
    hung = f"{desk.outlet.base.replace('http://', 'json://')}/hung?rto=50"
    desk.rules.write_text(desk.rules.read_text().replace(desk.hook.url, hung))
    with daemon(desk) as running:
        assert running.says("baseline")
        desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
        assert desk.outlet.wait_for("/hung")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(PATIENCE) == 0
    assert desk.status()["outbox"] == {"sending": 1}  # the next start sends it again, marked


@pytest.mark.parametrize(("script", "code"), [([], 0), ([500], 1)])
def test_receiver_is_tested_and_its_answer_printed(tmp_path: Path, script: list[int], code: int) -> None:
    async def nothing(_: Outgoing) -> None:
        pass

    with closing_all(hook := Hook()):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, nothing)
        hook.script = script
        answer = json.loads(call(tmp_path, "test-receiver", "desk", "--json", expect=code).output)
        assert answer["ok"] is (code == 0)
        assert ("error=500" in answer["detail"]) is (code == 1)
        assert all("TEST from" in title for title in hook.titles())
        call(tmp_path, "test-receiver", "dsek", expect=1)
