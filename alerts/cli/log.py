"""`watchfloor log`: what was done to the watch, when and by whom. It only reads the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.logs import printable
from alerts.cli.screen import show
from alerts.cli.times import SINCE, Moment, beginning
from alerts.cli.zone import desk_zone
from alerts.render.words import isolated, plain, time
from alerts.run.log_entries import describe_entry, read_log
from alerts.store.audit import Entry, What
from alerts.store.opening import reading


@click.command(name="log")
@config_option
@state_option
@json_option
@click.option(
    "--since", type=SINCE, default="7d", show_default=True, help="Only what was done since: 24h, 03:00, yesterday."
)
@click.option("--what", type=click.Choice([each.value for each in What]), help="Only entries of this kind.")
@click.option("--diff", "with_diff", is_flag=True, help="Print how the rules were changed, line by line.")
def command(
    path: Path | None, state_dir: Path | None, *, as_json: bool, since: Moment, what: str | None, with_diff: bool
) -> None:
    """Show starts, stops, reloads with what they changed, orders, acks, silences and notices, oldest first."""
    rules, now = rules_path(path), datetime.now(UTC)
    state = state_path(state_dir, rules)
    zone = desk_zone(rules, state)
    with reading(state) as connection:
        found = [each for each in read_log(connection, beginning(since, now, zone)) if what in {None, each.what}]
    for entry in found:
        if as_json:
            print_json(describe_entry(entry))
        else:
            show(*_lines(entry, zone, with_diff=with_diff))
    if not found and not as_json:
        show(f"nothing was done since {time(beginning(since, now, zone), zone)}")


def _lines(entry: Entry, zone: str, *, with_diff: bool) -> Iterator[str]:
    who = f"{plain(entry.who)}: " if entry.who else ""
    yield f"{time(entry.at, zone)}  {entry.what.value}  {who}{isolated(plain(entry.title))}"
    yield from (f"    {isolated(plain(each))}" for each in entry.lines)
    if with_diff:
        # not `plain`: the spaces that begin a line of YAML say something, and so does a hidden character
        yield from (f"    {printable(each)}" for each in entry.diff.splitlines())
