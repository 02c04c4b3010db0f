"""Mail by our receiver to a real SMTP server on loopback: its speed beside smtplib alone, and what arrives."""

from __future__ import annotations

import smtplib
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from alerts import receivers
from alerts.alert import Message
from alerts.receivers.mailurl import account_of
from alerts.receivers.mime import compose
from tests.e2e.headlines import headlines
from tests.e2e.mailserver import Post
from tests.unit.mailattacks import PAYLOADS, attacked
from tests.unit.mailcases import cases

MAILS = 200
SUBJECTS = 2000


def run() -> None:
    with closing(Post()) as post:
        _speed(post)
    with closing(Post()) as post:
        _subjects(post)
    with closing(Post()) as post:
        _injected(post)


def _speed(post: Post) -> None:
    target, account = receivers.parse("mail", post.url()), account_of(post.url())
    made = [
        replace(each, key=f"d{number}-{name}") for number in range(MAILS // 12 + 1) for name, each in cases().items()
    ]
    ours, alone = [], []
    for each in made[:MAILS]:  # by turns, so that what else the machine does weighs on both
        wire = compose(account, each, datetime.now(UTC)).as_bytes()
        ours.append(_timed(lambda: receivers.send(target, each).ok))  # noqa: B023 - called at once
        alone.append(_timed(lambda: _plainly(post, wire)))  # noqa: B023
    print(
        f"{MAILS} mails, a connection each: ours {_words(ours)}; smtplib's sendmail of the same bytes {_words(alone)}"
    )
    print(f"added by ours: {1000 * (statistics.median(ours) - statistics.median(alone)):.1f} ms at the median")


def _plainly(post: Post, wire: bytes) -> bool:
    with smtplib.SMTP("127.0.0.1", post.port, local_hostname="localhost") as smtp:
        return not smtp.sendmail("watch@example.org", ["officer@example.org"], wire)


def _subjects(post: Post) -> None:
    target, written = receivers.parse("mail", post.url()), headlines(SUBJECTS)
    sent = sum(receivers.send(target, Message(title, "b", key=f"d{n}")).ok for n, title in enumerate(written))
    same = sum(mail["Subject"] == title for mail, title in zip(post.mails(), written, strict=True))
    longest = max(len(line) for raw in post.received for line in raw.split(b"\r\n"))
    print(
        f"{SUBJECTS} headlines in three languages: {sent} accepted, {same} subjects as written, longest line {longest}"
    )


def _injected(post: Post) -> None:
    target, plain = receivers.parse("mail", post.url()), cases()["alert-en"]
    receivers.send(target, plain)
    made = [message for payload in PAYLOADS for message in attacked(payload)]
    sent = sum(receivers.send(target, message).ok for message in made)
    first, *mails = post.mails()
    expected = {name.lower() for name in first} | {"x-priority", "importance"}
    added = sum(bool({name.lower() for name in mail} - expected) for mail in mails)
    print(
        f"{len(PAYLOADS)} injection strings in every field: {sent} of {len(made)} mails accepted, {added} with a header added"
    )


def _timed(act: Callable[[], bool]) -> float:
    began = time.perf_counter()
    if not act():
        raise SystemExit("a mail was not accepted")
    return time.perf_counter() - began


def _words(took: list[float]) -> str:
    ordered = sorted(took)
    p50, p90 = (1000 * ordered[int(share * len(ordered))] for share in (0.5, 0.9))
    return f"{len(took) / sum(took):.0f} a second, p50 {p50:.1f} ms, p90 {p90:.1f} ms"
