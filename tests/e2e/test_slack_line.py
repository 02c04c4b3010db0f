"""The whole line to Slack: the real command, its HTTP and its TLS, the double at the end; killed, cut off, refused."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.servers import rss
from tests.e2e.slackapi import Fault, SlackApi
from tests.e2e.starting import start

T0, T1, T2 = (f"2026-06-14T{hour:02}:00:00Z" for hour in (10, 11, 12))
ITEM = {
    "title": "Militia *near* a base &amp; `@here`",
    "guid": "1",
    "date": "Sun, 14 Jun 2026 09:30:00 GMT",
    "text": "By night a militia moved.",
}


@pytest.fixture
def watched(desk: Desk, api: SlackApi) -> Desk:
    desk.outlet.serve("/a.xml", rss(ITEM))
    desk.write("/a.xml", notify="[slack]")
    receiver = f'  slack: {{urls: ["{api.url}"]}}\n'
    desk.rules.write_text(desk.rules.read_text().replace("receivers:\n", "receivers:\n" + receiver))
    return desk


def test_story_reaches_the_channel_once_and_harmless(watched: Desk, api: SlackApi) -> None:
    watched.rounds(T0, T1)
    (posted,) = api.messages
    assert posted.text == "PRIORITY Militia *near* a base &amp; `@here` | Outlet 1"
    assert posted.blocks[0]["text"]["text"].endswith("PRIORITY Militia *near* a base & `@here`")
    assert f"delivery {posted.key}" in posted.blocks[-1]["elements"][0]["text"]
    assert [each.kind for each in api.live()] == ["link"]


def test_lost_acknowledgement_is_found_and_not_sent_again(watched: Desk, api: SlackApi) -> None:
    api.script("chat.postMessage", Fault(lost=True))
    watched.rounds(T0, T1)
    assert (len(api.messages), len(api.called("chat.postMessage"))) == (1, 1)
    assert watched.status()["ledger"]["remainders"] == dict.fromkeys(watched.status()["ledger"]["remainders"], 0)


def test_kill_after_the_bytes_left_duplicates_nothing(watched: Desk, api: SlackApi) -> None:
    words = ("after_send", "1", "run", "--at", "-")
    killed = start("tests.e2e.killed", *words, place=watched.place, environ=watched.environ(), stdin=T0)
    assert killed.returncode == -signal.SIGKILL
    watched.rounds(T1)
    assert (len(api.messages), len(api.called("chat.postMessage"))) == (1, 1)


def test_refused_token_is_told_through_another_receiver(watched: Desk, api: SlackApi) -> None:
    api.token = "xoxb-another-token-now"
    watched.rounds(T0, T1)
    assert api.messages == []
    assert watched.hook.titles() == ["WATCHFLOOR a message to slack could not be delivered"]
    assert "invalid_auth: put the app's bot token" in watched.hook.accepted[0]["message"]


def test_reaction_is_kept_as_the_acknowledgement_of_the_story(watched: Desk, api: SlackApi) -> None:
    watched.rules.write_text(watched.rules.read_text().replace("severity: priority", "severity: flash"))
    watched.rounds(T0)
    api.users["U0SARA"] = {"profile": {"display_name": "Sara"}}
    api.react(api.messages[0].ts, "eyes", "U0SARA")
    watched.rounds(T0.replace(":00:00Z", ":05:00Z"))
    assert "acknowledged by Sara" in watched.run("handover", "--since", "9999d").stdout
