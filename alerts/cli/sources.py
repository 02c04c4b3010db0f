"""`watchfloor sources`: the state of each source in a sentence, the reason, and when it is polled next."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.lazy import LazyGroup, hand_down
from alerts.cli.screen import show
from alerts.cli.wordless import wordless_in_force
from alerts.run.health import down_since, network_words
from alerts.run.others import is_polled
from alerts.store.opening import reading
from crawler.sources.health import describe
from crawler.sources.polling import state_for
from crawler.store.source_states import load_states

# imported when called: Scrapy comes with `add` and `try`
SUBCOMMANDS = {
    "add": ("alerts.cli.discover:add", "Find what can be polled at an address; print the lines to paste."),
    "try": ("alerts.cli.discover:attempt", "Show what one poll of an address or a source would give."),
    "verify": ("alerts.cli.verify_sources", "Poll each source once; print a table to paste into a report."),
    "import": ("alerts.cli.opml:import_", "Print the feeds of an OPML list as lines to paste."),
    "export": ("alerts.cli.opml:export", "Print the feeds of rules.yaml as OPML."),
    "evidence": ("alerts.cli.evidence", "Show, or write out, what was fetched of an article."),
}


@click.group(name="sources", cls=LazyGroup, lazy=SUBCOMMANDS, invoke_without_command=True)
@config_option
@state_option
@json_option
@click.pass_context
def command(context: click.Context, path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Show each source: its state in words, the reason, and when it is polled next."""
    if context.invoked_subcommand:
        hand_down(context, path=path, state_dir=state_dir, as_json=as_json)
        return
    rules = rules_path(path)
    state, now = state_path(state_dir, rules), datetime.now(UTC)
    desk = wordless_in_force(rules, state)
    with reading(state) as connection:
        states, down = load_states(connection), down_since(connection)
        watched = is_polled(connection, state, now)
    # a source without a stored state was added and not polled yet: `state_for` says when it will be
    rows = [describe(each, state_for(each, states.get(each.id), now), now, watched=watched) for each in desk.sources]
    if as_json:
        print_json(rows)
    else:
        if not watched:
            show("no source is polled now: no daemon runs (watchfloor status); each is shown as it last was")
        if down:
            show(network_words(down, now, desk.timezone))
        width = max((len(str(row["source"])) for row in rows), default=0)
        for row in rows:
            show(f"{row['source']!s:{width}}  {row['words']}")
