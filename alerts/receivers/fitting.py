"""Lay a message out for the room that a service has: shortened, with the rest named; an SMS is one line. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from alerts.alert import Kind, Message
from alerts.render.words import cut

SMS_LIMIT = 320  # characters: two parts
LONGEST_SMS_SERVICE = 1_600  # characters that a service of short messages takes at most
_ITEM = "- "  # how a story begins in the list of a digest
_MORE = re.compile(r"and ([0-9]+) more\b")


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters a service takes as title and as body; without a title it stands above the body.

    `is_line`: it takes one line (SMS).
    """

    title: int
    body: int
    is_line: bool = False


def room_of(service: object) -> Room:
    """Return the room of an Apprise plugin."""
    title, body = int(getattr(service, "title_maxlen", 0)), int(getattr(service, "body_maxlen", 0))
    tokens = getattr(service, "template_tokens", None) or {}
    to_phones = any("phone" in str(token) for token in tokens)
    return Room(title, body, is_line=to_phones and title <= 0 and body <= LONGEST_SMS_SERVICE)


def fitted(message: Message, room: Room) -> Message:
    """Return a message that fits, so that no service refuses it for its length."""
    if room.is_line:
        return replace(message, title="", body=cut(_line(message), min(SMS_LIMIT, room.body)))
    title = cut(message.title, room.title) if room.title > 0 else cut(message.title, max(room.body // 2, 1))
    # services without a title get it as the first line of the body; two characters stand between them
    left = room.body if room.title > 0 else max(room.body - len(title) - 2, 0)
    return replace(message, title=title, body=_shortened(message, left))


def _line(message: Message) -> str:
    """Return a message as one line: its title, and the command that shows the rest."""
    return f"{message.title} ({_where(message)})" if message.topic else message.title


def _where(message: Message) -> str:
    if message.kind in {Kind.DIGEST, Kind.NOTICE}:
        return f"watchfloor deliveries show {message.key}"
    return f"watchfloor explain {message.topic}"


def _shortened(message: Message, limit: int) -> str:
    """Return the body in at most `limit` characters: whole lines from its beginning, then how many stories are left."""
    if len(message.body) <= limit:
        return message.body
    lines = message.body.split("\n")
    kept, size = 0, len(_rest(message, lines))
    for line in lines:
        if size + len(line) + 1 > limit:
            break
        kept, size = kept + 1, size + len(line) + 1
    while kept and (lines[kept - 1].startswith(_ITEM) or not lines[kept - 1]):
        kept -= 1  # a story without its second line, a heading's empty line
    rest = _rest(message, lines[kept:])
    # where not even the first line fits, it is cut
    head = "\n".join(lines[:kept]) if kept else cut(lines[0], max(limit - len(rest) - 1, 1))
    return f"{head}\n{rest}"[:limit]


def _rest(message: Message, lines: list[str]) -> str:
    """Return the line that names what was left out."""
    hidden = sum(int(found[1]) for line in lines if (found := _MORE.match(line)))
    many = sum(line.startswith(_ITEM) for line in lines) + hidden
    return f"and {many} more: {_where(message)}" if many else f"(shortened: {_where(message)})"
