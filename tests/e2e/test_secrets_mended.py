"""A daemon whose file of secrets is mended while it runs: what was refused goes, without a restart."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.running import daemon
from tests.e2e.servers import rss

WRONG, RIGHT = "expired-token-of-june", "renewed-token-of-july"
OLD = {"title": "A militia waits", "guid": "0"}


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    """Give a desk whose webhook asks for a password, and whose file of secrets has another; mail goes to the admin."""
    desk.outlet.serve("/a.xml", rss(OLD))
    desk.write("/a.xml", every="1s", admin="mail")
    url = desk.hook.url.replace("json://", "json://desk:${HOOK_TOKEN}@")
    desk.rules.write_text(desk.rules.read_text().replace(desk.hook.url, url), encoding="utf-8")
    desk.hook.password = RIGHT
    save(desk, f"HOOK_TOKEN={WRONG}\n")
    return desk


def save(desk: Desk, text: str | bytes) -> None:
    place = desk.place / "secrets.env"
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    place.chmod(0o600)


def publish(desk: Desk, *titles: str) -> None:
    desk.outlet.serve("/a.xml", rss(OLD, *({"title": each, "guid": each} for each in titles)))


def told(desk: Desk) -> str:
    """Return the subjects of the mails to the admin."""
    return "\n".join(str(each["Subject"]) for each in desk.mail.messages)


def test_mended_token_is_taken_up_without_a_restart(guarded: Desk) -> None:
    with daemon(guarded) as running:
        assert running.says("baseline source=s1")
        publish(guarded, "A militia moves")
        assert running.says("state=dead")
        save(guarded, f"# renewed\nHOOK_TOKEN={RIGHT}\n")
        assert running.says("secrets read again changed=HOOK_TOKEN$")
        publish(guarded, "A militia moves", "A militia retreats")
        assert guarded.hook.wait_for(1)
        listed = [json.loads(each) for each in guarded.run("deliveries", "--json").stdout.splitlines()]
        (dead,) = [each["id"] for each in listed if each["state"] == "dead"]
        guarded.run("deliveries", "resend", dead)
        assert guarded.hook.wait_for(2)
        # a command that the daemon runs with its secrets has the new ones too
        guarded.run("test-receiver", "hook")
        kept = guarded.run("log").stdout
    assert sorted(guarded.hook.titles()[:2]) == [
        "PRIORITY (possible repeat) A militia moves | Outlet 1",
        "PRIORITY A militia retreats | Outlet 1",
    ]
    assert "secret HOOK_TOKEN: another value" in kept
    assert "secrets.env was saved" in kept
    assert "rules.yaml was saved" not in kept
    for each in (WRONG, RIGHT):
        assert each not in "".join(running.log) + kept


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (f"HOOK_TOKEN: {RIGHT}\n", "secrets.env:1:1: this line is no NAME=VALUE"),
        (b"HOOK_TOKEN=\xff\xfe\n", "secrets.env:1:1: this file of secrets is no UTF-8 text"),
        (None, "secrets.env:1:1: this file of secrets is gone"),
    ],
)
def test_file_that_cannot_be_used_leaves_the_secrets_in_force_and_is_told(
    guarded: Desk, broken: str | bytes | None, words: str
) -> None:
    guarded.hook.password = WRONG  # the one in force is right
    with daemon(guarded) as running:
        assert running.says("baseline source=s1")
        if broken is None:
            (guarded.place / "secrets.env").unlink()
        else:
            save(guarded, broken)
        assert running.says(f"secrets not taken, the old ones stay in force: {words}")
        assert running.says("rules reloaded")
        publish(guarded, "A militia moves")
        assert guarded.hook.wait_for(1)
        assert running.says("kind=notice.*state=sent")
    assert "secrets.env is not taken; the old secrets stay in force" in told(guarded)
    assert RIGHT not in "".join(running.log) + told(guarded)


def test_secret_that_rules_lack_from_now_on_refuses_both(guarded: Desk) -> None:
    guarded.hook.password = WRONG
    with daemon(guarded) as running:
        assert running.says("baseline source=s1")
        save(guarded, "HOOK_TOKENS=another\n")
        assert running.says(r"rules not reloaded.*\$\{HOOK_TOKEN\} is not set")
        publish(guarded, "A militia moves")
        assert guarded.hook.wait_for(1), "by the token of before"


def test_value_of_the_environment_goes_before_the_file(guarded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_TOKEN", WRONG + "er")
    with daemon(guarded) as running:
        assert running.says("baseline source=s1")
        save(guarded, f"HOOK_TOKEN={RIGHT}\n")
        assert running.says("HOOK_TOKEN stands in the daemon's environment too")
        assert running.says("rules reloaded")
        assert not running.says("secrets read again", timeout=0)


def test_environment_made_of_the_file_follows_it_and_a_signal_reads_it_again(
    guarded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As systemd does it: EnvironmentFile= of the unit, and `systemctl reload`."""
    monkeypatch.setenv("HOOK_TOKEN", WRONG)
    place = guarded.place / "secrets.env"
    seen = place.stat()
    with daemon(guarded) as running:
        assert running.says("baseline source=s1")
        # in place, of the same length, with the times of before: nothing shows that it was saved
        with place.open("r+") as handle:
            handle.write(f"HOOK_TOKEN={RIGHT}\n")
        os.utime(place, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        assert not running.says("rules reloaded", timeout=3)
        os.kill(running.process.pid, signal.SIGHUP)
        assert running.says("secrets read again changed=HOOK_TOKEN$")
        publish(guarded, "A militia moves")
        assert guarded.hook.wait_for(1)
