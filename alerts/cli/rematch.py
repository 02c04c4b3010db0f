"""`watchfloor rematch`: what the rules in force would have caught, sent as one digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from alerts.cli.alone import serviced
from alerts.cli.common import config_option, counted, rules_path, state_option, state_path
from alerts.cli.loading import load_config
from alerts.cli.orders import carry_out, listening
from alerts.cli.screen import show
from alerts.cli.times import SINCE, Moment, beginning
from alerts.line.rematch import preview
from alerts.render.words import isolated, plain
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.store.opening import reading

STORIES_SHOWN = 10  # of each digest


@click.command(name="rematch")
@config_option
@state_option
@click.option(
    "--since",
    type=SINCE,
    default="24h",
    show_default=True,
    help="From when on in the stored archive: 24h, 03:00, yesterday.",
)
@click.option("--preview", "only_shown", is_flag=True, help="Show what would be sent, and send nothing.")
def command(path: Path | None, state_dir: Path | None, *, since: Moment, only_shown: bool) -> None:
    """Match the stored archive again and send what nobody was told as one digest for each receiver."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    # its errors are told before anything is done; the secrets only the process that runs alone needs
    config = load_config(rules, resolve_secrets=listening(state) is None and not only_shown)
    now = datetime.now(UTC)
    length = now - beginning(since, now, config.timezone)
    if only_shown:
        request = {"command": "rematch-preview", "seconds": length.total_seconds()}
        shown = carry_out(state, request, partial(_preview, state, config, now - length))
        show(*_lines(shown))
        return
    alone = partial(serviced, rules, state, lambda service, now: service.commands.rematch(length, now))
    done = carry_out(state, {"command": "rematch", "seconds": length.total_seconds()}, alone)
    said = f"{counted(done['stories'], 'story')} that {'was' if done['stories'] == 1 else 'were'}"
    click.echo(f"{said} not told, in {counted(done['digests'], 'digest')}")


def _preview(state: Path, config: Config, since: datetime) -> Mapping[str, Any]:
    with reading(state) as connection:
        return preview(connection, config, Matcher(config), since)


def _lines(shown: Mapping[str, Any]) -> Iterator[str]:
    stories, digests = counted(shown["stories"], "story"), counted(len(shown["digests"]), "digest")
    yield f"{counted(shown['articles'], 'article')} would match; to send: {stories} not told, in {digests}"
    for each in shown["digests"]:
        listed = each["stories"]
        yield f"{each['receiver']}, {counted(len(listed), 'story')}:"
        for story in listed[:STORIES_SHOWN]:
            head = f"{story['severity']:9} {story['story']}  {isolated(story['title'])}"
            yield f"  {head} ({plain(story['outlet'])}; {story['rule']})"
        if len(listed) > STORIES_SHOWN:
            yield f"  and {len(listed) - STORIES_SHOWN} more"
    yield "nothing was sent: without --preview it is"
