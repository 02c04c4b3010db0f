"""What a form of the board holds goes in; the request for the daemon comes out, signed with the reader's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.alert import Scope
from alerts.board.page import BadQuery, Order, Query
from alerts.board.shapes import ACK as GIVEN
from alerts.board.shapes import FLAG, SEVERITY, TEXT, TEXTS, TIME, WHOLE, each, keys, more, none_or
from alerts.board.shapes import SILENCE as QUIET
from alerts.render.counting import counted
from crawler.config.lengths import span

LONGEST_NOTE = 300  # characters, as alerts/line/orders.py keeps of a reason
SCOPES = tuple(each.value for each in Scope)
LENGTHS = ("1h", "4h", "12h", "24h", "3d")  # that the forms offer


def signed(name: str) -> str:
    """Return the name under which the daemon keeps what was done here."""
    return f"{name}, on the board"


def _ack(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    # the page shows what waits to be sent too
    return {"command": "ack", "id": parts["story"], "by": signed(name), "unsent": True}


def _acked(answer: Mapping[str, Any]) -> str:
    acks = answer["acks"]
    first = acks[0]
    word = "Acknowledged" if first["first"] else "It was acknowledged already"
    left = [other for each in acks for other in each["left"]]
    graver, unsent = sum(each["sent"] for each in left), sum(not each["sent"] for each in left)
    said = [f" {graver} graver of its event {'is' if graver == 1 else 'are'} not."] if graver else []
    said += [f" {unsent} that nobody was sent yet {'is' if unsent == 1 else 'are'} not."] if unsent else []
    return f"{word} by {first['by']}.{''.join(said)}"


def _undo(parts: Mapping[str, str], _: Query, name: str) -> Mapping[str, Any]:
    return {"command": "ack-undo", "id": parts["story"], "by": signed(name)}


def _undone(answer: Mapping[str, Any]) -> str:
    first = answer["acks"][0]
    still = f" It counts as acknowledged by {first['still']} still." if first["still"] else ""
    by = first["earlier"]
    earlier = f" The earlier one by {by} counts again, for what was told until then." if by else ""
    reaction = "" if first["via"] == "command" else f" It was a reaction ({first['via']}): take that away too."
    return f"The acknowledgement by {first['by']} is taken back.{still}{earlier}{reaction}"


def _note(parts: Mapping[str, str], form: Query, name: str) -> Mapping[str, Any]:
    if not form.one("text"):
        raise BadQuery("A note has words.")
    return {"command": "note", "id": parts["story"], "text": form.one("text"), "by": signed(name)}


def _noted(_: Mapping[str, Any]) -> str:
    return "Noted."


def _silence(parts: Mapping[str, str], form: Query, name: str) -> Mapping[str, Any]:
    scope, value = form.choice("scope", SCOPES, Scope.STORY.value), form.one("value") or parts.get("story", "")
    value = value.removeprefix("$") if scope == Scope.ENTITY.value else value  # as a rule names it
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
    held = counted(len(answer.get("last_24h", {}).get("stories", ())), "story")
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


OTHER = keys("Story that an ack covers or leaves", story=TEXT, severity=SEVERITY, title=TEXT, sent=FLAG)
ACKED = more(
    GIVEN, first=FLAG, too=FLAG, earlier=none_or(GIVEN), asked=TEXT, title=TEXT, covers=TEXTS, covered=each(OTHER),
    left=each(OTHER),
)  # fmt: skip
ACK = Order("/stories/{story}/ack", "Acknowledge a story's event", _ack, _acked, keys(acks=each(ACKED)))
UNDO = Order(
    "/stories/{story}/ack/undo",
    "Take an acknowledgement back",
    _undo,
    _undone,
    keys(acks=each(more(GIVEN, asked=TEXT, title=TEXT, still=TEXT, earlier=TEXT))),
)
NOTED = keys(story=TEXT, at=TIME, by=TEXT, text=TEXT)
NOTE = Order("/stories/{story}/note", "Note something on a story", _note, _noted, NOTED, {"text": "the note"})
SILENCE = Order(
    "/silences",
    "Begin a silence",
    _silence,
    _silenced,
    more(QUIET, last_24h=keys(messages=WHOLE)),
    {
        "scope": f"what it is on: {', '.join(SCOPES)}",
        "value": "which: an id, an outlet, an entity, words of a headline",
        "for": f"how long: {', '.join(LENGTHS)}",
        "reason": "why",
    },
)
END_SILENCE = Order("/silences/{silence}/end", "End a silence", _end, _ended, QUIET)
RESEND = Order(
    "/deliveries/{delivery}/resend", "Send a message again", _resend, _resent, keys(id=TEXT, was=TEXT, what=TEXT)
)
POLL = Order("/sources/{source}/poll", "Poll a source now", _poll, _polled, keys(source=TEXT, due=TIME))
