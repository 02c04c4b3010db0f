"""`watchfloor sources evidence`: the raw entry and page of an article, as they were fetched."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from alerts.cli.common import config_option, fail, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.ids import named
from alerts.cli.screen import show
from alerts.cli.zone import desk_zone
from alerts.render.words import time
from alerts.store import ids
from alerts.store.opening import reading
from crawler.store.chain import sealed
from crawler.store.evidence import Kept, kept, size


@click.command(name="evidence")
@config_option
@state_option
@json_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write the raw bytes into this folder.")
@click.argument("article")
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, out: Path | None, article: str) -> None:
    """Show what was fetched of ARTICLE: address, time, headers, SHA-256, checked.

    It is kept as long as settings.retention says: some days, and as long as the alert where its story alerted.
    """
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    zone = desk_zone(rules, state)
    with reading(state) as connection:
        article = named(connection, article, zone, ids.ARTICLE)
        # of what alerted also the chain, which keeps it longer; in the first days a piece is in both
        both = [*kept(connection, article), *sealed(connection, article)]
        found = list({(each.form, each.fetched, each.sha256): each for each in both}.values())
        pieces, stored = size(connection)
    if not found:
        fail(f'nothing is kept of "{article}" (settings.retention says how long; now {pieces} pieces, {stored} bytes)')
    for number, each in enumerate(found, 1):
        written = _write(out, number, each) if out else None
        row = _row(each) | ({"file": str(written)} if written else {})
        if as_json:
            print_json(row)
        else:
            row["fetched"] = time(each.fetched, zone)
            show(*(f"{name}: {value}" for name, value in row.items()), "")
    # after the output, as what is damaged may still be of use: its SHA-256 is not that of the stored bytes
    if not all(each.intact for each in found):
        sys.exit(1)


def _row(each: Kept) -> dict[str, object]:
    return {
        "article": each.article,
        "form": each.form,
        "fetched": each.fetched.isoformat(),
        "url": each.url,
        "status": each.status,
        "bytes": len(each.raw),
        "sha256": each.sha256,
        "intact": each.intact,
        "answer_sha256": each.body_sha256,
        "headers": each.headers,
    }


def _write(out: Path, number: int, each: Kept) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    suffix = {"page": "html", "entry-text": "json"}.get(each.form, "xml")
    target = out / f"{each.article}-{number}-{each.form}.{suffix}"
    target.write_bytes(each.raw)
    return target
