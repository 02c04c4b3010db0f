"""The whole line to a mail server that fails on order: what is retried, what is dead, who is told (T60, T61)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from alerts.render.title import marked
from tests.e2e.conftest import Desk
from tests.e2e.mailserver import DROP, Post
from tests.e2e.servers import rss

T0, T1, T2 = (f"2026-06-14T{hour:02}:00:00Z" for hour in (10, 11, 12))
D0, D1 = "Sun, 14 Jun 2026 09:30:00 GMT", "Sun, 14 Jun 2026 10:30:00 GMT"


@pytest.fixture
def post(desk: Desk) -> Iterator[Post]:
    """Put a server that fails on order in the place of the desk's own."""
    with closing(Post()) as server:
        desk.outlet.serve("/a.xml", rss({"title": "ميليشيا تعبر النهر", "guid": "1", "date": D0, "text": "By night."}))
        desk.write("/a.xml", notify="[hook, mail]")
        desk.rules.write_text(desk.rules.read_text().replace(desk.mail.url, server.url()))
        yield server


def test_an_alert_arrives_as_text_and_html_in_the_thread_of_its_story(desk: Desk, post: Post) -> None:
    desk.rounds(T0, T1)
    (mail,) = post.mails()
    text, html = (part.get_content() for part in mail.iter_parts())
    assert mail["Subject"] == "PRIORITY Militias: \u2068ميليشيا تعبر النهر\u2069 | Outlet 1"
    assert "Rules: militia " in text
    assert '<h1 dir="auto">ميليشيا تعبر النهر</h1>' in html
    assert mail["References"].endswith(".story@example.org>")


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_what_the_server_puts_off_is_tried_again_and_the_other_receiver_is_not(
    desk: Desk, post: Post, command: str
) -> None:
    post.replies = {command: "451 4.3.0 not now"}
    desk.rounds(T0)
    assert (post.received, len(desk.hook.titles())) == ([], 1)
    post.replies = {}
    desk.rounds(T1, T2)
    assert [mail["Subject"] for mail in post.mails()] == [
        "PRIORITY Militias: \u2068ميليشيا تعبر النهر\u2069 | Outlet 1"
    ]
    assert len(desk.hook.titles()) == 1


@pytest.mark.parametrize("reply", ["550 5.1.1 unknown", "552 5.2.2 mailbox full"])
def test_what_the_server_refuses_for_good_is_dead_and_another_receiver_says_so(
    desk: Desk, post: Post, reply: str
) -> None:
    post.replies = {"RCPT" if reply.startswith("550") else "DATA": reply}
    desk.rounds(T0, T1)
    assert post.received == []
    notices = [title for title in desk.hook.titles() if title.startswith("WATCHFLOOR")]
    assert notices == ["WATCHFLOOR a message to mail could not be delivered"]
    assert desk.status()["ledger"]["dead"] == 1


def test_a_mail_whose_acceptance_was_lost_comes_again_marked_and_with_the_same_id(desk: Desk, post: Post) -> None:
    post.replies = {"DATA": DROP}
    desk.rounds(T0)
    post.replies = {}
    desk.rounds(T1, T2)
    first, again = post.mails()
    assert first["Message-ID"] == again["Message-ID"]
    assert again["Subject"] == marked(first["Subject"])


def test_of_two_recipients_only_the_one_that_failed_is_tried_again(desk: Desk, post: Post) -> None:
    url = post.url()
    desk.rules.write_text(desk.rules.read_text().replace(f'"{url}"', f'"{url}", "{desk.mail.url}"'))
    post.replies = {"RCPT": "450 4.2.1 come again later"}
    desk.rounds(T0)
    assert (len(post.received), len(desk.mail.messages)) == (0, 1)
    post.replies = {}
    desk.rounds(T1, T2)
    assert (len(post.received), len(desk.mail.messages)) == (1, 1)
