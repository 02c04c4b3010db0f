"""`watchfloor verify`: the chain of evidence of what alerted, from its first record to the first broken one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from alerts.cli.backup import settings_of
from alerts.cli.common import config_option, fail, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.screen import show
from alerts.run.backup_thread import folder_of
from alerts.run.backups import Manifest, backups_in
from alerts.run.store_stamp import IDENTITY
from alerts.store import restoring
from alerts.store.decisions import alert_text, get_mark
from alerts.store.opening import reading
from crawler.store import chain


@click.command(name="verify")
@config_option
@state_option
@json_option
def command(path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Compute the hash of every record anew and name the first broken link; backups vouch for what they have seen."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    with reading(state) as connection:
        done = chain.verify(connection, lambda story, revision: alert_text(connection, story, revision))
        head, vouched, doubted = chain.head(connection), *_vouched(connection, rules, state)
    broken = done.broken
    if as_json:
        report = {"records": done.records, "with_content": done.whole, "dropped": done.dropped, "head": head.hash}
        wrong = {"n": broken.n, "subject": broken.subject, "why": broken.why} if broken else None
        print_json(report | {"broken": wrong, "vouched_up_to": vouched, "contradicted_by": doubted})
    else:
        show(
            f"{done.records:,} records follow one another: {done.whole:,} with their content, {done.dropped:,} without"
        )
        show(f"head: {head.n} {head.hash}")
        if vouched:
            show(f"a backup vouches for the first {vouched:,}")
        for each in doubted:
            show(f"CONTRADICTED by the backup {each}: records that it has seen were replaced since")
        if broken:
            show(f"BROKEN at record {broken.n} ({broken.subject}): {broken.why}")
    if broken or doubted:
        fail("the chain of evidence is not as it was written; keep the store and the backups as they are")


def _vouched(connection: Connection, rules: Path, state: Path) -> tuple[int, list[str]]:
    """Return up to which record backups say the same, and the backups that say otherwise.

    A backup made before a restore may know records that the restored store never had: it is not asked.
    """
    restored = restoring.restored_at(connection) or datetime.min.replace(tzinfo=UTC)
    vouched, doubted = 0, []
    for each in backups_in(folder_of(settings_of(rules), state), get_mark(connection, IDENTITY)):
        n = int(each.head["n"])
        if n and chain.hash_at(connection, n) == each.head["hash"]:
            vouched = max(vouched, n)
        elif n and _is_later(each, restored):
            doubted.append(str(each.path))
    return vouched, doubted


def _is_later(made: Manifest, than: datetime) -> bool:
    return made.at > than
