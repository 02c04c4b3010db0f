"""A Telegram channel through the whole line: told once, edits and forwards as such, no post missed, trouble by name."""

from __future__ import annotations

import json

import pytest

from tests.e2e.channel import Channel, Post, card, page_of, renamed, text, twelve
from tests.e2e.conftest import Desk
from tests.e2e.rounds import T0, T1, T2, T3, balanced
from tests.e2e.servers import Answer, rss
from tests.e2e.starting import EXHAUSTIVE

QUIET = [text(n, f"A quiet day, number {n}") for n in range(1, 6)]


def watching(desk: Desk, *posts: Post, settings: str = "backfill: 0") -> Channel:
    channel = Channel(desk.outlet, posts=list(posts))
    channel.serve()
    desk.write("/s/watch", settings=settings, keys="kind: telegram, owner: watchers")
    return channel


def known(desk: Desk) -> int:
    return int(desk.status()["ledger"]["new"])


def source(desk: Desk) -> str:
    """Return the source in words; "possible gap" only if that was told: the words name it for a while of our own time."""
    row = json.loads(desk.run("sources", "--json").stdout)[0]
    return f"{row['words']}{', possible gap' if row['gap'] else ''}"


def test_posts_alert_once_each_and_the_first_page_not_at_all(desk: Desk) -> None:
    channel = watching(desk, *twelve())
    assert desk.rounds(T0)[0]["deliveries"] == 0
    channel.posts.append(text(201, "A militia convoy left Taqaddum at dawn, two officers said."))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    (message,) = desk.hook.accepted
    assert message["title"] == "PRIORITY A militia convoy left Taqaddum at dawn, two officers said. | Outlet 1"
    assert "https://t.me/watch/201" in message["message"]
    assert desk.rounds(T2)[0]["deliveries"] == 0
    ledger = desk.status()["ledger"]
    assert (ledger["new"], ledger["rejected"]) == (9, {"no_words": 6, "service_message": 2})
    assert balanced(desk)
    # what is behind a post's link is no further text: nobody asked for it
    assert {path.partition("?")[0] for path, _ in desk.outlet.requests} == {"/s/watch"}


def test_edit_is_a_revision_and_quoted_words_of_a_reply_match_nothing(desk: Desk) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    quote = '<div class="tgme_widget_message_reply"><div class="tgme_widget_message_text js-message_reply_text">militia</div></div>'
    channel.posts += [
        text(6, "Convoy seen at the bridge this morning"),
        Post(7, quote + text(7, "No comment on it").body),
    ]
    assert desk.rounds(T1)[0]["deliveries"] == 0
    channel.posts[5] = text(6, "Convoy of a militia seen at the bridge this morning", edited="edited &nbsp;")
    assert desk.rounds(T2)[0]["deliveries"] == 1
    assert desk.status()["ledger"]["revised"] == 1
    assert balanced(desk)


def test_forwarded_rumour_has_one_origin_however_many_pass_it_on(desk: Desk) -> None:
    rumour = "A militia says that it fired rockets at the base near Taqaddum at dawn on Sunday, without any casualties."
    forward = (
        '<div class="tgme_widget_message_forwarded_from">Forwarded from <a class="tgme_widget_message_forwarded_from_name" '
        'href="https://t.me/front/9"><span>Front</span></a></div>'
    )
    channels = [Channel(desk.outlet, name, list(QUIET)) for name in ("one", "two", "three")]
    for each in channels:
        each.serve()
    desk.write("/s/one", "/s/two", "/s/three", settings="backfill: 0", keys="kind: telegram")
    desk.rounds(T0)
    for each in channels:
        each.posts.append(Post(9, forward + text(9, rumour).body))
    assert desk.rounds(T1)[0]["alerts"] == 1
    assert "(1 origin: t.me/front)" in desk.hook.accepted[0]["message"]
    assert balanced(desk)


def test_window_that_turned_over_is_read_back_and_no_post_is_missed(desk: Desk) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    channel.asked.clear()
    channel.posts += [text(n, f"News of number {n} from the front") for n in range(6, 66)]
    desk.rounds(T1)
    assert channel.asked == [0, 46, 26, 6]
    assert known(desk) == 65
    assert "gap" not in source(desk)
    channel.asked.clear()
    channel.posts.append(text(66, "One more"))
    desk.rounds(T2)
    assert channel.asked == [0]
    assert known(desk) == 66
    assert balanced(desk)


def test_pages_that_reach_back_to_posts_without_words_leave_no_gap(desk: Desk) -> None:
    photo = '<a class="tgme_widget_message_photo_wrap" href="https://t.me/watch/1"></a>'
    channel = watching(desk, *(Post(n, photo) for n in range(1, 6)))
    desk.rounds(T0)
    channel.posts += [text(n, f"News of number {n} from the front") for n in range(6, 31)]
    desk.rounds(T1)
    assert known(desk) == 25
    assert "gap" not in source(desk)


