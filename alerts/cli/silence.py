"""`watchfloor silence list | end`: silences, with the author and the reason. `add` is in silence_add.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import (
    config_option,
    json_option,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.cli.lazy import LazyGroup
from alerts.cli.orders import login_name, run_order
from alerts.cli.screen import show
from alerts.cli.silence_usage import Led, with_example
from alerts.cli.zone import desk_zone
from alerts.decision import HeldBack
from alerts.render.records import describe_held, describe_silence
from alerts.render.words import isolated, time
from alerts.store import silences, withheld
from alerts.store.opening import reading
from alerts.store.silences import end_of

STORIES_LISTED = 40  # of each silence


class _LedGroup(Led, LazyGroup):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; where there is none of that name, say how a silence is begun."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise with_example(error, ctx) from error


SUBCOMMANDS = {
    "add": ("alerts.cli.silence_add:add", "Begin a silence, and show what it would have held back."),
    "end": ("alerts.cli.silence:end", "End a silence now; what it held back is told with the next message."),
    "list": ("alerts.cli.silence:list_silences", "Show the silences in force, and what they held back."),
}


@click.group(name="silence", cls=_LedGroup, lazy=SUBCOMMANDS)
def command() -> None:
    """Hold messages back for a time: by rule, story, thread, outlet, entity or words of the headline."""


@click.command(name="list")
@config_option
@state_option
@json_option
@click.option("--all", "every", is_flag=True, help="Those that have ended too.")
def list_silences(path: Path | None, state_dir: Path | None, *, as_json: bool, every: bool) -> None:
    """Show the silences in force, the stories that each held back, and how many of those are not told yet."""
    now = datetime.now(UTC)
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    zone = desk_zone(rules, state)
    with reading(state) as connection:
        read = silences.all_silences if every else lambda c: silences.silences_in_force(c, now)
        found, untold = read(connection), withheld.withheld_now(connection)
        held = withheld.held_back(connection, [each.id for each in found])
    for each in found:
        left, mine = untold.get(each.id, withheld.Untold()), [one for one in held if one.silence == each.id]
        if as_json:
            counts = {"untold": len(left.stories) if left.all_known else left.messages}
            print_json(describe_silence(each, now) | counts | {"held_back": [describe_held(one) for one in mine]})
        else:
            said = f"; {left.words} held back, not told yet" if left.messages else ""
            head = f"{each.id} {each.scope.value} {each.value}, {end_of(each, now, zone)}"
            show(f"{head}, by {each.author}: {each.reason}{said}", *_listed(mine, zone))
    if not found and not as_json:
        show("no silence is in force" if not every else "there never was a silence")


def _listed(held: Sequence[HeldBack], zone: str) -> list[str]:
    """Return a line for each story that a silence held back, the gravest first."""
    lines = [
        f"  {each.severity.word} {each.story}  {time(each.at, zone)}  {isolated(each.title)}"
        for each in held[:STORIES_LISTED]
    ]
    left = len(held) - len(lines)
    return [*lines, *([f"  and {left} more: --json has all"] if left else [])]


@click.command(name="end")
@config_option
@state_option
@json_option
@click.option("--by", help="Who ends it (default: your login name).")
@click.argument("identity", metavar="ID")
def end(path: Path | None, state_dir: Path | None, *, as_json: bool, by: str | None, identity: str) -> None:
    """End a silence now; what it held back is told with the next message."""
    state = state_path(state_dir, rules_path(path))
    answer = run_order(state, "silence-end", {"id": identity, "by": login_name(by)})
    if as_json:
        print_json(answer)
    else:
        show(f"silence {answer['id']} on {answer['scope']} {answer['value']} has ended")
