"""No service refuses a message for its length: it is shortened, and what is left out is named."""

from __future__ import annotations

import json

import pytest
from apprise.plugins import discord, twilio

from alerts import receivers
from alerts.alert import Kind, Message
from alerts.receivers.fitting import Room, fitted
from tests.unit.services import service

STORIES = [f"- PRIORITY Story {n} of the night\n  10:0{n % 10} UTC  Outlet" for n in range(300)]
DIGEST = Message(
    "DIGEST 320 stories",
    "\n".join(
        ["Since 10:00.", "", "Militias", *STORIES, "", "and 20 more: watchfloor deliveries show d1", "", "Footer"]
    ),
    key="d1",
    topic="x@storm",
    kind=Kind.DIGEST,
)
ALERT = Message("PRIORITY Title", "\n".join(f"Line {n} of the alert" for n in range(200)), "d2", "s1", kind=Kind.ALERT)


@pytest.mark.parametrize("limit", [300, 1_024, 2_000, 4_096, 10_000])
def test_digest_names_how_many_are_left_out(limit: int) -> None:
    made = fitted(DIGEST, Room(250, limit))
    shown = made.body.count("- PRIORITY")
    assert len(made.body) <= limit
    assert made.body.endswith(f"and {320 - shown} more: watchfloor deliveries show d1")
    assert made.body.count("Outlet") == shown > 0


def test_title_counts_where_a_service_has_none() -> None:
    made = fitted(ALERT, Room(0, 1_024))
    assert len(f"{made.title}\r\n{made.body}") <= 1_024
    assert made.body.startswith("Line 0 of the alert\nLine 1")
    assert made.body.endswith("(shortened: watchfloor explain s1)")


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(ALERT, Room(250, 100_000)) == ALERT


def test_sms_is_one_line() -> None:
    made = fitted(DIGEST, Room(0, 160, is_line=True))
    assert (made.title, made.body) == ("", "DIGEST 320 stories (watchfloor deliveries show d1)")


@pytest.mark.parametrize("length", [1, 40, 900])
def test_any_room_is_enough(length: int) -> None:
    for message in (ALERT, DIGEST, Message("T" * 500, "B" * 5_000)):
        made = fitted(message, Room(0, length))
        assert len(made.body) <= length


def test_chat_service_takes_a_storm(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_long(body: bytes) -> tuple[int, bytes]:
        said = json.loads(body)
        texts = [said.get("content") or "", *(each.get("description") or "" for each in said.get("embeds") or ())]
        return (400, b'{"code": 50035}') if any(len(text) > 2_000 for text in texts) else (204, b"")

    with service(refuse_long) as served:
        monkeypatch.setattr(discord.NotifyDiscord, "notify_url", served.base)
        target = receivers.parse("x", "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789")
        result = receivers.send(target, DIGEST)
    assert result.ok, result
    assert b"more: watchfloor deliveries show d1" in served.requests[-1][2]


def test_short_message_service_takes_a_storm(monkeypatch: pytest.MonkeyPatch) -> None:
    with service(lambda body: (201, b"{}") if len(body) < 1_600 else (400, b'{"code": 21617}')) as served:
        monkeypatch.setattr(twilio.NotifyTwilio, "notify_sms_url", f"{served.base}/{{sid}}")
        url = f"twilio://AC{'a' * 32}:{'b' * 32}@15551233456/15557654321"
        result = receivers.send(receivers.parse("x", url), DIGEST)
    assert result.ok, result
    assert len(served.requests) == 1
