"""Build the mail of a message: headers for sorting, threading and against auto-replies; text, then HTML. Pure.

Headers with text of others, and identifiers, are written by us and not parsed again: the standard library decodes an
encoded-word in a subject, and encodes identifiers that are too long for a line.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import make_msgid
from typing import Any

from alerts.alert import Message, Severity
from alerts.receivers.mailurl import Account
from alerts.render.words import cut

SUBJECT_LIMIT = 250  # characters; titles of ours are shorter
BODY_LIMIT = 200_000  # characters; several times what mail programs show before they clip
LONGEST_LINE = 76  # RFC 2047 2 for lines with encoded-words; RFC 5322 2.1.1 asks for 78
WORD_BYTES = 39  # of UTF-8 in one encoded-word, so that "Subject: " and one fill a line at most
# X-Priority is Outlook's and Apple Mail's, Importance is RFC 2156's; nothing is said of what is not urgent.
URGENT = {Severity.FLASH: ("1 (Highest)", "high"), Severity.IMMEDIATE: ("2 (High)", "high")}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ATOM = re.compile(r"[\w-]{1,40}(?:\.[\w-]{1,16})?", re.ASCII)
_HANDLE = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,260}>")


class _Written(BaseHeader):
    """A header whose value is written as it stands, and folded at its spaces only (decision 96)."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"], kwds["decoded"] = None, value

    def fold(self, *, policy: Policy) -> str:
        lines = [f"{self.name}:"]
        for word in str(self).split(" "):
            fits = len(lines[-1]) + 1 + len(word) <= LONGEST_LINE or lines[-1].endswith(":")
            lines[-1:] = [f"{lines[-1]} {word}"] if fits else [lines[-1], f" {word}"]
        return policy.linesep.join(lines) + policy.linesep


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("Subject", "Message-ID", "In-Reply-To", "References", "List-Id"):
        registry.map_to_type(name, _Written)
    return registry


# 7-bit, so that servers without 8BITMIME take it too.
POLICY = SMTP.clone(header_factory=_registry(), cte_type="7bit")


def compose(account: Account, message: Message, now: datetime) -> EmailMessage:
    """Return the mail of a message, dated `now`. Its Message-ID is the same in every attempt to send it."""
    mail = EmailMessage(policy=POLICY)
    for name, value in _headers(account, message, now).items():
        mail[name] = value
    mail.set_content(_text(message.body), charset="utf-8")
    if message.html:
        mail.add_alternative(_text(message.html), subtype="html", charset="utf-8")
    return mail


def _headers(account: Account, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "From": Address(account.name, addr_spec=account.sender),
        "To": Address(addr_spec=account.recipient),
        "Subject": subject(message.title),
        "Date": now,
        "Message-ID": message_id(account, message),
        **_thread(account, message),
        "List-Id": f"Watchfloor <watchfloor.{account.domain}>",  # RFC 2919
        "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's holiday note answers
        "X-Auto-Response-Suppress": "All",  # the same for Exchange, which does not read the header above
        **_urgency(message.severity),
        "Watchfloor-Severity": message.severity.word,
        "Watchfloor-Kind": message.kind.value,
    }


def subject(title: str) -> str:
    """Return a title as the value of a Subject header, in encoded words of at most a line (RFC 2047)."""
    title = cut(_BREAKS.sub(" ", _scalars(title)), SUBJECT_LIMIT).strip() or "(no title)"
    words = title.split(" ")
    # "=?" would be read as an encoded word, and a word longer than the line cannot be folded
    if (
        title.isascii()
        and "=?" not in title
        and all(0 < len(word) <= LONGEST_LINE - len("Subject: ") for word in words)
    ):
        return title
    return " ".join(f"=?utf-8?B?{base64.b64encode(piece).decode()}?=" for piece in _pieces(title))


def _pieces(text: str) -> list[bytes]:
    """Return UTF-8 in pieces of whole characters, as encoded words require (RFC 2047, 5)."""
    pieces = [b""]
    for letter in map(str.encode, text):
        if len(pieces[-1]) + len(letter) > WORD_BYTES:
            pieces.append(b"")
        pieces[-1] += letter
    return pieces


def message_id(account: Account, message: Message) -> str:
    """Return the Message-ID, made from the delivery's id, so that a repeat can be recognised."""
    if not message.key:
        return make_msgid(domain=account.domain)
    return f"<{_atom(message.key)}@{account.domain}>"


def _thread(account: Account, message: Message) -> dict[str, str]:
    """Return the headers that thread a story's mails below one root (RFC 5322, 3.6.4); {} if it has no topic."""
    if not message.topic:
        return {}
    root = f"<{_atom(message.topic)}.story@{account.domain}>"
    before = message.follows if _HANDLE.fullmatch(message.follows) else ""
    # the root was never sent: the first mail of a story may be dead, or have gone to another target (decision 99)
    return {"In-Reply-To": before or root, "References": f"{root} {before}".strip()}


def _urgency(severity: Severity) -> dict[str, str]:
    return dict(zip(("X-Priority", "Importance"), URGENT.get(severity, ()), strict=False))


def _atom(text: str) -> str:
    """Return a text as the left side of an identifier: itself, or a hash if it has other characters."""
    return text if _ATOM.fullmatch(text) else hashlib.sha256(_scalars(text).encode()).hexdigest()[:24]


def _text(text: str) -> str:
    return cut(_CONTROLS.sub(" ", _scalars(text)), BODY_LIMIT)


def _scalars(text: str) -> str:
    """Return a text without lone surrogates, which no encoding can carry."""
    return text.encode("utf-8", "replace").decode()
