"""`watchfloor store copy`: a desk moves from SQLite to PostgreSQL, or back, with all it holds."""

from __future__ import annotations

import os

import click

from alerts.cli.common import fail, json_option, print_json
from alerts.cli.screen import show
from alerts.run.copying import Copied, copy
from alerts.run.lock import AlreadyRunning


@click.group(name="store")
def command() -> None:
    """Copy a store from SQLite to PostgreSQL, or back."""


@command.command(name="copy")
@json_option
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy_command(*, as_json: bool, source: str, target: str) -> None:
    """Copy the store FROM to the empty store TO, proven by its books; each is a path or postgresql://user@host/name.

    The daemon must be stopped. A password is better in ~/.pgpass or PGPASSWORD than in a URL, which others may see.
    """
    os.umask(0o077)
    try:
        done = copy(source, target)
    except AlreadyRunning as error:
        fail(f"{error}; stop it first: what it wrote after the copy would be lost")
    if as_json:
        print_json(
            {
                "from": done.source,
                "to": done.target,
                "rows": dict(done.rows),
                "remainders": done.ledger.remainders(),
                "seals": done.head.n,
                "unmarked": done.unmarked,
            }
        )
        return
    show(*_words(done))


def _words(done: Copied) -> list[str]:
    left = {name: n for name, n in done.ledger.remainders().items() if n}
    books = f"UNACCOUNTED FOR, in both: {left}" if left else "they balance, and are the same in both"
    kept = "Keep the old one until the new one has run a day: it is marked as left, and a start on it is refused."
    if done.unmarked:
        kept = f"ATTENTION: {done.source} could not be marked as left ({done.unmarked}): start nothing on it."
    return [
        f"{done.source} -> {done.target}",
        f"rows: {sum(done.rows.values()):,} in {len(done.rows)} tables, each read back and equal",
        f"books: {books}",
        f"chain of evidence: {done.head.n:,} records, the same end in both",
        "Now name the new store in settings.store (none for the file in the state directory), and start the watch.",
        kept,
    ]
