"""Receiver URLs of our own services: what is accepted, and what the admin reads where it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts import receivers
from alerts.receivers.watchslack import Handle
from crawler.article import mint, minted

TOKEN = "xoxb-not-a-token-of-anyone"


@pytest.mark.parametrize("channel", ["C0123ABCD", "G0123ABCD", "D0123ABCD", "C0123ABCD/"])
def test_slack_url_names_one_channel(channel: str) -> None:
    target = receivers.parse("watch", f"watchslack://{TOKEN}/{channel}")
    assert (target.schema, target.can_edit, target.can_ack) == ("watchslack", True, True)


@pytest.mark.parametrize(
    ("rest", "remedy"),
    [
        ("", "no bot token in its first part; write watchslack://xoxb-.../C0123ABCD"),
        ("short/C0123ABCD", "no bot token"),
        ("xoxp-not-a-token-of-anyone/C0123ABCD", "a user's or an expiring token"),
        (f"{TOKEN}", "no channel id"),
        (f"{TOKEN}/", "no channel id"),
        (
            f"{TOKEN}/#watch-floor",
            "no channel id in its second part; write the id (C0123ABCD: in Slack, the channel's name, About",
        ),
        (f"{TOKEN}/watch-floor", "no channel id"),
        (f"{TOKEN}/U0123ABCD", "no channel id"),
        (f"{TOKEN}/@officer", "no channel id"),
        (f"{TOKEN}/C0123ABCD/C0123ABCE", "something behind the channel id"),
        (f"{TOKEN}/C0123ABCD?footer=no", "something behind the channel id"),
        (f"bot@{TOKEN}/C0123ABCD", "no bot token"),
    ],
)
def test_slack_url_that_is_wrong_says_what_to_write(rest: str, remedy: str) -> None:
    with pytest.raises(receivers.BadReceiverUrl) as bad:
        receivers.parse("watch", f"watchslack://{rest}")
    assert remedy in str(bad.value)
    assert TOKEN not in str(bad.value)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("msteams://a/b/c", '"msteams://" has ended: Microsoft ended the connectors of Teams; make a Workflow there'),
        ("log://?level=loud", "has a level that is none of info, debug"),
        ("msteam://a/b/c", 'did you mean "msteams"?'),
        ("worflows://a/b/c", 'did you mean "workflows"?'),
        ("matrix://noor:p4ssw0rd@home.example/#room", "an access token alone: matrixs://TOKEN@host/#room"),
        ("matrixs://noor:p4ssw0rd@home.example/#room", "logs in anew for each message"),
    ],
)
def test_service_that_would_not_deliver_for_long_is_refused_with_what_to_write(url: str, remedy: str) -> None:
    with pytest.raises(receivers.BadReceiverUrl) as bad:
        receivers.parse("watch", url)
    assert remedy in str(bad.value)
    assert "p4ssw0rd" not in str(bad.value)


@pytest.mark.parametrize("url", ["matrixs://token@home.example/#room", "matrixs://noor:key@home.example?mode=slack"])
def test_matrix_by_a_token_is_taken(url: str) -> None:
    assert receivers.parse("watch", url).schema == "matrixs"


def test_secret_that_is_not_looked_up_leaves_what_the_service_can() -> None:
    target = receivers.named("watch", "watchslack://${SLACK_TOKEN}/C0123ABCD")
    assert (target.can_edit, target.can_ack) == (True, True)
    assert not receivers.named("watch", "slack://${SLACK}").can_edit


@pytest.mark.parametrize("written", ["C0WATCH001:1700000000.000100", "C0WATCH001:1700000001.000100@1700000000.000100"])
def test_handle_is_read_as_written(written: str) -> None:
    assert str(Handle.read(written)) == written


@pytest.mark.parametrize("written", ["", "<d1@mail.example>", "C0WATCH001", "C0WATCH001:now", "C1:1.1@"])
def test_what_is_no_handle_is_none(written: str) -> None:
    assert Handle.read(written) is None


def test_id_tells_when_it_was_made() -> None:
    at = datetime(2026, 11, 25, 3, 0, 7, tzinfo=UTC)
    assert minted(mint("d", at + timedelta(milliseconds=400), "story")) == at


@pytest.mark.parametrize("name", ["", "d1", "d26266jwhg4azv", "d6266jwhg4azv0il"])
def test_what_is_no_id_tells_nothing(name: str) -> None:
    assert minted(name) is None
