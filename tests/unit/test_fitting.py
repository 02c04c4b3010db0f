"""No service refuses a message for its length: it is shortened, and what is left out is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts import receivers
from alerts.alert import Kind, Message
from alerts.receivers.fitting import Room, fitted
from tests.unit.services import FIXED, standing_in

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


ENDS = {
    "digest": (DIGEST, "more: watchfloor deliveries show d1"),
    "alert": (ALERT, "(shortened: watchfloor explain s1)"),
    # whose markup makes it longer on the way
    "markup": (replace(ALERT, body="\n".join("a <b> & c" for _ in range(900))), "(shortened: watchfloor explain s1)"),
}


@pytest.mark.parametrize("name", ["discord", "telegram", "pagerduty", "pushover"])
@pytest.mark.parametrize("kind", ENDS)
def test_service_takes_a_long_message_as_one_with_its_last_line(name: str, kind: str) -> None:
    message, end = ENDS[kind]
    with standing_in(name) as (url, served):
        result = receivers.send(receivers.parse("x", url), message)
    assert result.ok, result
    ((_, _, body),) = served.requests
    assert any(end in text for text in FIXED[name].texts(body))


def test_short_message_service_takes_a_storm_as_one_line() -> None:
    with standing_in("twilio") as (url, served):
        assert receivers.send(receivers.parse("x", url), DIGEST).ok
    ((_, _, body),) = served.requests
    assert FIXED["twilio"].texts(body) == ["DIGEST 320 stories (watchfloor deliveries show d1)"]


ROOMS = {
    "discord": "takes 2,000 characters: what is longer is shortened, and says so",
    "telegram": "takes 4,096 characters: what is longer is shortened, and says so",
    "twilio": "takes short messages: each is one line of at most 160 characters, its title",
    "opsgenie": "",
}


@pytest.mark.parametrize("name", ROOMS)
def test_what_a_service_cannot_hold_is_said(name: str) -> None:
    assert receivers.room(receivers.parse("x", FIXED[name].url)) == ROOMS[name]


@pytest.mark.parametrize(
    "url", ["console://", "log://", "watchmail://127.0.0.1/o@example.org?from=w@example.org&tls=none"]
)
def test_our_own_receivers_hold_whatever_we_write(url: str) -> None:
    assert receivers.room(receivers.parse("x", url)) == ""
