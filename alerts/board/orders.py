"""What a form of the board holds goes in; the request for the daemon comes out, signed with the reader's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.alert import Scope
from alerts.board.page import BadQuery, Order, Query
from crawler.config.keys import span

LONGEST_NOTE = 300  # characters, as alerts/line/orders.py keeps of a reason
SCOPES = tuple(each.value for each in Scope)
LENGTHS = ("1h", "4h", "12h", "24h", "3d")  # that the forms offer


def signed(name: str) -> str:
    """Return the name under which the daemon keeps what was done here."""
    return f"{name}, on the board"


def _ack(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    return {"command": "ack", "id": parts["story"], "by": signed(name)}


def _acked(answer: Mapping[str, Any]) -> str:
    acks = answer["acks"]
    first = acks[0]
    word = "Acknowledged" if first["first"] else "It was acknowledged already"
    left = sum(len(each["left"]) for each in acks)
    graver = f" {left} graver of its event {'is' if left == 1 else 'are'} not." if left else ""
    return f"{word} by {first['by']}.{graver}"


def _note(parts: Mapping[str, str], form: Query, name: str) -> Mapping[str, Any]:
    if not form.one("text"):
        raise BadQuery("A note has words.")
    return {"command": "note", "id": parts["story"], "text": form.one("text"), "by": signed(name)}


def _noted(_: Mapping[str, Any]) -> str:
    return "Noted."


def _silence(parts: Mapping[str, str], form: Query, name: str) -> Mapping[str, Any]:
    scope, value = form.choice("scope", SCOPES, Scope.STORY.value), form.one("value") or parts.get("story", "")
    length, reason = span(form.one("for")), form.one("reason")[:LONGEST_NOTE]
    if length is None or length <= timedelta(0):
        raise BadQuery(f'for is "{form.one("for")}"; write how long: {", ".join(LENGTHS)}')
    if not value or not reason:
        raise BadQuery("A silence says what it is on, and why: your colleague will wonder.")
    ends = (datetime.now(UTC) + length).isoformat()
    return {
        "command": "silence-add",
        "scope": scope,
        "value": value,
        "ends": ends,
        "by": signed(name),
        "reason": reason,
    }


def _silenced(answer: Mapping[str, Any]) -> str:
    held = answer.get("last_24h", {}).get("messages", 0)
    on = f"{answer['scope']} {answer['value']}"
    return f"Silence {answer['id']} on {on} begins; in the last 24 h it would have held back {held}."


def _end(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    return {"command": "silence-end", "id": parts["silence"], "by": signed(name)}


def _ended(answer: Mapping[str, Any]) -> str:
    return f"Silence {answer['id']} has ended; what it held back is told with the next message."


def _resend(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    return {"command": "resend", "id": parts["delivery"], "by": signed(name)}


def _resent(answer: Mapping[str, Any]) -> str:
    return f"{answer['was']} goes again as {answer['id']}."


def _poll(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    return {"command": "poll", "source": parts["source"], "by": signed(name)}


def _polled(answer: Mapping[str, Any]) -> str:
    return f"{answer['source']} is polled now."


ACK = Order("/stories/{story}/ack", "Acknowledge a story's event", _ack, _acked)
NOTE = Order("/stories/{story}/note", "Note something on a story", _note, _noted, {"text": "the note"})
SILENCE = Order(
    "/silences",
    "Begin a silence",
    _silence,
    _silenced,
    {
        "scope": f"what it is on: {', '.join(SCOPES)}",
        "value": "which: an id, an outlet, an entity, words of a headline",
        "for": f"how long: {', '.join(LENGTHS)}",
        "reason": "why",
    },
)
END_SILENCE = Order("/silences/{silence}/end", "End a silence", _end, _ended)
RESEND = Order("/deliveries/{delivery}/resend", "Send a message again", _resend, _resent)
POLL = Order("/sources/{source}/poll", "Poll a source now", _poll, _polled)
