"""`watchfloor ack`: acknowledge an event, so that it is not escalated."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, counted, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.orders import login_name, run_order, show_last
from alerts.cli.screen import show
from alerts.cli.times import desk_zone
from alerts.render.words import isolated, time


@click.command(name="ack")
@config_option
@state_option
@json_option
@click.option("--by", help="Who takes notice (default: your login name).")
@click.argument("identity", metavar="STORY|DELIVERY")
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, by: str | None, identity: str) -> None:
    """Acknowledge an event, so that it is not escalated: by the id of a story of it, or of any message on it.

    It covers all stories of the event that are no graver than the one named; a thread's id covers all that was told.
    A digest's id acknowledges every story it lists; "last" is the last message that was sent.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    answer = run_order(state, "ack", {"id": identity, "by": login_name(by)})
    if as_json:
        print_json(answer)
        return
    zone = desk_zone(rules)
    if "last" in answer:
        show_last(answer["last"], zone)
    # an ack that was there before stays: the line then names who gave that one, and how
    for each in answer["acks"]:
        word = "acknowledged" if each["first"] else "already acknowledged"
        via = "" if each["via"] == "command" else f" ({each['via']})"
        at = time(datetime.fromisoformat(each["at"]), zone)
        # the headline: who wrote "last" or the beginning of an id sees which story it was
        others = counted(len(each["covers"]), "other story")
        event = f"; with it {others} of this event" if each["covers"] else ""
        show(f"story {each['story']}: {word} by {each['by']} at {at}{via}{event}", f"  {isolated(each['title'])}")
        for left in each["left"]:
            show(f"  graver, and not acknowledged: {left['severity']} {left['story']}  {isolated(left['title'])}")