def test_page_before_is_read_without_a_link_to_it(desk: Desk) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    channel.linked = False
    channel.posts += [text(n, f"News of number {n} from the front") for n in range(6, 66)]
    desk.rounds(T1)
    assert known(desk) == 65
    assert "gap" not in source(desk)
    # what was read last is gone and nothing is before it: nobody can tell what was between
    channel.posts = [text(n, f"News of number {n} from the front") for n in range(70, 95)]
    channel.asked.clear()
    desk.rounds(T2)
    assert channel.asked == [0, 75, 70]
    assert known(desk) == 90
    assert "possible gap" in source(desk)
    assert "the earlier pages end after the last entry that was read" in source(desk)
    assert balanced(desk)


def test_page_before_that_is_the_newest_again_is_a_gap_and_is_not_asked_for_each_time(desk: Desk) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    channel.posts += [text(n, f"News of number {n} from the front") for n in range(6, 66)]
    desk.outlet.answers["/s/watch?before=46"] = Answer(channel.page())
    desk.rounds(T1)
    assert known(desk) == 25
    assert "ok (the page before has nothing older)" in source(desk)
    assert "possible gap" in source(desk)
    channel.posts.append(text(66, "One more"))
    channel.asked.clear()
    desk.rounds(T2)
    assert channel.asked == [0]
    assert known(desk) == 26


def test_page_that_fails_is_asked_for_again_and_its_posts_are_told_late_and_not_lost(desk: Desk) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    channel.posts += [text(n, f"News of number {n} from the front") for n in range(6, 46)]
    channel.broken.add(26)
    desk.rounds(T1)
    assert known(desk) == 25
    assert "possible gap" in source(desk)
    assert "server_error HTTP 500" in source(desk)
    channel.broken.clear()
    # nothing new was posted: the same page is read once more all the same
    desk.rounds(T2)
    assert known(desk) == 45
    assert balanced(desk)


def test_gap_that_is_too_long_is_told_and_read_no_further(desk: Desk) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    channel.asked.clear()
    channel.posts += [text(n, f"News of number {n} from the front") for n in range(6, 306)]
    desk.rounds(T1)
    assert len(channel.asked) == 11
    assert known(desk) == 5 + 220
    assert "possible gap" in source(desk)
    channel.asked.clear()
    channel.posts.append(text(306, "One more"))
    desk.rounds(T2)
    assert channel.asked == [0]
    assert known(desk) == 226


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (card("watch", "900 subscribers"), "no preview: the channel (900 subscribers) is restricted"),
        (card("watch"), "no preview: no such channel, or a private one"),
        (renamed(page_of(twelve()), "tgme_widget_message"), "layout changed: a channel's page on which no post"),
        (renamed(page_of(twelve()), "js-message_text"), "layout changed: 8 of 12 posts"),
        (b"<html><title>Log in</title><form><input type=password></form></html>", "a login page"),
        (b"<html><title>Just a moment...</title><body>cf-chl-x</body></html>", "a challenge page: Cloudflare"),
    ][:: 1 if EXHAUSTIVE else 2],
)
def test_trouble_is_named_and_the_admin_is_told(desk: Desk, body: bytes, words: str) -> None:
    channel = watching(desk, *QUIET)
    desk.rounds(T0)
    desk.outlet.serve("/watch", body)
    answer = Answer(status=302, headers={"Location": "/watch"}) if body.startswith(b"<div") else Answer(body)
    desk.outlet.answers["/s/watch"] = answer
    desk.rounds(T1, T2, T3)
    assert words in source(desk)
    assert "not a feed" in source(desk)
    assert any(words in each["message"] for each in desk.hook.accepted), desk.hook.accepted
    channel.serve()
    channel.posts.append(text(9, "The militia is back"))
    desk.rounds("2026-06-14T23:00:00Z")
    assert "PRIORITY The militia is back | Outlet 1" in desk.hook.titles()


def test_hostile_channels_are_named_and_others_are_on_time(desk: Desk) -> None:
    nested = b'<div class="tgme_widget_message" data-post="a/1">' * 150_000
    bodies = {
        "/s/nested": nested,
        "/s/empty": b" ",
        "/s/utf16": page_of(twelve()).decode().encode("utf-16"),
        "/s/bytes": bytes(range(256)) * 999,
    }
    for path, body in bodies.items():
        desk.outlet.serve(path, body)
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": "Sun, 14 Jun 2026 09:30:00 GMT"}))
    desk.write(*bodies, "/a.xml", keys="kind: telegram")
    rules = desk.rules.read_text(encoding="utf-8")
    head, _, tail = rules.rpartition("kind: telegram")
    desk.rules.write_text(f"{head}full_text: never{tail}", encoding="utf-8")
    assert desk.rounds(T0)[0]["deliveries"] >= 1
    named = {row["source"]: row["outcome"] for row in json.loads(desk.run("sources", "--json").stdout)}
    assert named == {"s1": "not_a_feed", "s2": "empty", "s3": "ok", "s4": "not_a_feed", "s5": "ok"}


def test_try_shows_a_channel_and_a_wrong_address_is_an_error(desk: Desk) -> None:
    watching(desk, *twelve())
    shown = desk.run("sources", "try", "s1").stdout
    assert "entries 8, dated 8" in shown
    assert "rejected 4" in shown
    desk.rules.write_text(desk.rules.read_text().replace("/s/watch", "/watch"))
    assert "kind: telegram reads https://t.me/s/NAME" in desk.run("check", expect=1).stderr
