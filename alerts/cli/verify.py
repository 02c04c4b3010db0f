"""`watchfloor verify`: the chain of evidence of what alerted, from its first record to the first broken one."""

from __future__ import annotations

from pathlib import Path

import click

from alerts.cli.backup import settings_of
from alerts.cli.common import config_option, fail, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.screen import show
from alerts.run.backup_thread import folder_of
from alerts.run.vouching import Vouched, vouched_by
from alerts.store.decisions import alert_text
from alerts.store.opening import reading
from crawler.store import chain


@click.command(name="verify")
@config_option
@state_option
@json_option
def command(path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Compute the hash of every record anew and name the first broken link.

    Backups, and the stamp beside the store, vouch for what they have seen.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    with reading(state) as connection:
        done = chain.verify(connection, lambda story, revision: alert_text(connection, story, revision))
        head = chain.head(connection)
        vouched = vouched_by(connection, state, folder_of(settings_of(rules), state))
    if as_json:
        print_json(_report(done, head, vouched))
    else:
        show(*_lines(done, head, vouched))
    if done.broken or vouched.doubts:
        fail("the chain of evidence is not as it was written; keep the store and the backups as they are")


def _report(done: chain.Verified, head: chain.Head, vouched: Vouched) -> dict[str, object]:
    broken = done.broken
    return {
        "records": done.records,
        "with_content": done.whole,
        "dropped": done.dropped,
        "head": head.hash,
        "broken": {"n": broken.n, "subject": broken.subject, "why": broken.why} if broken else None,
        "vouched_up_to": vouched.up_to,
        "contradicted_by": list(vouched.doubts),
        "restored_from": list(vouched.restored),
    }


def _lines(done: chain.Verified, head: chain.Head, vouched: Vouched) -> list[str]:
    lines = [
        f"{done.records:,} records follow one another: {done.whole:,} with their content, {done.dropped:,} without",
        f"head: {head.n} {head.hash}",
    ]
    if vouched.up_to:
        lines.append(f"a backup vouches for the first {vouched.up_to:,}")
    lines += [f"restored from {each}" for each in vouched.restored]
    lines += [f"CONTRADICTED by {each}" for each in vouched.doubts]
    if done.broken:
        lines.append(f"BROKEN at record {done.broken.n} ({done.broken.subject}): {done.broken.why}")
    return lines
