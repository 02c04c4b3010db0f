"""Lay a message out for the room that a service has: shortened, with the rest named; an SMS is one line. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from alerts.alert import Kind, Message
from alerts.render.words import cut

SMS_LIMIT = 320  # characters: two parts
LONGEST_SMS_SERVICE = 1_600  # characters that a service of short messages takes at most
LONGEST = 12_000  # characters of a message of ours, about: the digest of a storm
COUNT = 16  # characters that Apprise keeps behind a title that shares the body's room, for "[1/2]" and a line's end
_ITEM = "- "  # how a story begins in the list of a digest
_MORE = re.compile(r"and ([0-9]+) more\b")


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters a service takes as title and as body; without a title it stands above the body.

    `shared`: the title has a length of its own, and counts in the body's all the same. `line_end` is what the end of a
    line counts. `is_line`: it takes one line (SMS).
    """

    title: int
    body: int
    is_line: bool = False
    shared: bool = False
    line_end: int = 1


def room_of(service: object) -> Room:
    """Return the room of an Apprise plugin."""
    title, body = int(getattr(service, "title_maxlen", 0)), int(getattr(service, "body_maxlen", 0))
    tokens = getattr(service, "template_tokens", None) or {}
    to_phones = any("phone" in str(token) for token in tokens)
    is_line = to_phones and title <= 0 and body <= LONGEST_SMS_SERVICE
    shared = bool(getattr(service, "overflow_amalgamate_title", False))
    rendered = getattr(service, "resolve_format", lambda _: "text")("text")
    return Room(title, body, is_line, shared, line_end=2 if rendered == "html" else 1)  # Apprise writes \r\n there


def in_words(room: Room) -> str:
    """Return what a service cannot hold; "" if it takes whatever we write."""
    if room.is_line:
        return f"takes short messages: each is one line of at most {min(SMS_LIMIT, room.body):,} characters, its title"
    return f"takes {room.body:,} characters: what is longer is shortened, and says so" if room.body < LONGEST else ""


def fitted(message: Message, room: Room) -> Message:
    """Return a message that fits, so that no service refuses it for its length."""
    if room.is_line:
        return replace(message, title="", body=cut(_line(message), min(SMS_LIMIT, room.body)))
    title = cut(message.title, room.title) if room.title > 0 else cut(message.title, max(room.body // 2, 1))
    # services without a title get it as the first line of the body; two characters stand between them
    inside = len(title) + (COUNT if room.shared else 2) if room.shared or room.title <= 0 else 0
    left = max(room.body - inside, 0)
    return replace(message, title=title, body=_shortened(message, left, room.line_end))


def _line(message: Message) -> str:
    """Return a message as one line: its title, and the command that shows the rest."""
    return f"{message.title} ({_where(message)})" if message.topic else message.title


def _where(message: Message) -> str:
    if message.kind in {Kind.DIGEST, Kind.NOTICE}:
        return f"watchfloor deliveries show {message.key}"
    return f"watchfloor explain {message.topic}"


def _shortened(message: Message, limit: int, line_end: int) -> str:
    """Return the body in at most `limit` characters: whole lines from its beginning, then how many stories are left."""
    lines = message.body.split("\n")
    if len(message.body) + (len(lines) - 1) * (line_end - 1) <= limit:
        return message.body
    kept, size = 0, len(_rest(message, lines))
    for line in lines:
        if size + len(line) + line_end > limit:
            break
        kept, size = kept + 1, size + len(line) + line_end
    while kept and (lines[kept - 1].startswith(_ITEM) or not lines[kept - 1]):
        kept -= 1  # a story without its second line, a heading's empty line
    rest = _rest(message, lines[kept:])
    # where not even the first line fits, it is cut
    head = "\n".join(lines[:kept]) if kept else cut(lines[0], max(limit - len(rest) - line_end, 1))
    return f"{head}\n{rest}"[:limit]


def _rest(message: Message, lines: list[str]) -> str:
    """Return the line that names what was left out."""
    hidden = sum(int(found[1]) for line in lines if (found := _MORE.match(line)))
    many = sum(line.startswith(_ITEM) for line in lines) + hidden
    return f"and {many} more: {_where(message)}" if many else f"(shortened: {_where(message)})"
