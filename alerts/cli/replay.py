"""`watchfloor replay`: run a file of articles through the line by their own times; print what would have been sent."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path
from alerts.cli.loading import Faults, articles_in, load_config
from alerts.cli.progress import progress
from alerts.cli.screen import show
from alerts.render.words import plain, time
from alerts.run.replay import Replay, Summary


@click.command(name="replay")
@config_option
@json_option
@click.option(
    "--from",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Article lines, .jsonl or .jsonl.gz.",
)
def command(path: Path | None, *, as_json: bool, file: Path) -> None:
    """Send the articles in a file through the whole line but fetching and sending, in clock order, in memory."""
    config = load_config(rules_path(path), resolve_secrets=False)
    replay = Replay(config)
    faults = Faults(str(file))
    lines = articles_in(file, faults)
    # where the records go to the same terminal they show by themselves how far it is
    for record in replay.run(lines if sys.stdout.isatty() else progress(lines, "replaying")):
        if as_json:
            print_json(record)
        # for people only what matches or is sent; --json has a record for every line
        elif record.get("matches") or "at" in record:
            show(_words(record, config.timezone))
    click.echo(_summary(replay.summary), err=True)  # on stderr: standard output is for the records alone
    faults.end()


def _words(record: dict[str, object], zone: str) -> str:
    deliveries = record["deliveries"]
    assert isinstance(deliveries, list)
    told = "; ".join(
        f"{each['receiver']}: {each['kind']} {each['severity']} {each['state']} ({each['reason']})"
        for each in deliveries
    )
    if "at" in record:
        return f"{time(datetime.fromisoformat(str(record['at'])), zone)}: {told}"
    matches = record["matches"]
    assert isinstance(matches, list)
    head = f"{record['id']} {record['relation']} story={record['story']}"
    why = [plain(str(record[name])) for name in ("title", "event_evidence", "evidence") if record[name]]
    return "\n    ".join([f"{head} by {', '.join(matches)}: {told or 'nobody to tell'}", *why])


def _summary(done: Summary) -> str:
    relations = ", ".join(f"{n} {name}" for name, n in sorted(done.relations.items())) or "nothing"
    deliveries = ", ".join(f"{n} {kind}" for kind, n in sorted(done.deliveries.items())) or "none"
    remainders = done.ledger.remainders() if done.ledger else {}
    balanced = "without remainder" if not any(remainders.values()) else f"REMAINDER {remainders}"
    return (
        f"{done.lines} lines ({relations}); {done.matches} matches, {done.alerts} alerts, deliveries: {deliveries}; "
        f"ledger {balanced}"
    )
