"""`watchfloor ack`: acknowledge an event, so that it is not escalated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from alerts.cli.common import config_option, counted, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.orders import login_name, run_order, show_last
from alerts.cli.screen import show
from alerts.cli.zone import desk_zone
from alerts.render.words import isolated, time

BY_COMMAND = "command"  # `via` of an ack that no reaction gave
REACTED = "; it was a reaction: take that away too, or it counts again within minutes"


@click.command(name="ack")
@config_option
@state_option
@json_option
@click.option("--by", help="Who takes notice (default: your login name).")
@click.option("--undo", is_flag=True, help="Take the acknowledgement back: it was a slip.")
@click.argument("identity", metavar="STORY|DELIVERY")
def command(
    path: Path | None, state_dir: Path | None, *, as_json: bool, by: str | None, undo: bool, identity: str
) -> None:
    """Acknowledge an event, so that it is not escalated: by the id of a story of it, or of any message on it.

    It covers all stories of the event that are no graver than the one named; a thread's id covers all that was told.
    It covers what somebody had been sent by then: what still waits, and is news of its own, is named and stays open.
    A digest's id acknowledges every story it lists; "last" is the last message that was sent. With --undo it is as if
    nobody had: what escalates does so again, for a day, unless a silence holds it; an earlier acknowledgement that it
    replaced counts again. The log keeps who acknowledged, and who took it back.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    answer = run_order(state, "ack-undo" if undo else "ack", {"id": identity, "by": login_name(by)})
    if as_json:
        print_json(answer)
        return
    zone = desk_zone(rules, state)
    if "last" in answer:
        show_last(answer["last"], zone)
    if undo:
        for each in answer["acks"]:
            still = f"; it counts as acknowledged by {each['still']} still" if each["still"] else ""
            by = each["earlier"]
            earlier = f"; the earlier one by {by} counts again, for what was told until then" if by else ""
            service = "" if each["via"] == BY_COMMAND else REACTED
            words = f"story {each['story']}: the acknowledgement by {each['by']} is taken back{still}{earlier}{service}"
            show(words, f"  {isolated(each['title'])}")
        return
    # an ack that was there before stays: the line then names who gave that one, and how
    for each in answer["acks"]:
        word = "acknowledged" if each["first"] else "already acknowledged"
        via = "" if each["via"] == BY_COMMAND else f" ({each['via']})"
        at = time(datetime.fromisoformat(each["at"]), zone)
        # the headline: who wrote "last" or the beginning of an id sees which story it was
        others = counted(len(each["covers"]), "other story")
        event = f"; with it {others} of this event" if each["covers"] else ""
        show(f"story {each['story']}: {word} by {each['by']} at {at}{via}{event}", f"  {isolated(each['title'])}")
        if before := each.get("earlier"):
            when = time(datetime.fromisoformat(before["at"]), zone)
            show(f"  {before['by']} acknowledged the earlier report at {when}")
        if each["too"]:
            show("  that you have seen it too stands in the log")
        more = len(each["covers"]) - len(each["covered"])
        show(*(f"  with it: {_told(other)}" for other in each["covered"]), *([f"  and {more} more"] if more else []))
        for left in each["left"]:
            why = "graver" if left["sent"] else "nobody was sent it yet"
            show(f"  not acknowledged, {why}: {_told(left)}")


def _told(story: Mapping[str, Any]) -> str:
    return f"{story['severity']} {story['story']}  {isolated(story['title'])}"
