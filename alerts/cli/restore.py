"""`watchfloor restore`: a backup takes the store's place, after it was proven and after it was said what that means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from alerts.cli.common import config_option, counted, fail, rules_path, state_option, state_path
from alerts.cli.screen import show
from alerts.cli.zone import desk_zone
from alerts.render.words import time
from alerts.run.backups import give_to_owner
from alerts.run.lock import LOCK, AlreadyRunning, lock
from alerts.run.restoring import Proven, discard, prove, put_in_place
from alerts.store.stamp import read_stamp
from crawler.sources.health import length
from crawler.store.errors import StoreError

CHECKED = ".check-"  # the beginning of the folder in the state directory that a copy is proven in


@click.command(name="restore")
@config_option
@state_option
@click.option("--check", "only_check", is_flag=True, help="Prove the backup and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--without-manifest", is_flag=True, help="Take a store file of which no manifest says that it is whole.")
@click.argument("file", type=click.Path(path_type=Path))
def command(
    path: Path | None, state_dir: Path | None, *, only_check: bool, yes: bool, without_manifest: bool, file: Path
) -> None:
    """Put the backup FILE in the store's place; the daemon must be stopped, and the old store stays beside it.

    With --check the daemon may run.
    """
    rules = rules_path(path)
    state, zone, now = state_path(state_dir, rules), desk_zone(rules), datetime.now(UTC)
    os.umask(0o077)
    if only_check:
        _check(file, state, now, unvouched=without_manifest)
        return
    try:
        held = lock(state)
    except AlreadyRunning as error:
        fail(f"{error}; stop it first (systemctl stop watchfloor): a store is not replaced under it")
    with held:
        give_to_owner(state / LOCK, state)
        proven = prove(file, state, now, unvouched=without_manifest)
        try:
            show(*_proofs(proven), "")
            show(*_foreign(proven, state), *_consequences(proven, now, zone), "")
            if not yes:
                _need_yes()
            kept = put_in_place(proven, state, now)
        finally:
            discard(state)
    show(f"restored. The store that was there is in {kept}; delete it when nobody needs it any more.")
    show("Start the watch: systemctl start watchfloor (or watchfloor run)")


def _need_yes() -> None:
    """Ask whether to go on; exit with 1 unless somebody says yes."""
    try:
        if not click.confirm("Put it in the store's place?"):
            fail("nothing was changed")
    except click.Abort:  # Ctrl-C, or the end of what is read
        show("")
        fail("nobody has answered, so nothing was changed; where nobody can be asked, write --yes")


def _check(file: Path, state: Path, now: datetime, *, unvouched: bool) -> None:
    """Prove a copy of a backup that is in nobody's way: the daemon may run, and others may check at the same time."""
    try:
        with TemporaryDirectory(prefix=CHECKED, dir=state) as aside:
            give_to_owner(Path(aside), state)
            show(*_proofs(prove(file, state, now, unvouched=unvouched, aside=Path(aside))), "")
    except OSError as error:
        raise StoreError(f"{file} could not be checked in {state}: {error.strerror}") from error
    show("nothing was changed (--check)")


def _proofs(proven: Proven) -> Iterator[str]:
    """Yield what was proven of the copy."""
    made, counts = proven.manifest, proven.counts
    yield f"SHA-256: as in the manifest, {made.sha256}" if made else "SHA-256: nothing to compare it with"
    yield "integrity: whole (integrity_check, foreign keys)"
    yield f"schema: {proven.schema}"
    left = {name: n for name, n in proven.ledger.remainders().items() if n}
    yield f"books: UNACCOUNTED FOR when the backup was made: {left}" if left else "books: they balance"
    waiting = counted(proven.waiting, "message")
    if proven.as_it_was:
        yield (
            f"space: it was not written anew, so what is deleted later makes the file no smaller ({proven.as_it_was}); "
            "with more room, back it up and restore that"
        )
    yield f"holds: {counts['articles']:,} articles, {counts['stories']:,} stories, {waiting} waiting"


def _foreign(proven: Proven, state: Path) -> Iterator[str]:
    """Yield a warning where the backup is not of the store that is here."""
    try:
        here = read_stamp(state)
    except StoreError:  # a stamp that cannot be read is replaced like the rest
        return
    if here and here.store != proven.stamp.store:
        yield f"ATTENTION: this is a backup of another store ({proven.stamp.store[:8]}; here is {here.store[:8]})."


def _consequences(proven: Proven, now: datetime, zone: str) -> Iterator[str]:
    """Yield what will happen, in the order in which somebody will notice it."""
    made = proven.manifest
    since = f"{time(made.at, zone)}, {length(now - made.at)} ago" if made else "it was made"
    yield f"The store will be as it was when the backup was made: {since}."
    yield (
        f"- {counted(proven.waiting, 'message')} waited then and may have been sent since. They go again, marked "
        '"(possible repeat)", and are tried for as long as new ones from the first start on; Slack (watchslack) is '
        "asked first, and what it has is not sent again."
    )
    yield (
        "- What was polled since is polled again, as far as the feeds still show it. What was told of it is told "
        'again, marked "(possible repeat)" for 24 h from the first start where it was published before now.'
    )
    yield "- News that has left its feed since is not in the store, and was told before if at all."
    yield "- Acknowledgements and silences given since are lost; give those that still hold again."
