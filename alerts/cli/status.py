"""`watchfloor status`: the books, the sources, what waits, the last reload; read-only beside a running daemon."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts import conditions, outbox, store
from alerts.attempt import Condition
from alerts.cli.common import (
    config_option,
    fail,
    json_option,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.holding import holder
from alerts.ledger import balance
from crawler import store as archive
from crawler.db import DATABASE, Database
from crawler.health import in_words


@click.command(name="status")
@config_option
@state_option
@json_option
def command(path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Show the ledger, the sources by state, what waits to be sent, and the last reload of the rules."""
    state = state_path(state_dir, rules_path(path))
    if not (state / DATABASE).exists():
        fail(f"no store in {state}; has `watchfloor run` been started with this --state-dir?")
    report = _report(state, datetime.now(UTC))
    if as_json:
        print_json(report)
    else:
        click.echo(_words(report))


def _report(state: Path, now: datetime) -> dict[str, object]:
    database = Database.at(state / DATABASE)
    with database.read() as connection:
        states = archive.load_states(connection)
        delivered = outbox.delivered(connection)
        ledger = balance(
            archive.load_counts(connection, archive.counts),
            archive.load_counts(connection, store.counts),
            delivered,
        )
        reload = store.get_mark(connection, "reload")
        stored = archive.totals(connection)
        targets = {name: _fares(each, now) for name, each in sorted(conditions.conditions(connection).items())}
        untold = outbox.untold_notices(connection)
    database.close()
    by_outcome = Counter(each.outcome.value if each.outcome else "never_polled" for each in states.values())
    by_state: Counter[str] = Counter()
    for (_, name), n in delivered.items():
        by_state[name] += n
    return {
        "daemon": holder(state),
        "ledger": ledger.as_dict(),
        "stored": stored,
        "sources": dict(sorted(by_outcome.items())),
        "sources_in_words": {name: in_words(each, now) for name, each in sorted(states.items())},
        "outbox": dict(sorted(by_state.items())),
        "targets": {name: words for name, words in targets.items() if words},
        "untold_notices": untold,
        "reload": json.loads(reload) if reload else None,
    }


def _fares(condition: Condition, now: datetime) -> str:
    """Say how a target fares, "" where well."""
    if condition.is_down:
        return f"down since {condition.down_from:%d %b %H:%M} UTC: {condition.detail}"
    if condition.rests(now):
        return f"rests until {condition.rests_until:%d %b %H:%M:%S} UTC: {condition.detail}"
    return f"failed {condition.failures} times in a row: {condition.detail}" if condition.failures else ""


def _words(report: dict[str, object]) -> str:
    pid = report["daemon"]
    lines = [f"daemon: running, pid {pid}" if pid else "daemon: not running"]
    lines += [f"{title}: {_flat(report[title])}" for title in ("ledger", "stored", "sources", "outbox", "reload")]
    if report["targets"]:
        lines.append(f"targets: {_flat(report['targets'])}")
    if report["untold_notices"]:
        lines.append(f"NOBODY COULD BE TOLD of {report['untold_notices']} notices: watchfloor deliveries --state dead")
    words = report["sources_in_words"]
    assert isinstance(words, dict)
    return "\n".join([*lines, *(f"  {name}: {text}" for name, text in words.items())])


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{key} {f'({_flat(each)})' if isinstance(each, dict) else each}" for key, each in value.items()
        )
    return "never" if value is None else str(value)
