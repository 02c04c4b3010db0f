"""Mail by the real plugin to a real SMTP server: what arrives, and what is said of what does not."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from apprise import Apprise

from alerts import receivers
from alerts.alert import Kind, Message, SendResult, Severity, Target
from alerts.receivers.targets import build
from alerts.render.title import marked
from tests.e2e.headlines import headlines
from tests.e2e.mailserver import DROP, HANG, Post, Raw, authority
from tests.e2e.starting import EXHAUSTIVE
from tests.unit.mailcases import cases

MESSAGE = replace(cases()["alert-ar"], key="d0a1b2c3d4e5f6", topic="s0a1b2c3d4e5f6")
SECRET = "canary-Pa55/word@!%"
LOGIN = "watch:canary-Pa55%2Fword%40!%25@"


@pytest.fixture
def post() -> Iterator[Post]:
    with closing(Post()) as server:
        yield server


def send(url: str, message: Message = MESSAGE) -> SendResult:
    return receivers.send(receivers.parse("mail", url), message)


# ---- what arrives


def test_mail_arrives_whole_with_the_headers_that_sort_and_thread_it(post: Post) -> None:
    result = send(post.url())
    (mail,) = post.mails()
    assert (result.ok, result.handle) == (True, "<d0a1b2c3d4e5f6@example.org>")
    assert mail["Subject"] == MESSAGE.title
    assert {name: mail[name] for name in ("From", "To", "Message-ID", "References", "In-Reply-To", "List-Id")} == {
        "From": "Watchfloor <watch@example.org>",
        "To": "officer@example.org",
        "Message-ID": "<d0a1b2c3d4e5f6@example.org>",
        "References": "<s0a1b2c3d4e5f6.story@example.org>",
        "In-Reply-To": "<s0a1b2c3d4e5f6.story@example.org>",
        "List-Id": "Watchfloor <watchfloor.example.org>",
    }
    assert (mail["Auto-Submitted"], mail["X-Priority"], mail["Importance"]) == ("auto-generated", "2 (High)", "high")
    assert mail["Date"].datetime is not None
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text.replace("\r\n", "\n").strip() == MESSAGE.body.strip()
    assert html.replace("\r\n", "\n").strip() == MESSAGE.html.strip()
    assert post.received[0].isascii()


def test_a_repeat_has_the_same_message_id_and_an_update_hangs_under_the_same_root(post: Post) -> None:
    update = replace(
        cases()["update-ar"], key="d0a1b2c3d4e5f7", topic=MESSAGE.topic, follows="<d0a1b2c3d4e5f6@example.org>"
    )
    for message in (MESSAGE, replace(MESSAGE, title=marked(MESSAGE.title), repeat=True), update):
        assert send(post.url(), message).ok
    first, again, later = post.mails()
    assert first["Message-ID"] == again["Message-ID"] != later["Message-ID"]
    assert later["References"] == f"{first['References']} {first['Message-ID']}"
    assert later["In-Reply-To"] == first["Message-ID"]


@pytest.mark.parametrize(
    ("severity", "priority", "importance"),
    [
        (Severity.FLASH, "1 (Highest)", "high"),
        (Severity.IMMEDIATE, "2 (High)", "high"),
        (Severity.PRIORITY, None, None),
        (Severity.ROUTINE, None, None),
    ],
)
def test_only_what_is_urgent_says_so(
    post: Post, severity: Severity, priority: str | None, importance: str | None
) -> None:
    send(post.url(), Message("t", "b", key="d1", severity=severity, kind=Kind.ALERT))
    mail = post.mails()[0]
    assert (mail["X-Priority"], mail["Importance"], mail["Watchfloor-Severity"]) == (
        priority,
        importance,
        severity.word,
    )


def test_apprise_uses_it_as_any_plugin(post: Post) -> None:
    apprise = Apprise()
    assert apprise.add(build(post.url()))
    assert apprise.notify(title="Canary", body="It sings.\n. A line that begins with a dot\n..two")
    (mail,) = post.mails()
    assert (mail["Subject"], mail.get_content_type()) == ("Canary", "text/plain")
    assert mail.get_content().replace("\r\n", "\n") == "It sings.\n. A line that begins with a dot\n..two\n"
    assert mail["Message-ID"].endswith("@example.org>")


# ---- any script in one subject


def test_headlines_of_three_languages_arrive_as_they_were(post: Post) -> None:
    written = headlines(2000 if EXHAUSTIVE else 400)
    url, wrong = post.url(), []
    for number, title in enumerate(written):
        assert send(url, Message(title, "b", key=f"d{number}", topic="s1")).ok
    for title, raw, mail in zip(written, post.received, post.mails(), strict=True):
        head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        subject = re.search(rb"^Subject: ([^\r]*(?:\r\n [^\r]*)*)", raw, re.MULTILINE)
        legacy = str(make_header(decode_header(subject[1].replace(b"\r\n", b"").decode()))) if subject else ""
        fits = max(map(len, raw.split(b"\r\n"))) <= 998 and max(map(len, head)) <= 78
        if not (mail["Subject"] == title and fits and (legacy == title or b"=?" not in raw)):
            wrong.append((title, mail["Subject"], legacy))
    assert wrong == []


INJECTIONS = [
    "Militia\r\nBcc: all@example.net",
    "Militia\nSubject: other",
    "Militia\r\n\r\n<script>alert(1)</script>",
    "Militia\u2028Bcc: all@example.net",
    "Militia\u2029X: y",
    "Militia\x85X: y",
    "Militia\x0bX: y",
    "Militia\x0cX: y",
    "Militia\x1c\x1d\x1eX: y",
    "Militia\x00X: y",
    "Militia \ud800 X: y",
    "=?utf-8?q?Another=20subject?=",
    "=?utf-8?b?QW5vdGhlcg==?= =?utf-8?b?IHN1YmplY3Q=?=",
    "FLASH =?utf-8?Q?=0D=0ABcc:_all@example.net?= | Outlet",
    "=?utf-7?q?+AAoALQ-?=",
    ".\r\n.\r\nMAIL FROM:<x@example.net>",
]


@pytest.mark.parametrize("title", INJECTIONS)
def test_a_title_stays_one_subject_and_adds_no_header(post: Post, title: str) -> None:
    assert send(post.url(), Message("Militia", "b", key="d1")).ok
    assert send(post.url(), Message(title, f"{title}\r\n.\r\n{title}", key="d1")).ok
    plain, mail = post.mails()
    assert mail.keys() == plain.keys()
    assert len(post.received) == 2
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", title.replace("\ud800", "?")).strip()
    assert mail["Subject"] == shown


@pytest.mark.parametrize(
    "message",
    [
        Message("x" * 10_000, "b", key="d1"),
        Message("ا" * 165, "b", key="d1"),
        Message("", "", key="d1"),
        Message("t", "سطر طويل " * 125_000, key="d1"),
        Message("t", "x" * 1_000_000, key="d1", html="<p>" + "y" * 5000 + "</p>"),
        Message("e\u0301" * 400, "b\x00\ud800", key="d 1\r\n>", topic="a b\r\n<>@" * 50),
        Message("t", "b", key="k" * 300, follows="no handle\r\nBcc: x", topic="t"),
    ],
    ids=["10,000 letters", "165 Arabic letters", "empty", "1 MB of Arabic", "1 MB in a line", "combining", "long key"],
)
def test_whatever_its_size_a_mail_is_delivered(post: Post, message: Message) -> None:
    assert send(post.url(), message).ok
    raw, mail = post.received[0], post.mails()[0]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    assert not [name for name in mail if name.lower() == "bcc"]
    assert len(mail.get_all("Subject", [])) == 1
    assert not mail["Subject"].startswith("\u0301")


# ---- encryption and login


def test_starttls_login_and_a_certificate_of_our_own_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with closing(Post(tls=context, require_starttls=True, login=("watch", SECRET))) as server:
        assert send(server.url("timeout=5", login=LOGIN)).ok
        assert len(server.received) == 1
        assert server.logins[0][1] == "watch"


def test_implicit_tls_and_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with closing(Post(implicit=context, login=("watch", SECRET))) as server:
        assert send(server.url("timeout=5", login=LOGIN, scheme="watchmails")).ok
        assert len(server.received) == 1


@pytest.mark.parametrize(
    ("host", "days"),
    [("127.0.0.1", 1), ("127.0.0.9", 1), ("127.0.0.1", -1)],
    ids=["unknown authority", "another host", "expired"],
)
@pytest.mark.parametrize("implicit", [False, True])
def test_no_byte_of_a_mail_goes_to_a_server_that_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, days: int, implicit: bool
) -> None:
    trusted, context = authority(tmp_path, host, days=days)
    if host != "127.0.0.1" or days < 0:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    server = Post(implicit=context, login=("watch", SECRET)) if implicit else Post(tls=context, login=("watch", SECRET))
    with closing(server):
        result = send(server.url("timeout=5", login=LOGIN, scheme="watchmails" if implicit else "watchmail"))
        assert (result.ok, result.retry, result.uncertain) == (False, True, False)
        assert "certificate is not trusted" in result.detail
        assert (server.received, server.logins) == ([], [])


def test_starttls_is_required_unless_said_otherwise(post: Post) -> None:
    result = send(post.url("timeout=5"))
    assert (result.ok, result.retry, result.uncertain) == (False, False, False)
    assert "tls=none" in result.detail
    assert post.received == []
    assert send(post.url("tls=none")).ok


@pytest.mark.parametrize(
    ("reply", "retry"),
    [
        ("", False),
        ("535 5.7.8 wrong", False),
        ("534 5.7.9 too weak", False),
        ("454 4.7.0 not now", True),
        ("432 4.7.12 change it", True),
    ],
)
def test_a_failed_login_is_for_good_if_the_server_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: str, retry: bool
) -> None:
    trusted, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with closing(Post(tls=context, login=("watch", "another"), login_fails=reply)) as server:
        result = send(server.url("timeout=5", login=LOGIN))
    assert (result.ok, result.retry, result.uncertain) == (False, retry, False)
    assert "the login" in result.detail


# ---- what does not arrive

REPLIES = [
    ("RCPT", "550 5.1.1 no such user", False),
    ("RCPT", "551 not local", False),
    ("RCPT", "553 not allowed", False),
    ("RCPT", "450 4.2.1 come again later", True),
    ("RCPT", "452 4.5.3 too many", True),
    ("RCPT", "421 4.3.2 closing", True),
    ("MAIL", "451 4.3.0 local error", True),
    ("MAIL", "455 cannot", True),
    ("MAIL", "530 5.7.0 log in first", False),
    ("MAIL", "555 unknown parameter", False),
    ("MAIL", "556 5.1.10 takes no mail", False),
    ("DATA", "451 4.3.0 local error", True),
    ("DATA", "452 4.3.1 disk full", True),
    ("DATA", "421 4.3.2 closing", True),
    ("DATA", "552 5.2.2 mailbox full", False),
    ("DATA", "554 5.7.1 looks like spam", False),
    ("DATA", "500 5.5.0 line too long", False),
    ("DATA", "571 a code of its own", False),
    ("DATA", "471 a code of its own", True),
]


@pytest.mark.parametrize(("command", "reply", "retry"), REPLIES)
def test_4yz_is_tried_again_and_5yz_is_not(post: Post, command: str, reply: str, retry: bool) -> None:
    post.replies = {command: reply}
    result = send(post.url())
    assert (result.ok, result.retry, result.uncertain, result.handle) == (False, retry, False, "")
    assert reply[:3] in result.detail
    assert post.received == []


def test_a_server_that_hangs_after_data_leaves_it_uncertain(post: Post) -> None:
    post.replies = {"DATA": HANG}
    began = time.monotonic()
    result = send(post.url("tls=none&timeout=0.5"))
    assert time.monotonic() - began < 30, "the server hangs for a minute"
    assert (result.ok, result.retry, result.uncertain) == (False, True, True)
    assert "no answer within 0.5 s" in result.detail


def test_a_mail_accepted_by_a_server_that_drops_the_line_is_uncertain(post: Post) -> None:
    post.replies = {"DATA": DROP}
    result = send(post.url())
    assert (result.ok, result.retry, result.uncertain) == (False, True, True)
    assert len(post.received) == 1


def speaking(*replies: bytes) -> Raw:
    """Give a server that says these, one after each thing it hears, and then nothing more."""

    def act(line: socket.socket) -> None:
        line.settimeout(10)
        for reply in replies:
            line.sendall(reply)
            if not line.recv(100_000):
                return
        line.recv(1)

    return Raw(act)


EARLY = {
    "no greeting": (b"",),
    "hangs at EHLO": (b"220 x\r\n",),
    "hangs at MAIL": (b"220 x\r\n", b"250 x\r\n"),
    "hangs at RCPT": (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n"),
    "hangs at DATA": (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n"),
}


@pytest.mark.parametrize("replies", EARLY.values(), ids=EARLY.keys())
def test_a_server_that_hangs_before_data_has_nothing(replies: tuple[bytes, ...]) -> None:
    with closing(speaking(*replies)) as server:
        result = send(server.url("tls=none&timeout=0.3"))
    assert (result.ok, result.retry, result.uncertain) == (False, True, False)
    assert "no answer within 0.3 s" in result.detail


@pytest.mark.parametrize(
    ("greeting", "retry"),
    [(b"554 5.3.2 no mail here\r\n", False), (b"421 4.3.2 busy\r\n", True), (b"SSH-2.0-x\r\n", True)],
)
def test_a_greeting_may_refuse(greeting: bytes, retry: bool) -> None:
    with closing(speaking(greeting)) as server:
        result = send(server.url("tls=none&timeout=1"))
    assert (result.ok, result.retry, result.uncertain) == (False, retry, False)


def test_an_answer_to_data_that_is_no_smtp_leaves_it_uncertain() -> None:
    talk = (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"what?\r\n")
    with closing(speaking(*talk)) as server:
        result = send(server.url("tls=none&timeout=1"))
    assert (result.ok, result.retry, result.uncertain) == (False, True, True)


@pytest.mark.parametrize(("length", "reply"), [(8192, b"250 "), (100_000, b"250 "), (100_000, b"250-"), (0, b"252 ")])
def test_a_reply_of_any_length_counts_by_its_code(length: int, reply: bytes) -> None:
    long = reply + b"x" * length + b"\r\n" + (b"250 ok\r\n" if reply.endswith(b"-") else b"")
    talk = (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"252 will try\r\n", b"354 go\r\n", long, b"221 bye\r\n")
    with closing(speaking(*talk)) as server:
        result = send(server.url("tls=none&timeout=2"))
    assert (result.ok, result.detail) == (True, "")


def test_a_long_refusal_is_a_refusal_and_its_words_are_cut() -> None:
    talk = (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"550 " + b"y" * 100_000 + b"\r\n")
    with closing(speaking(*talk)) as server:
        result = send(server.url("tls=none&timeout=2"))
    assert (result.ok, result.retry, result.uncertain) == (False, False, False)
    assert "550 to the recipient" in result.detail
    assert len(result.detail) < 400


def test_a_server_that_drips_is_cut_off_at_the_end_of_the_attempt() -> None:
    def drip(line: socket.socket) -> None:
        while True:
            line.sendall(b"220-x\r\n")
            time.sleep(0.05)

    with closing(Raw(drip)) as server:
        began = time.monotonic()
        result = send(server.url("tls=none&timeout=0.3"))
        took = time.monotonic() - began
    assert took > 0.8
    assert (result.ok, result.retry, result.uncertain) == (False, True, False)
    assert "not done within 0.9 s" in result.detail


def test_a_port_where_nobody_listens_and_a_host_that_is_none_are_tried_again() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "no-such-host.invalid"):
        result = send(f"watchmail://{host}/officer@example.org?from=watch@example.org&timeout=2")
        assert (result.ok, result.retry, result.uncertain) == (False, True, False)


# ---- secrets


def test_the_password_is_in_no_text_whatever_the_server_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trusted, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    caplog.set_level(logging.DEBUG)
    encoded = ["AHdhdGNoAGNhbmFyeS1QYTU1L3dvcmRAISU=", "Y2FuYXJ5LVBhNTUvd29yZEAhJQ==", "canary-Pa55%2Fword%40!%25"]
    with closing(Post(tls=context, login=("watch", "x"), login_fails=f"535 {SECRET} {' '.join(encoded)}")) as server:
        target = receivers.parse("mail", server.url("timeout=5", login=LOGIN))
        result = receivers.send(target, MESSAGE)
    ours = [record for record in caplog.records if record.name != "mail.log"]  # aiosmtpd's own
    told = [result.detail, target.id, *(f"{record.getMessage()} {vars(record)}" for record in ours)]
    assert result.detail.count("***") >= 4
    for secret in (SECRET, "canary", *encoded):
        assert not [text for text in told if secret in text], secret


def test_the_line_is_encrypted_before_the_login_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose STARTTLS is refused hears neither user nor password."""
    heard: list[bytes] = []

    def act(line: socket.socket) -> None:
        line.settimeout(5)
        for reply in (b"220 x\r\n", b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", b"454 no\r\n"):
            line.sendall(reply)
            heard.append(line.recv(10_000))

    with closing(Raw(act)) as server:
        url = server.url("timeout=2").replace("127.0.0.1", f"{LOGIN}127.0.0.1")
        result = send(url)
    assert (result.ok, result.retry, result.uncertain) == (False, True, False)
    assert [each.split()[0] for each in heard if each] == [b"ehlo", b"STARTTLS"]


def test_target_of_a_mail_can_neither_be_edited_nor_acknowledge() -> None:
    target = receivers.parse("mail", "watchmail://smtp.example.org/officer@example.org?from=watch@example.org")
    assert isinstance(target, Target)
    assert (target.schema, target.can_edit, target.can_ack) == ("watchmail", False, False)
