"""The Slack receiver against the double: once, in place, in its thread, and what each failure means."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apprise import Apprise

from alerts import receivers
from alerts.alert import Kind, Message, SendResult, Target
from alerts.receivers.targets import asset, build
from alerts.receivers.watchslack import NotifyWatchSlack
from crawler.article import mint
from tests.e2e.slackapi import CHANNEL, TOKEN, Fault, SlackApi

NOW = datetime.now(UTC)
BLOCKS = ({"type": "header", "text": {"type": "plain_text", "text": "FLASH Rockets at a base"}},)


def message(n: int = 1, queued: datetime = NOW, **more: object) -> Message:
    made = Message(f"FLASH Rockets {n}", "five fell", mint("d", queued, str(n)), kind=Kind.ALERT, blocks=BLOCKS)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def target(api: SlackApi) -> Target:
    return receivers.parse("watch", api.url)


def hasty(deadline: float) -> NotifyWatchSlack:
    return NotifyWatchSlack(TOKEN, CHANNEL, deadline=deadline, asset=asset())


# posting


def test_message_arrives_with_preview_blocks_and_key(api: SlackApi, target: Target) -> None:
    result = receivers.send(target, message())
    (posted,) = api.messages
    assert result == SendResult(ok=True, handle=f"{CHANNEL}:{posted.ts}")
    assert (posted.text, posted.blocks) == ("FLASH Rockets 1", list(BLOCKS))
    assert posted.key == message().key
    (call,) = api.called("chat.postMessage")
    assert [call[name] for name in ("unfurl_links", "unfurl_media", "link_names", "mrkdwn")] == [False] * 4
    assert call["parse"] == "none"


def test_message_without_blocks_is_text_that_slack_leaves_alone(api: SlackApi, target: Target) -> None:
    assert receivers.send(target, Message("<!channel> a & b", "<http://evil.example|bank>\n@here")).ok
    (posted,) = api.messages
    assert posted.text == "&lt;!channel&gt; a &amp; b\n&lt;http://evil.example|bank&gt;\n@here"
    assert "metadata" not in api.called("chat.postMessage")[0]


def test_apprise_itself_can_send_by_it(api: SlackApi, target: Target) -> None:
    sender = Apprise(asset=asset())
    assert sender.add(build(target.url))
    assert sender.notify(body="body", title="title")
    assert api.messages[0].text == "title\nbody"


def test_it_talks_to_slack_and_nobody_else(api: SlackApi, target: Target) -> None:
    receivers.send(target, message())
    assert api.strangers == []


# editing


def test_edit_changes_the_message_and_rings_nobody(api: SlackApi, target: Target) -> None:
    first = receivers.send(target, message())
    edit = message(2, edits=first.handle, kind=Kind.EDIT, title="FLASH Rockets, three report it")
    assert receivers.send(target, edit) == SendResult(ok=True, handle=first.handle)
    (posted,) = api.messages
    assert (posted.text, posted.edits, len(api.pings())) == ("FLASH Rockets, three report it", 1, 1)
    assert posted.key == message().key  # the key by which the first would be looked for stays


def test_edit_of_a_deleted_message_ends_with_its_reason(api: SlackApi, target: Target) -> None:
    first = receivers.send(target, message())
    api.delete(api.messages[0].ts)
    result = receivers.send(target, message(2, edits=first.handle, kind=Kind.EDIT))
    assert (result.ok, result.retry) == (False, False)
    assert "message_not_found: the message was deleted in Slack" in result.detail
    assert api.messages == []


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
def test_edit_that_is_not_allowed_answers_in_the_thread_silently(api: SlackApi, target: Target, error: str) -> None:
    first = receivers.send(target, message())
    api.script("chat.update", Fault(error=error))
    result = receivers.send(target, message(2, edits=first.handle, kind=Kind.EDIT))
    assert result.ok
    assert result.handle == f"{CHANNEL}:{api.messages[1].ts}@{api.messages[0].ts}"
    assert [each.pings for each in api.messages] == [True, False]


def test_edit_by_a_handle_of_another_service_ends_with_its_reason(api: SlackApi, target: Target) -> None:
    result = receivers.send(target, message(edits="<d1@watchfloor.example>", kind=Kind.EDIT))
    assert (result.ok, result.retry) == (False, False)
    assert "no message of Slack's" in result.detail


# answering


def test_update_answers_in_the_thread_and_rings_the_channel(api: SlackApi, target: Target) -> None:
    first = receivers.send(target, message())
    second = receivers.send(target, message(2, follows=first.handle, kind=Kind.UPDATE))
    third = receivers.send(target, message(3, follows=second.handle, kind=Kind.UPDATE))
    assert (second.ok, third.ok) == (True, True)
    root = api.messages[0].ts
    assert [each.thread_ts for each in api.messages] == ["", root, root]  # never under a reply
    assert len(api.pings()) == 3


def test_update_of_a_deleted_message_is_posted_by_itself(api: SlackApi, target: Target) -> None:
    first = receivers.send(target, message())
    api.delete(api.messages[0].ts)
    result = receivers.send(target, message(2, follows=first.handle, kind=Kind.UPDATE))
    assert result.handle == f"{CHANNEL}:{api.messages[0].ts}"
    assert len(api.pings()) == 1


def test_message_of_another_channel_is_not_answered(api: SlackApi, target: Target) -> None:
    assert receivers.send(target, message(follows="C0OTHER001:1700000000.000100", kind=Kind.UPDATE)).ok
    assert api.messages[0].thread_ts == ""


# looking before posting again


@pytest.mark.parametrize(
    "answer", [Fault(lost=True), Fault(text="<html>proxy page</html>")], ids=["dropped", "garbled"]
)
def test_lost_acknowledgement_duplicates_nothing(api: SlackApi, target: Target, answer: Fault) -> None:
    api.script("chat.postMessage", answer)
    first = receivers.send(target, message())
    assert (first.ok, first.retry, first.uncertain) == (False, True, True)
    again = receivers.send(target, message(repeat=True))
    assert again == SendResult(ok=True, handle=f"{CHANNEL}:{api.messages[0].ts}", detail=again.detail)
    assert api.times() == {message().key: 1}


def test_lost_acknowledgement_of_an_answer_is_found_in_its_thread(api: SlackApi, target: Target) -> None:
    first = receivers.send(target, message())
    api.script("chat.postMessage", Fault(lost=True))
    update = message(2, follows=first.handle, kind=Kind.UPDATE)
    receivers.send(target, update)
    again = receivers.send(target, replace(update, repeat=True))
    assert again.handle == f"{CHANNEL}:{api.messages[1].ts}@{api.messages[0].ts}"
    assert len(api.messages) == 2


def test_what_did_not_arrive_is_posted(api: SlackApi, target: Target) -> None:
    api.script("chat.postMessage", Fault(drop=True))
    assert receivers.send(target, message()).uncertain
    assert receivers.send(target, message(repeat=True)).ok
    assert api.times() == {message().key: 1}
    assert "(possible repeat)" not in api.messages[0].text  # it was looked for: it is none


def test_look_up_goes_through_all_pages_since_the_message_was_queued(api: SlackApi, target: Target) -> None:
    queued = NOW - timedelta(hours=5)
    api.page = 7
    api.script("chat.postMessage", Fault(lost=True))
    receivers.send(target, message(queued=queued))
    for number in range(40):
        api.post(f"talk {number}")
    for number in range(40):
        api.post(f"talk of last week {number}", at=(NOW - timedelta(days=7)).timestamp() + number)
    assert receivers.send(target, message(queued=queued, repeat=True)).ok
    calls = api.called("conversations.history")
    assert len(api.messages) == 81
    assert 6 <= len(calls) <= 7  # 41 messages of today; none of last week's pages
    assert float(calls[0]["oldest"]) < queued.timestamp()


def test_look_up_finds_what_was_queued_by_a_clock_ahead(api: SlackApi, target: Target) -> None:
    ahead = NOW + timedelta(hours=3)
    api.script("chat.postMessage", Fault(lost=True))
    receivers.send(target, message(queued=ahead))
    assert receivers.send(target, message(queued=ahead, repeat=True)).ok
    assert api.times() == {message(queued=ahead).key: 1}


def test_look_up_that_fails_for_now_posts_nothing(api: SlackApi, target: Target) -> None:
    api.script("conversations.history", Fault(status=429, retry_after="3"), Fault(status=500))
    first, second = (receivers.send(target, message(repeat=True)) for _ in range(2))
    assert (first.retry, first.wait) == (True, timedelta(seconds=3))
    assert (second.retry, api.messages) == (True, [])


def test_look_up_that_is_refused_for_good_posts_and_says_so(api: SlackApi, target: Target) -> None:
    api.scopes -= {"channels:history"}
    result = receivers.send(target, message(repeat=True))
    (posted,) = api.messages
    assert result.ok
    assert "could not be looked for" in result.detail
    assert posted.text == "FLASH (possible repeat) Rockets 1"
    assert "missing_scope" in posted.blocks[1]["elements"][0]["text"]  # behind the header, which says how urgent


def test_message_is_found_by_its_small_print_where_metadata_is_hidden(api: SlackApi, target: Target) -> None:
    api.scopes -= {"metadata.message:read"}
    small = {"type": "context", "elements": [{"type": "plain_text", "text": f"Story s1, delivery {message().key}"}]}
    shown = message(blocks=(*BLOCKS, small))
    api.script("chat.postMessage", Fault(lost=True))
    receivers.send(target, shown)
    assert receivers.send(target, replace(shown, repeat=True)).ok
    assert len(api.messages) == 1


# failures


@pytest.mark.parametrize(
    ("fault", "retry", "uncertain", "words"),
    [
        (Fault(error="invalid_auth"), False, False, "bot token"),
        (Fault(error="token_revoked"), False, False, "bot token"),
        (Fault(error="channel_not_found"), False, False, "invite the app"),
        (Fault(error="not_in_channel"), False, False, "invite the app"),
        (Fault(error="is_archived"), False, False, "archived"),
        (Fault(error="missing_scope"), False, False, "docs/receivers.md"),
        (Fault(error="restricted_action"), False, False, "administrators"),
        (Fault(error="invalid_arguments"), False, False, "please report it"),
        (Fault(error="ratelimited"), True, False, "asks us to wait"),
        (Fault(error="internal_error"), True, True, "internal_error"),
        (Fault(error="fatal_error"), True, True, "fatal_error"),
        (Fault(error="service_unavailable"), True, True, "service_unavailable"),
        (Fault(error="team_added_to_org"), True, False, "team_added_to_org"),
        (Fault(error="a_word_of_next_year"), True, False, "a_word_of_next_year"),
        (Fault(status=500), True, True, "http 500"),
        (Fault(status=503), True, True, "http 503"),
        (Fault(drop=True), True, True, "the line broke"),
        (Fault(text="not json"), True, True, "no JSON"),
        (Fault(text="[]"), True, True, "no JSON"),
    ],
    ids=lambda each: each.error or each.status if isinstance(each, Fault) else None,
)
def test_what_a_failure_means(
    api: SlackApi, target: Target, fault: Fault, retry: bool, uncertain: bool, words: str
) -> None:
    api.script("chat.postMessage", fault)
    result = receivers.send(target, message())
    assert (result.ok, result.retry, result.uncertain) == (False, retry, uncertain)
    assert words in result.detail
    assert TOKEN not in result.detail


@pytest.mark.parametrize(
    ("said", "wait"), [("120", 120), ("0", 0), (None, 30), ("soon", 30), ("-5", 30), ("99999999999", 3600), ("3x", 30)]
)
def test_429_says_how_long_to_wait(api: SlackApi, target: Target, said: str | None, wait: int) -> None:
    api.script("chat.postMessage", Fault(status=429, retry_after=said))
    result = receivers.send(target, message())
    assert (result.retry, result.uncertain, result.wait) == (True, False, timedelta(seconds=wait))
    assert api.messages == []


def test_rate_of_one_message_a_second_is_slacks(api: SlackApi, target: Target) -> None:
    api.limits = {"chat.postMessage": (1, 1.0)}
    results = [receivers.send(target, message(n)) for n in range(2)]
    assert [result.wait for result in results] == [None, timedelta(seconds=1)]


def test_redirect_is_not_followed(api: SlackApi, target: Target) -> None:
    api.script("chat.postMessage", Fault(location="https://127.0.0.2/steal"))
    result = receivers.send(target, message())
    assert (result.ok, result.retry) == (False, False)
    assert api.strangers == []
    assert len(api.calls) == 1


@pytest.mark.parametrize("fault", [Fault(hang=True), Fault(drip=True)], ids=["hang", "drip"])
def test_one_deadline_bounds_the_whole_call(api: SlackApi, fault: Fault) -> None:
    api.script("chat.postMessage", fault)
    start = time.monotonic()
    result = hasty(0.6).deliver(message())
    assert time.monotonic() - start < 30, "the server hangs for a minute"
    assert (result.ok, result.retry, result.uncertain) == (False, True, True)


def test_look_up_and_post_share_one_deadline(api: SlackApi) -> None:
    api.script("conversations.history", Fault(hang=True))
    start = time.monotonic()
    result = hasty(0.5).deliver(message(repeat=True))
    assert time.monotonic() - start < 30, "the server hangs for a minute"
    assert (result.ok, result.retry, api.called("chat.postMessage")) == (False, True, [])


def test_unknown_certificate_ends_before_a_word_is_sent(
    api: SlackApi, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlackApi(tmp_path / "other") as other:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", other.env()["REQUESTS_CA_BUNDLE"])
        result = receivers.send(target, message())
    assert (result.retry, result.uncertain, api.calls) == (True, False, [])
    assert "certificate" in result.detail


def test_dead_proxy_is_no_uncertainty(api: SlackApi, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    result = receivers.send(target, message())
    assert (result.ok, result.retry, result.uncertain) == (False, True, False)
    assert "unreachable" in result.detail


def test_ca_bundle_that_is_not_there_is_named(api: SlackApi, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    result = receivers.send(target, message())
    assert (result.ok, result.retry, result.uncertain) == (False, True, False)
    assert "/nowhere/ca.pem" in result.detail


def test_fault_of_ours_does_not_stop_the_lane(api: SlackApi, target: Target) -> None:
    result = receivers.send(target, message(title=None))
    assert (result.ok, result.retry) == (False, True)
    assert "TypeError" in result.detail
    assert receivers.send(target, message(2)).ok


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
def test_refused_blocks_go_as_plain_text(api: SlackApi, target: Target, error: str) -> None:
    api.script("chat.postMessage", Fault(error=error))
    result = receivers.send(target, message())
    assert result.ok
    assert f"Slack refused the blocks ({error}" in result.detail
    assert api.messages[0].text == "FLASH Rockets 1\nfive fell"


def test_token_is_in_no_text(
    api: SlackApi, target: Target, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    faults = [
        None,
        Fault(drop=True),
        Fault(status=500),
        Fault(error="invalid_auth"),
        Fault(location="https://x.example/"),
    ]
    api.script("chat.postMessage", *faults)
    said = [repr(receivers.send(target, message(n))) for n in range(len(faults))]
    api.token = "xoxb-another-token-now"
    with pytest.raises(receivers.LookUpFailed) as unknown:
        receivers.reactions(target, f"{CHANNEL}:{api.messages[0].ts}")
    out = capsys.readouterr()
    for text in [*said, caplog.text, str(unknown.value), str(unknown.getrepr()), out.out, out.err]:
        assert TOKEN not in text
        assert TOKEN[5:25] not in text


# acknowledging


def handle_of(api: SlackApi, target: Target) -> str:
    return receivers.send(target, message()).handle


def test_nobody_has_acknowledged_until_somebody_reacts(api: SlackApi, target: Target) -> None:
    handle = handle_of(api, target)
    assert receivers.reactions(target, handle).by is None
    api.react(api.messages[0].ts, "tada", "U0OTHER")
    assert receivers.reactions(target, handle).by is None


@pytest.mark.parametrize("emoji", ["white_check_mark", "heavy_check_mark", "ballot_box_with_check", "eyes", "ack"])
def test_reaction_acknowledges_with_a_name(api: SlackApi, target: Target, emoji: str) -> None:
    handle = handle_of(api, target)
    user = f"U0{emoji.upper()}"
    api.users[user] = {"name": "sgt", "profile": {"display_name": "سارة\u202e\n<!channel>", "real_name": "Sara"}}
    api.react(api.messages[0].ts, "tada", "U0OTHER")
    api.react(api.messages[0].ts, emoji, user)
    assert receivers.reactions(target, handle).by == "سارة <!channel>"


def test_thumbs_judge_and_a_thumb_down_has_taken_notice(api: SlackApi, target: Target) -> None:
    handle = handle_of(api, target)
    api.users |= {"U0UP": {"profile": {"real_name": "Up"}}, "U0DOWN": {"profile": {"real_name": "Down"}}}
    for emoji, user in [("+1::skin-tone-3", "U0UP"), ("tada", "U0UP"), ("-1", "U0DOWN")]:
        api.react(api.messages[0].ts, emoji, user)
    found = receivers.reactions(target, handle)
    assert (found.acknowledged, found.judged) == (("Down",), (("Up", True), ("Down", False)))


def test_all_who_reacted_are_named_once_and_asked_for_once(api: SlackApi, target: Target) -> None:
    handle = handle_of(api, target)
    api.users |= {"U0ONE": {"profile": {"real_name": "One"}}, "U0TWO": {"name": "two", "profile": {}}}
    for emoji, user in [("eyes", "U0TWO"), ("white_check_mark", "U0ONE"), ("white_check_mark", "U0TWO")]:
        api.react(api.messages[0].ts, emoji, user)
    assert hasty(5).reactions(handle).acknowledged == ("two", "One")
    assert hasty(5).reactions(handle).acknowledged == ("two", "One")
    assert len(api.called("users.info")) == 2


def test_acknowledgement_counts_without_a_name(api: SlackApi, target: Target) -> None:
    handle = handle_of(api, target)
    api.scopes -= {"users:read"}
    api.react(api.messages[0].ts, "eyes", "U0NAMELESS")
    assert receivers.reactions(target, handle).by == "U0NAMELESS"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=429, retry_after="9"), "ratelimited"),
        (Fault(status=502), "http 502"),
        (Fault(drop=True), "broken"),
        (Fault(error="message_not_found"), "deleted in Slack"),
        (Fault(error="missing_scope"), "docs/receivers.md"),
    ],
)
def test_what_could_not_be_asked_is_not_nobody(api: SlackApi, target: Target, fault: Fault, words: str) -> None:
    handle = handle_of(api, target)
    api.script("reactions.get", fault)
    with pytest.raises(receivers.LookUpFailed, match=words):
        receivers.reactions(target, handle)


def test_handle_of_another_service_cannot_be_asked(api: SlackApi, target: Target) -> None:
    with pytest.raises(receivers.LookUpFailed, match="bad handle"):
        receivers.reactions(target, "<d1@mail.example>")
    assert api.calls == []


def test_other_services_bring_no_acknowledgement() -> None:
    console = receivers.parse("desk", "console://")
    assert (console.can_edit, console.can_ack) == (False, False)
    assert receivers.reactions(console, "x").by is None
