"""Whether a story is relevant: the order that the forms of a story and of a rule give. It has no page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.board.orders import LONGEST_NOTE, signed
from alerts.board.page import Order, Query
from alerts.board.shapes import JUDGEMENT, each, keys

BOARD = "board"  # `via` of what was judged here
VERDICTS = ("yes", "no")


def _judge(parts: Mapping[str, str], form: Query, name: str) -> Mapping[str, Any]:
    relevant = form.choice("relevant", VERDICTS, "") == "yes"
    reason = form.one("reason")[:LONGEST_NOTE]
    said = {"relevant": relevant, "reason": reason, "via": BOARD}
    return {"command": "feedback", "id": parts["story"], "by": signed(name), **said}


def _judged(answer: Mapping[str, Any]) -> str:
    first = answer["judgements"][0]
    rules = ", ".join(first["rules"])
    word = "relevant" if first["relevant"] else "not relevant"
    return f"Kept: {word}, by {first['by']}. It counts for the precision of {rules}."


ORDERS = (
    Order(
        "/stories/{story}/feedback",
        "Say whether a story is relevant",
        _judge,
        _judged,
        keys(judgements=each(JUDGEMENT)),
        {"relevant": f"one of {', '.join(VERDICTS)}", "reason": "why, in a few words"},
    ),
)
